import { type Activations, activations } from './activations.ts'
import { type CacheKind, cacheKinds } from './kv-layers.ts'
import { type KvPool, kvPool } from './kv-pool.ts'
import { type LayerWidths, layerWidths } from './layer-widths.ts'
import { Remembered } from './remembered.ts'
import { type Graphs, graphs } from './runtime.ts'
import type { ServingMemoryOptions } from './serving-types.ts'
import { engineStages, type StageWeights, stageWeights } from './weights.ts'

/** One rank of one pipeline stage; ranks of a stage are alike. */
export interface Rank {
  readonly label: string
  readonly weights: StageWeights
  readonly activations: Activations
  readonly graphs: Graphs
  readonly pool: KvPool
}

const weightsOf = new Remembered<readonly StageWeights[]>()
const kindsOf = new Remembered<readonly (readonly CacheKind[])[]>()
const widthsOf = new Remembered<readonly LayerWidths[]>()
const ranksOf = new Remembered<readonly Rank[]>()

/**
 * Distinct ranks of a replica: middle stages that hold the same layers are alike, so one stands for all. Each part is made
 * once for the variables it depends on.
 */
export function prepareRanks(options: ServingMemoryOptions): readonly Rank[] {
  const { tensors, engine, release, support, kv, draftTokens = 0, eager = false } = options
  const { tensorParallel, expertParallel, pipelineParallel } = options
  const { generation } = options.gpu
  const quantization = (support.level === 'expanded' ? support.expandsTo : undefined) ?? options.quantization
  // A kernel other than the format's own multiplies with 16-bit activations.
  const ownKernel = support.kernel === undefined || support.kernel === quantization.kernel
  const activationBytes = ownKernel ? quantization.activation_bytes : 2
  const files = engine.weight_files
  const stages = () => engineStages(tensors, engine, pipelineParallel)

  // Only MXFP4 experts are laid out by GPU generation.
  const layout = quantization.padding === 'mxfp4' ? generation : ''
  const weights = weightsOf.recall(
    tensors,
    [quantization, files, layout, tensorParallel, pipelineParallel, expertParallel],
    () => stageWeights({ ...options, quantization, generation }),
  )
  const kinds = kindsOf.recall(tensors, [kv, files, draftTokens, tensorParallel, pipelineParallel], () =>
    stages().map((stage) => cacheKinds({ ...options, stage, format: kv })),
  )
  const widths = widthsOf.recall(tensors, [quantization, files, pipelineParallel], () =>
    stages().map((stage) => layerWidths(tensors, stage, quantization)),
  )
  return ranksOf.recall(
    tensors,
    [weights, kinds, widths, engine, release, generation, activationBytes, eager, expertParallel],
    () =>
      makeRanks(options, { weights, kinds, widths, activationBytes, packedExperts: quantization.padding === 'mxfp4' }),
  )
}

interface Parts {
  readonly weights: readonly StageWeights[]
  readonly kinds: readonly (readonly CacheKind[])[]
  readonly widths: readonly LayerWidths[]
  readonly activationBytes: number
  readonly packedExperts: boolean
}

function makeRanks(options: ServingMemoryOptions, parts: Parts): readonly Rank[] {
  const { tensors, engine, release, tensorParallel, expertParallel, pipelineParallel } = options
  const { generation } = options.gpu
  const { memory } = release
  const { activationBytes, packedExperts } = parts
  const latent = tensors.kinds.some(({ attention }) => attention.kind === 'mla')
  const headDim = Math.max(
    ...tensors.kinds.map(({ attention }) => (attention.kind === 'softmax' ? attention.head_dim : 0)),
  )
  const ranks = new Map<string, Rank>()
  parts.weights.forEach((weights, index) => {
    const { stage } = weights
    const kinds = parts.kinds[index] ?? []
    const widths = parts.widths[index]
    if (widths === undefined) return
    const key = JSON.stringify([weights.bytes, stage.layers, kinds, widths])
    if (ranks.has(key)) return
    ranks.set(key, {
      label: parts.weights.length === 1 ? 'every GPU' : `stage ${stage.index + 1} of ${parts.weights.length}`,
      weights,
      pool: kvPool({ kinds, engine, release, latent, headDim, generation }),
      graphs: graphs(memory, stage.layers, tensors.architecture.hidden_size, options.eager ?? false),
      activations: activations({
        widths,
        engine,
        memory,
        tensorParallel,
        expertParallel,
        pipelineParallel,
        activationBytes,
        packedExperts,
      }),
    })
  })
  return [...ranks.values()]
}
