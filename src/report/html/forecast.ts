import type { ForecastMonth, ForecastResult } from '../../result/forecast.ts'
import { percent } from '../../units.ts'
import {
  capSentence,
  keptSentence,
  minimalSentence,
  noPlanSentence,
  onDemandSentence,
  pricesText,
  remedyText,
} from '../forecast/sentences.ts'
import { monthHead, monthRow, PROVIDERS, providerRows, WORKLOADS, workloadRows } from '../forecast/tables.ts'
import {
  breakText,
  commitmentText,
  dollars,
  runsOnText,
  solverText,
  switchTexts,
  totalSentence,
} from '../forecast/words.ts'
import { MARKS } from '../style.ts'
import { counted } from '../words.ts'
import { pricingFigure, workloadFigure } from './charts/months.ts'
import { type Html, html } from './html.ts'
import { folded, marked, section, sentences, tiles } from './page.ts'
import { header } from './parts/header.ts'
import { assumptionsSection } from './parts/notes.ts'
import { htmlTable } from './table.ts'

/** A forecast, most important first. The result's texts are printable. */
export function forecastArticle(result: ForecastResult): Html {
  return html`${result.total === null ? infeasible(result) : planned(result, result.total)}
${assumptionsSection(result.assumptions, result.warnings)}
${section('Sources', html`<ul><li>Solver: ${solverText(result)}</li><li>Prices: ${pricesText(result)}</li></ul>`)}`
}

function infeasible(result: ForecastResult): Html {
  const proof = minimalSentence(result)
  return html`${header({
    name: result.scenario,
    status: { text: 'No plan', mark: MARKS.bad, tone: 'bad' },
    answer: noPlanSentence(result),
    below: proof === null ? null : html`<p class="muted">${proof}</p>`,
  })}
${section('Single changes that give a plan, cheapest first', marked(result.remedies.map(remedyText), MARKS.good, 'good'))}
${section('Without caps and quotas', marked(result.breaks.map(breakText), MARKS.bad, 'bad'))}`
}

function planned(result: ForecastResult, total: NonNullable<ForecastResult['total']>): Html {
  const { status, months, commitments, by_workload: workloads } = result
  return html`${header({
    name: result.scenario,
    status:
      status === 'optimal'
        ? { text: 'Plan found', mark: MARKS.good, tone: 'good' }
        : { text: 'The best found in the time given', mark: MARKS.warning, tone: 'warn' },
    answer: totalSentence(result),
    below: figures(total, months),
  })}
${decisions(commitments)}
${section('Cost by month', pricingFigure(result), folded('Month by month', monthTable(result)))}
${section(
  'Cost by workload',
  workloadFigure(result),
  htmlTable(WORKLOADS, workloadRows(result), { label: 'By workload' }),
)}
${section('What runs where', sentences(workloads.map(({ workload }, w) => runsOnText(workload, months, w))), switches(months))}
${section('By provider', htmlTable(PROVIDERS, providerRows(result), { label: 'By provider' }))}
${limits(result)}`
}

/** Decisions that stand open; the rest are folded, so that the chart is not pushed off the screen. */
const OPEN_DECISIONS = 5

function decisions(commitments: ForecastResult['commitments']): Html | null {
  const texts = commitments.map(commitmentText)
  if (texts.length === 0) return section('Decisions', html`<p>Commit to nothing.</p>`)
  const rest = texts.slice(OPEN_DECISIONS)
  return section(
    'Decisions',
    marked(texts.slice(0, OPEN_DECISIONS), MARKS.good, 'good'),
    folded(`${rest.length} more`, marked(rest, MARKS.good, 'good')),
  )
}

function figures(total: NonNullable<ForecastResult['total']>, months: readonly ForecastMonth[]): Html | null {
  const { usd, usd_p10: low, usd_p90: high, on_demand: baseline, idle_usd: idle } = total
  return tiles([
    { name: counted(months.length, 'month'), value: dollars(usd) },
    ...(low === null || high === null ? [] : [{ name: 'P10 to P90', value: `${dollars(low)} to ${dollars(high)}` }]),
    ...(baseline === null
      ? []
      : [
          {
            name: baseline.saved_usd >= 0 ? 'less than on demand' : 'more than on demand',
            value: dollars(Math.abs(baseline.saved_usd)),
            note: percent(Math.abs(baseline.saved_share)),
          },
        ]),
    ...(idle > 0 ? [{ name: 'committed and not used', value: dollars(idle) }] : []),
  ])
}

function monthTable({ months }: ForecastResult): Html {
  return htmlTable(
    monthHead(months),
    months.map((month) => monthRow(month, months)),
    { label: 'Month by month' },
  )
}

function switches(months: readonly ForecastMonth[]): Html | null {
  const all = switchTexts(months)
  if (all.length === 0) return html`<p class="muted">Every workload keeps its configuration in all months.</p>`
  return folded(all.length === 1 ? '1 switch' : `${all.length} switches`, sentences(all))
}

function limits(result: ForecastResult): Html | null {
  const { breaks } = result
  const sentence = breaks.length > 0 ? keptSentence(result) : capSentence(result)
  const baseline = onDemandSentence(result)
  return section(
    'Limits and comparison',
    marked(breaks.map(breakText), MARKS.warning, 'warn'),
    sentence === null ? null : html`<p>${sentence}</p>`,
    html`<p>${
      baseline === null
        ? 'Not everything can be had on demand: nothing to compare with.'
        : `Against everything on demand, without cap and quotas: ${baseline}`
    }</p>`,
  )
}
