import type { Target } from '../../result/plan.ts'
import { plusMinus } from '../accuracy.ts'
import type { AnyPlan } from '../kinds/index.ts'
import { MARKS, type Style } from '../style.ts'
import { type Column, table } from '../table.ts'
import { isLowerLimit, label, quantity } from '../words.ts'

/** Titles of the table of targets; the same in every format. */
export const TARGETS: readonly Column[] = [
  { title: '' },
  { title: 'target', least: 12 },
  { title: 'value', align: 'right' },
  { title: 'limit' },
  { title: 'margin' },
]

/** One target as cells under {@link TARGETS}: verdict, name, value, limit and the room that is left. */
export function targetRow(target: Target, plan: AnyPlan): string[] {
  return [
    target.ok ? MARKS.good : MARKS.bad,
    label(target.name),
    `${quantity(target.value, target.unit)}${plusMinus(plan, target)}`,
    `${isLowerLimit(target) ? 'at least' : 'at most'} ${quantity(target.limit, target.unit)}`,
    marginText(target),
  ]
}

export function targets(plan: AnyPlan, style: Style): string[] {
  const list = plan.targets
  if (list.length === 0) return []
  const [titles, ...lines] = table(
    TARGETS,
    list.map((target) => targetRow(target, plan)),
  )
  return [style.faint(titles!), ...lines.map((line, index) => mark(line, list[index]!.ok, style))]
}

function marginText(target: Target): string {
  const { margin, unit } = target
  if (margin >= 0) return `${quantity(margin, unit)} to spare`
  return `${quantity(-margin, unit)} too ${isLowerLimit(target) ? 'little' : 'much'}`
}

function mark(line: string, ok: boolean, style: Style): string {
  return ok ? style.good(MARKS.good) + line.slice(MARKS.good.length) : style.bad(line)
}
