import type { TrainingMemoryPhysics } from '../../catalog/training-memory.ts'
import { count, significant } from '../../units.ts'
import { type Amount, amount, NOTHING } from './amount.ts'
import type { Parameters, StageParameters } from './parameters.ts'
import type { PreparedConfiguration } from './types.ts'

/** How training states are divided among ranks that would otherwise hold copies. */
export interface Sharding {
  readonly weights: boolean
  readonly gradients: boolean
  readonly optimizer: boolean
  /** Ranks that share the states of the parameters outside experts ... */
  readonly degree: number
  /** ... and of experts, which expert parallelism has already spread over some of those ranks. */
  readonly expertDegree: number
  /** Parameters are sharded as one flat vector, so an optimizer sees no matrices. */
  readonly flattened: boolean
}

type Scheme = 'none' | 'zero' | 'fsdp1' | 'fsdp2' | 'megatron'

/** ZeRO stages (arXiv 1910.02054): 1 divides the optimizer's states, 2 gradients too, 3 weights too. FSDP full shard is stage 3. */
export function sharding(scheme: Scheme, configuration: PreparedConfiguration): Sharding {
  const { zeroStage, shardDegree, tensorParallel, expertParallel } = configuration
  const copies = (shardDegree * tensorParallel) / Math.max(tensorParallel, expertParallel)
  return {
    weights: zeroStage >= 3 && shardDegree > 1,
    gradients: zeroStage >= 2 && shardDegree > 1,
    optimizer: zeroStage >= 1 && shardDegree > 1,
    degree: shardDegree,
    expertDegree: Math.max(1, copies),
    flattened: zeroStage >= 1 && shardDegree > 1 && (scheme === 'zero' || scheme === 'fsdp1'),
  }
}

/** Parameters of a rank after division. */
export function divided(parameters: Parameters, { degree, expertDegree }: Sharding, isDivided: boolean): number {
  return isDivided ? parameters.dense / degree + parameters.expert / expertDegree : parameters.dense + parameters.expert
}

/** `8,030,261,248 / 8`, with experts apart where their divisor differs. */
export function explainDivided(parameters: Parameters, shards: Sharding, isDivided: boolean): string {
  const { dense, expert } = parameters
  if (!isDivided) return count(dense + expert)
  if (expert === 0 || shards.degree === shards.expertDegree) return `${count(dense + expert)} / ${shards.degree}`
  return `(${count(dense)} / ${shards.degree} + experts ${count(expert)} / ${count(shards.expertDegree)})`
}

/** Buffers that exist because states are sharded or reduced. */
export interface WorkingSet {
  /** Weights gathered for the moment: blocks, or a whole pipeline stage. */
  readonly blocks: Amount
  /** What stays gathered until the backward pass ends: embedding and head. */
  readonly root: Amount
  /** Gradients on their way through a reduction. */
  readonly reduce: Amount
  /** Gradients of the whole rank that wait unsharded for the last micro-step. */
  unsharded(gradientAccumulation: number): Amount
}

export interface WorkingSetOptions {
  readonly scheme: Scheme
  readonly shards: Sharding
  readonly parameters: StageParameters
  readonly configuration: PreparedConfiguration
  readonly physics: TrainingMemoryPhysics
  /** Bytes a parameter of a gathered block: quantised where the base is. */
  readonly gatheredBytes: number
  /** Parameters that get gradients, on the rank. */
  readonly trainable: number
  readonly isFull: boolean
  readonly unshardedAccumulation: boolean
}

/** Gather and reduce buffers of ZeRO-3 and FSDP, and of weights that wait in host memory. */
export function workingSet(options: WorkingSetOptions): WorkingSet {
  const { scheme, shards, parameters, configuration, physics } = options
  if (!shards.weights && configuration.offload !== 'parameters')
    return { blocks: NOTHING, root: NOTHING, reduce: NOTHING, unsharded: () => NOTHING }
  if (scheme === 'fsdp2' && configuration.pipelineParallel > 1) return pipelineWorkingSet(options)
  const { gathered_blocks: blocks, reduce_bytes: reduceBytes } = physics.sharding
  const compute = physics.compute_bytes
  const { largestBlock, largestTable, outer } = parameters
  const root = scheme === 'fsdp2' ? largestTable : outer
  const unit = scheme === 'fsdp2' ? Math.max(largestBlock, largestTable) : largestBlock
  const whole = parameters.all.dense + parameters.all.expert
  const unsharded = amount(
    compute * whole,
    () => `${compute} B x ${count(whole)} unsharded gradients (not reduced before the last micro-step)`,
  )
  return {
    blocks: amount(
      blocks * options.gatheredBytes * largestBlock,
      () => `${blocks} blocks x ${significant(options.gatheredBytes, 8)} B x ${count(largestBlock)}`,
    ),
    root: amount(compute * root, () => `root unit ${compute} B x ${count(root)}`),
    reduce: options.isFull
      ? amount(reduceBytes * unit, () => `reduce buffers ${reduceBytes} B x ${count(unit)}`)
      : NOTHING,
    unsharded: (m) => (m > 1 && options.unshardedAccumulation ? unsharded : NOTHING),
  }
}

/** FSDP2 keeps a pipeline stage gathered between micro-batches and accumulates its gradients unsharded in fp32 (torchtitan). */
function pipelineWorkingSet({ parameters, physics, trainable, gatheredBytes }: WorkingSetOptions): WorkingSet {
  const whole = parameters.all.dense + parameters.all.expert
  const each = physics.sharding.pipeline_gradient_bytes
  const gradients = amount(each * trainable, () => `${each} B x ${count(trainable)} unsharded gradients of the stage`)
  return {
    blocks: amount(
      gatheredBytes * whole,
      () => `${significant(gatheredBytes, 8)} B x ${count(whole)} (the whole stage)`,
    ),
    root: NOTHING,
    reduce: NOTHING,
    unsharded: () => gradients,
  }
}
