import { type Catalog, get } from '../../src/catalog/catalog.ts'
import type { Trainer } from '../../src/catalog/trainer.ts'
import { eligibleOffers } from '../../src/cost/eligibility.ts'
import { largestWhere } from '../../src/memory/serving-types.ts'
import type { Violation } from '../../src/result/plan.ts'
import type { TrainPlan } from '../../src/result/train.ts'
import type { Headroom } from '../../src/scenario/common.ts'
import { inputError } from '../../src/scenario/diagnostic.ts'
import { trainDefaults } from '../../src/scenario/train-defaults.ts'
import { trainCalibration } from '../calibrated.ts'
import { entryNamed } from '../entry.ts'
import { resolveModel } from '../model.ts'
import { refuseSplit } from '../refuse-split.ts'
import { round } from '../round.ts'
import { violationsOf } from '../search/near-miss.ts'
import { UNPRICED, unpriced, withoutPrice } from '../unpriced.ts'
import { TrainAssignment } from './assignment.ts'
import { type Combination, refusedBy, splittingProgram, trainConstraints } from './constraints.ts'
import { trainKey } from './incumbents.ts'
import { machinesOf } from './machines.ts'
import { trainPlanOf } from './plan.ts'
import type { TrainRequest } from './request.ts'
import { targetsOf } from './resolve.ts'
import { load, pay, prepare } from './system.ts'
import { trainWarnings } from './warnings.ts'

/** One training configuration, as the flags of `plan estimate --method ...` and `plan fit --method ...` give it. */
export interface TrainEstimateInput {
  readonly model: string
  readonly gpu: string
  /** All GPUs together; data parallelism fills what the other degrees leave. */
  readonly gpus?: number | undefined
  readonly method: string
  readonly optimizer?: string | undefined
  readonly zeroStage?: number | undefined
  readonly offload?: string | undefined
  readonly microBatch?: number | undefined
  readonly gradientAccumulation?: number | undefined
  readonly sequenceLength?: number | undefined
  readonly activationCheckpointing?: string | undefined
  readonly loraRank?: number | undefined
  readonly loraTargets?: string | undefined
  readonly tensorParallel?: number | undefined
  readonly pipelineParallel?: number | undefined
  readonly contextParallel?: number | undefined
  readonly expertParallel?: number | undefined
  readonly trainer?: string | undefined
  readonly headroom?: Headroom | undefined
  readonly explain?: boolean | undefined
  /** Day from which the age of prices is judged, YYYY-MM-DD. */
  readonly asOf: string
}

export interface TrainEstimate {
  readonly plan: TrainPlan
  readonly fits: boolean
  readonly violations: readonly Violation[]
  readonly assumptions: readonly string[]
  readonly warnings: readonly string[]
}

export interface TrainFit {
  readonly gpu: string
  readonly capacityBytes: number
  readonly rows: readonly {
    readonly name: 'micro_batch' | 'sequence_length'
    readonly value: number
    readonly given: string
  }[]
  readonly plan: TrainPlan
  readonly assumptions: readonly string[]
  readonly warnings: readonly string[]
}

/** Tokens for which time and cost are given where no data set is named. */
const ESTIMATED_TOKENS = 1e9
/** GPUs of a machine without a price: the usual board. */
const UNPRICED_GPUS = 8
const MOST_MICRO_BATCH = 4096
/** Sequence lengths are tried in steps of this many tokens. */
const SEQUENCE_STEP = 128

/** Memory, speed and price of one given training configuration. Throws InputError for what cannot be meant. */
export function estimateTraining(input: TrainEstimateInput, catalog: Catalog): TrainEstimate {
  const { request, assignment: a, assumptions, priced } = given(input, catalog)
  const constraints = trainConstraints(request)
  const missed = violationsOf(constraints, a)
  if (missed === null) {
    const refusing = constraints.find((constraint) => constraint.violation(a) === Number.POSITIVE_INFINITY)
    throw inputError(refusedBy(request.trainer, a) ?? refusing?.reason ?? 'this configuration cannot run')
  }
  const violations = missed.violations.map((violation) => ({ ...violation, by: round(violation.by) }))
  const plan = trainPlanOf(request, { assignment: a, key: trainKey(request, a) }, input.explain ?? false)
  return {
    plan: priced ? plan : withoutPrice(plan),
    fits: violations.length === 0,
    violations,
    assumptions,
    warnings: trainWarnings(request, { assignment: a, key: [] }),
  }
}

/** The largest micro-batch, and the longest sequence, that fit the GPUs with everything else given. Exact: memory only grows. */
export function fitTraining(input: TrainEstimateInput, catalog: Catalog): TrainFit {
  const { request, assignment: a, assumptions } = given(input, catalog)
  const accumulation = input.gradientAccumulation ?? 1
  const microBatch = input.microBatch ?? 1
  const mostSequences = a.memory.largestMicroBatch(MOST_MICRO_BATCH, accumulation)
  const longest = request.tensors.architecture.max_positions
  const scratch = a.snapshot()
  const steps = largestWhere(Math.floor(longest / SEQUENCE_STEP), (count) => {
    prepare({ ...request, sequenceLength: count * SEQUENCE_STEP }, catalog, scratch)
    return scratch.memory.evaluate({ microBatch, gradientAccumulation: accumulation }).fits
  })
  const value = steps * SEQUENCE_STEP
  const { plan, warnings } = estimateTraining({ ...input, microBatch: Math.max(1, mostSequences) }, catalog)
  return {
    gpu: a.machine.gpu.id,
    capacityBytes: a.memory.capacityBytes,
    rows: [
      { name: 'micro_batch', value: mostSequences, given: `sequences of ${request.sequenceLength} tokens` },
      {
        name: 'sequence_length',
        value,
        given: `tokens at micro-batch ${microBatch}${value + SEQUENCE_STEP > longest ? ', the longest the model takes' : `, in steps of ${SEQUENCE_STEP}`}`,
      },
    ],
    plan,
    assumptions,
    warnings,
  }
}

/** Binds the configuration that the flags describe. Defaults are listed as assumptions. */
function given(input: TrainEstimateInput, catalog: Catalog) {
  const assumptions: string[] = []
  const assumed = <T>(value: T | undefined, fallback: T, sentence: (value: T) => string): T => {
    if (value !== undefined) return value
    assumptions.push(sentence(fallback))
    return fallback
  }
  const model = resolveModel(entryNamed(catalog, 'models', input.model, 'model'))
  if (model.tensors === null) {
    throw inputError(`${model.model.id} is known by its parameter count alone: training needs its architecture`)
  }
  const gpu = entryNamed(catalog, 'gpus', input.gpu, '--gpu')
  const trainer = entryNamed(
    catalog,
    'trainers',
    assumed(input.trainer, 'common', () => `Trainer: ${get(catalog, 'trainers', 'common').name}.`),
    '--trainer',
  )
  const method = oneOf(input.method, ['full', 'lora', 'qlora'] as const, '--method')
  const tensorParallel = input.tensorParallel ?? 1
  const pipelineParallel = input.pipelineParallel ?? 1
  const contextParallel = input.contextParallel ?? 1
  const group = tensorParallel * pipelineParallel * contextParallel
  // Experts of a run are spread over data-parallel ranks too: a constraint of the plan looks at those.
  refuseSplit(model.model, model.tensors, splittingProgram(trainer), {
    tensorParallel,
    pipelineParallel,
    expertParallel: 1,
  })
  const gpus = input.gpus ?? group
  if (gpus % group !== 0) {
    throw inputError(`${gpus} GPUs do not make whole groups of ${group} (tensor x pipeline x context parallel)`)
  }
  const dataParallel = gpus / group
  const longest = model.tensors.architecture.max_positions
  const sequenceLength = assumed(
    input.sequenceLength,
    Math.min(trainDefaults.sequenceLength, longest),
    (tokens) => `Sequences of ${tokens} tokens.`,
  )
  if (sequenceLength > longest) {
    throw inputError(`--sequence-length ${sequenceLength}: ${model.model.id} takes at most ${longest} tokens`)
  }
  const microBatch = assumed(input.microBatch, 1, (value) => `Micro-batch ${value}.`)
  const accumulation = assumed(input.gradientAccumulation, 1, (value) => `Gradient accumulation ${value}.`)
  const expertParallel = input.expertParallel ?? 1
  const optimizer = oneOf(
    input.optimizer ?? 'adamw',
    ['adamw', 'adamw-8bit', 'paged-adamw-8bit', 'adafactor', 'sgd', 'lion', 'muon'] as const,
    '--optimizer',
  )
  const offload = oneOf(input.offload ?? 'none', ['none', 'optimizer', 'parameters'] as const, '--offload')
  const degrees = { tensorParallel, pipelineParallel, contextParallel, expertParallel }
  const isAlone = dataParallel * contextParallel === 1
  const widest = isAlone ? 0 : widestSharding(trainer, { method, optimizer, offload, ...degrees })
  const zeroStage = oneOf(
    assumed(input.zeroStage, widest, (value) => `ZeRO stage ${value}.`),
    [0, 1, 2, 3] as const,
    '--zero-stage',
  )
  if (input.optimizer === undefined) assumptions.push(`Optimizer ${optimizer}.`)
  if (input.offload === undefined) assumptions.push('No offload.')
  const checkpointing = oneOf(
    assumed(input.activationCheckpointing, 'full', (value) => `Activation checkpointing: ${value}.`),
    ['none', 'selective', 'full'] as const,
    '--activation-checkpointing',
  )
  const loraRank = input.loraRank ?? trainDefaults.loraRank
  if (method !== 'full' && input.loraRank === undefined) assumptions.push(`LoRA rank ${loraRank}.`)
  const headroom = input.headroom ?? trainDefaults.headroom
  if (input.headroom === undefined)
    assumptions.push(`${trainDefaults.headroom * 100} % of the GPU kept free beyond everything counted.`)
  assumptions.push('Time and cost are those of a billion tokens.')
  const { eligible } = eligibleOffers(catalog.offers.values(), {
    asOf: input.asOf,
    maxAgeDays: trainDefaults.maxAgeDays,
    minConfidence: trainDefaults.minConfidence,
    pricing: trainDefaults.pricing,
    gpus: [gpu.id],
  })
  const request: TrainRequest = {
    ...model,
    tensors: model.tensors,
    name: model.model.id,
    tokens: ESTIMATED_TOKENS,
    sequenceLength,
    globalBatch: microBatch * accumulation * dataParallel,
    deadlineHours: null,
    budgetUsd: null,
    trainer,
    methods: [method],
    lora: { targets: targetsOf(input.loraTargets === 'attention' ? 'attention' : 'all-linear') },
    loraRanks: [loraRank],
    optimizers: [optimizer],
    zeroStages: [zeroStage],
    offloads: [offload],
    checkpointings: [checkpointing],
    microBatches: [microBatch],
    tensorParallel: [tensorParallel],
    pipelineParallel: [pipelineParallel],
    virtualPipeline: [1],
    contextParallel: [contextParallel],
    expertParallel: [expertParallel],
    gpus: [gpu],
    maxGpus: gpus,
    offers: [
      ...eligible,
      unpriced({ gpu: gpu.id, gpu_count: Math.min(gpus, UNPRICED_GPUS), link: gpu.interconnect.link }),
    ],
    loss: trainer.loss.default,
    flashAttention: true,
    sequenceParallel: trainer.sharding === 'megatron' || trainer.sharding === 'fsdp2',
    memoryModel: 'architecture',
    hours: null,
    spotInterruptionsPerInstanceHour: null,
    checkpointBytesPerSecond: null,
    headroom,
    accuracy: catalog.physics.accuracy,
    objective: 'cost',
    alternatives: 0,
  }
  const assignment = bind(request, catalog, gpus)
  assumptions.push(...trainCalibration(request, catalog, assignment))
  return { request, assignment, assumptions, priced: assignment.priced.offer.id !== UNPRICED }
}

/** The highest ZeRO stage that the trainer has for such a run: what most people would turn on. */
function widestSharding(trainer: Trainer, run: Omit<Combination, 'zeroStage'>): number {
  const stages = trainer.supports.zero_stages.toSorted((a, b) => b - a)
  return stages.find((zeroStage) => refusedBy(trainer, { ...run, zeroStage }) === null) ?? 0
}

/**
 * Binds every variable to its only value, on the cheapest machines that make up the GPUs and hold the run; where none does, on the
 * cheapest, which says what is missing; where none has a price, on one without.
 */
function bind(request: TrainRequest, catalog: Catalog, gpus: number): TrainAssignment {
  let best: { readonly assignment: TrainAssignment; readonly rank: number } | null = null
  const ofOffers = trainConstraints(request).filter(({ name }) => name === 'max_instances' || name === 'host_memory')
  for (const machine of machinesOf(request, catalog)) {
    if (gpus % machine.gpuCount !== 0) continue
    const a = new TrainAssignment()
    Object.assign(a, {
      method: request.methods[0],
      loraRank: request.loraRanks[0],
      optimizer: request.optimizers[0],
      machine,
      instances: gpus / machine.gpuCount,
      tensorParallel: request.tensorParallel[0],
      pipelineParallel: request.pipelineParallel[0],
      contextParallel: request.contextParallel[0],
      expertParallel: request.expertParallel[0],
      zeroStage: request.zeroStages[0],
      offload: request.offloads[0],
      checkpointing: request.checkpointings[0],
      microBatch: request.microBatches[0],
      priced: machine.offers[0],
    })
    prepare(request, catalog, a)
    if (a.time === null || a.tensorParallel > machine.gpuCount) continue
    load(request, a)
    const sold = machine.offers.filter(({ offer }) => offer.id !== UNPRICED)
    const holding = sold.find((priced) => {
      a.priced = priced
      return ofOffers.every((constraint) => constraint.violation(a) <= 0)
    })
    a.priced = holding ?? sold[0] ?? machine.offers[0]!
    pay(request, catalog, a)
    const rank = holding !== undefined ? 0 : sold.length > 0 ? 1 : 2
    const better = best === null || rank < best.rank || (rank === best.rank && a.usdPerRun < best.assignment.usdPerRun)
    if (better) best = { assignment: a, rank }
  }
  if (best === null)
    throw inputError(`${gpus} GPUs of this kind cannot train together: no link or network between them is known`)
  return best.assignment
}

function oneOf<T extends string | number>(value: string | number, choices: readonly T[], flag: string): T {
  const found = choices.find((choice) => choice === value)
  if (found === undefined) throw inputError(`${flag} ${value}: not one of ${choices.join(', ')}`)
  return found
}
