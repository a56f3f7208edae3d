import type { Architecture } from '../../catalog/model.ts'
import { entryOf } from '../../table.ts'
import { type ConfigKeys, type Family, NotExpressible } from './family.ts'
import type { Aliases, Fields, Values } from './fields.ts'
import { type AttentionPart, type MlpPart, readSwitch, type Switch, writeSwitch } from './parts/part.ts'
import { type Rope, wholeRope } from './parts/rope.ts'
import { type LayerInput, layersOf, type Shape } from './shape.ts'
import type { Tower } from './towers/tower.ts'

interface Names {
  readonly hidden: string
  readonly layers: string
  readonly vocabulary: string
  /** The first that is there; the first is written. */
  readonly positions: readonly string[]
}

const NAMES: Names = {
  hidden: 'hidden_size',
  layers: 'num_hidden_layers',
  vocabulary: 'vocab_size',
  positions: ['max_position_embeddings'],
}

/** A decoder as the parts it is made of. */
export interface DecoderTraits {
  readonly types: Readonly<Record<string, string>>
  readonly alsoClasses?: readonly string[]
  /** The text model's keys stand under this key, the file's own beside it. */
  readonly under?: string
  /** Class defaults of keys that published files are known to leave out, with the class in a comment. */
  readonly defaults?: Values
  readonly names?: Partial<Names>
  /** Further names of keys that are read. */
  readonly aliases?: Aliases
  /** How many layers, where no key says it. */
  readonly layerCount?: (fields: Fields) => number
  readonly attention: AttentionPart
  readonly mlp: MlpPart
  /** Norms of a layer: a number, or by what the layer holds. */
  readonly norms?: number | ((layer: LayerInput) => number)
  /** Whether embedding and head are one table where the file does not say: the class default. */
  readonly tied: boolean
  readonly headBias?: Switch
  readonly rope?: Rope
  /** Keys of the architecture that are the same in all models of the family. */
  readonly always?: Partial<Omit<Shape, 'layers'>>
  /** Weight format where the file does not say: 16-bit brain floats, as published checkpoints of late have. */
  readonly dtype?: Architecture['dtype']
  /** The image tower, its keys under `vision_config`. */
  readonly tower?: Tower
  /** What else the file says of the architecture outside its layers, or of each layer. */
  readonly more?: {
    read(fields: Fields, shape: Shape): Shape
    write(architecture: Architecture): ConfigKeys
  }
}

/** A family whose models are stacks of layers of attention and MLP, by its traits. */
export function decoder(traits: DecoderTraits): Family {
  const names = { ...NAMES, ...traits.names }
  return {
    types: traits.types,
    ...(traits.alsoClasses === undefined ? {} : { alsoClasses: traits.alsoClasses }),
    read(file) {
      const inner = traits.under === undefined ? file : file.under(traits.under)
      const fields = inner.withDefaults(traits.defaults).withAliases(traits.aliases)
      return readDecoder(fields, file, traits, names)
    },
    write(architecture) {
      const keys = writeDecoder(architecture, traits, names)
      const { tower, under } = traits
      if (under === undefined) return keys
      const vision = tower === undefined ? {} : tower.write(architecture)
      return { [under]: keys, ...vision, tie_word_embeddings: architecture.tied_embeddings }
    },
  }
}

/** Guards against a number that would take all memory; the deepest model known has 162 layers. */
const MOST_LAYERS = 10_000

function readDecoder(fields: Fields, file: Fields, traits: DecoderTraits, names: Names): Shape {
  const layerCount = traits.layerCount?.(fields) ?? fields.count(names.layers)
  if (layerCount > MOST_LAYERS) throw fields.refuse(names.layers, `${layerCount} are more layers than any model has`)
  const layers = Array.from({ length: layerCount }, (_, index): LayerInput => {
    const layer = {
      attention: traits.attention.read(fields, index, layerCount),
      mlp: traits.mlp.read(fields, index, layerCount),
    }
    const { norms } = traits
    if (norms === undefined) return layer
    return { ...layer, norms: typeof norms === 'number' ? norms : norms(layer) }
  })
  const hidden = fields.count(names.hidden)
  const positions = fields.count(...names.positions)
  const tables = (traits.rope ?? wholeRope).read(fields, layers, positions)
  const shape: Shape = {
    hidden_size: hidden,
    vocabulary_size: fields.count(names.vocabulary),
    tied_embeddings: fields.flag('tie_word_embeddings', traits.tied),
    ...(readSwitch(fields, traits.headBias ?? false) ? { head_bias: true } : {}),
    max_positions: positions,
    ...(tables === undefined ? {} : { rope_tables: tables }),
    ...traits.always,
    dtype: dtypeOf(fields, traits.dtype ?? 'bfloat16'),
    layers,
    ...traits.tower?.read(file, hidden),
  }
  return traits.more?.read(fields, shape) ?? shape
}

function writeDecoder(architecture: Architecture, traits: DecoderTraits, names: Names): ConfigKeys {
  const layers = layersOf(architecture)
  const { attention, mlp, rope = wholeRope, headBias = false } = traits
  const [positions = ''] = names.positions
  return {
    [names.hidden]: architecture.hidden_size,
    ...(traits.layerCount === undefined ? { [names.layers]: layers.length } : {}),
    [names.vocabulary]: architecture.vocabulary_size,
    [positions]: architecture.max_positions,
    tie_word_embeddings: architecture.tied_embeddings,
    ...writeSwitch(headBias, architecture.head_bias),
    torch_dtype: architecture.dtype,
    ...attention.write(
      layers.map((layer) => layer.attention),
      layers,
    ),
    ...mlp.write(
      layers.map((layer) => layer.mlp),
      layers,
    ),
    ...rope.write(architecture),
    ...traits.more?.write(architecture),
  }
}

const DTYPES: Readonly<Record<string, Architecture['dtype']>> = {
  bfloat16: 'bfloat16',
  float16: 'float16',
  half: 'float16',
  float32: 'float32',
  float: 'float32',
}

/** The format in which the model computes: `dtype`, or `torch_dtype` in files of older versions. */
function dtypeOf(fields: Fields, absent: Architecture['dtype']): Architecture['dtype'] {
  const text = fields.maybeText('dtype', 'torch_dtype')?.replace(/^torch\./, '')
  if (text === undefined) return absent
  const known = entryOf(DTYPES, text)
  if (known !== undefined) return known
  // Checkpoints in 8 or 4 bit state that format here; they compute in brain floats.
  if (/^(float8|f8|fp8|int|uint)/.test(text)) return 'bfloat16'
  throw fields.refuse(fields.has('dtype') ? 'dtype' : 'torch_dtype', `the dtype ${JSON.stringify(text)} is not known`)
}

/** Refuses to write a model whose layers differ where the family's keys say one thing for all. */
export function sameInAll<T>(values: readonly T[], what: string): T {
  const [first] = values
  if (first === undefined) throw new NotExpressible(`no layers with ${what}`)
  const text = JSON.stringify(first)
  if (values.some((value) => JSON.stringify(value) !== text)) throw new NotExpressible(`${what} differs between layers`)
  return first
}
