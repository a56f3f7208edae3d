import type { Diagnostic, Path, Position } from './diagnostic.ts'
import { inputError } from './diagnostic.ts'
import { rateKeys } from './serve.ts'
import type { Locate } from './yaml.ts'
import { parseYaml } from './yaml.ts'

/** A document with changes from the command line; places inside a changed value name the flag. */
export interface ChangedDocument {
  value: unknown
  locate: Locate
}

/** Splits `traffic.requests_per_second`; a key that itself holds dots is quoted: `prices.overrides."runpod/a.b"`. */
export function parsePath(text: string): Path {
  const steps = [...text.matchAll(/(?:^|\.)(?:"([^"]*)"|([^."]+))/g)]
  if (steps.map((step) => step[0]).join('') !== text || steps.length === 0) {
    throw inputError(`--set ${text}: not a path of keys`, { hint: 'e.g. --set traffic.requests_per_second=10' })
  }
  return steps.map((step) => {
    const plain = step[2]
    return plain !== undefined && /^\d+$/.test(plain) ? Number(plain) : (plain ?? step[1] ?? '')
  })
}

/** Splits `PATH=VALUE`, or `PATH?=VALUE` for a default, at the first equals sign outside quotes. */
export function parseAssignment(text: string): { path: string; value: string; isDefault: boolean } {
  const match = /^((?:"[^"]*"|[^="])+)=(.*)$/s.exec(text)
  if (match === null)
    throw inputError(`--set ${text}: expected PATH=VALUE`, { hint: 'e.g. --set traffic.requests_per_second=10' })
  const path = (match[1] ?? '').trim()
  const isDefault = path.endsWith('?')
  return { path: isDefault ? path.slice(0, -1).trim() : path, value: match[2] ?? '', isDefault }
}

/**
 * Sets one value of a scenario, as `--set PATH=VALUE` does: the value is read as YAML (`10`, `1M`, `[fp8, int8]`), missing maps on
 * the way are made, numbers in the path index lists. `null` or an empty value removes the key. Setting one of the traffic rates
 * (requests_per_second, tokens_per_day, concurrency) removes the others that the document holds, since only one may be given; so
 * does setting one of the two measures of training data (tokens; examples and tokens_per_example).
 * The document is not changed; a changed copy is returned. Throws {@link InputError} naming the flag (`flag`, where it is another).
 */
export function setPath(
  document: ChangedDocument,
  path: string,
  valueText: string,
  flag = `--set ${path}`,
): ChangedDocument {
  const steps = parsePath(path)
  for (const step of steps) {
    if (step === '__proto__' || step === 'constructor' || step === 'prototype') {
      throw inputError(`the key ${JSON.stringify(step)} is not allowed`, { path: steps, position: { file: flag } })
    }
  }
  const value = readValue(flag, steps, valueText)
  let root = write(document.value, steps, 0, value, flag)
  for (const rate of replacedKeys(steps)) root = write(root, rate, 0, undefined, flag)
  const position: Position = { file: flag }
  const locate: Locate = (target, part) => (startsWith(target, steps) ? position : document.locate(target, part))
  return { value: root, locate }
}

function readValue(flag: string, path: Path, text: string): unknown {
  if (text.trim() === '' || text.trim() === 'null') return undefined
  // A version is text even where it looks like a number: 0.20 is not 0.2.
  if (path.at(-1) === 'engine_version') return text.trim().replace(/^(["'])(.*)\1$/, '$2')
  const parsed = parseYaml(text, flag)
  if (parsed.ok) return parsed.value
  const [first] = parsed.diagnostics
  throw inputError((first as Diagnostic).message, { path, position: { file: flag } })
}

/** Keys of which a scenario has one, or one group. */
const exclusive: Readonly<Record<string, readonly (readonly string[])[]>> = {
  traffic: rateKeys.map((rate) => [rate]),
  data: [['tokens'], ['examples', 'tokens_per_example']],
}

function replacedKeys(steps: Path): Path[] {
  const [parent, key] = steps
  if (steps.length !== 2 || typeof parent !== 'string') return []
  const groups = Object.hasOwn(exclusive, parent) ? (exclusive[parent] ?? []) : []
  if (!groups.some((group) => group.includes(String(key)))) return []
  return groups.filter((group) => !group.includes(String(key))).flatMap((group) => group.map((each) => [parent, each]))
}

/** A copy of `container` with the value at the path; undefined removes it. */
function write(container: unknown, steps: Path, index: number, value: unknown, flag: string): unknown {
  const step = steps[index]
  if (step === undefined) return value
  if (Array.isArray(container)) {
    if (typeof step !== 'number' || step > container.length) {
      const message = `${steps.slice(0, index).join('.')} is a list of ${container.length}; ${JSON.stringify(step)} is no place in it`
      throw inputError(message, { path: steps, position: { file: flag } })
    }
    const copy: unknown[] = [...container]
    const next = write(copy[step], steps, index + 1, value, flag)
    if (next === undefined) copy.splice(step, 1)
    else copy[step] = next
    return copy
  }
  if (container !== undefined && container !== null && typeof container !== 'object') {
    const message = `${steps.slice(0, index).join('.')} is ${JSON.stringify(container)}, not a map of keys`
    throw inputError(message, { path: steps, position: { file: flag } })
  }
  const copy: Record<string, unknown> = { ...(container as Record<string, unknown> | null | undefined) }
  const next = write(copy[step], steps, index + 1, value, flag)
  if (next === undefined) delete copy[step]
  else copy[step] = next
  return copy
}

function startsWith(path: Path, prefix: Path): boolean {
  return prefix.every((step, index) => String(path[index]) === String(step))
}
