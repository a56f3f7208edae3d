import type { Immutable } from '../result/immutable.ts'
import { resultVersion } from '../result/version.ts'
import { jsonText } from '../visible.ts'
import { compare } from './comparison.ts'
import type { AnyResult } from './kinds/index.ts'

/** One document: the result itself, or for several scenarios their results in order with the comparison. */
export function jsonReport(results: readonly AnyResult[]): string {
  const [only] = results
  if (only !== undefined && results.length === 1) return json(only)
  return json({ version: resultVersion, results, comparison: results.map(compare) })
}

/** Plain data as JSON with two blanks of indentation and a final line feed. `Document` is the form that its schema gives it. */
export function json<Document = unknown>(value: Immutable<NoInfer<Document>>): string {
  return `${jsonText(value)}\n`
}
