import type { z } from 'zod'
import type { Random } from '../random.ts'
import { numberField } from './number-field.ts'
import { numberFor } from './numbers.ts'
import { textFor, type Words } from './words.ts'

type Schema = z.core.$ZodTypes

/** How one document is drawn. */
export interface Drawing {
  readonly random: Random
  readonly words: Words
  /** How often a number is one at the limits of its field. */
  readonly boldness: number
}

/** How often a key that may be missing is there. */
const PRESENCE = 0.3
const PRESENCE_OF: Readonly<Record<string, number>> = {
  search: 0.95,
  gpus: 0.9,
  huggingface: 0,
  gguf: 0,
  name: 0.5,
  quality: 0.5,
  latency: 0.5,
  ttft_ms: 0.6,
  tpot_ms: 0.6,
  quantization: 0.2,
  kv_cache: 0.2,
  expert_parallel: 0.1,
  pipeline_parallel: 0.15,
  context_parallel: 0.15,
  virtual_pipeline: 0.1,
  activation_checkpointing: 0.15,
  trainer: 0.15,
  max_gpus: 0.15,
  pricing: 0.2,
  loss: 0.15,
  offload: 0.2,
  limits: 0.2,
  gpus_per_node: 0.7,
  max_instances: 0.2,
  budget: 0.2,
  deadline: 0.2,
  monthly_cap: 0.15,
  method: 0.6,
  exclude_gpus: 0.1,
  providers: 0.1,
  provider: 0.5,
  exclude_providers: 0.1,
  offers: 0.05,
  engine_version: 0.1,
  min_confidence: 0.5,
  hours: 0.1,
  overrides: 0.6,
}

/** Longest list that is drawn. */
const MOST_ITEMS = 3

/**
 * A document that the schema admits, drawn by walking it: every optional key may be missing, every arm of a union is taken, numbers
 * lie within and at the limits of their fields, ids come from the catalog.
 */
export function generate(schema: z.core.$ZodType, drawing: Drawing): unknown {
  return make(schema as Schema, '', drawing)
}

/** @param key the nearest key on the way to the value, which says what its texts are */
function make(schema: Schema, key: string, drawing: Drawing): unknown {
  const { random, words } = drawing
  const { def } = schema._zod
  switch (def.type) {
    case 'optional':
      return make(def.innerType as Schema, key, drawing)
    case 'object':
      return makeMap(def.shape as Readonly<Record<string, Schema>>, drawing)
    case 'array': {
      const count = random.whole(1, MOST_ITEMS)
      return Array.from({ length: count }, () => make(def.element as Schema, key, drawing))
    }
    case 'record': {
      const keys = random.some([0, 1, 2], 1, 2).map(() => textFor(key, words, random))
      return Object.fromEntries(keys.map((each) => [each, make(def.valueType as Schema, key, drawing)]))
    }
    case 'literal':
      return random.pick(def.values)
    case 'enum':
      return random.pick(Object.values(def.entries))
    case 'boolean':
      return random.chance(0.5)
    case 'string':
      return textFor(key, words, random)
    case 'number':
      return makeNumber(schema, key, drawing)
    case 'union':
      return make(armOf(def.options as readonly Schema[], key, random), key, drawing)
    case 'pipe':
      return makeRead(schema, def.in as Schema, key, drawing)
    default:
      throw new Error(`the scenario generator knows no schema of type ${def.type}`)
  }
}

/** A value that is written in one way and read in another: `1M`, a list without its repetitions. */
function makeRead(schema: Schema, written: Schema, key: string, drawing: Drawing): unknown {
  const { def } = written._zod
  // A union of a number and a text is a number that people write.
  if (def.type !== 'union') return make(written, key, drawing)
  const word = ['p95'].find((each) => (schema as unknown as z.ZodType).safeParse(each).success)
  if (word !== undefined && drawing.random.chance(0.2)) return word
  return makeNumber(schema, key, drawing)
}

function makeNumber(schema: Schema, key: string, { random, boldness }: Drawing): unknown {
  const field = numberField(schema)
  if (field === null) throw new Error(`the field ${key} takes no number`)
  return numberFor(key, field, random, boldness)
}

function makeMap(shape: Readonly<Record<string, Schema>>, drawing: Drawing): Record<string, unknown> {
  const present = Object.entries(shape).filter(
    ([key, { _zod }]) => _zod.def.type !== 'optional' || drawing.random.chance(PRESENCE_OF[key] ?? PRESENCE),
  )
  return Object.fromEntries(present.map(([key, schema]) => [key, make(schema, key, drawing)]))
}

/** Mostly the first arm, which is the usual one: a model by its id. */
function armOf(options: readonly Schema[], key: string, random: Random): Schema {
  const isId = key === 'model' && random.chance(0.8)
  return isId ? (options[0] as Schema) : random.pick(options)
}
