import type { z } from 'zod'
import { didYouMean } from '../catalog/suggest.ts'
import { type Diagnostic, listed, type Path } from './diagnostic.ts'
import { shown } from './fields.ts'
import type { Locate } from './yaml.ts'

type Issue = z.core.$ZodIssue

/**
 * Issues of a schema as messages with places: an unknown key at the key, a missing key at its parent, anything else at the value.
 * Misspelt keys and choices carry the nearest known one. `schema` supplies the known keys.
 */
export function issuesToDiagnostics(
  issues: readonly Issue[],
  value: unknown,
  schema: z.ZodType,
  locate: Locate,
): Diagnostic[] {
  const single = flatten(issues, value).flatMap((issue): Issue[] =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => ({ ...issue, keys: [key] })) : [issue],
  )
  return listed(single, (issue) => toDiagnostic(issue, value, schema, locate), locate([]).file)
}

/** Checks a value that came from a text. Diagnostics in the order of the schema's keys. */
export function validate<T extends z.ZodType>(
  schema: T,
  value: unknown,
  locate: Locate,
): { ok: true; data: z.infer<T> } | { ok: false; diagnostics: Diagnostic[] } {
  const result = schema.safeParse(value)
  if (result.success) return { ok: true, data: result.data }
  return { ok: false, diagnostics: issuesToDiagnostics(result.error.issues, value, schema, locate) }
}

/** A union's issue holds the issues of every branch; the branch that fits best speaks for it. */
function flatten(issues: readonly Issue[], root: unknown): Issue[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue]
    // A union with a message of its own (numbers with suffixes) says it better than its branches.
    if (issue.message !== 'Invalid input') return [issue]
    // A branch of another type does not fit: a list or a map is no choice of names either.
    const compound = typeof valueAt(root, issue.path as Path) === 'object'
    const branches = issue.errors.filter(
      (branch) =>
        !branch.some(
          (inner) =>
            inner.path.length === 0 && (inner.code === 'invalid_type' || (compound && inner.code === 'invalid_value')),
        ),
    )
    const best = branches.sort((a, b) => complaints(a) - complaints(b))[0]
    if (best === undefined) {
      const kinds = issue.errors.flatMap((branch) =>
        branch.flatMap((inner) => (inner.code === 'invalid_type' ? [expectedName(inner.expected)] : [])),
      )
      const message = `expected ${[...new Set(kinds)].join(' or ')}, got ${shown(valueAt(root, issue.path as Path))}`
      return [{ ...issue, errors: [], message }]
    }
    return flatten(
      best.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })),
      root,
    )
  })
}

/** How much is wrong by a branch of a union: each key that it does not know counts. */
function complaints(issues: readonly Issue[]): number {
  return issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0)
}

function toDiagnostic(issue: Issue, root: unknown, schema: z.ZodType, locate: Locate): Diagnostic {
  const path = issue.path as Path
  const given = valueAt(root, path)
  const key = path.at(-1)
  const error = (message: string, position = locate(path), hint?: string): Diagnostic => ({
    severity: 'error',
    path,
    message,
    position,
    ...(hint === undefined ? {} : { hint }),
  })
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(schema, path, root)
    const unknown = issue.keys[0] ?? ''
    const keyPath = [...path, unknown]
    const hint = didYouMean(unknown, known) ?? (known.length > 0 ? `known here: ${known.join(', ')}` : undefined)
    const position = locate(keyPath, 'key')
    const message = `unknown key ${shown(unknown)}`
    return { severity: 'error', path: keyPath, message, position, ...(hint === undefined ? {} : { hint }) }
  }
  const parent = path.slice(0, -1)
  if (given === undefined && typeof key === 'string' && isRecord(valueAt(root, parent))) {
    return error(`the key ${JSON.stringify(key)} is missing`, locate(parent, 'key'))
  }
  const subject = named(path)
  if (given === null && typeof key === 'string') return error(`${subject} has no value`, locate(path, 'key'))
  switch (issue.code) {
    case 'invalid_type': {
      if (!issue.message.startsWith('Invalid input')) return error(`${subject}: ${issue.message}`)
      const isShort = typeof given !== 'object' && String(given).length <= 60
      const example = issue.expected === 'array' && isShort ? `write [${given}]` : undefined
      return error(`${subject}: expected ${expectedName(issue.expected)}, got ${shown(given)}`, locate(path), example)
    }
    case 'invalid_value': {
      // A choice with a message of its own says why this value is none.
      if (!issue.message.startsWith('Invalid')) return error(`${subject}: ${issue.message}`)
      const choices = issue.values.map(String)
      const hint = typeof given === 'string' ? didYouMean(given, choices) : undefined
      return error(`${subject}: ${shown(given)} is not one of ${choices.join(', ')}`, locate(path), hint)
    }
    case 'invalid_union': {
      if (!('options' in issue) || issue.errors.length > 0) return error(`${subject}: ${issue.message}`)
      const choices = (issue.options as readonly unknown[]).map(String)
      return error(
        `${subject}: ${shown(given)} is not one of ${choices.join(', ')}`,
        locate(path),
        typeof given === 'string' ? didYouMean(given, choices) : undefined,
      )
    }
    case 'too_small':
    case 'too_big':
      return error(`${subject}${limitText(issue, given)}`)
    case 'invalid_key':
      return error(
        `the key ${JSON.stringify(key)}: ${issue.issues.map((inner) => inner.message).join('; ')}`,
        locate(path, 'key'),
      )
    case 'invalid_format':
      return error(`${subject}: expected ${issue.message}, got ${shown(given)}`)
    default:
      return error(`${subject}${issue.message.startsWith('must') ? '' : ':'} ${issue.message}`)
  }
}

function limitText(issue: Extract<Issue, { code: 'too_small' | 'too_big' }>, given: unknown): string {
  if (issue.origin === 'array' || issue.origin === 'string') {
    if (!/^Too (small|big)/.test(issue.message)) return `: ${issue.message}`
    if (issue.code === 'too_small') return ' must not be empty'
    return ` must have at most ${issue.maximum} ${issue.origin === 'array' ? 'values' : 'characters'}`
  }
  const limit = issue.code === 'too_small' ? issue.minimum : issue.maximum
  const relation =
    issue.code === 'too_small' ? (issue.inclusive ? 'at least' : 'above') : issue.inclusive ? 'at most' : 'below'
  return ` must be ${relation} ${limit}, got ${shown(given)}`
}

const typeNames: Readonly<Record<string, string>> = {
  object: 'a map of keys',
  record: 'a map of keys',
  array: 'a list',
  string: 'a text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  tuple: 'a list',
  null: 'null',
}

function expectedName(type: string): string {
  return typeNames[type] ?? type
}

/** The name a reader knows the value by: its key, with the list it stands in. */
function named(path: Path): string {
  const last = path.at(-1)
  if (last === undefined) return 'the document'
  if (typeof last === 'string') return last
  const list = path.findLast((step) => typeof step === 'string')
  return list === undefined ? `item ${last + 1}` : `${list}, item ${last + 1}`
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function valueAt(root: unknown, path: Path): unknown {
  let value: unknown = root
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = (value as Record<string | number, unknown>)[step]
  }
  return value
}

/** Keys that the schema knows at a path, so that a misspelt one can be matched. Empty where the schema takes any key. */
export function knownKeys(schema: z.ZodType, path: Path, root: unknown): string[] {
  let current: readonly z.core.$ZodTypes[] = [schema as unknown as z.core.$ZodTypes]
  for (const [index, step] of path.entries()) {
    const here = valueAt(root, path.slice(0, index))
    current = current.flatMap((each) => alternatives(each, here)).flatMap((each) => child(each, step))
  }
  const value = valueAt(root, path)
  return current.flatMap((each) => alternatives(each, value)).flatMap(keysOf)
}

/** The schema without wrappers (optional, default, pipe); for a union its members, by discriminator where the value has one. */
function alternatives(schema: z.core.$ZodTypes, value: unknown): z.core.$ZodTypes[] {
  const { def } = schema._zod
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
      return alternatives(def.innerType as z.core.$ZodTypes, value)
    case 'pipe':
      return alternatives(def.in as z.core.$ZodTypes, value)
    case 'union': {
      const members = def.options as readonly z.core.$ZodTypes[]
      const discriminator = 'discriminator' in def ? String(def.discriminator) : undefined
      const wanted = discriminator !== undefined && isRecord(value) ? value[discriminator] : undefined
      const matching = members.filter(
        (member) => wanted !== undefined && literalsOf(member, discriminator ?? '').includes(wanted),
      )
      return (matching.length > 0 ? matching : members).flatMap((member) => alternatives(member, value))
    }
    default:
      return [schema]
  }
}

function literalsOf(schema: z.core.$ZodTypes, key: string): readonly unknown[] {
  const { def } = schema._zod
  if (def.type !== 'object') return []
  const field = def.shape[key] as z.core.$ZodTypes | undefined
  return field?._zod.def.type === 'literal' ? (field._zod.def.values as readonly unknown[]) : []
}

function child(schema: z.core.$ZodTypes, step: string | number): z.core.$ZodTypes[] {
  const { def } = schema._zod
  if (def.type === 'object') {
    const field = Object.hasOwn(def.shape, step) ? def.shape[String(step)] : undefined
    return field === undefined ? [] : [field as z.core.$ZodTypes]
  }
  if (def.type === 'array') return [def.element as z.core.$ZodTypes]
  if (def.type === 'record') return [def.valueType as z.core.$ZodTypes]
  return []
}

function keysOf(schema: z.core.$ZodTypes): string[] {
  const { def } = schema._zod
  if (def.type === 'object') return Object.keys(def.shape)
  if (def.type === 'record') {
    const key = (def.keyType as z.core.$ZodTypes)._zod.def
    return key.type === 'enum' ? Object.values(key.entries).map(String) : []
  }
  return []
}
