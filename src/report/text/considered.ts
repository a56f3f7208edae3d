import { type AnyNearMiss, type AnyPlan, kindOf } from '../kinds/index.ts'
import { MARKS, type Style } from '../style.ts'
import { table } from '../table.ts'
import { missed } from '../words.ts'
import { wrap } from '../wrap.ts'
import { planSentence } from './answer.ts'
import { saferSentence } from './safer.ts'

/** The chosen plan, ticked, and the alternatives under it. */
export function considered(best: AnyPlan, alternatives: readonly AnyPlan[], style: Style): string[] {
  const more = saferSentence(best, alternatives)
  return [...plansTable(best, [best, ...alternatives], style), ...(more === null ? [] : wrap(more).map(style.faint))]
}

/** Plans of the kind of `best`, one a line, `best` ticked where it is among them. */
export function plansTable(best: AnyPlan, plans: readonly AnyPlan[], style: Style): string[] {
  const kind = kindOf(best)
  const [first, ...others] = kind.considered
  const mark = MARK_COLUMNS + (first!.least ?? first!.title.length)
  const head = [{ ...first!, title: `  ${first!.title}`, least: mark }, ...others]
  const rows = plans.map((plan) => {
    const [gpus = '', ...rest] = kind.consideredRow(plan, best)
    return [`${plan === best ? MARKS.good : ' '} ${gpus}`, ...rest]
  })
  const [titles, ...lines] = table(head, rows)
  return [style.faint(titles!), ...lines.map((line, index) => (plans[index] === best ? style.good(line) : line))]
}

/** The tick and the blank after it. */
const MARK_COLUMNS = 2

/** By what people would pay, the least first. */
export function cheapestFirst(list: readonly AnyNearMiss[]): AnyNearMiss[] {
  const price = ({ plan }: AnyNearMiss): number => kindOf(plan).price(plan) ?? 0
  return [...list].sort((a, b) => price(a) - price(b))
}

/** Configurations that a target keeps from winning, cheapest first. */
export function nearMisses(list: readonly AnyNearMiss[], style: Style): string[] {
  if (list.length === 0) return []
  return [
    style.title('Cheaper, but'),
    ...cheapestFirst(list).flatMap(({ plan, violations }) =>
      wrap(`${planSentence(plan)}: ${missed(violations)}`, `${MARKS.bad} `),
    ),
  ]
}
