import type { Trainer } from '../../catalog/trainer.ts'
import type { TrainingMemoryPhysics } from '../../catalog/training-memory.ts'
import type { ModelTensors } from '../../model/tensors.ts'
import { count, significant } from '../../units.ts'
import type { Stage } from '../stages.ts'
import { adapterParameters } from './adapters.ts'
import { type Amount, amount, NOTHING } from './amount.ts'
import { type OptimizerBytes, optimizerBytes } from './optimizers.ts'
import type { Parameters, StageParameters } from './parameters.ts'
import { type FrozenBase, frozenBase } from './quantised-base.ts'
import { divided, explainDivided, type Sharding } from './sharding.ts'
import type { PreparedConfiguration } from './types.ts'

/** States of one rank before offloading, bytes. */
export interface States {
  readonly weights: Amount
  readonly adapters: Amount
  readonly gradients: Amount
  readonly optimizer: Amount
  readonly master: Amount
  /** The list of parameters that a for-each optimizer holds, or the temporaries of its largest matrix. */
  readonly temporaries: Amount
  /** Parameters on the rank that get gradients, before sharding. */
  readonly trainable: Parameters
  /** Bytes of one gradient value. */
  readonly gradientBytes: number
  readonly optimizerRule: OptimizerBytes
  /** Null for full training. */
  readonly base: FrozenBase | null
}

export interface StatesOptions {
  readonly tensors: ModelTensors
  readonly stage: Stage
  readonly parameters: StageParameters
  readonly configuration: PreparedConfiguration
  readonly trainer: Trainer
  readonly shards: Sharding
  readonly physics: TrainingMemoryPhysics
}

/** Weights, gradients, optimizer states and master weights by the trainer's recipe, divided as ZeRO or FSDP divide them. */
export function states(options: StatesOptions): States {
  const { parameters, configuration, trainer, shards, physics } = options
  const { lora } = configuration
  const isFull = lora === null
  const trainable = isFull ? parameters.all : { dense: adaptersOnRank(options), expert: 0 }
  const recipe = isFull ? trainer.states : { ...trainer.adapters, master: 0 }
  const rule = ruleOf(options, trainable, recipe.adam)
  const base = isFull ? null : frozenBase(parameters, configuration, trainer, shards, physics)
  const share = (name: string, each: number, isDivided: boolean): Amount =>
    each === 0
      ? NOTHING
      : amount(
          each * divided(trainable, shards, isDivided),
          () => `${name}${significant(each, 8)} B x ${explainDivided(trainable, shards, isDivided)}`,
        )
  return {
    weights: base === null ? share('', recipe.weights, shards.weights) : amount(base.bytes, base.explain),
    adapters: isFull ? NOTHING : share('', recipe.weights, shards.weights),
    gradients: share('', recipe.gradients, shards.gradients),
    optimizer: share(`${configuration.optimizer} `, rule.perParameter, shards.optimizer),
    master: share('', recipe.master, shards.optimizer),
    temporaries: temporaries(options, rule, share),
    trainable,
    gradientBytes: recipe.gradients,
    optimizerRule: rule,
    base,
  }

  function temporaries(given: StatesOptions, optimizer: OptimizerBytes, list: typeof share): Amount {
    const { largestMatrix } = given.parameters
    if (optimizer.matrixTemporaryBytes > 0 && isFull) {
      const each = optimizer.matrixTemporaryBytes
      return amount(each * largestMatrix, () => `temporaries ${each} B x ${count(largestMatrix)} (the largest matrix)`)
    }
    if (trainer.fused_optimizer || !optimizer.forEach) return NOTHING
    return list('list of the for-each optimizer ', recipe.weights, shards.optimizer)
  }
}

function adaptersOnRank({ tensors, stage, configuration }: StatesOptions): number {
  const { lora, tensorParallel } = configuration
  return lora === null ? 0 : adapterParameters(tensors, stage, lora, tensorParallel)
}

function ruleOf(options: StatesOptions, trainable: Parameters, adamBytes: number): OptimizerBytes {
  const { parameters, configuration, shards, physics } = options
  const total = trainable.dense + trainable.expert
  const { lora } = configuration
  const optimized =
    lora === null
      ? {
          total,
          matrices: parameters.matrices.dense + parameters.matrices.expert,
          factored: parameters.factored,
        }
      : // Each adapter matrix is r rows and one column an input or output.
        { total, matrices: total, factored: total / lora.rank }
  return optimizerBytes(configuration.optimizer, adamBytes, optimized, shards.flattened, physics)
}
