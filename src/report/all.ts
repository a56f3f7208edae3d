import { resultVersion } from '../result/version.ts'
import { inputError } from '../scenario/diagnostic.ts'
import { compare, comparisonText } from './comparison.ts'
import { csv, csvReport } from './csv.ts'
import { json, jsonReport } from './json.ts'
import type { AnyResult } from './kinds/index.ts'
import { blocks } from './markdown/blocks.ts'
import { markdownReport } from './markdown.ts'
import { isProgram, type ProgramResult, reportOf } from './programs/index.ts'
import { type TextOptions, textReport } from './text.ts'
import { SCREEN_COLUMNS } from './wrap.ts'

/** Results of every kind of scenario, in the order in which they were asked for. */
export type Results = readonly (AnyResult | ProgramResult)[]

/** The reports one below the other; several plans of single workloads end with a comparison. */
export function textOf(results: Results, options: TextOptions): string {
  const reports = results.map((result) =>
    isProgram(result) ? reportOf(result).text(result, options) : textReport(result, options),
  )
  const single = results.filter((result) => !isProgram(result))
  if (single.length > 1) reports.push(comparisonText(single, options))
  return reports.join(`\n${'─'.repeat(SCREEN_COLUMNS)}\n\n`)
}

export function jsonOf(results: Results): string {
  const single = results.filter((result) => !isProgram(result))
  const [only] = results
  if (single.length === results.length) return jsonReport(single)
  if (only !== undefined && results.length === 1) return json(only)
  const comparison = results.map((result) =>
    isProgram(result)
      ? { scenario: result.scenario, status: result.status, kind: result.kind, usd: reportOf(result).price(result) }
      : compare(result),
  )
  return json({ version: resultVersion, results, comparison })
}

export function markdownOf(results: Results, options: { readonly explain: boolean }): string {
  const single = results.filter((result) => !isProgram(result))
  if (single.length === results.length) return markdownReport(single, options)
  return blocks(
    results.map((result) =>
      (isProgram(result)
        ? blocks(reportOf(result).markdown(result, options))
        : markdownReport([result], options)
      ).trimEnd(),
    ),
  )
}

/** One self-contained page. Its charts need a library that is larger than the rest of the program, which is loaded only here. */
export async function htmlOf(results: Results, options: { readonly explain: boolean }): Promise<string> {
  const { htmlReport } = await import('./html/report.ts')
  return htmlReport(results, options)
}

/** @throws InputError where the results share no columns: a table of fleets and plans would be neither. */
export function csvOf(results: Results): string {
  const kinds = new Set(results.map((result) => (isProgram(result) ? result.kind : 'plan')))
  if (kinds.size > 1) {
    throw inputError('--format csv is one table: fleets, forecasts and plans have different columns', {
      hint: 'plan them one by one, or take --format json',
    })
  }
  const programs = results.filter(isProgram)
  const [first] = programs
  if (first === undefined) return csvReport(results.filter((result) => !isProgram(result)))
  return csv([
    ['scenario', 'status', ...reportOf(first).csvColumns],
    ...programs.flatMap((result) =>
      reportOf(result)
        .csvRows(result)
        .map((row) => [result.scenario, result.status, ...row]),
    ),
  ])
}
