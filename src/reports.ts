/**
 * Reports of results: what the command line prints, as texts. Nothing here needs Node.
 * @module
 */
import type { ScenarioResult } from '../planners/index.ts'
import { csvOf, htmlOf, jsonOf, markdownOf, textOf } from './report/all.ts'

/** One result, or several in the order in which they are told; several plans end with a comparison. */
export type Reported = ScenarioResult | readonly ScenarioResult[]

export interface ReportOptions {
  /** The arithmetic of every figure, where the plan was made with `explain`. */
  readonly explain?: boolean
}

/** The report for a screen of 80 columns; `color` adds the escapes of a terminal. */
export function toText(results: Reported, options: ReportOptions & { readonly color?: boolean } = {}): string {
  return textOf(listOf(results), { color: options.color ?? false, explain: options.explain ?? false })
}

/** A summary with foldable details, for pull requests. */
export function toMarkdown(results: Reported, { explain = false }: ReportOptions = {}): string {
  return markdownOf(listOf(results), { explain })
}

/**
 * A table with units in the titles.
 * @throws InputError where the results share no columns: fleets, forecasts and plans each have their own.
 */
export function toCsv(results: Reported): string {
  return csvOf(listOf(results))
}

/** The JSON of `--format json`: two blanks of indentation, a final line feed. */
export function toJson(results: Reported): string {
  return jsonOf(listOf(results))
}

/** One self-contained page with charts. The charting library, half a megabyte, is loaded only here. */
export function toHtml(results: Reported, { explain = false }: ReportOptions = {}): Promise<string> {
  return htmlOf(listOf(results), { explain })
}

function listOf(results: Reported): readonly ScenarioResult[] {
  return Array.isArray(results) ? (results as readonly ScenarioResult[]) : [results as ScenarioResult]
}
