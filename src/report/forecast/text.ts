import type { ForecastResult } from '../../result/forecast.ts'
import { count, percent } from '../../units.ts'
import { printable } from '../printable.ts'
import { MARKS, type Style, styleFor } from '../style.ts'
import { type Column, table } from '../table.ts'
import { assumptions, list, warnings } from '../text/notes.ts'
import { join, type TextOptions } from '../text.ts'
import { counted } from '../words.ts'
import { wrap } from '../wrap.ts'
import { monthsChart } from './chart.ts'
import {
  breakText,
  commitmentText,
  dollars,
  runsOnText,
  solverText,
  switchTexts,
  totalSentence,
  unitPrice,
} from './words.ts'

/** Switches shown in the text; the JSON form has them all. */
const SHOWN_SWITCHES = 12

/** A forecast for a terminal of 80 columns, most important first. */
export function forecastText(result: ForecastResult, options: TextOptions): string {
  const style = styleFor(options.color)
  const shown = printable(result)
  return join([
    ...(shown.total === null ? infeasible(shown, style) : planned(shown, style)),
    [...assumptions(shown.assumptions, style), ...warnings(shown.warnings, style), ...footer(shown, style)],
  ])
}

function planned(result: ForecastResult, style: Style): string[][] {
  return [
    wrap(totalSentence(result)).map(style.title),
    list('Decisions', result.commitments.map(commitmentText), MARKS.good, style),
    monthsChart(result, style),
    workloads(result, style),
    runsOn(result, style),
    providers(result, style),
    comparison(result, style),
    switches(result, style),
    limits(result, style),
  ]
}

function infeasible(result: ForecastResult, style: Style): string[][] {
  const { conflict, remedies, breaks, scenario } = result
  const [first, ...others] = conflict?.requirements ?? []
  const why =
    first === undefined
      ? 'its requirements cannot all hold'
      : others.length === 0
        ? `${first} cannot be met`
        : `${[first, ...others].join(', ')} cannot all be met`
  return [
    wrap(`No plan for ${scenario}: ${why}`).map(style.bad),
    conflict?.minimal === true && others.length > 0
      ? wrap('Without any one of them the others can be met.').map(style.faint)
      : [],
    list('Without caps and quotas', breaks.map(breakText), MARKS.bad, style),
    list(
      'Single changes that give a plan, cheapest first',
      remedies.map(
        ({ text, set, usd }) =>
          `${text}: ${dollars(usd)} in all${set === null ? '' : ` (--set ${JSON.stringify(set)})`}`,
      ),
      MARKS.good,
      style,
    ),
  ]
}

const WORKLOADS: readonly Column[] = [
  { title: 'workload', least: 12 },
  { title: 'dollars', align: 'right' },
  { title: 'share', align: 'right' },
  { title: 'each', align: 'right' },
  { title: 'switches', align: 'right' },
]

function workloads({ by_workload: rows, total }: ForecastResult, style: Style): string[] {
  const idle = total?.idle_usd ?? 0
  const share = idle / (total?.months_usd ?? 1)
  return titled(
    'By workload',
    WORKLOADS,
    [
      ...rows.map((row) => [row.workload, dollars(row.usd), percent(row.share), unitPrice(row), count(row.switches)]),
      ...(idle > 0 ? [['idle commitments', dollars(idle), percent(share), '', '']] : []),
    ],
    style,
  )
}

function runsOn({ by_workload: rows, months }: ForecastResult, style: Style): string[] {
  const sentences = rows.map(({ workload }, w) => runsOnText(workload, months, w))
  return list('What runs where', sentences, MARKS.item, style)
}

function providers({ by_provider: rows }: ForecastResult, style: Style): string[] {
  if (rows.length < 2)
    return rows.map(({ provider, usd }) => `All of it from ${provider ?? 'owned nodes'}: ${dollars(usd)}`)
  const head: Column[] = [
    { title: 'provider' },
    { title: 'dollars', align: 'right' },
    { title: 'share', align: 'right' },
  ]
  const cells = rows.map(({ provider, usd, share }) => [provider ?? 'owned', dollars(usd), percent(share)])
  return titled('By provider', head, cells, style)
}

function comparison({ total }: ForecastResult, style: Style): string[] {
  const { on_demand: baseline, usd } = total!
  if (baseline === null) return ['Not everything can be had on demand: nothing to compare with.']
  return [
    style.title('Against everything on demand, without cap and quotas'),
    ...wrap(
      `on demand ${dollars(baseline.usd)}, as planned ${dollars(usd)}: ${baseline.saved_usd >= 0 ? 'saves' : 'costs'} ${dollars(Math.abs(baseline.saved_usd))} ${baseline.saved_usd >= 0 ? '' : 'more '}(${percent(Math.abs(baseline.saved_share))})`,
    ),
  ]
}

function switches({ months }: ForecastResult, style: Style): string[] {
  const all = switchTexts(months)
  if (all.length === 0) return ['Every workload keeps its configuration in all months.']
  const more = all.length - SHOWN_SWITCHES
  return [
    ...list(
      counted(all.length, 'switch').replace('switchs', 'switches'),
      all.slice(0, SHOWN_SWITCHES),
      MARKS.item,
      style,
    ),
    ...(more > 0 ? [style.faint(`${more} more (--format json)`)] : []),
  ]
}

function limits({ breaks, kept_for_usd: extra, monthly_cap_usd: cap, months }: ForecastResult, style: Style): string[] {
  if (breaks.length > 0) {
    const cost = extra === null ? [] : wrap(`Keeping to it costs ${dollars(extra)} more than without.`)
    return [...list('Caps and quotas that bind', breaks.map(breakText), MARKS.warning, style), ...cost]
  }
  if (cap === null) return []
  const dearest = months.reduce((most, month) => (month.usd > most.usd ? month : most))
  const risky = months.filter(({ over_cap_share: share }) => share !== null && share > 0)
  const worst = risky.reduce<(typeof months)[number] | null>(
    (most, month) => (most === null || month.over_cap_share! > most.over_cap_share! ? month : most),
    null,
  )
  const risk =
    worst === null ? '' : `; passed most often in ${worst.month}, in ${percent(worst.over_cap_share!)} of the futures`
  return wrap(
    `Cap of ${dollars(cap)} a month: kept, the dearest month is ${dearest.month} with ${dollars(dearest.usd)}${risk}`,
  )
}

function titled(title: string, head: readonly Column[], rows: readonly (readonly string[])[], style: Style): string[] {
  const [titles, ...lines] = table(head, rows)
  return [style.title(title), style.faint(titles!), ...lines]
}

function footer(result: ForecastResult, style: Style): string[] {
  const { catalog } = result
  const newest = catalog.prices_as_of === null ? '' : `the newest of ${catalog.prices_as_of}, `
  return [
    ...wrap(`Prices: ${newest}catalog ${catalog.hash}`).map(style.faint),
    ...wrap(`Solver: ${solverText(result)}`).map(style.faint),
  ]
}
