import { find } from '../catalog/catalog.ts'
import type { Trainer } from '../catalog/trainer.ts'
import type { Path } from './diagnostic.ts'
import type { Checker } from './ids.ts'
import type { TrainSearch, WrittenTrainScenario } from './train.ts'
import { trainDefaults } from './train-defaults.ts'

/** The dimensions of a search that trainers speak of, with the values that the search leaves. */
type Dimensions = ReturnType<typeof dimensionsOf>
type Key = keyof Dimensions

function dimensionsOf(search: TrainSearch) {
  const d = trainDefaults
  return {
    method: search.method ?? d.method,
    optimizer: search.optimizer ?? d.optimizer,
    zero_stage: search.zero_stage ?? d.zeroStage,
    offload: search.offload ?? d.offload,
    activation_checkpointing: search.activation_checkpointing ?? d.activationCheckpointing,
    tensor_parallel: search.tensor_parallel ?? d.tensorParallel,
    pipeline_parallel: search.pipeline_parallel ?? d.pipelineParallel,
    context_parallel: search.context_parallel ?? d.contextParallel,
    expert_parallel: search.expert_parallel ?? d.expertParallel,
  }
}

/** Searches that the trainer cannot carry out whatever is chosen from their lists. Single values that it refuses are left to the planner. */
export function checkTrainer(scenario: WrittenTrainScenario, id: string, check: Checker): void {
  const trainer = find(check.catalog, 'trainers', id)
  if (trainer === undefined) return
  const search = scenario.search ?? {}
  const values = dimensionsOf(search)
  const place = (keys: readonly Key[]): Path => {
    const given = keys.findLast((key) => search[key] !== undefined)
    return given === undefined ? ['trainer'] : ['search', given]
  }
  if (scenario.loss !== undefined && !trainer.loss.supports.includes(scenario.loss)) {
    check.error(
      ['loss'],
      `${trainer.name} does not compute a ${scenario.loss} loss`,
      `it computes: ${trainer.loss.supports.join(', ')}`,
    )
  }
  const unsupported = unsupportedKeys(trainer, values)
  for (const { key, supported } of unsupported) {
    const what = `${key} ${values[key].join(', ')}`
    check.error(
      place([key]),
      `${trainer.name} does not support ${what}`,
      supported === undefined ? undefined : `it supports: ${supported.join(', ')}`,
    )
  }
  if (unsupported.length > 0) return
  for (const { when, reason } of trainer.refuses) {
    const keys = keysOf(when)
    if (keys.length === 0 || !keys.every((key) => always(when, key, values))) continue
    const what = keys.map((key) => `${key} ${values[key].join(', ')}`).join(' with ')
    check.error(place(keys), `${what} cannot run: ${reason}`, `trainer: ${trainer.id}`)
    return
  }
}

function unsupportedKeys(
  { supports }: Trainer,
  values: Dimensions,
): { key: Key; supported?: readonly (string | number)[] }[] {
  const lists = {
    method: supports.methods,
    optimizer: supports.optimizers,
    zero_stage: supports.zero_stages,
    offload: supports.offload,
    activation_checkpointing: supports.checkpointing,
  } as const
  const fromLists = (Object.keys(lists) as (keyof typeof lists)[])
    .filter((key) => !values[key].some((value) => (lists[key] as readonly (string | number)[]).includes(value)))
    .map((key) => ({ key, supported: lists[key] }))
  const degrees = ['tensor_parallel', 'pipeline_parallel', 'context_parallel', 'expert_parallel'] as const
  const fromDegrees = degrees
    .filter((key) => !supports[key] && values[key].every((degree) => degree > 1))
    .map((key) => ({ key }))
  return [...fromLists, ...fromDegrees]
}

type When = Trainer['refuses'][number]['when']

const conditionOf = {
  method: 'methods',
  optimizer: 'optimizers',
  zero_stage: 'zero_stages',
  offload: 'offload',
  tensor_parallel: 'min_tensor_parallel',
  pipeline_parallel: 'min_pipeline_parallel',
  context_parallel: 'min_context_parallel',
  expert_parallel: 'min_expert_parallel',
} as const satisfies Partial<Record<Key, keyof When>>

function keysOf(when: When): (keyof typeof conditionOf)[] {
  return (Object.keys(conditionOf) as (keyof typeof conditionOf)[]).filter(
    (key) => when[conditionOf[key]] !== undefined,
  )
}

/** Does the condition on one dimension hold for every value that the search leaves? */
function always(when: When, key: keyof typeof conditionOf, values: Dimensions): boolean {
  const condition = when[conditionOf[key]]
  if (condition === undefined) return true
  if (typeof condition === 'number') return values[key].every((value) => Number(value) >= condition)
  return values[key].every((value) => (condition as readonly (string | number)[]).includes(value))
}
