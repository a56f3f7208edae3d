import { find } from '../catalog/catalog.ts'
import type { Model } from '../catalog/model.ts'
import { describeModel, type LoraTarget, type ModelTensors } from '../model/tensors.ts'
import { count, roundedCount } from '../units.ts'
import type { Checker } from './ids.ts'
import { checkModel, checkTensors } from './model-checks.ts'
import { checkHardware, checkPrices } from './serve-checks.ts'
import {
  type LoraTargets,
  MAX_TOKENS,
  type ResolvedDeadline,
  type TrainData,
  type TrainScenario,
  type TrainSearch,
  type WrittenTrainScenario,
} from './train.ts'
import { trainDefaults } from './train-defaults.ts'
import type { Deadline } from './train-fields.ts'
import { checkTrainer } from './trainer-checks.ts'

/**
 * What a schema cannot say of a training scenario: keys that contradict each other, arithmetic that cannot come out, and names that
 * the catalog does not have. Returns the scenario with aliases replaced by ids and the deadline counted from `asOf` (YYYY-MM-DD).
 */
export function checkTrain(scenario: WrittenTrainScenario, check: Checker, asOf?: string): TrainScenario {
  const { model, data, deadline, prices, search = {}, trainer, ...rest } = scenario
  checkData(data, check)
  checkBatch(scenario, check)
  const modelId = checkModel(model, check)
  checkTensors(modelId, check)
  const entry = typeof modelId === 'string' ? find(check.catalog, 'models', modelId) : undefined
  checkSequenceLength(scenario, entry, check)
  checkLora(search, entry, check)
  const trainerId = trainer === undefined ? undefined : (check.entry('trainers', trainer, ['trainer']) ?? trainer)
  checkTrainer(scenario, trainerId ?? trainDefaults.trainer, check)
  checkDegrees(search, check)
  checkHardware(search, check)
  if (prices !== undefined) checkPrices(prices, check)
  const counted = deadline === undefined ? undefined : countDeadline(deadline, asOf, check)
  return {
    ...rest,
    model: modelId,
    data,
    ...(scenario.search === undefined ? {} : { search }),
    ...(prices === undefined ? {} : { prices }),
    ...(trainerId === undefined ? {} : { trainer: trainerId }),
    ...(counted === undefined ? {} : { deadline: counted }),
  }
}

function checkData(data: TrainData, check: Checker): void {
  const { tokens, examples, tokens_per_example, epochs = trainDefaults.epochs } = data
  const all = (tokens ?? (examples ?? 0) * (tokens_per_example ?? 0)) * epochs
  if (all > MAX_TOKENS) {
    const message = `${roundedCount(all)} tokens in all passes are more than the ${roundedCount(MAX_TOKENS)} that a run may read`
    check.error(['data'], message, undefined, 'key')
  }
  const either = 'data needs either tokens, or examples with tokens_per_example'
  if (tokens !== undefined) {
    if (examples !== undefined) check.error(['data', 'examples'], `${either}; given: both`, undefined, 'key')
    else if (tokens_per_example !== undefined)
      check.error(['data', 'tokens_per_example'], `${either}; given: tokens and tokens_per_example`, undefined, 'key')
    return
  }
  if (examples === undefined && tokens_per_example === undefined)
    check.error(['data'], `${either}; none is given`, undefined, 'key')
  else if (tokens_per_example === undefined)
    check.error(['data', 'examples'], 'examples need tokens_per_example: time follows from tokens', undefined, 'key')
  else if (examples === undefined)
    check.error(['data', 'tokens_per_example'], 'tokens_per_example needs examples', undefined, 'key')
}

/** global batch = micro-batch x accumulation x data-parallel ranks; the last two may be 1, so one micro-batch must divide it. */
function checkBatch({ global_batch, search }: WrittenTrainScenario, check: Checker): void {
  const batch = global_batch ?? trainDefaults.globalBatch
  const sizes = search?.micro_batch
  if (sizes === undefined || sizes.some((size) => batch % size === 0)) return
  const which = global_batch === undefined ? `${count(batch)} (the default)` : count(batch)
  check.error(
    ['search', 'micro_batch'],
    `impossible batch arithmetic: global_batch of ${which} is micro-batch x accumulation x data-parallel ranks, and ${sizes.length === 1 ? `${sizes[0]} does not divide it` : `none of ${sizes.join(', ')} divides it`}`,
    `write a divisor of ${batch}`,
  )
}

function checkSequenceLength(
  { sequence_length }: WrittenTrainScenario,
  model: Model | undefined,
  check: Checker,
): void {
  const longest = model?.architecture?.max_positions
  if (model === undefined || longest === undefined || sequence_length === undefined) return
  if (sequence_length <= longest) return
  check.error(
    ['sequence_length'],
    `sequence_length of ${count(sequence_length)} is more than the ${count(longest)} positions of ${model.id}`,
    `write at most ${longest}`,
  )
}

function checkLora(search: TrainSearch, model: Model | undefined, check: Checker): void {
  if (search.lora === undefined) return
  const methods = search.method ?? trainDefaults.method
  if (methods.every((method) => method === 'full')) {
    const given = search.method === undefined ? 'by default it is full' : 'it is full'
    check.error(['search', 'lora'], `lora needs the method lora or qlora; ${given}`, 'add method: [lora]', 'key')
  }
  const { targets } = search.lora
  if (targets === undefined || targets === 'all-linear' || model?.architecture === undefined) return
  checkTargets(targets, model.id, describeModel(model.architecture), check)
}

const attention: readonly LoraTarget[] = ['q', 'k', 'v', 'o']

/** Projections of a model that take adapters, in the order of its tensors. Routed experts, routers, tables and the head take none. */
function adaptable(model: ModelTensors): LoraTarget[] {
  const targets = model.kinds.flatMap((kind) => kind.tensors.map((tensor) => tensor.lora))
  return [...new Set(targets.filter((target) => target !== null))]
}

function checkTargets(
  targets: Exclude<LoraTargets, 'all-linear'>,
  id: string,
  tensors: ModelTensors,
  check: Checker,
): void {
  const known = adaptable(tensors)
  const path = ['search', 'lora', 'targets']
  const routed = tensors.kinds.some((kind) => kind.mlp.kind === 'moe') ? '; routed experts take no adapters' : ''
  const hint = `it has: ${known.join(', ')}${routed}`
  if (targets === 'attention') {
    if (!attention.some((target) => known.includes(target)))
      check.error(path, `${id} has no attention projections for adapters`, hint)
    return
  }
  for (const [index, target] of targets.entries()) {
    if (!known.includes(target))
      check.error([...path, index], `${id} has no projection ${JSON.stringify(target)} for an adapter`, hint)
  }
}

/** The least degrees together must leave room for one data-parallel rank. */
function checkDegrees(search: TrainSearch, check: Checker): void {
  const keys = ['tensor_parallel', 'pipeline_parallel', 'context_parallel'] as const
  const given = keys.filter((key) => search[key] !== undefined)
  const needed = given.reduce((product, key) => product * Math.min(...(search[key] ?? [1])), 1)
  const limit = search.max_gpus ?? trainDefaults.maxGpus
  const last = given.at(-1)
  if (last === undefined || needed <= limit) return
  check.error(
    ['search', search.max_gpus === undefined ? last : 'max_gpus'],
    `${given.join(' x ')} ${given.length === 1 ? 'takes' : 'take'} at least ${count(needed)} GPUs, and max_gpus is ${count(limit)}${search.max_gpus === undefined ? ' (the default)' : ''}`,
  )
}

/** Seconds from the start of the day of the plan (00:00 UTC) to the deadline. */
function countDeadline(deadline: Deadline, asOf: string | undefined, check: Checker): ResolvedDeadline | undefined {
  if ('seconds' in deadline) return deadline
  if (asOf === undefined) {
    check.error(['deadline'], 'a deadline given as a date needs the day of the plan (--as-of)')
    return undefined
  }
  const seconds = (Date.parse(deadline.until) - Date.parse(`${asOf}T00:00:00Z`)) / 1000
  if (seconds > 0) return { seconds, until: deadline.until }
  check.error(['deadline'], `the deadline is in the past: it ends ${deadline.until}, the plan is made as of ${asOf}`)
  return undefined
}
