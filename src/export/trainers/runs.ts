import { inputError } from '../../scenario/diagnostic.ts'
import type { TrainExport } from '../target.ts'
import { accelerateRun } from '../targets/accelerate.ts'
import { axolotlRun } from '../targets/axolotl.ts'
import { deepspeedRun } from '../targets/deepspeed.ts'
import { llamaFactoryRun } from '../targets/llama-factory.ts'
import { megatronRun } from '../targets/megatron.ts'
import { torchtitanRun } from '../targets/torchtitan.ts'
import { torchtuneRun } from '../targets/torchtune.ts'
import type { TrainingRun } from './run.ts'

/** How the plan of a trainer is run; what a cluster starts. */
const runs: Readonly<Record<string, (input: TrainExport) => TrainingRun>> = {
  common: deepspeedRun,
  deepspeed: deepspeedRun,
  transformers: accelerateRun,
  axolotl: axolotlRun,
  'llama-factory': llamaFactoryRun,
  torchtune: torchtuneRun,
  torchtitan: torchtitanRun,
  'megatron-lm': megatronRun,
  'megatron-bridge': megatronRun,
}

/**
 * The run of a plan by the trainer that it is for.
 * @throws InputError where it is not known how that trainer is started, or it cannot express the plan.
 */
export function runOf(input: TrainExport): TrainingRun {
  const { trainer } = input.plan.configuration
  const run = Object.hasOwn(runs, trainer) ? runs[trainer] : undefined
  if (run === undefined) {
    throw inputError(`it is not known how a run of the trainer ${trainer} is started`, {
      hint: `plan for one of ${Object.keys(runs).join(', ')}: --set trainer=common`,
    })
  }
  return run(input)
}
