import { type Catalog, get, gpusNamed } from '../../src/catalog/catalog.ts'
import type { Gpu } from '../../src/catalog/gpu.ts'
import { type EligibleOffers, eligibleOffers } from '../../src/cost/eligibility.ts'
import type { LoraTarget } from '../../src/model/tensors.ts'
import { inputError } from '../../src/scenario/diagnostic.ts'
import type { LoraTargets } from '../../src/scenario/train.ts'
import type { CompleteTrainScenario } from '../../src/scenario/train-defaults.ts'
import { ACTIVATION_CHECKPOINTING } from '../../src/training/configuration.ts'
import { modelOf, resolveModel } from '../model.ts'
import type { TrainRequest } from './request.ts'

export interface ResolveTrainOptions {
  /** Day from which the age of prices is judged, YYYY-MM-DD. */
  readonly asOf: string
  readonly alternatives: number
}

export interface ResolvedTrain {
  readonly request: TrainRequest
  readonly offers: EligibleOffers
}

const SECONDS_PER_HOUR = 3600

/** Puts catalog entries in the place of names. */
export function resolveTrain(
  scenario: CompleteTrainScenario,
  catalog: Catalog,
  options: ResolveTrainOptions,
): ResolvedTrain {
  const { search, prices } = scenario
  const model = resolveModel(modelOf(scenario.model, catalog))
  if (model.tensors === null) {
    throw inputError(`${model.model.id} is known by its parameter count alone: training needs its architecture`, {
      path: ['model'],
    })
  }
  const gpus = gpusOf(search, catalog)
  const offers = eligibleOffers(catalog.offers.values(), {
    asOf: options.asOf,
    maxAgeDays: prices.max_age_days,
    minConfidence: prices.min_confidence,
    pricing: search.pricing,
    providers: search.providers,
    excludeProviders: search.exclude_providers,
    gpus: gpus.map((gpu) => gpu.id),
    sets: prices.offers.length === 0 ? undefined : prices.offers,
    discountPercent: prices.discount_percent,
    overrides: prices.overrides,
  })
  const request: TrainRequest = {
    ...model,
    tensors: model.tensors,
    name: scenario.name,
    tokens: scenario.data.total_tokens,
    sequenceLength: scenario.sequence_length,
    globalBatch: scenario.global_batch,
    deadlineHours: scenario.deadline === undefined ? null : scenario.deadline.seconds / SECONDS_PER_HOUR,
    budgetUsd: scenario.budget ?? null,
    trainer: get(catalog, 'trainers', scenario.trainer),
    methods: search.method,
    lora: { targets: targetsOf(search.lora.targets) },
    loraRanks: ascending(search.lora.rank),
    optimizers: search.optimizer,
    zeroStages: ascending(search.zero_stage),
    offloads: search.offload,
    checkpointings: ACTIVATION_CHECKPOINTING.filter((kind) => search.activation_checkpointing.includes(kind)),
    microBatches: ascending(search.micro_batch),
    tensorParallel: ascending(search.tensor_parallel),
    pipelineParallel: ascending(search.pipeline_parallel),
    virtualPipeline: ascending(search.virtual_pipeline),
    contextParallel: ascending(search.context_parallel),
    expertParallel: ascending(search.expert_parallel),
    gpus,
    maxGpus: search.max_gpus,
    offers: offers.eligible,
    loss: scenario.loss,
    flashAttention: scenario.flash_attention,
    sequenceParallel: scenario.sequence_parallel,
    memoryModel: scenario.memory_model,
    hours: scenario.hours ?? null,
    spotInterruptionsPerInstanceHour: scenario.spot_interruptions_per_hour ?? null,
    checkpointBytesPerSecond:
      scenario.checkpoint_gb_per_second === undefined ? null : scenario.checkpoint_gb_per_second * 1e9,
    headroom: scenario.headroom,
    accuracy: catalog.physics.accuracy,
    objective: scenario.objective,
    alternatives: options.alternatives,
  }
  return { request, offers }
}

const ATTENTION: readonly LoraTarget[] = ['q', 'k', 'v', 'o']
const ALL_LINEAR: readonly LoraTarget[] = [...ATTENTION, 'gate', 'up', 'down', 'other']

/** Projections that a target list stands for. */
export function targetsOf(targets: LoraTargets): readonly LoraTarget[] {
  if (targets === 'all-linear') return ALL_LINEAR
  return targets === 'attention' ? ATTENTION : targets
}

function gpusOf(search: CompleteTrainScenario['search'], catalog: Catalog): Gpu[] {
  const named = search.gpus?.flatMap((name) => gpusNamed(catalog, name))
  const excluded = new Set((search.exclude_gpus ?? []).flatMap((name) => gpusNamed(catalog, name)))
  const wanted = new Set(named ?? catalog.gpus.keys())
  return [...wanted]
    .filter((id) => !excluded.has(id))
    .sort()
    .map((id) => get(catalog, 'gpus', id))
}

function ascending<T extends number>(values: readonly T[]): T[] {
  return [...new Set(values)].sort((a, b) => a - b)
}
