import type { Plan, ServeResult } from '../../result/plan.ts'
import { MARKS, type Style } from '../style.ts'
import { type Column, table } from '../table.ts'
import { format, layout, missed, tightestMargin, usdCell, versusBest } from '../words.ts'
import { wrap } from '../wrap.ts'
import { planSentence } from './answer.ts'

/** Titles of the table of plans; the same in every format. */
export const CONSIDERED: readonly Column[] = [
  { title: 'GPUs', least: 17 },
  { title: 'format', least: 10 },
  { title: 'layout', least: 8 },
  { title: '$/h', align: 'right' },
  { title: 'vs best', align: 'right' },
  { title: 'tightest' },
  { title: 'provider', least: 10 },
]

/** One plan as cells under {@link CONSIDERED}. */
export function consideredRow(plan: Plan, best: Plan | null): string[] {
  const { placement, configuration, cost } = plan
  return [
    `${placement.gpus}x ${placement.gpu}`,
    format(configuration, true),
    layout(configuration),
    usdCell(cost.usd_per_hour),
    versusBest(plan, best),
    tightestMargin(plan),
    placement.provider ?? '-',
  ]
}

/** The chosen plan, ticked, and the alternatives under it. */
export function considered(best: Plan, alternatives: readonly Plan[], style: Style): string[] {
  const rows = [best, ...alternatives].map((plan) => {
    const [gpus = '', ...rest] = consideredRow(plan, best)
    return [`${plan === best ? MARKS.good : ' '} ${gpus}`, ...rest]
  })
  const [first, ...others] = CONSIDERED
  const [titles, chosen, ...lines] = table([{ ...first!, title: '  GPUs', least: 19 }, ...others], rows)
  return [style.faint(titles!), style.good(chosen!), ...lines]
}

/** Configurations that a target keeps from winning, cheapest first. */
export function nearMisses(list: ServeResult['near_misses'], style: Style): string[] {
  if (list.length === 0) return []
  const cheapestFirst = [...list].sort((a, b) => (a.plan.cost.usd_per_hour ?? 0) - (b.plan.cost.usd_per_hour ?? 0))
  return [
    style.title('Cheaper, but'),
    ...cheapestFirst.flatMap(({ plan, violations }) =>
      wrap(`${planSentence(plan)}: ${missed(violations)}`, `${MARKS.bad} `),
    ),
  ]
}
