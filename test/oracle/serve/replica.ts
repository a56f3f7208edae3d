import { type Catalog, get } from '../../../src/catalog/catalog.ts'
import type { Support } from '../../../src/catalog/support.ts'
import { prepareRuleOfThumbMemory } from '../../../src/memory/rule-of-thumb.ts'
import { prepareServingMemory, type ServingMemory } from '../../../src/memory/serving.ts'
import { ServingPerformance } from '../../../src/performance/serving.ts'
import { weightBits } from '../../../src/performance/weight-bits.ts'
import { amountOf } from '../scenario.ts'
import type { Board, EngineChoice } from './choices.ts'
import { headroomOf } from './headroom.ts'
import type { OracleModel } from './model.ts'
import type { Lengths, Split } from './replica-types.ts'
import type { ServeWish } from './wish.ts'

/** What the physics are asked about: one replica, however many sequences it holds. */
export interface ReplicaQuestion {
  readonly wish: ServeWish
  readonly catalog: Catalog
  readonly model: OracleModel
  readonly choice: EngineChoice
  readonly board: Board
  readonly split: Split
  readonly weightSupport: Support
  readonly lengths: Lengths
}

/** Tokens of one engine step: as the scenario says, else the engine's default for cards of this size. */
export function stepTokens({ wish, choice, board }: Pick<ReplicaQuestion, 'wish' | 'choice' | 'board'>): number {
  if (wish.max_batched_tokens !== undefined) return wish.max_batched_tokens
  for (const row of choice.engine.batch_defaults) {
    if (board.gpu.memory.usable_gib < row.min_memory_gib || row.except_gpus.includes(board.gpu.id)) continue
    return row.max_batched_tokens
  }
  throw new Error(`${choice.engine.id} has no default for ${board.gpu.id}`)
}

/** Memory of the replica on machines that hold it whole (`spansMachines` false) or not. */
export function memoryOf(question: ReplicaQuestion, spansMachines: boolean): ServingMemory {
  const { wish, catalog, model, choice, board, split, weightSupport } = question
  const { tensors } = model
  const common = {
    quantization: split.quantization,
    kv: split.kv,
    gpu: board.gpu,
    tensorParallel: split.tensorParallel,
    pipelineParallel: split.pipelineParallel,
    expertParallel: split.expertParallel,
    headroomFraction: headroomOf(wish, catalog, model, choice, board),
  }
  if (tensors === null || wish.memory_model === 'rule-of-thumb') {
    const hiddenSize = tensors?.architecture.hidden_size ?? null
    return prepareRuleOfThumbMemory({ ...common, parameters: model.nominalParameters, hiddenSize })
  }
  const expandsTo = weightSupport.expands_to
  return prepareServingMemory({
    ...common,
    tensors,
    support:
      expandsTo === undefined
        ? { level: weightSupport.level }
        : { level: weightSupport.level, expandsTo: get(catalog, 'quantizations', expandsTo) },
    engine: choice.engine,
    release: choice.release,
    linkKind: board.link.kind,
    multiNode: spansMachines,
    // The share of the device by the scenario, else the engine's own; an engine that shares nothing out takes all.
    utilization: wish.utilization === undefined ? (choice.engine.default_utilization ?? 1) : amountOf(wish.utilization),
  })
}

/** Speed of the replica. */
export function speedOf(question: ReplicaQuestion): ServingPerformance {
  const { catalog, model, choice, board, split, weightSupport, lengths } = question
  const { quantization } = split
  const isGguf = choice.engine.weight_files === 'gguf'
  // A kernel that stands in on this GPU multiplies everything; otherwise experts may have one of their own.
  const kernel = get(catalog, 'kernels', weightSupport.kernel ?? quantization.kernel)
  const ownExpertKernel = weightSupport.kernel === undefined ? quantization.expert_kernel : undefined
  return new ServingPerformance(
    {
      profile: model.profile,
      gpu: board.gpu,
      generation: get(catalog, 'generations', board.gpu.generation),
      link: board.link,
      quantization,
      weightBits: weightBits(model.tensors, quantization),
      kv: split.kv,
      kernel,
      expertKernel: ownExpertKernel === undefined ? kernel : get(catalog, 'kernels', ownExpertKernel),
      plainKernel: get(catalog, 'kernels', isGguf ? 'gguf-f16' : 'f16'),
      host: choice.release.host,
      llamaCpp: isGguf,
      physics: catalog.physics.serving,
      tensorParallel: split.tensorParallel,
      pipelineParallel: split.pipelineParallel,
      expertParallel: split.expertParallel,
    },
    {
      inputTokens: lengths.input,
      outputTokens: lengths.output,
      prefixCached: lengths.prefixCached,
      chunkTokens: stepTokens(question),
    },
  )
}
