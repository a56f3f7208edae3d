import { count } from '../../units.ts'
import { type Compared, compared, type Option } from '../compare/options.ts'
import { cellsOf, columns, lostCell, verdictMark, versusCell, whyNot } from '../compare/table.ts'
import { kindOf } from '../kinds/index.ts'
import { printable } from '../printable.ts'
import { MARKS } from '../style.ts'
import type { Column } from '../table.ts'
import { planSentence } from '../text/answer.ts'
import { memoryFigure } from './charts/memory.ts'
import { pricesFigure } from './charts/prices.ts'
import { type Html, html } from './html.ts'
import { marked, page, section } from './page.ts'
import { header } from './parts/header.ts'
import { memoryBarOf } from './parts/plan.ts'
import { pricesTable } from './parts/trust.ts'
import { htmlTable } from './table.ts'

/** Options side by side as a page: the table, prices, memory, and why some have no plan. */
export function compareHtml(title: string, options: readonly Option[]): string {
  const rows = printable(compared(options))
  const name = printable(title)
  const cheapest = rows.filter((row) => row.cheapest)
  const shown = drawn(rows)
  return page(
    name,
    html`<article>${header({
      name,
      status:
        cheapest.length > 0
          ? {
              text: `${rows.filter(({ status }) => status === 'optimal').length} of ${rows.length} have a plan`,
              mark: MARKS.good,
              tone: 'good',
            }
          : { text: 'No plan', mark: MARKS.bad, tone: 'bad' },
      answer: cheapest.length === 0 ? 'None of the options has a plan' : answer(cheapest),
      below: null,
    })}
${section('Options side by side', optionsTable(rows))}
${section('Price', prices(shown), shown.length < withPlan(rows).length ? html`<p class="note">${LEFT_OUT}</p>` : null)}
${section('Memory', memory(shown))}
${section('Sources', pricesTable(rows.flatMap(({ plan }) => (plan === null ? [] : [plan]))))}
${section(
  'Without a plan',
  marked(
    rows.map(whyNot).filter((reason) => reason !== null),
    MARKS.bad,
    'bad',
  ),
)}</article>`,
  )
}

/** Most options that the answer names one by one, where several are equally cheap. */
const NAMED = 3

/** The cheapest options; of many the first of each kind, and how many others there are. */
function answer(cheapest: readonly Compared[]): string {
  const isFirst = ({ kind }: Compared, index: number): boolean =>
    cheapest.findIndex((other) => other.kind === kind) === index
  const named = cheapest.length > NAMED ? cheapest.filter(isFirst) : cheapest
  const others = cheapest.length - named.length
  return [
    ...named.map(({ option, plan }) => (plan === null ? option : `${option} is the cheapest: ${planSentence(plan)}`)),
    ...(others > 0 ? [`${count(others)} more are as cheap`] : []),
  ].join('; ')
}

/** Bars of a chart. More are no picture, and thousands of them weigh megabytes. */
const DRAWN = 40
const LEFT_OUT = `The charts show the ${DRAWN} cheapest of each kind; the table holds all.`

function withPlan(rows: readonly Compared[]): Compared[] {
  return rows.filter(({ plan }) => plan !== null)
}

/** The options that charts show, in the given order: all that have a plan, or of many the cheapest of each kind. */
function drawn(rows: readonly Compared[]): Compared[] {
  const price = ({ plan }: Compared): number => (plan === null ? null : kindOf(plan).price(plan)) ?? Infinity
  const planned = withPlan(rows)
  const kinds = [...new Set(planned.map(({ kind }) => kind))]
  const kept = new Set(
    kinds.flatMap((kind) =>
      planned
        .filter((row) => row.kind === kind)
        .sort((a, b) => (price(a) < price(b) ? -1 : price(a) > price(b) ? 1 : 0))
        .slice(0, DRAWN),
    ),
  )
  return planned.filter((row) => kept.has(row))
}

function optionsTable(rows: readonly Compared[]): Html {
  const head: readonly Column[] = [
    { title: '' },
    { title: 'option' },
    ...columns(rows),
    { title: 'vs best', align: 'right' },
    { title: 'lost on' },
  ]
  const cells = cellsOf(rows)
  const lines = rows.map((row) => {
    const { plan } = row
    const [gpus = '', configuration = '', memory = '', pace = '', price = ''] = cells(row)
    const kind = plan === null ? null : kindOf(plan)
    const cost = plan === null || kind === null ? null : kind.price(plan)
    return [
      verdictMark(row),
      row.option,
      gpus,
      configuration,
      { show: memory, sort: plan?.memory.total_bytes ?? null },
      { show: pace, sort: plan === null || kind === null ? null : kind.pace(plan) },
      { show: price, sort: cost },
      { show: versusCell(row), sort: row.versusCheapest },
      lostCell(row),
    ]
  })
  return htmlTable(head, lines, {
    label: 'Options side by side',
    sortable: true,
    marked: rows.findIndex((row) => row.cheapest),
  })
}

/** A chart for each kind: an hour of serving and a run are not one axis. */
function prices(rows: readonly Compared[]): (Html | null)[] {
  return [...new Set(rows.map(({ kind }) => kind))].map((kind) => {
    const own = rows.flatMap((row) => {
      const { plan } = row
      const usd = plan === null || row.kind !== kind ? null : kindOf(plan).price(plan)
      const role = row.cheapest
        ? ('chosen' as const)
        : row.status === 'optimal'
          ? ('other' as const)
          : ('missed' as const)
      return usd === null || plan === null ? [] : [{ name: row.option, usd, role, title: kindOf(plan).priceTitle }]
    })
    const title = own[0]?.title
    return title === undefined ? null : pricesFigure(title, own, { chosen: 'cheapest', other: 'dearer' })
  })
}

function memory(rows: readonly Compared[]): Html | null {
  const bars = rows.flatMap(({ option, plan }) =>
    plan === null ? [] : [{ ...memoryBarOf(plan), name: `${option}, ${plan.placement.gpu}` }],
  )
  return bars.length === 0 ? null : memoryFigure(bars)
}
