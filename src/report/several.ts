import { comparisonText } from './comparison.ts'
import type { AnyResult } from './kinds/index.ts'
import { type TextOptions, textReport } from './text.ts'
import { SCREEN_COLUMNS } from './wrap.ts'

/** The reports of several scenarios one below the other, and a comparison at the end; of one scenario its report. */
export function textReports(results: readonly AnyResult[], options: TextOptions): string {
  const reports = results.map((result) => textReport(result, options))
  if (results.length > 1) reports.push(comparisonText(results, options))
  return reports.join(`\n${'─'.repeat(SCREEN_COLUMNS)}\n\n`)
}
