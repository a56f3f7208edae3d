import type { FleetPlacement, FleetResult } from '../../result/fleet.ts'
import { printable } from '../printable.ts'
import { MARKS, type Style, styleFor } from '../style.ts'
import { table } from '../table.ts'
import { explain } from '../text/explain.ts'
import { assumptions, list, warnings } from '../text/notes.ts'
import { join, type TextOptions } from '../text.ts'
import { wrap } from '../wrap.ts'
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

/** A placed fleet for a terminal of 80 columns, most important first. */
export function fleetText(given: FleetResult, options: TextOptions): string {
  const result = printable(given)
  const style = styleFor(options.color)
  return join([
    answer(result, style),
    shortage(result, style),
    placements(result, style),
    nodes(result, style),
    kinds(result, style),
    moves(result, style),
    [...assumptions(result.assumptions, style), ...warnings(result.warnings, style), ...notes(result, style)],
    ...(options.explain === true ? result.placements.flatMap((entry) => derived(entry, style)) : []),
    launches(result, style),
  ])
}

function answer(result: FleetResult, style: Style): string[] {
  const isPlaced = result.status !== 'infeasible'
  const sentence = `${result.scenario}: ${fleetSentence(result)}`
  return [
    ...wrap(sentence).map(isPlaced ? style.title : style.bad),
    ...(isPlaced ? wrap(moneyParts(result).join(` ${MARKS.item} `)).map(style.faint) : []),
  ]
}

function shortage(result: FleetResult, style: Style): string[] {
  const { unplaced, remedies, placements: placed } = result
  if (unplaced.length === 0) return []
  const parts = unplaced.flatMap(({ workload, reason }) => wrap(`${workload}: ${reason}`, `${MARKS.bad} `))
  const conflict = conflictSentence(result)
  const cannot = conflict === null ? [] : wrap(conflict)
  const fixes = remedies.map(remedyText)
  const title = placed.length === 0 ? [] : ['', style.title('What can be placed')]
  return [
    ...parts.map(style.bad),
    ...cannot,
    ...list('Single changes that place everything', fixes, MARKS.item, style),
    ...title,
  ]
}

function placements(result: FleetResult, style: Style): string[] {
  if (result.placements.length === 0) return []
  const { of } = lettersOf(result)
  const rows = result.placements.map((entry) => placementRow(entry, of.get(entry.workload) ?? ''))
  const [titles, ...lines] = table(PLACEMENTS, rows)
  return [style.faint(titles as string), ...lines]
}

function nodes(result: FleetResult, style: Style): string[] {
  if (result.nodes.length === 0) return []
  const letters = lettersOf(result)
  return [
    style.title('Nodes, a sign for each GPU'),
    ...drawing(result, letters),
    ...wrap(legend(letters).join(` ${MARKS.item} `), '  ').map(style.faint),
  ]
}

function kinds(result: FleetResult, style: Style): string[] {
  const shown = result.kinds.filter((kind) => kind.owned || kind.nodes_used > 0)
  const unused = result.kinds.filter((kind) => !shown.includes(kind)).map(({ id }) => id)
  const [titles, ...lines] = table(KINDS, shown.map(kindRow))
  const others = unused.length === 0 ? [] : wrap(`Not rented: ${unused.join(' · ')}`).map(style.faint)
  const limit = limitSentence(result)
  const worth = limit === null ? [] : wrap(limit)
  return [...(shown.length === 0 ? [] : [style.faint(titles as string), ...lines]), ...worth, ...others]
}

function moves({ moves: all }: FleetResult, style: Style): string[] {
  if (all === null) return []
  if (all.length === 0) return [style.title('Changes'), 'None: everything stays where it is.']
  return list('Changes', all.map(moveSentence), MARKS.item, style)
}

function notes(result: FleetResult, style: Style): string[] {
  return [...wrap(`Solver: ${solverSentence(result)}`), ...wrap(`Prices: ${pricesText(result)}`)].map(style.faint)
}

function derived({ workload, plan }: FleetPlacement, style: Style): string[][] {
  return [[style.title(`${workload} on ${plan.placement.instance}`)], ...explain(plan, style)]
}

/** More commands than this are for a file. */
const MOST_COMMANDS = 8

function launches({ placements: all }: FleetResult, style: Style): string[] {
  if (all.length === 0) return []
  if (all.length > MOST_COMMANDS) return [style.faint('Launch commands: --format markdown or json has them.')]
  const commands = all.flatMap(({ workload, plan }) => [
    style.faint(`# ${workload} on ${plan.placement.instance}`),
    ...plan.launch.split('\n'),
  ])
  return [style.title('Start them with'), ...commands]
}
