import type { Trainer } from '../../catalog/trainer.ts'
import type { TrainingPhysics } from '../../catalog/training-physics.ts'
import type { TrainingWork } from './flops.ts'
import type { TimedConfiguration } from './input.ts'
import type { Links } from './links.ts'
import type { Passes } from './passes.ts'
import type { TrainingRates } from './rates.ts'

/** What every term of a run is computed from. */
export interface RunContext {
  readonly work: TrainingWork
  readonly rates: TrainingRates
  readonly passes: Passes
  readonly links: Links
  readonly configuration: TimedConfiguration
  readonly trainer: Pick<Trainer, 'time_factor'>
  readonly physics: TrainingPhysics
}

/** GPUs that share one copy of the layers: tensor x pipeline. */
export function modelParallel({ tensorParallel, pipelineParallel }: TimedConfiguration): number {
  return tensorParallel * pipelineParallel
}

/** Parameters one rank holds before sharding: experts are spread over max(expert, tensor) ranks, the rest over tensor ranks. */
export function localParameters({ work, configuration }: Pick<RunContext, 'work' | 'configuration'>): {
  dense: number
  expert: number
} {
  const { tensorParallel, pipelineParallel, expertParallel } = configuration
  return {
    dense: (work.parameters - work.expertParameters) / (tensorParallel * pipelineParallel),
    expert: work.expertParameters / (Math.max(tensorParallel, expertParallel) * pipelineParallel),
  }
}

/** The same of the parameters that are trained. Adapters sit on matrices that every rank holds a tensor-parallel part of. */
export function localTrainable(context: Pick<RunContext, 'work' | 'configuration'>): { dense: number; expert: number } {
  if (context.configuration.lora === null) return localParameters(context)
  return { dense: context.work.trainableParameters / modelParallel(context.configuration), expert: 0 }
}

/** Ranks that hold the same experts out of `ranks` data-parallel ones. */
export function expertRanks(ranks: number, { tensorParallel, expertParallel }: TimedConfiguration): number {
  return Math.max(1, (ranks * tensorParallel) / Math.max(tensorParallel, expertParallel))
}
