/** The keywords of JSON Schema (draft 7) that the schema of results is made of. */
export interface JsonSchema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly allOf?: readonly JsonSchema[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | JsonSchema
  readonly propertyNames?: JsonSchema
  readonly items?: JsonSchema
  readonly minItems?: number
  readonly minLength?: number
  readonly minimum?: number
  readonly exclusiveMinimum?: number
  readonly maximum?: number
  readonly exclusiveMaximum?: number
  readonly pattern?: string
}

/** A schema, and the document in which its references are looked up. */
export interface Rooted {
  readonly schema: JsonSchema
  readonly root: { readonly definitions: Readonly<Record<string, JsonSchema>> }
}

interface Options {
  /** A key that is described and never written counts, though it may be absent. */
  readonly everyKey: boolean
}

/**
 * How values that one schema describes may differ from what another expects: at which key, and in which way. Keys that are not
 * expected are no difference. Nothing where every value of the first is one of the second.
 */
export function departures(written: Rooted, expected: Rooted, options: Options, path = ''): string[] {
  const wanted = alternatives(expected)
  return alternatives(written).flatMap((form) => {
    // Of several forms, the one that is meant is of the same type, and comes closest.
    const alike = wanted.filter((each) => typeName(each.schema) === typeName(form.schema))
    const [closest] = (alike.length > 0 ? alike : wanted)
      .map((each) => single(form, each, options, path))
      .sort((a, b) => a.length - b.length)
    return closest ?? []
  })
}

/** The forms that a value may have, references and unions taken apart. */
function alternatives({ schema, root }: Rooted): Rooted[] {
  const { $ref, anyOf, oneOf, allOf, type, ...rest } = schema
  if ($ref !== undefined) {
    const named = root.definitions[$ref.replace('#/definitions/', '')]
    if (named === undefined) throw new Error(`the schema has no ${$ref}`)
    return alternatives({ schema: named, root })
  }
  const forms = anyOf ?? oneOf
  if (forms !== undefined) return forms.flatMap((each) => alternatives({ schema: each, root }))
  // A reference with a description of its own stands alone in an allOf.
  const [only, ...more] = allOf ?? []
  if (only !== undefined && more.length === 0) return alternatives({ schema: only, root })
  if (more.length > 0) throw new Error('several schemas in one allOf are not compared')
  if (Array.isArray(type)) return type.map((each: string) => ({ schema: { ...rest, type: each }, root }))
  return [{ schema, root }]
}

function single(written: Rooted, expected: Rooted, options: Options, path: string): string[] {
  const { schema: from } = written
  const { schema: to } = expected
  const values = valuesOf(to)
  if (values !== null) {
    const own = valuesOf(from)
    if (own === null) return [`${path} may be any ${typeName(from)}, not only ${values.map(text).join(', ')}`]
    return own.filter((value) => !values.includes(value)).map((value) => `${path} may be ${text(value)}`)
  }
  const type = typeName(to)
  if (type !== 'value' && !isOf(from, type)) return [`${path} may be ${typeName(from)}, not ${type}`]
  if (type === 'object') return object(written, expected, options, path)
  if (type === 'array') {
    if (to.items === undefined) return []
    return [
      ...looser(from.minItems, to.minItems, path, 'items'),
      ...departures(child(written, from.items ?? {}), child(expected, to.items), options, `${path}[]`),
    ]
  }
  const pattern = to.pattern === undefined || to.pattern === from.pattern ? [] : [`${path} follows another pattern`]
  return [
    ...looser(lowest(from), lowest(to), path, 'number'),
    ...looser(negated(highest(from)), negated(highest(to)), path, 'number'),
    ...pattern,
  ]
}

function object(written: Rooted, expected: Rooted, options: Options, path: string): string[] {
  const { properties: had = {}, required: always = [], additionalProperties: rest } = written.schema
  const { properties: wanted = {}, required = [], additionalProperties: others } = expected.schema
  const keys = Object.entries(wanted).flatMap(([key, schema]) => {
    const own = Object.hasOwn(had, key) ? had[key] : typeof rest === 'object' ? rest : undefined
    const at = `${path}.${key}`
    if (own === undefined) return options.everyKey || required.includes(key) ? [`${at} is missing`] : []
    const absent = required.includes(key) && !always.includes(key) ? [`${at} may be absent`] : []
    return [...absent, ...departures(child(written, own), child(expected, schema), options, at)]
  })
  if (typeof others !== 'object') return keys
  if (typeof rest !== 'object') return [...keys, `${path} is not a map any more`]
  const names = expected.schema.propertyNames
  return [
    ...keys,
    ...departures(child(written, rest), child(expected, others), options, `${path}.*`),
    ...(names === undefined
      ? []
      : departures(
          child(written, written.schema.propertyNames ?? {}),
          child(expected, names),
          options,
          `${path} keys`,
        )),
  ]
}

function child({ root }: Rooted, schema: JsonSchema): Rooted {
  return { schema, root }
}

function valuesOf(schema: JsonSchema): readonly unknown[] | null {
  return schema.enum ?? (Object.hasOwn(schema, 'const') ? [schema.const] : null)
}

function typeName({ type }: JsonSchema): string {
  return typeof type === 'string' ? type : 'value'
}

/** Whether every value of a schema is of a type. */
function isOf(schema: JsonSchema, type: string): boolean {
  const own = valuesOf(schema)
  if (own !== null) return own.every((value) => typesOf(value).includes(type))
  return schema.type === type || (schema.type === 'integer' && type === 'number')
}

function typesOf(value: unknown): string[] {
  if (value === null) return ['null']
  return Number.isInteger(value) ? ['number', 'integer'] : [typeof value]
}

/** A limit below which no value goes, with those that exclude it a little above those that do not. */
function lowest({ minimum, exclusiveMinimum, minLength }: JsonSchema): number | undefined {
  if (exclusiveMinimum !== undefined) return exclusiveMinimum + Number.EPSILON
  return minimum ?? minLength
}

function highest({ maximum, exclusiveMaximum }: JsonSchema): number | undefined {
  return exclusiveMaximum === undefined ? maximum : exclusiveMaximum - Number.EPSILON
}

function negated(limit: number | undefined): number | undefined {
  return limit === undefined ? undefined : -limit
}

function looser(from: number | undefined, to: number | undefined, path: string, what: string): string[] {
  return to === undefined || (from ?? Number.NEGATIVE_INFINITY) >= to
    ? []
    : [`${path} allows another ${what} than before`]
}

function text(value: unknown): string {
  return JSON.stringify(value)
}
