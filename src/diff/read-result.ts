import type { z } from 'zod'
import { fleetResultSchema } from '../result/fleet.ts'
import { forecastResultSchema } from '../result/forecast.ts'
import { resultSchema } from '../result/plan.ts'
import { trainResultSchema } from '../result/train.ts'
import { resultVersion } from '../result/version.ts'
import { type Diagnostic, inputError, pathText } from '../scenario/diagnostic.ts'
import { issuesToDiagnostics } from '../scenario/located.ts'
import type { DiffableKind, DiffableResult } from './any-result.ts'

const SCHEMAS: Readonly<Record<DiffableKind, z.ZodType>> = {
  serve: resultSchema,
  train: trainResultSchema,
  fleet: fleetResultSchema,
  forecast: forecastResultSchema,
}

/** Whether a parsed JSON value looks like what `--format json` wrote, rather than a scenario. */
export function looksLikeResult(value: unknown): boolean {
  return isRecord(value) && ['results', 'status', 'placement'].some((key) => Object.hasOwn(value, key))
}

/**
 * The results in a document that `--format json` wrote: one, or several under `results`.
 * @throws InputError where it is of another version, of no known kind, or lacks something.
 */
export function readResults(value: unknown, file: string): DiffableResult[] {
  if (!isRecord(value))
    throw wrong(file, 'the document is no result of plan', 'save one with --format json --output FILE')
  if (Object.hasOwn(value, 'placement')) {
    throw wrong(file, 'the document is an estimate, not the result of a plan', 'plan a scenario with --format json')
  }
  checkVersion(value.version, file)
  if (!Array.isArray(value.results)) return [readResult(value, file)]
  if (value.results.length === 0)
    throw wrong(file, 'the document holds no results', 'plan a scenario with --format json')
  return value.results.map((each) => readResult(each, file))
}

function readResult(value: unknown, file: string): DiffableResult {
  const kind = isRecord(value) ? value.kind : undefined
  const schema = isKind(kind) ? SCHEMAS[kind] : undefined
  if (schema === undefined) {
    const kinds = Object.keys(SCHEMAS).join(', ')
    throw wrong(file, `a result of kind ${JSON.stringify(kind ?? null)} cannot be compared`, `kinds: ${kinds}`)
  }
  const read = schema.safeParse(value)
  if (read.success) return read.data as DiffableResult
  const issue = flat(read.error.issues).find(({ code }) => code !== 'unrecognized_keys')
  // A later program of the same version may add keys: nothing that is known here is missing then.
  if (issue === undefined) return value as DiffableResult
  const [said] = issuesToDiagnostics([issue], value, schema, () => ({ file })) as [Diagnostic]
  throw wrong(
    file,
    `the result cannot be read${said.path.length === 0 ? '' : ` at ${pathText(said.path)}`}: ${said.message}`,
    'plan the scenario again with --format json',
  )
}

function checkVersion(version: unknown, file: string): void {
  if (version === resultVersion) return
  if (typeof version === 'number' && version > resultVersion) {
    throw wrong(
      file,
      `the result is of version ${version}; this program reads version ${resultVersion}`,
      'a newer gpu-plan wrote it',
    )
  }
  throw wrong(
    file,
    `"version" is ${JSON.stringify(version ?? null)}, not ${resultVersion}`,
    'save a result with --format json',
  )
}

/** The issues of a union are those of its closest member. */
function flat(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'invalid_union') return [issue]
    const [closest] = [...issue.errors].sort((a, b) => a.length - b.length)
    return flat((closest ?? []).map((each) => ({ ...each, path: [...issue.path, ...each.path] }) as z.core.$ZodIssue))
  })
}

function isKind(kind: unknown): kind is DiffableKind {
  return typeof kind === 'string' && Object.hasOwn(SCHEMAS, kind)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function wrong(file: string, message: string, hint: string): Error {
  return inputError(message, { position: { file }, hint })
}
