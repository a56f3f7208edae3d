import type { FleetResult } from '../../result/fleet.ts'
import { count, usdPerHour } from '../../units.ts'
import { bullets, details, escaped, fence, markdownTable } from '../markdown/blocks.ts'
import { printable } from '../printable.ts'
import { MARKS } from '../style.ts'
import { lettersOf } from './letters.ts'
import { drawing, legend } from './nodes.ts'
import {
  fleetSentence,
  KINDS,
  kindRow,
  moneyParts,
  moveSentence,
  PLACEMENTS,
  placementRow,
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
    ...(rows.length === 0 ? [] : [markdownTable(PLACEMENTS, rows)]),
    ...moves(result),
    ...(result.nodes.length === 0 ? [] : [details(`Nodes, ${count(result.nodes.length)} in all`, fence(nodes))]),
    details('Kinds of node', kinds(result)),
    details('Assumptions, warnings and prices', notes(result)),
    ...launches(result),
  ]
}

function shortage({ unplaced, conflict, remedies }: FleetResult): string[] {
  return [
    bullets(unplaced.map(({ workload, reason }) => `${workload}: ${reason}`)),
    ...(conflict === null ? [] : [escaped(`These cannot all hold: ${conflict.requirements.join('; ')}.`)]),
    ...(remedies.length === 0
      ? []
      : [
          `Single changes that place everything:\n\n${bullets(
            remedies.map(({ text, usd_per_hour: cost }) => `${text}: ${usdPerHour(cost)} in all`),
          )}`,
        ]),
  ]
}

function moves({ moves: all }: FleetResult): string[] {
  if (all === null) return []
  return [all.length === 0 ? 'Everything stays where it is.' : `Changes:\n\n${bullets(all.map(moveSentence))}`]
}

function kinds({ kinds: all, tightest_limit: limit }: FleetResult): string {
  const worth =
    limit === null
      ? ''
      : `\n\n${escaped(`Tightest limit: ${limit.limit}; ${limit.change} would save ${usdPerHour(limit.saved_usd_per_hour)}.`)}`
  return `${markdownTable(KINDS, all.map(kindRow))}${worth}`
}

function notes(result: FleetResult): string {
  const { prices_as_of: dated, hash } = result.catalog
  const prices = dated === null ? `catalog ${hash}` : `the newest of ${dated}, catalog ${hash}`
  return bullets([
    ...result.assumptions,
    ...result.warnings.map((warning) => `${MARKS.warning} ${warning}`),
    `Solver: ${solverSentence(result)}`,
    `Prices: ${prices}`,
  ])
}

function launches({ placements }: FleetResult): string[] {
  if (placements.length === 0) return []
  const commands = placements.map(({ workload, plan }) => `# ${workload} on ${plan.placement.instance}\n${plan.launch}`)
  return [details('Launch commands', fence(commands.join('\n\n')))]
}
