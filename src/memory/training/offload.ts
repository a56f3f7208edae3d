import type { Trainer } from '../../catalog/trainer.ts'
import type { TrainingMemoryPhysics } from '../../catalog/training-memory.ts'
import { count } from '../../units.ts'
import { type Amount, amount, NOTHING, sum } from './amount.ts'
import type { StageParameters } from './parameters.ts'
import { divided, explainDivided, type Sharding } from './sharding.ts'
import type { States } from './states.ts'
import type { PreparedConfiguration } from './types.ts'

/** States that stay on the GPU, and what the host holds instead. */
export interface PlacedStates {
  readonly weights: Amount
  readonly adapters: Amount
  /** At the end of the backward pass and during the step. */
  readonly gradients: Amount
  readonly optimizer: Amount
  readonly master: Amount
  readonly temporaries: Amount
  readonly host: Amount
}

export interface PlacementOptions {
  readonly states: States
  readonly parameters: StageParameters
  readonly configuration: PreparedConfiguration
  readonly trainer: Trainer
  readonly shards: Sharding
  readonly physics: TrainingMemoryPhysics
}

/**
 * Moves states to the host. Optimizer offload takes moments and master weights, and with ZeRO-Offload (arXiv 2101.06840) gradients as
 * they are reduced; parameter offload takes everything, leaving the gathered blocks. Paged optimizers live in unified memory.
 */
export function placeStates(options: PlacementOptions): PlacedStates {
  const { states, configuration } = options
  const { weights, adapters, optimizer, master, temporaries } = states
  const gradients = residentGradients(options)
  switch (configuration.offload) {
    case 'none': {
      const isPaged = states.optimizerRule.paged
      return {
        weights,
        adapters,
        gradients,
        optimizer: isPaged ? NOTHING : optimizer,
        master,
        temporaries,
        host: isPaged ? optimizer : NOTHING,
      }
    }
    case 'optimizer': {
      const host = onHost(options, sum(optimizer, master, hostGradients(options)))
      return { weights, adapters, gradients, optimizer: NOTHING, master: NOTHING, temporaries: NOTHING, host }
    }
    case 'parameters': {
      const host = onHost(options, sum(weights, adapters, optimizer, master, hostGradients(options)))
      return {
        weights: NOTHING,
        adapters: NOTHING,
        gradients: NOTHING,
        optimizer: NOTHING,
        master: NOTHING,
        temporaries: NOTHING,
        host,
      }
    }
  }
}

function movesGradients({ configuration, trainer }: PlacementOptions): boolean {
  return (
    configuration.offload === 'parameters' || (configuration.offload === 'optimizer' && trainer.sharding === 'zero')
  )
}

/** Gradients that stay: all, or those of the largest unit where they are applied or sent away as they appear. */
function residentGradients(options: PlacementOptions): Amount {
  const { states, parameters, configuration, shards } = options
  const moves = movesGradients(options)
  if (!moves && configuration.optimizerInBackward !== true) return states.gradients
  // ZeRO-3 counts them among its reduce buffers.
  if (moves && shards.weights) return NOTHING
  const unit = Math.min(
    states.trainable.dense + states.trainable.expert,
    Math.max(parameters.largestBlock, parameters.largestTable),
  )
  return amount(
    states.gradientBytes * unit,
    () => `${states.gradientBytes} B x ${count(unit)} (the largest unit at a time)`,
  )
}

function hostGradients(options: PlacementOptions): Amount {
  const { states, shards, physics } = options
  if (!movesGradients(options)) return NOTHING
  const each = physics.offload.host_gradient_bytes
  return amount(
    each * divided(states.trainable, shards, shards.gradients),
    () => `gradients ${each} B x ${explainDivided(states.trainable, shards, shards.gradients)}`,
  )
}

function onHost({ physics }: PlacementOptions, moved: Amount): Amount {
  const factor = physics.offload.host_buffer_factor.value
  return amount(factor * moved.bytes, () => `${factor} x (${moved.explain()})`)
}
