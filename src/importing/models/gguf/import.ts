import { modelSchema } from '../../../catalog/model.ts'
import { countParameters } from '../../../model/parameters.ts'
import { describeModel } from '../../../model/tensors.ts'
import { inputError } from '../../../scenario/diagnostic.ts'
import { gb, significant } from '../../../units.ts'
import { describedRows, type ImportedModel, idOf } from '../imported.ts'
import { architectureOf, grouped, type LayerInput, type Shape } from '../shape.ts'
import { readAttention } from './attention.ts'
import { elements, parameterCheck, weightBytes } from './check.ts'
import { formatOf } from './formats.ts'
import { type GgufHeader, type GgufTensor, Metadata } from './header.ts'
import { readMlp } from './mlp.ts'
import { byLayer, type Tensors } from './tensors.ts'

/** Norms of the hidden width that layers have, by gguf-py's names. */
const LAYER_NORMS = [
  'attn_norm',
  'attn_norm_2',
  'attn_output_norm',
  'post_attention_norm',
  'ffn_norm',
  'ffn_norm_exps',
  'post_ffw_norm',
  'pre_ffw_norm_2',
  'post_ffw_norm_1',
  'post_ffw_norm_2',
  'layer_output_norm',
]

/** Norms of a layer where the catalog says nothing else. */
const USUAL_NORMS = 2

/** Parameters without a known role may be this share of a layer: scales and the like. More is another kind of layer. */
const UNKNOWN_SHARE = 0.01

/** How a GGUF file is called. */
export interface GgufSource {
  /** Path or address. */
  readonly origin: string
  /** Name of the file without its ending. */
  readonly name: string
  readonly id?: string | undefined
}

/**
 * A model by the header of its GGUF file. Its layers are described by the tensors that are there, so that the parameters are those of
 * the file.
 * @throws InputError where the file describes layers of a kind that is not known.
 */
export function importGguf({ metadata: values, tensors }: GgufHeader, source: GgufSource): ImportedModel {
  const metadata = new Metadata(values)
  if (tensors.length === 0) throw inputError('GGUF: the file holds no tensors: it is a vocabulary, or cut short')
  // Beyond its end, a header that is cut short reads as zeros.
  const broken = tensors.find(
    ({ name, shape }) => name === '' || shape.length === 0 || shape.some((each) => !(each > 0)),
  )
  if (broken !== undefined)
    throw inputError('GGUF: the header lists a tensor without a name or size: the file is cut short')
  const notes = new Set<string>()
  const shape = readShape(metadata, tensors, notes)
  const architecture = architectureOf(shape)
  const format = formatOf(metadata.general('file_type'))
  const bytes = weightBytes(tensors)
  if (format.scheme === undefined) {
    const of = bytes === undefined ? '' : `, ${significant((bytes * 8) / elements(tensors), 3)} bits a weight`
    notes.add(
      `weights in ${format.name}${of}: no format of the catalog; --quantization or search.quantization names one to plan with`,
    )
  }
  const title = metadata.general('name')
  const id = source.id ?? idOf(source.name)
  const model = modelSchema.parse({
    id,
    name: typeof title === 'string' && title.trim() !== '' ? title.trim() : source.name,
    family: id,
    architecture,
    ...(format.scheme === undefined ? {} : { native_quantization: { scheme: format.scheme } }),
    sources: [`${source.origin} header`],
  })
  return {
    model,
    written: grouped(shape),
    rows: [
      ['read from', source.origin],
      ['architecture', metadata.architecture],
      ...describedRows(architecture),
      ['released in', format.name],
      ...(bytes === undefined ? [] : [['weights', gb(bytes, 2)] as const]),
    ],
    checks: [parameterCheck(tensors, architecture, layerCountOf(metadata))],
    notes: [...notes],
  }
}

function readShape(metadata: Metadata, tensors: readonly GgufTensor[], notes: Set<string>): Shape {
  const hidden = metadata.count('embedding_length')
  const { layers: stored, outer } = byLayer(tensors)
  const layerCount = layerCountOf(metadata)
  if (metadata.maybeCount('nextn_predict_layers') !== undefined) notes.add('layers for drafts are not counted')
  const vocabulary = outer.dimension('token_embd', 1)
  if (vocabulary === undefined) throw inputError('GGUF: the tensor "token_embd.weight" is missing')
  const layers = Array.from({ length: layerCount }, (_, index): LayerInput => {
    const own = stored[index]
    if (own === undefined) throw inputError(`GGUF: the file has no tensors of layer ${index} of ${layerCount}`)
    return readLayer(own, metadata, index, hidden, notes)
  })
  const withBias = outer.has('output_norm.bias')
  const positions = metadata.count('context_length')
  const learned = outer.dimension('position_embd', 1)
  const embeddingNorm = outer.has('token_embd_norm')
  const perLayer = readPerLayer(outer, hidden)
  const headBias = outer.has('output.bias')
  const tied = !outer.has('output')
  outer.take('output', 'output.bias', 'output_norm', 'output_norm.bias', 'token_embd_norm', 'token_embd_norm.bias')
  const left = outer.left()
  if (left.names.length > 0)
    notes.add(`tensors outside the layers without a known role, counted as 16 bit: ${named(left.names)}`)
  const extra = left.elements + perLayer.extra
  return {
    hidden_size: hidden,
    vocabulary_size: vocabulary,
    tied_embeddings: tied,
    ...(headBias ? { head_bias: true } : {}),
    max_positions: positions,
    ...(learned === undefined ? {} : { learned_positions: learned }),
    ...ropeOf(metadata, layers, positions, learned !== undefined),
    ...(withBias ? { norm_vectors: 2 as const } : {}),
    ...(embeddingNorm ? { outer_norms: 2 } : {}),
    ...(perLayer.table > 0 ? { per_layer_embedding_parameters: perLayer.table } : {}),
    ...(extra > 0 ? { extra_parameters: extra } : {}),
    ...(metadata.raw('attn_logit_softcapping') === undefined ? {} : { soft_caps: true }),
    layers,
  }
}

/** Layers of the model itself: those for drafts follow them. */
function layerCountOf(metadata: Metadata): number {
  return metadata.count('block_count') - (metadata.maybeCount('nextn_predict_layers') ?? 0)
}

function readLayer(
  tensors: Tensors,
  metadata: Metadata,
  index: number,
  hidden: number,
  notes: Set<string>,
): LayerInput {
  const attention = readAttention(tensors, metadata, index, hidden, notes)
  const mlp = readMlp(tensors, metadata, index, hidden)
  const norms = tensors.countOf(LAYER_NORMS)
  tensors.take(...LAYER_NORMS.map((name) => `${name}.bias`))
  const known = layerParameters({ attention, mlp, norms }, hidden)
  const left = tensors.left()
  if (left.elements > UNKNOWN_SHARE * known) {
    const names = named(left.names)
    throw inputError(
      `GGUF of architecture ${metadata.architecture}: layer ${index} has tensors that are not known: ${names}`,
      {
        hint: 'the config.json of the model says more: plan catalog import model org/name',
      },
    )
  }
  if (left.names.length > 0)
    notes.add(`tensors of layers without a known role, counted as 16 bit: ${named(left.names)}`)
  return {
    attention,
    mlp,
    ...(norms === USUAL_NORMS ? {} : { norms }),
    ...(left.elements > 0 ? { extra_parameters: left.elements } : {}),
  }
}

function layerParameters(layer: LayerInput, hidden: number): number {
  const one = architectureOf({
    hidden_size: hidden,
    vocabulary_size: 1,
    tied_embeddings: true,
    max_positions: 1,
    outer_norms: 0,
    layers: [layer],
  })
  return countParameters(describeModel(one)).total - hidden
}

/** Per-layer embeddings (Gemma 3n and 4): their table, and the projection with its norm. */
function readPerLayer(outer: Tensors, hidden: number): { table: number; extra: number } {
  const width = outer.dimension('per_layer_token_embd', 0)
  const rows = outer.dimension('per_layer_token_embd', 1)
  if (width === undefined || rows === undefined) return { table: 0, extra: 0 }
  const norm = outer.dimension('per_layer_proj_norm', 0) ?? 0
  return { table: width * rows, extra: (outer.dimension('per_layer_model_proj', 1) ?? 0) * hidden + norm }
}

/** One table as wide as the rotary part of a head, where that is not the whole head; none without rotary positions. */
function ropeOf(
  metadata: Metadata,
  layers: readonly LayerInput[],
  positions: number,
  learned: boolean,
): Pick<Shape, 'rope_tables'> {
  if (learned || WITHOUT_ROPE.has(metadata.architecture)) return { rope_tables: [] }
  const width = metadata.maybeCount('rope.dimension_count')
  const head = layers.flatMap(({ attention }) => (attention.kind === 'softmax' ? [attention.head_dim] : []))[0]
  if (width === undefined || head === undefined || width >= head) return {}
  return { rope_tables: [{ rows: positions, width }] }
}

/** Architectures without rotary positions: LLAMA_ROPE_TYPE_NONE in llama_model_rope_type (ggml-org/llama.cpp src/llama-model.cpp). */
const WITHOUT_ROPE: ReadonlySet<string> = new Set([
  'gpt2',
  'mpt',
  'bloom',
  'jamba',
  'nemotron_h',
  'nemotron_h_moe',
  'kimi-linear',
])

/** Most names that a message lists. */
const MOST_NAMES = 6

function named(names: readonly string[]): string {
  const shownNames = names.slice(0, MOST_NAMES).join(', ')
  return names.length > MOST_NAMES ? `${shownNames} and ${names.length - MOST_NAMES} more` : shownNames
}
