import { gib, percent } from '../../units.ts'
import { type AnyPlan, kindOf } from '../kinds/index.ts'
import type { Column } from '../table.ts'
import { derivations } from '../text/explain.ts'
import { TARGETS, targetRow } from '../text/targets.ts'
import { details, fence, markdownTable } from './blocks.ts'

/** The parts of a plan that scenarios and estimates share. */
export function targetsTable(plan: AnyPlan): string[] {
  return plan.targets.length === 0
    ? []
    : [
        markdownTable(
          TARGETS,
          plan.targets.map((target) => targetRow(target, plan)),
        ),
      ]
}

/** Titles of the table of memory terms; the same in every format. */
export const MEMORY: readonly Column[] = [
  { title: 'term' },
  { title: 'size', align: 'right' },
  { title: 'share', align: 'right' },
  { title: 'source' },
]

/** The terms of the fullest GPU as cells under {@link MEMORY}, then their total, what is free and what the driver reports. */
export function memoryRows({ memory: { terms, total_bytes, capacity_bytes, free_bytes } }: AnyPlan): string[][] {
  const row = (name: string, bytes: number, source: string): string[] => [
    name,
    gib(bytes),
    percent(bytes / capacity_bytes),
    source,
  ]
  return [
    ...terms.map((term) => row(term.name, term.bytes, term.source)),
    row('total', total_bytes, ''),
    free_bytes < 0 ? row('short by', -free_bytes, '') : row('free', free_bytes, ''),
    row('as the driver reports', capacity_bytes, ''),
  ]
}

export function memoryDetails(plan: AnyPlan): string {
  return details('Memory of the fullest GPU', markdownTable(MEMORY, memoryRows(plan)))
}

export function derivationDetails(plan: AnyPlan): string[] {
  return derivations(plan).map(({ title, lines }) =>
    details(
      title,
      markdownTable(
        [{ title: 'figure' }, { title: 'value' }, { title: 'arithmetic' }],
        lines.map(({ name, value, formula }) => [name, value, formula]),
      ),
    ),
  )
}

export function launchDetails(plan: AnyPlan): string {
  return details(kindOf(plan).launchTitle, fence(plan.launch))
}
