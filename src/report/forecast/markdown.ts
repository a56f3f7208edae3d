import type { ForecastResult } from '../../result/forecast.ts'
import { percent } from '../../units.ts'
import { bullets, details, escaped, foldedWhenLong, markdownTable } from '../markdown/blocks.ts'
import { printable } from '../printable.ts'
import { MARKS } from '../style.ts'
import { counted } from '../words.ts'
import { keptSentence, noPlanSentence, pricesText, remedyText } from './sentences.ts'
import { monthHead, monthRow, PROVIDERS, providerRows } from './tables.ts'
import {
  breakText,
  commitmentText,
  configurationText,
  dollars,
  loadText,
  solverText,
  switchTexts,
  totalSentence,
  unitPrice,
} from './words.ts'

/** A forecast for a pull request: headline, decisions, months and shares open, the rest folded away. */
export function forecastMarkdown(given: ForecastResult): string[] {
  const result = printable(given)
  return [
    `## ${escaped(result.scenario)}`,
    ...(result.total === null ? infeasible(result) : planned(result)),
    notes(result),
  ]
}

function planned(result: ForecastResult): string[] {
  const { months, by_workload: workloads, breaks, commitments } = result
  const kept = keptSentence(result)
  const switched = switchTexts(months)
  return [
    `${MARKS.good} **${escaped(totalSentence(result))}**`,
    ...(commitments.length === 0
      ? []
      : [
          foldedWhenLong(
            counted(commitments.length, 'decision'),
            commitments.length,
            bullets(commitments.map(commitmentText)),
          ),
        ]),
    ...(breaks.length === 0 ? [] : [bullets(breaks.map(breakText))]),
    ...(kept === null ? [] : [escaped(kept)]),
    foldedWhenLong(
      'Month by month',
      months.length,
      markdownTable(
        monthHead(months),
        months.map((month) => monthRow(month, months)),
      ),
    ),
    foldedWhenLong(
      'By workload',
      workloads.length,
      markdownTable(
        [
          { title: 'workload' },
          { title: 'dollars', align: 'right' },
          { title: 'share', align: 'right' },
          { title: 'each', align: 'right' },
          { title: 'first month' },
          { title: 'last month' },
        ],
        workloads.map((row, w) => [
          row.workload,
          dollars(row.usd),
          percent(row.share),
          unitPrice(row),
          ...[months[0]!, months.at(-1)!].map(({ workloads: own }) => {
            const load = loadText(own[w]!)
            return `${load === '' ? '' : `${load}: `}${configurationText(own[w]!)}`
          }),
        ]),
      ),
    ),
    details('By provider', markdownTable(PROVIDERS, providerRows(result))),
    ...(switched.length === 0 ? [] : [details('Switches', bullets(switched))]),
  ]
}

function infeasible(result: ForecastResult): string[] {
  const { remedies, breaks } = result
  return [
    `${MARKS.bad} **${escaped(noPlanSentence(result))}**`,
    ...(breaks.length === 0 ? [] : [bullets(breaks.map(breakText))]),
    ...(remedies.length === 0 ? [] : [`Single changes that give a plan:\n\n${bullets(remedies.map(remedyText))}`]),
  ]
}

function notes(result: ForecastResult): string {
  const { assumptions, warnings } = result
  return details(
    'Assumptions, warnings, prices and solver',
    bullets([
      ...warnings.map((warning) => `Warning: ${warning}`),
      ...assumptions,
      `Prices: ${pricesText(result)}`,
      `Solver: ${solverText(result)}`,
    ]),
  )
}
