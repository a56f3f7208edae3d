import { count } from '../../units.ts'
import { Remembered } from '../remembered.ts'
import type { Stage } from '../stages.ts'
import { type Activations, activations } from './activations.ts'
import { type Amount, amount, NOTHING, sum } from './amount.ts'
import { type LossBlock, lossBlock } from './loss.ts'
import { type PlacedStates, placeStates } from './offload.ts'
import { type StageParameters, stageParameters } from './parameters.ts'
import { trainingStages } from './pipeline.ts'
import { type Sharding, sharding, type WorkingSet, workingSet } from './sharding.ts'
import { type States, states } from './states.ts'
import type { TrainingMemoryOptions } from './types.ts'

/** What a rank is prepared from; everything but the GPU. */
export type RankOptions = Omit<TrainingMemoryOptions, 'gpu' | 'headroomFraction'>

/** One distinct GPU: a pipeline stage, prepared. */
export interface TrainingRank {
  readonly label: string
  readonly stage: Stage
  readonly placed: PlacedStates
  readonly working: WorkingSet
  readonly activations: Activations
  /** Null on stages without the head. */
  readonly loss: LossBlock | null
  /** A dequantised matrix during a block's backward pass. */
  readonly scratch: Amount
  /** Copies that loading leaves in the allocator. */
  readonly loadCopies: Amount
  /** Gradients of earlier micro-steps are alive whatever the accumulation (Megatron's main gradients). */
  readonly alwaysAccumulates: boolean
  readonly neverAccumulates: boolean
  /** States and buffers that every training phase holds, without and with unsharded gradients. */
  readonly baseBytes: number
  readonly accumulatingBaseBytes: number
  /** States, gathered blocks and what loading left, before the root unit takes its place. */
  readonly loadBytes: number
}

const rememberedStages = new Remembered<readonly PreparedStage[]>()
const rememberedActivations = new Remembered<Activations>()

interface PreparedStage {
  readonly stage: Stage
  readonly parameters: StageParameters
}

/** Prepares every distinct stage. What sharding, optimizer, offload and GPU leave alone is prepared once a model. */
export function prepareTrainingRanks(options: RankOptions): TrainingRank[] {
  const { tensors, configuration, trainer } = options
  const { pipelineParallel, tensorParallel, expertParallel } = configuration
  const untiesEmbeddings = trainer.unties_embeddings === true
  const stages = rememberedStages.recall(
    tensors,
    [pipelineParallel, tensorParallel, expertParallel, untiesEmbeddings],
    () =>
      trainingStages(tensors, pipelineParallel).map((stage) => ({
        stage,
        parameters: stageParameters({
          tensors,
          stage,
          pipelineParallel,
          tensorParallel,
          expertParallel,
          untiesEmbeddings,
        }),
      })),
  )
  return stages.map((prepared) => prepareRank(prepared, options))
}

function activationsOf(stage: Stage, options: RankOptions, isKbit: boolean): Activations {
  const { tensors, configuration: on, trainer, physics } = options
  const lora = on.lora === null ? 'none' : `${on.lora.rank} ${on.lora.targets.join(' ')}`
  const flags = (isKbit ? 1 : 0) + (on.sequenceParallel ? 2 : 0) + (on.flashAttention ? 4 : 0) + (on.compile ? 8 : 0)
  return rememberedActivations.recall(
    tensors,
    [stage, trainer, physics, on.method, on.activationCheckpointing, lora, on.sequenceLength, on.tensorParallel, flags],
    () => activations(stage, options, isKbit),
  )
}

function prepareRank({ stage, parameters }: PreparedStage, options: RankOptions): TrainingRank {
  const { configuration, trainer } = options
  const shards = sharding(trainer.sharding, configuration)
  const own = states({ ...options, stage, parameters, shards })
  const placed = placeStates({ ...options, states: own, parameters, shards })
  const working = workingSetOf(options, shards, parameters, own)
  const held = sum(placed.weights, placed.adapters, placed.optimizer, placed.master, working.blocks)
  const base = held.bytes + working.root.bytes + working.reduce.bytes
  const residue = loadCopies(options, parameters)
  const { pipelineParallel } = configuration
  return {
    label: pipelineParallel === 1 ? 'every GPU' : `stage ${stage.index + 1} of ${pipelineParallel}`,
    stage,
    placed,
    working,
    activations: activationsOf(stage, options, own.base?.isKbit === true),
    loss: stage.last ? lossBlock(options.tensors, configuration, trainer, options.physics) : null,
    scratch: own.base === null ? NOTHING : amount(own.base.scratchBytes, own.base.explainScratch),
    loadCopies: residue,
    alwaysAccumulates: trainer.sharding === 'megatron',
    neverAccumulates: configuration.optimizerInBackward === true,
    baseBytes: base + working.unsharded(1).bytes,
    loadBytes: held.bytes + residue.bytes,
    accumulatingBaseBytes: base + working.unsharded(2).bytes,
  }
}

function workingSetOf(options: RankOptions, shards: Sharding, parameters: StageParameters, own: States): WorkingSet {
  const { configuration, trainer, physics } = options
  return workingSet({
    scheme: trainer.sharding,
    shards,
    parameters,
    configuration,
    physics,
    gatheredBytes: own.base?.bytesPerParameter ?? physics.compute_bytes,
    trainable: own.trainable.dense + own.trainable.expert,
    isFull: own.base === null,
    unshardedAccumulation: trainer.unsharded_accumulation === true,
  })
}

function loadCopies({ trainer, physics }: RankOptions, { outer }: StageParameters): Amount {
  const copies = trainer.load_copies ?? 0
  const each = physics.compute_bytes
  return copies === 0
    ? NOTHING
    : amount(copies * each * outer, () => `${copies} copies x ${each} B x ${count(outer)} of embedding and head`)
}
