import { estimatePlan } from '../../planners/serve/estimate.ts'
import { fitModel } from '../../planners/serve/fit.ts'
import { estimateTraining, fitTraining } from '../../planners/train/estimate.ts'
import type { EstimateResult } from '../result/estimate.ts'
import type { FitResult } from '../result/fit.ts'
import type { Plan } from '../result/plan.ts'
import type { TrainPlan } from '../result/train.ts'
import { estimateResult, fitResult } from '../result/worked-out.ts'
import type { Diagnostic } from '../scenario/diagnostic.ts'
import {
  type ServingConfiguration,
  servingConfigurationSchema,
  servingInput,
  type TrainingConfiguration,
  trainingConfigurationSchema,
  trainingInput,
} from './configuration.ts'
import { today } from './day.ts'
import { checked, withDiagnostics } from './input.ts'
import { type Settings, settingsSchema } from './settings.ts'

export type ServingEstimate = EstimateResult<Plan>
export type TrainingEstimate = EstimateResult<TrainPlan>
export type ServingFit = FitResult<Plan, 'context' | 'concurrency'>
export type TrainingFit = FitResult<TrainPlan, 'micro_batch' | 'sequence_length'>

/**
 * Memory (bytes), speed and price (US dollars) of one given configuration, without a search: the JSON of `plan estimate`.
 * A configuration with a `method` is one of training. `fits` is false where it does not fit or misses a limit; by how much is in
 * `violations`.
 *
 * @throws InputError for unknown keys and ids, values that cannot be meant, and configurations that no engine or trainer runs.
 * @example
 * const { fits, memory, cost } = estimate(
 *   { model: 'llama-3.1-70b', gpu: 'h100-sxm-80gb', tensor_parallel: 4, context: 8192, concurrency: 32 },
 *   { catalogs: await loadCatalogs() },
 * )
 */
export function estimate(configuration: ServingConfiguration, settings: Settings): ServingEstimate
export function estimate(configuration: TrainingConfiguration, settings: Settings): TrainingEstimate
export function estimate(
  configuration: ServingConfiguration | TrainingConfiguration,
  settings: Settings,
): ServingEstimate | TrainingEstimate {
  const { catalogs, asked } = read(settings)
  return withDiagnostics(() => {
    if (isTraining(configuration)) {
      const given = checked(trainingConfigurationSchema, configuration)
      return estimateResult(estimateTraining(trainingInput(given, asked), catalogs))
    }
    const given = checked(servingConfigurationSchema, configuration)
    return estimateResult(estimatePlan(servingInput(given, asked), catalogs))
  }, inKeys)
}

/**
 * The most that fits the GPUs with everything else as given: concurrency and context (tokens) of serving, micro-batch and
 * sequence length (tokens) of training: the JSON of `plan fit`. A value of 0 says that not even one fits.
 *
 * @throws InputError as `estimate`.
 * @example
 * const { rows } = fit({ model: 'llama-3.1-8b', gpu: 'h100-sxm-80gb' }, { catalogs: await loadCatalogs() })
 */
export function fit(configuration: ServingConfiguration, settings: Settings): ServingFit
export function fit(configuration: TrainingConfiguration, settings: Settings): TrainingFit
export function fit(
  configuration: ServingConfiguration | TrainingConfiguration,
  settings: Settings,
): ServingFit | TrainingFit {
  const { catalogs, asked } = read(settings)
  return withDiagnostics(() => {
    if (isTraining(configuration)) {
      const given = checked(trainingConfigurationSchema, configuration)
      return fitResult(given.model, fitTraining(trainingInput(given, asked), catalogs))
    }
    const given = checked(servingConfigurationSchema, configuration)
    return fitResult(given.model, fitModel(servingInput(given, asked), catalogs))
  }, inKeys)
}

function read(settings: Settings) {
  const { catalogs, explain = false, asOf = today() } = checked(settingsSchema, settings)
  return { catalogs, asked: { explain, asOf } }
}

function isTraining(configuration: unknown): boolean {
  return typeof configuration === 'object' && configuration !== null && 'method' in configuration
}

/** The planners name flags of the command line; here the same settings are keys: `--zero-stage` is `zero_stage`. */
function inKeys({ message, hint, ...rest }: Diagnostic): Diagnostic {
  const keyed = (text: string): string =>
    text.replace(/--([a-z]+(?:-[a-z]+)*)/g, (_, flag: string) => flag.replaceAll('-', '_'))
  return { ...rest, message: keyed(message), ...(hint === undefined ? {} : { hint: keyed(hint) }) }
}
