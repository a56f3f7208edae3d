import type { Engine } from '../catalog/engine.ts'
import type { Architecture } from '../catalog/model.ts'
import type { Quantization, TensorClass } from '../catalog/quantization.ts'
import { shardedParameters } from '../model/shard.ts'
import { type LayerKind, type ModelTensors, type Tensor, tensorParameters } from '../model/tensors.ts'
import { count } from '../units.ts'
import { isRaisedLayer, mixedBits } from './gguf-mix.ts'
import { mxfp4Padding } from './padding.ts'
import { roundUp } from './rounding.ts'
import { layerSplit, pipelineStages, type Stage, type StageKind, stageKinds } from './stages.ts'

/** Engines pad the vocabulary so that its rows divide over ranks (vLLM `DEFAULT_VOCAB_PADDING_SIZE`). */
const VOCABULARY_MULTIPLE = 64
const BITS_16 = 16
const BITS_32 = 32

const LABELS: Readonly<Record<TensorClass, string>> = {
  linear: 'blocks',
  expert: 'experts',
  expert_bias: 'expert biases',
  router: 'router',
  embedding: 'embedding',
  head: 'head',
  norm: 'norms and vectors',
  vision: 'vision',
  state: 'recurrent vectors',
}

export interface WeightOptions {
  readonly tensors: ModelTensors
  /** The format whose bytes are in memory: the expanded one where the GPU cannot run the checkpoint's. */
  readonly quantization: Quantization
  readonly engine: Pick<Engine, 'weight_files'>
  /** GPU generation, which decides the layout of MXFP4 experts. */
  readonly generation: string
  readonly tensorParallel: number
  readonly pipelineParallel: number
  readonly expertParallel: number
}

/** Tensors of one label that are stored and divided alike. */
export interface WeightPart {
  readonly label: string
  /** Of the whole model (or stage), before division. */
  readonly parameters: number
  readonly bits: number
  /** What the parameters are divided by on a rank. */
  readonly divisor: number
  /** Layout padding. */
  readonly padding: number
}

/** Weights of one rank of one pipeline stage. */
export interface StageWeights {
  readonly stage: Stage
  readonly bytes: number
  readonly parts: readonly WeightPart[]
}

/** The vocabulary with its padding rows. */
export function paddedVocabulary(vocabulary: number): number {
  return roundUp(vocabulary, VOCABULARY_MULTIPLE)
}

/** Stored bits of a parameter of a class. Expert biases of MXFP4 checkpoints are loaded as fp32. */
export function bitsOfClass(quantization: Quantization, kind: TensorClass): number {
  const bits = quantization.bits[kind]
  if (bits !== undefined) return bits
  return kind === 'expert_bias' && quantization.padding === 'mxfp4' ? BITS_32 : quantization.other_bits
}

/** Stages of an engine: llama.cpp splits layers over devices, the others into pipeline stages. */
export function engineStages(tensors: ModelTensors, engine: Pick<Engine, 'weight_files'>, degree: number): Stage[] {
  return engine.weight_files === 'gguf'
    ? layerSplit(tensors.layerCount, degree)
    : pipelineStages(tensors.layerCount, degree)
}

/**
 * Weights of one rank in each pipeline stage: the sum over tensors of parameters on the rank x bits / 8, with rotary tables, the
 * absorbed copy of latent attention, the second table of tied models and layout padding.
 * @throws RangeError where there are more stages than layers.
 */
export function stageWeights(options: WeightOptions): StageWeights[] {
  const { tensors, quantization } = options
  const isRaised =
    quantization.gguf?.raised_bits === undefined
      ? undefined
      : (layer: number) => isRaisedLayer(layer, tensors.layerCount)
  return engineStages(tensors, options.engine, options.pipelineParallel).map((stage) => {
    const sum = new PartSum(options)
    for (const entry of stageKinds(tensors, stage, isRaised)) addLayers(sum, entry, options)
    addOuter(sum, stage, options)
    return { stage, bytes: Math.round(sum.bytes), parts: sum.parts }
  })
}

/** The arithmetic of a rank's weights: `blocks 68,451,041,280 x 2 B / 4 + ...`. */
export function explainWeights(weights: StageWeights): string {
  return weights.parts
    .map(({ label, parameters, bits, divisor, padding }) => {
      const padded = padding === 1 ? '' : ` x ${count(padding)} padding`
      return `${label} ${count(parameters)} x ${count(bits / 8)} B${padded}${divisor === 1 ? '' : ` / ${count(divisor)}`}`
    })
    .join(' + ')
}

function addLayers(sum: PartSum, { kind, layers, class: isRaised }: StageKind, options: WeightOptions): void {
  const { quantization, tensors } = options
  for (const tensor of kind.tensors) {
    const mixed =
      quantization.gguf && mixedBits(quantization.gguf, tensor.name, isRaised, tensors.layerCount, kind.attention)
    const bits = mixed ?? bitsOfClass(quantization, tensor.class)
    sum.add(tensor, bits, layers, expertPadding(tensor, kind, options))
  }
  if (kind.attention.kind === 'mla' && options.engine.weight_files !== 'gguf') {
    // Decoding works in the latent space with its own 16-bit copy of the k/v up-projection, whatever the format.
    const { heads, kv_lora_rank, qk_nope_head_dim, v_head_dim, blocks } = kind.attention
    const parameters = kv_lora_rank * heads * (qk_nope_head_dim + v_head_dim) * blocks
    sum.addParameters('absorbed latent projections', parameters * layers, BITS_16, options.tensorParallel)
  }
}

function addOuter(sum: PartSum, stage: Stage, options: WeightOptions): void {
  const { tensors, quantization, engine, pipelineParallel } = options
  const onHost = engine.weight_files === 'gguf'
  const headBits = quantization.gguf?.head_bits ?? bitsOfClass(quantization, 'head')
  const table = tensors.first.find((tensor) => tensor.name === 'embed_tokens')
  for (const tensor of stage.first ? tensors.first : []) {
    // llama.cpp looks embeddings up on the host.
    if (tensor.class === 'embedding' && onHost) continue
    sum.add(tensor, bitsOfClass(quantization, tensor.class))
  }
  for (const tensor of stage.last ? tensors.last : []) {
    sum.add(tensor, tensor.class === 'head' ? headBits : bitsOfClass(quantization, tensor.class))
  }
  if (stage.last && tensors.tied && table !== undefined && (onHost || pipelineParallel > 1)) {
    // One table serves both ends only where both ends are on the same GPU.
    sum.add({ ...table, class: 'head' }, onHost ? headBits : bitsOfClass(quantization, 'embedding'))
  }
  if (!onHost && stage.layers > 0) {
    const values = ropeTables(tensors.architecture).reduce((total, { rows, width }) => total + rows * width, 0)
    if (values > 0) sum.addParameters('rope tables', values, BITS_16, 1)
  }
}

/** Rotary tables: cosine and sine for every position the model knows, whatever length the server was asked for. */
function ropeTables(architecture: Architecture): readonly { rows: number; width: number }[] {
  if (architecture.rope_tables !== undefined) return architecture.rope_tables
  if (architecture.learned_positions > 0) return []
  const widths = new Set<number>()
  for (const { attention } of architecture.layers) {
    if (attention.kind === 'softmax') widths.add(attention.head_dim)
    if (attention.kind === 'mla' && attention.qk_rope_head_dim > 0) widths.add(attention.qk_rope_head_dim)
  }
  return [...widths].map((width) => ({ rows: architecture.max_positions, width }))
}

function expertPadding(tensor: Tensor, kind: LayerKind, options: WeightOptions): number {
  if (options.quantization.padding !== 'mxfp4' || tensor.class !== 'expert' || kind.mlp.kind !== 'moe') return 1
  const { tensorParallel, expertParallel, generation, tensors } = options
  return mxfp4Padding({
    hiddenWidth: kind.mlp.latent_size ?? tensors.architecture.hidden_size,
    innerWidth: kind.mlp.intermediate_size / Math.max(1, tensorParallel / expertParallel),
    split: tensorParallel > 1 || expertParallel > 1,
    generation,
  })
}

/** Adds tensors up, joining those that are stored and divided alike, so that explanations stay readable. */
class PartSum {
  bytes = 0
  readonly parts: WeightPart[] = []
  readonly #options: WeightOptions

  constructor(options: WeightOptions) {
    this.#options = options
  }

  add(tensor: Tensor, bits: number, layers = 1, padding = 1): void {
    const padded = this.#padVocabulary(tensor)
    const parameters = tensorParameters(padded)
    if (parameters === 0) return
    const { tensorParallel, expertParallel } = this.#options
    const onRank = shardedParameters(padded, tensorParallel, expertParallel)
    this.addParameters(LABELS[tensor.class], parameters * layers, bits, parameters / onRank, padding)
  }

  addParameters(label: string, parameters: number, bits: number, divisor: number, padding = 1): void {
    this.bytes += (parameters * padding * bits) / 8 / divisor
    const index = this.parts.findIndex(
      (part) => part.label === label && part.bits === bits && part.divisor === divisor && part.padding === padding,
    )
    const known = this.parts[index]
    if (known === undefined) this.parts.push({ label, parameters, bits, divisor, padding })
    else this.parts[index] = { ...known, parameters: known.parameters + parameters }
  }

  #padVocabulary(tensor: Tensor): Tensor {
    if (this.#options.engine.weight_files === 'gguf') return tensor
    if (tensor.name === 'embed_tokens') return { ...tensor, inputs: paddedVocabulary(tensor.inputs) }
    return tensor.class === 'head' ? { ...tensor, outputs: paddedVocabulary(tensor.outputs) } : tensor
  }
}
