import type { Catalog } from '../../src/catalog/catalog.ts'
import { HOURS_PER_MONTH } from '../../src/cost/money.ts'
import type { Plan } from '../../src/result/plan.ts'
import type { TrainPlan } from '../../src/result/train.ts'
import { round, wholeFor } from '../round.ts'
import { search } from '../search/branch-and-bound.ts'
import { planOf } from '../serve/plan.ts'
import type { ServeRequest } from '../serve/request.ts'
import { runServe } from '../serve/run.ts'
import type { ReplicaOption } from '../supply/replica-option.ts'
import type { RunOption } from '../supply/training.ts'
import { TrainAssignment } from '../train/assignment.ts'
import { trainKey } from '../train/incumbents.ts'
import { trainPlanOf } from '../train/plan.ts'
import type { TrainRequest } from '../train/request.ts'
import { trainSpace } from '../train/space.ts'
import type { FleetNode } from './inventory.ts'

/** Replicas of one workload in one configuration on nodes of a kind, as a plan is to show them. */
export interface Replicas {
  readonly option: ReplicaOption
  readonly kind: FleetNode
  /** Those that carry load. */
  readonly loaded: number
  readonly spares: number
  /** Load of these replicas, in the unit of the option's capacity. */
  readonly load: number
  /** Models that share the GPU, this one included. */
  readonly sharers: number
}

/** What the placement adds to a plan: the nodes it stands on, and its part of their cost. */
export interface Standing {
  readonly nodes: number
  readonly usdPerHour: number
}

/**
 * The plan of replicas that a placement has chosen: the planner of one workload asked again, with nothing left to choose.
 * Sharers of a GPU take turns: each sees its times multiplied, and its rates divided, by their number.
 */
export function replicasPlan(
  request: ServeRequest,
  catalog: Catalog,
  replicas: Replicas,
  standing: Standing,
  explain: boolean,
): Plan {
  const { option, kind, loaded, spares, load, sharers } = replicas
  const { configuration } = option
  const one: ServeRequest = {
    ...shared(request, sharers),
    peak:
      'inFlight' in request.peak ? { inFlight: Math.max(1, wholeFor(load)) } : { requestsPerSecond: load * sharers },
    meanRequestsPerSecond: request.meanRequestsPerSecond === null ? null : (load / request.peakFactor) * sharers,
    redundancy: spares,
    engines: request.engines.filter(
      ({ engine, version }) => engine.id === configuration.engine && version === configuration.engine_version,
    ),
    quantizations: request.quantizations.filter(({ id }) => id === configuration.quantization),
    kvFormats: request.kvFormats.filter(({ id }) => id === configuration.kv_cache),
    gpus: request.gpus.filter(({ id }) => id === option.gpu),
    utilization: sharers > 1 ? configuration.utilization : request.utilization,
    tensorParallel: [configuration.tensor_parallel],
    pipelineParallel: [configuration.pipeline_parallel],
    expertParallel: [configuration.expert_parallel],
    maxConcurrency: [configuration.max_concurrency],
    maxGpus: Number.POSITIVE_INFINITY,
    offers: [{ ...kind.priced, offer: { ...kind.priced.offer, link: option.link } }],
    objective: 'cost',
    alternatives: 0,
  }
  const { best } = runServe(one, catalog, false)
  if (best === null) throw new Error(`the configuration of ${request.name} on ${kind.id} cannot be planned again`)
  if (best.assignment.loadedReplicas !== loaded) {
    throw new Error(
      `${request.name} on ${kind.id}: ${loaded} replicas placed, ${best.assignment.loadedReplicas} planned`,
    )
  }
  const plan = slowed(planOf(one, best, explain), sharers)
  return { ...plan, ...stood(plan, kind, (loaded + spares) * option.gpusPerReplica, standing) }
}

/** The request as one of several sharers of a GPU must meet it: each has the GPU for its part of the time. */
export function shared(request: ServeRequest, sharers: number): ServeRequest {
  if (sharers === 1) return request
  const { ttftMs, tpotMs } = request
  return {
    ...request,
    ttftMs: ttftMs === null ? null : ttftMs / sharers,
    tpotMs: tpotMs === null ? null : tpotMs / sharers,
  }
}

function slowed(plan: Plan, sharers: number): Plan {
  if (sharers === 1) return plan
  const { performance } = plan
  const longer = (milliseconds: number): number => round(milliseconds * sharers)
  return {
    ...plan,
    performance: {
      ...performance,
      ttft_ms: longer(performance.ttft_ms),
      tpot_ms: longer(performance.tpot_ms),
      request_ms: longer(performance.request_ms),
      output_tokens_per_second: round(performance.output_tokens_per_second / sharers),
      requests_per_second: round(performance.requests_per_second / sharers),
    },
    targets: plan.targets.map((target) => {
      const factor = target.unit === 'ms' ? sharers : target.unit === 'requests/s' ? 1 / sharers : 1
      const { limit, value, margin } = target
      return { ...target, limit: round(limit * factor), value: round(value * factor), margin: round(margin * factor) }
    }),
  }
}

function stood<P extends Plan | TrainPlan>(
  plan: P,
  kind: FleetNode,
  gpus: number,
  { nodes, usdPerHour }: Standing,
): Pick<P, 'placement' | 'cost'> {
  const { offer } = kind.priced
  const isOwned = kind.priced.pricing === 'owned'
  const { cost } = plan
  const scaled = (usd: number | null): number | null =>
    usd === null || cost.usd_per_hour === null ? usd : round((usd / cost.usd_per_hour) * usdPerHour)
  return {
    placement: {
      ...plan.placement,
      offer: isOwned ? null : offer.id,
      provider: isOwned ? null : offer.provider,
      instance: kind.id,
      region: isOwned ? null : offer.region,
      gpus,
      gpus_per_instance: kind.gpusPerNode,
      instances: nodes,
    },
    cost: {
      usd_per_hour: round(usdPerHour),
      usd_per_month: round(usdPerHour * HOURS_PER_MONTH),
      usd_per_million_tokens: scaled(cost.usd_per_million_tokens),
      usd_per_run: scaled(cost.usd_per_run),
      price_as_of: isOwned ? null : offer.price_as_of,
    },
  }
}

/** The plan of a training run that a placement has chosen. */
export function runPlan(
  request: TrainRequest,
  catalog: Catalog,
  option: RunOption,
  kind: FleetNode,
  standing: Standing,
  explain: boolean,
): TrainPlan {
  const { configuration: c, machine, machines } = option
  const { gpu, gpu_count, link, network_gbit_per_second, ram_gb = null } = machine
  const priced = {
    ...kind.priced,
    offer: { ...kind.priced.offer, gpu, gpu_count, link, network_gbit_per_second, ram_gb },
    // Part of a node costs its part.
    usdPerHour: (kind.priced.usdPerHour * machine.gpu_count) / kind.gpusPerNode,
  }
  const one: TrainRequest = {
    ...request,
    gpus: request.gpus.filter(({ id }) => id === machine.gpu),
    methods: [c.method],
    optimizers: request.optimizers.filter((each) => each === c.optimizer),
    zeroStages: request.zeroStages.filter((each) => each === c.zero_stage),
    offloads: [c.offload],
    checkpointings: [c.activation_checkpointing],
    microBatches: [c.micro_batch],
    tensorParallel: [c.tensor_parallel],
    pipelineParallel: [c.pipeline_parallel],
    virtualPipeline: [c.virtual_pipeline],
    contextParallel: [c.context_parallel],
    expertParallel: [c.expert_parallel],
    loraRanks: c.lora_rank === null ? request.loraRanks : [c.lora_rank],
    offers: [priced],
    budgetUsd: null,
  }
  let found: TrainAssignment | null = null
  search(trainSpace(one, catalog), new TrainAssignment(), {
    exhaustive: true,
    bound: () => null,
    accept: (a) => {
      if (a.instances === machines && (found === null || a.hours < found.hours)) found = a.snapshot()
    },
  })
  const assignment = found as TrainAssignment | null
  if (assignment === null) throw new Error(`the run of ${request.name} on ${kind.id} cannot be planned again`)
  const plan = trainPlanOf(one, { assignment, key: trainKey(one, assignment) }, explain)
  const { placement, cost } = stood(plan, kind, machine.gpu_count * machines, standing)
  // What a run costs is its own hours on its own machines, however many runs there are a month.
  const { usd_per_run, usd_per_million_tokens } = plan.cost
  return { ...plan, placement, cost: { ...cost, usd_per_run, usd_per_million_tokens } }
}
