import type { ForecastResult } from '../../result/forecast.ts'
import { printable } from '../printable.ts'
import { MARKS, type Style, styleFor } from '../style.ts'
import { type Column, table } from '../table.ts'
import { assumptions, list, warnings } from '../text/notes.ts'
import { join, type TextOptions } from '../text.ts'
import { counted } from '../words.ts'
import { wrap } from '../wrap.ts'
import { monthsChart } from './chart.ts'
import {
  capSentence,
  keptSentence,
  minimalSentence,
  noPlanSentence,
  onDemandSentence,
  pricesText,
  remedyText,
} from './sentences.ts'
import { PROVIDERS, providerRows, WORKLOADS, workloadRows } from './tables.ts'
import { breakText, commitmentText, dollars, runsOnText, solverText, switchTexts, totalSentence } from './words.ts'

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
  const { remedies, breaks } = result
  const proof = minimalSentence(result)
  return [
    wrap(noPlanSentence(result)).map(style.bad),
    proof === null ? [] : wrap(proof).map(style.faint),
    list('Without caps and quotas', breaks.map(breakText), MARKS.bad, style),
    list('Single changes that give a plan, cheapest first', remedies.map(remedyText), MARKS.good, style),
  ]
}

function workloads(result: ForecastResult, style: Style): string[] {
  return titled('By workload', WORKLOADS, workloadRows(result), style)
}

function runsOn({ by_workload: rows, months }: ForecastResult, style: Style): string[] {
  const sentences = rows.map(({ workload }, w) => runsOnText(workload, months, w))
  return list('What runs where', sentences, MARKS.item, style)
}

function providers(result: ForecastResult, style: Style): string[] {
  const { by_provider: rows } = result
  if (rows.length < 2)
    return rows.map(({ provider, usd }) => `All of it from ${provider ?? 'owned nodes'}: ${dollars(usd)}`)
  return titled('By provider', PROVIDERS, providerRows(result), style)
}

function comparison(result: ForecastResult, style: Style): string[] {
  const sentence = onDemandSentence(result)
  if (sentence === null) return ['Not everything can be had on demand: nothing to compare with.']
  return [style.title('Against everything on demand, without cap and quotas'), ...wrap(sentence)]
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

function limits(result: ForecastResult, style: Style): string[] {
  const { breaks } = result
  if (breaks.length > 0) {
    const kept = keptSentence(result)
    const cost = kept === null ? [] : wrap(kept)
    return [...list('Caps and quotas that bind', breaks.map(breakText), MARKS.warning, style), ...cost]
  }
  const cap = capSentence(result)
  return cap === null ? [] : wrap(cap)
}

function titled(title: string, head: readonly Column[], rows: readonly (readonly string[])[], style: Style): string[] {
  const [titles, ...lines] = table(head, rows)
  return [style.title(title), style.faint(titles!), ...lines]
}

function footer(result: ForecastResult, style: Style): string[] {
  return [...wrap(`Prices: ${pricesText(result)}`), ...wrap(`Solver: ${solverText(result)}`)].map(style.faint)
}
