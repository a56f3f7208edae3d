import { planScenario, type ScenarioResult } from '../../../planners/index.ts'
import type { Catalog } from '../../../src/catalog/catalog.ts'
import { type Diagnostic, InputError, inputError } from '../../../src/scenario/diagnostic.ts'
import { type Written, yamlOf } from './document.ts'

/** A day on which the shipped prices are young enough. */
export const AS_OF = '2026-11-21'

/** Small programs take far less; a limit that was reached would make results depend on how fast the machine is. */
const TIME_LIMIT_SECONDS = 30

/** How planning a document ended. */
export type Outcome = { readonly cpuSeconds: number } & (
  | { readonly is: 'plan' | 'no plan'; readonly result: ScenarioResult }
  | { readonly is: 'refused'; readonly diagnostics: readonly Diagnostic[] }
)

/**
 * Plans a document, its files served from memory.
 * @throws whatever planning throws that is no refusal: a defect
 */
export async function outcomeOf(
  written: Written,
  catalog: Catalog,
  explain: boolean,
  set: readonly string[] = [],
): Promise<Outcome> {
  const text = yamlOf(written)
  const before = process.cpuUsage()
  // The processor's time, not the clock's: other work of the machine is none of the planner's.
  const cpuSeconds = (): number => {
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1e6
  }
  try {
    const result = await planScenario(
      text,
      'scenario.yaml',
      catalog,
      { asOf: AS_OF, set, explain, top: 3, timeLimitSeconds: TIME_LIMIT_SECONDS },
      (reference) => {
        const value = Object.hasOwn(written.files, reference) ? written.files[reference] : undefined
        if (value === undefined) throw inputError('no such file')
        return { text: yamlOf({ value, twice: null }), file: reference }
      },
    )
    return { is: result.status === 'infeasible' ? 'no plan' : 'plan', result, cpuSeconds: cpuSeconds() }
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    return { is: 'refused', diagnostics: error.diagnostics, cpuSeconds: cpuSeconds() }
  }
}

/** What is wrong with a refusal; null where it tells the user what is wrong and where. */
export function flawOf(diagnostics: readonly Diagnostic[], written: Written): string | null {
  if (diagnostics.length === 0) return 'a refusal without a reason'
  const texts: Readonly<Record<string, string>> = {
    'scenario.yaml': yamlOf(written),
    ...Object.fromEntries(Object.entries(written.files).map(([file, value]) => [file, yamlOf({ value, twice: null })])),
  }
  for (const { message, position, hint = '' } of diagnostics) {
    if (message === '' || /\[object|undefined|\bat .*\.ts:/.test(message + hint)) return `a bad message: ${message}`
    // What is wrong with a flag itself is said of the flag.
    if (/^(?:--set|setting) /.test(message)) continue
    if (position === undefined) return `no file is named: ${message}`
    // A value that a flag gave has no line.
    if (/^(?:--set|setting) /.test(position.file)) continue
    const text = texts[position.file]
    if (text === undefined) return `an unknown file ${position.file}: ${message}`
    if (position.line === undefined) return `no line is named: ${message}`
    const lines = text.split('\n')
    const line = lines[position.line - 1]
    if (line === undefined || (position.column ?? 0) < 1 || (position.column ?? 0) > line.length + 1)
      return `${position.file}:${position.line}:${position.column} is no place in the file: ${message}`
  }
  return null
}
