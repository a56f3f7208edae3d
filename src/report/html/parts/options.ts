import { BYTES_PER_GIB, fixed, rate } from '../../../units.ts'
import { type AnyPlan, type AnyResult, type Kind, kindOf } from '../../kinds/index.ts'
import { MARKS } from '../../style.ts'
import type { Column } from '../../table.ts'
import { planSentence } from '../../text/answer.ts'
import { cheapestFirst } from '../../text/considered.ts'
import { frontPlans } from '../../text/front.ts'
import { saferSentence } from '../../text/safer.ts'
import { missed } from '../../words.ts'
import { paretoFigure } from '../charts/pareto.ts'
import { type PriceBar, pricesFigure } from '../charts/prices.ts'
import { type Html, html } from '../html.ts'
import { marked, section } from '../page.ts'
import { type HtmlCell, htmlTable } from '../table.ts'

/** What part a plan plays in its result. */
type Role = 'chosen' | 'alternative' | 'front' | 'misses'

interface Considered {
  readonly plan: AnyPlan
  readonly role: Role
  /** What it misses. */
  readonly misses: string
}

/** Every plan of the result once: the chosen one, the alternatives, the front, what misses a target. */
export function consideredPlans({ best, alternatives, pareto, near_misses }: AnyResult): Considered[] {
  const seen = new Set<string>()
  const list: Considered[] = []
  const add = (role: Role, plans: readonly AnyPlan[], misses = ''): void => {
    for (const plan of plans) {
      const key = JSON.stringify([plan.placement, plan.configuration])
      if (!seen.has(key)) list.push({ plan, role, misses })
      seen.add(key)
    }
  }
  if (best !== null) add('chosen', [best])
  add('alternative', alternatives)
  if (best !== null) add('front', frontPlans(best, pareto, pareto.length).reverse())
  for (const { plan, violations } of near_misses) add('misses', [plan], missed(violations))
  return list
}

/** Price against pace; nothing where there is no plan. */
export function frontSection(result: AnyResult): Html | null {
  const { best, pareto, alternatives, near_misses } = result
  if (best === null) return null
  const front = frontPlans(best, pareto, pareto.length)
  const isDrawn = new Set(front.map((plan) => JSON.stringify([plan.placement, plan.configuration])))
  const others = alternatives.filter((plan) => !isDrawn.has(JSON.stringify([plan.placement, plan.configuration])))
  const drawn = paretoFigure({ chosen: best, front, others, missed: near_misses.map(({ plan }) => plan) })
  return drawn === null ? null : section('Price and pace', drawn)
}

/** The plans side by side: a table that can be sorted, then what would be cheaper and why it is not chosen. */
export function optionsSection(result: AnyResult): Html | null {
  const { best, alternatives, near_misses: misses } = result
  if (best === null) return null
  const list = consideredPlans(result)
  const safer = saferSentence(best, alternatives)
  const cheaper = cheapestFirst(misses).map(({ plan, violations }) => `${planSentence(plan)}: ${missed(violations)}`)
  return section(
    'Options considered',
    optionsTable(list, best),
    html`<p class="note">${ROLES}</p>`,
    safer === null ? null : html`<p class="note">${safer}.</p>`,
    cheaper.length === 0 ? null : html`<h3>Cheaper, but</h3>`,
    marked(cheaper, MARKS.bad, 'bad'),
  )
}

const ROLES =
  'Alternative: the next best by the objective, one for each GPU and format. Front: nothing is faster for less. Misses: cheaper, but for a target.'

function optionsTable(list: readonly Considered[], best: AnyPlan): Html {
  const kind = kindOf(best)
  const titles = new Set(kind.considered.map(({ title }) => title))
  const isPaceShown = titles.has(kind.paceTitle)
  const head: Column[] = [
    { title: 'role' },
    ...kind.considered,
    ...(isPaceShown ? [] : [{ title: kind.paceTitle, align: 'right' as const }]),
    { title: 'GPU GiB', align: 'right' },
  ]
  const rows = list.map(({ plan, role }) => [
    role === 'chosen' ? `${MARKS.good} chosen` : role,
    ...kind
      .consideredRow(plan, best)
      .map((text, index) => sortable(text, kind.considered[index]?.title ?? '', plan, kind)),
    ...(isPaceShown ? [] : [paceCell(plan, kind)]),
    { show: fixed(plan.memory.total_bytes / BYTES_PER_GIB, 1), sort: plan.memory.total_bytes },
  ])
  return htmlTable(head, rows, { label: 'Options considered', sortable: true, marked: 0 })
}

function paceCell(plan: AnyPlan, kind: Kind<AnyPlan>): HtmlCell {
  const pace = kind.pace(plan)
  return { show: pace === null ? '-' : rate(pace), sort: pace }
}

/** A cell with the number by which its column is sorted; cells of words are sorted as such. */
function sortable(text: string, title: string, plan: AnyPlan, kind: Kind<AnyPlan>): HtmlCell {
  if (title === kind.priceTitle || title === 'vs best') return { show: text, sort: kind.price(plan) }
  if (title === kind.paceTitle) return { show: text, sort: kind.pace(plan) }
  return text
}

/** Dollars of each option: of a run, a month or, without traffic, an hour. */
export function costSection(result: AnyResult): Html | null {
  const { best } = result
  if (best === null) return null
  const [title, sum] = MONEY.find(([, of]) => of(best) !== null) ?? [null, null]
  if (title === null || sum === null) return null
  const bars = consideredPlans(result)
    .filter(({ role }) => role !== 'front')
    .flatMap(({ plan, role, misses }): PriceBar[] => {
      const usd = sum(plan)
      const kind = kindOf(plan)
      const place = plan.placement.provider === null ? '' : ` on ${plan.placement.provider}`
      const name = `${plan.placement.gpus}x ${plan.placement.gpu}, ${kind.short(plan)}${place}${misses === '' ? '' : `: ${misses}`}`
      return usd === null
        ? []
        : [{ name, usd, role: role === 'chosen' ? 'chosen' : role === 'misses' ? 'missed' : 'other' }]
    })
  return section('Cost', pricesFigure(title, bars))
}

const MONEY: readonly (readonly [title: string, of: (plan: AnyPlan) => number | null])[] = [
  ['Dollars a run', ({ cost }) => cost.usd_per_run],
  ['Dollars a month', ({ cost }) => cost.usd_per_month],
  ['Dollars an hour', ({ cost }) => cost.usd_per_hour],
]
