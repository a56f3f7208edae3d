import type { Catalog } from '../../../src/catalog/catalog.ts'
import { type Attention, architectureSchema, UNKNOWN_POSITIONS } from '../../../src/catalog/model.ts'
import { describeModel, type LoraTarget, type ModelTensors, type Tensor } from '../../../src/model/tensors.ts'
import type { InlineShape } from './wish.ts'

/** What the rules of training ask of a model. */
export interface ModelFacts {
  readonly tensors: ModelTensors
  readonly layers: number
  /** Routed experts of a layer; 0 in a dense model. */
  readonly experts: number
  readonly longestSequence: number
  /** Parameters by which rules of thumb call the model: those of its name, where the catalog has them. */
  readonly nominalParameters: number
}

/** A model of the catalog, or one that the scenario describes: untied embeddings, gated MLPs, as many kv heads as heads unless said. */
export function modelFacts(choice: string | InlineShape, catalog: Catalog): ModelFacts {
  const entry = typeof choice === 'string' ? catalog.models.get(choice) : undefined
  const architecture = typeof choice === 'string' ? entry?.architecture : architectureOf(choice)
  if (architecture === undefined) throw new Error(`no architecture of ${String(choice)}`)
  const tensors = describeModel(architecture)
  let experts = 0
  for (const { mlp } of architecture.layers) if (mlp.kind === 'moe') experts = mlp.experts
  return {
    tensors,
    layers: tensors.layerCount,
    experts,
    longestSequence: entry?.architecture?.max_positions ?? Number.POSITIVE_INFINITY,
    nominalParameters: entry?.nominal_parameters ?? parametersOf(tensors),
  }
}

function architectureOf(shape: InlineShape) {
  const { hidden_size, vocabulary_size, layers, heads, intermediate_size } = shape
  const kv_heads = shape.kv_heads ?? heads
  const head_dim = shape.head_dim ?? Math.floor(hidden_size / heads)
  return architectureSchema.parse({
    hidden_size,
    vocabulary_size,
    tied_embeddings: false,
    max_positions: UNKNOWN_POSITIONS,
    rope_tables: [],
    layers: [
      {
        layers: `0-${layers - 1}`,
        attention: { kind: 'softmax', heads, kv_heads, head_dim },
        mlp: { kind: 'dense', intermediate_size },
      },
    ],
  })
}

/** All tensors of a model: those of each layer, and those before and after the layers. */
function everyTensor(model: ModelTensors): { tensor: Tensor; times: number }[] {
  const outside = [...model.first, ...model.last].map((tensor) => ({ tensor, times: 1 }))
  return outside.concat(model.kinds.flatMap((kind) => kind.tensors.map((tensor) => ({ tensor, times: kind.layers }))))
}

function parametersOf(model: ModelTensors): number {
  let sum = 0
  for (const { tensor, times } of everyTensor(model)) sum += tensor.inputs * tensor.outputs * tensor.copies * times
  return sum
}

/** Parameters that a run trains: all of them, or rank x (in + out) of each adapted projection (docs/training.md, "States"). */
export function trainedParameters(
  model: ModelTensors,
  lora: { readonly rank: number; readonly targets: readonly LoraTarget[] } | null,
): number {
  if (lora === null) return parametersOf(model)
  let sum = 0
  for (const { tensor, times } of everyTensor(model)) {
    if (tensor.lora === null || !lora.targets.includes(tensor.lora)) continue
    sum += lora.rank * (tensor.inputs + tensor.outputs) * tensor.copies * times
  }
  return sum
}

/**
 * Tensor parallelism divides query heads, MLP width and the vocabulary, which is padded to a multiple of 64; kv heads divide it or are
 * divided by it (docs/memory.md, the reason of the constraint `tensor_parallel`).
 */
export function tensorParallelDivides({ architecture }: ModelTensors, degree: number): boolean {
  if (degree === 1) return true
  if ((Math.ceil(architecture.vocabulary_size / 64) * 64) % degree !== 0) return false
  for (const { attention, mlp } of architecture.layers) {
    const heads = headsOf(attention)
    if (heads !== undefined && heads % degree !== 0) return false
    if (attention.kind === 'softmax' || attention.kind === 'cross') {
      const kvHeads = attention.kv_heads
      if (kvHeads % degree !== 0 && degree % kvHeads !== 0) return false
    }
    if (mlp.kind === 'dense' && mlp.intermediate_size % degree !== 0) return false
    if (mlp.kind === 'moe' && mlp.intermediate_size % degree !== 0) return false
    if (mlp.kind === 'moe' && mlp.shared_intermediate_size % degree !== 0) return false
  }
  return true
}

/** Heads that ranks share; undefined where a layer has none. */
function headsOf(attention: Attention): number | undefined {
  if (attention.kind === 'gated-deltanet') return attention.v_heads
  return 'heads' in attention ? attention.heads : undefined
}
