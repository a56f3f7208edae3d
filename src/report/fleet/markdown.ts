import type { FleetResult } from '../../result/fleet.ts'
import { count } from '../../units.ts'
import { bullets, details, escaped, fence, foldedWhenLong, markdownTable } from '../markdown/blocks.ts'
import { printable } from '../printable.ts'
import { MARKS } from '../style.ts'
import { lettersOf } from './letters.ts'
import { drawing, legend } from './nodes.ts'
import {
  conflictSentence,
  fleetSentence,
  KINDS,
  kindRow,
  limitSentence,
  moneyParts,
  moveSentence,
  PLACEMENTS,
  placementRow,
  pricesText,
  remedyText,
  solverSentence,
} from './words.ts'

/** A placed fleet for a pull request: headline and placements open, the rest folded away. */
export function fleetMarkdown(given: FleetResult): string[] {
  const result = printable(given)
  const letters = lettersOf(result)
  const isPlaced = result.status !== 'infeasible'
  const rows = result.placements.map((entry) => placementRow(entry, letters.of.get(entry.workload) ?? ''))
  const nodes = [...drawing(result, letters), '', ...legend(letters)].join('\n')
  return [
    `## ${escaped(result.scenario)}`,
    `${isPlaced ? MARKS.good : MARKS.bad} **${escaped(fleetSentence(result))}**`,
    ...(isPlaced ? [escaped(moneyParts(result).join(', '))] : shortage(result)),
    ...(rows.length === 0
      ? []
      : [
          foldedWhenLong(
            `What runs where, ${count(rows.length)} placements`,
            rows.length,
            markdownTable(PLACEMENTS, rows),
          ),
        ]),
    ...moves(result),
    ...(result.nodes.length === 0 ? [] : [details(`Nodes, ${count(result.nodes.length)} in all`, fence(nodes))]),
    details('Kinds of node', kinds(result)),
    details('Assumptions, warnings and prices', notes(result)),
    ...launches(result),
  ]
}

function shortage(result: FleetResult): string[] {
  const { unplaced, remedies } = result
  const conflict = conflictSentence(result)
  return [
    bullets(unplaced.map(({ workload, reason }) => `${workload}: ${reason}`)),
    ...(conflict === null ? [] : [escaped(conflict)]),
    ...(remedies.length === 0 ? [] : [`Single changes that place everything:\n\n${bullets(remedies.map(remedyText))}`]),
  ]
}

function moves({ moves: all }: FleetResult): string[] {
  if (all === null) return []
  return [all.length === 0 ? 'Everything stays where it is.' : `Changes:\n\n${bullets(all.map(moveSentence))}`]
}

function kinds(result: FleetResult): string {
  const limit = limitSentence(result)
  return `${markdownTable(KINDS, result.kinds.map(kindRow))}${limit === null ? '' : `\n\n${escaped(limit)}`}`
}

function notes(result: FleetResult): string {
  return bullets([
    ...result.assumptions,
    ...result.warnings.map((warning) => `${MARKS.warning} ${warning}`),
    `Solver: ${solverSentence(result)}`,
    `Prices: ${pricesText(result)}`,
  ])
}

function launches({ placements }: FleetResult): string[] {
  if (placements.length === 0) return []
  const commands = placements.map(({ workload, plan }) => `# ${workload} on ${plan.placement.instance}\n${plan.launch}`)
  return [details('Launch commands', fence(commands.join('\n\n')))]
}
