import { count } from '../../units.ts'
import { comparisonTables } from '../comparison.ts'
import type { AnyResult } from '../kinds/index.ts'
import { printable } from '../printable.ts'
import { isProgram, type ProgramResult, reportOf } from '../programs/index.ts'
import { planSentence } from '../text/answer.ts'
import { type Html, html } from './html.ts'
import { page, section } from './page.ts'
import { type HtmlOptions, planArticle } from './plan.ts'
import { programArticle } from './programs.ts'
import { htmlTable } from './table.ts'

/** Results of every kind as one self-contained page, in their order; several plans of single workloads begin with their comparison. */
export function htmlReport(results: readonly (AnyResult | ProgramResult)[], options: HtmlOptions = {}): string {
  const shown = printable(results)
  const articles = shown.map((result, index) => {
    const body = isProgram(result) ? programArticle(result, options) : planArticle(result, options)
    return html`<article id="result-${index + 1}">${body}</article>
`
  })
  return page(shown.map(({ scenario }) => scenario).join(', '), html`${overview(shown)}${articles}`)
}

function overview(results: readonly (AnyResult | ProgramResult)[]): Html | null {
  const single = results.filter((result) => !isProgram(result))
  if (results.length < 2) return null
  const tables = single.length < 2 ? [] : comparisonTables(single)
  const places = new Map(results.map((result, index) => [result, index + 1]))
  const links = results.filter((result) => single.length < 2 || isProgram(result))
  return html`<article><header><h1>${count(results.length)} scenarios</h1></header>${tables.map(
    ({ title, head, rows, results: own }) =>
      section(
        title,
        htmlTable(
          head,
          rows.map(([name = '', ...cells], index) => [link(name, places.get(own[index]!)!), ...cells]),
          { label: title, sortable: true },
        ),
      ),
  )}${section(tables.length === 0 ? 'Results' : 'Other results', links.length === 0 ? null : html`<ul>${links.map((result) => html`<li>${link(result.scenario, places.get(result)!)}: ${priceText(result)}</li>`)}</ul>`)}</article>
`
}

function priceText(result: AnyResult | ProgramResult): string {
  if (!isProgram(result)) return result.best === null ? 'no plan' : planSentence(result.best)
  const report = reportOf(result)
  const usd = report.price(result)
  return usd === null ? 'no plan' : report.priceText(usd)
}

function link(name: string, place: number): Html {
  return html`<a href="#result-${place}">${name}</a>`
}
