import { qualityLoss } from '../../src/catalog/support.ts'
import { HOURS_PER_MONTH, usdPerMillionTokens } from '../../src/cost/money.ts'
import { launchCommand } from '../../src/export/launch.ts'
import { launchContext } from '../../src/export/launch-context.ts'
import { explainSpeed } from '../../src/performance/explain.ts'
import type { ServingSpeed } from '../../src/performance/serving.ts'
import type { Plan, Target } from '../../src/result/plan.ts'
import { planModelOf } from '../plan-model.ts'
import { round } from '../round.ts'
import { servingAccuracy } from './accuracy.ts'
import type { ServeAssignment } from './assignment.ts'
import { speedConfidence } from './confidence.ts'
import type { Candidate } from './incumbents.ts'
import type { ServeRequest } from './request.ts'
import { qualityModel } from './space.ts'

/** Turns a configuration of the search into the plan that is shown, saved and exported. */
export function planOf(request: ServeRequest, candidate: Candidate, explain: boolean): Plan {
  const { assignment: a, concurrency, speed } = candidate
  const { offer, pricing } = a.priced
  const loss = qualityLoss(a.quantization, qualityModel(request), a.kv, request.context)
  const sustained = a.loadedReplicas * a.full.requestsPerSecond
  const served =
    'inFlight' in request.peak ? concurrency / a.maxConcurrency : request.peak.requestsPerSecond / sustained
  return {
    ...(request.tensors === null ? {} : { model: planModelOf(request.model) }),
    placement: {
      offer: offer.id,
      provider: offer.provider,
      instance: offer.instance,
      region: offer.region,
      gpu: a.board.gpu.id,
      gpus: a.gpusPaid,
      gpus_per_instance: offer.gpu_count,
      instances: a.instances,
      pricing,
    },
    configuration: configurationOf(request, a),
    memory: memoryOf(request, a, explain),
    performance: {
      ttft_ms: milliseconds(speed.ttftSeconds),
      tpot_ms: milliseconds(speed.tpotSeconds),
      request_ms: milliseconds(speed.requestSeconds),
      concurrency,
      output_tokens_per_second: round(sustained * request.outputTokens),
      requests_per_second: round(sustained),
      utilization: round(served),
      ...(explain ? { derivation: explainSpeed(a.performance, concurrency) } : {}),
    },
    cost: costOf(request, a, speed, concurrency),
    quality: { loss_percent: round(loss.expected), low_percent: round(loss.low), high_percent: round(loss.high) },
    targets: targetsOf(request, a, speed, sustained),
    confidence: speedConfidence(request, a),
    accuracy: servingAccuracy(request, candidate),
    launch: launchOf(request, a),
  }
}

/** Tokens that one replica must hold: a sequence of the whole context, and its share of the traffic at the busiest hour. */
function cacheTokensOf(request: ServeRequest, a: ServeAssignment): number {
  return Math.ceil(Math.max(request.context, a.maxConcurrency * (request.inputTokens + request.outputTokens)))
}

export function configurationOf(request: ServeRequest, a: ServeAssignment): Plan['configuration'] {
  return {
    engine: a.engineEntry.id,
    engine_version: a.engine.version,
    quantization: a.quantization.id,
    kv_cache: a.kv.id,
    tensor_parallel: a.tensorParallel,
    pipeline_parallel: a.pipelineParallel,
    expert_parallel: a.expertParallel,
    replicas: a.replicas,
    max_concurrency: a.maxConcurrency,
    context: request.context,
    max_batched_tokens: a.maxBatchedTokens,
    utilization: request.utilization ?? a.engineEntry.default_utilization,
  }
}

function memoryOf(request: ServeRequest, a: ServeAssignment, explain: boolean): Plan['memory'] {
  const terms = a.memory.ledger({
    maxSequences: a.maxConcurrency,
    maxBatchedTokens: a.maxBatchedTokens,
    context: request.context,
    sequences: a.maxConcurrency,
    sequenceTokens: request.inputTokens + request.outputTokens,
  })
  const listed = terms.map((term) => ({
    name: term.name,
    bytes: Math.ceil(term.bytes),
    source: term.source,
    ...(explain ? { formula: term.formula() } : {}),
  }))
  // The total is the sum of the whole bytes that are listed, so that a reader who adds them up gets it.
  const total = listed.reduce((sum, term) => sum + term.bytes, 0)
  const capacity = Math.floor(a.memoryResult.capacityBytes)
  return {
    capacity_bytes: capacity,
    total_bytes: total,
    free_bytes: capacity - total,
    kv_utilization: round(a.memoryResult.kvUtilization),
    cache_tokens: cacheTokensOf(request, a),
    terms: listed,
  }
}

function costOf(request: ServeRequest, a: ServeAssignment, speed: ServingSpeed, concurrency: number): Plan['cost'] {
  const { billedShare, inputTokens, outputTokens } = request
  // A stated number of requests in flight says nothing of the mean: the tokens are those that keep it up all hour.
  const requestsPerSecond = request.meanRequestsPerSecond ?? (a.loadedReplicas * concurrency) / speed.requestSeconds
  return {
    usd_per_hour: round(a.usdPerHour),
    usd_per_month: round(a.usdPerHour * billedShare * HOURS_PER_MONTH),
    usd_per_million_tokens: round(
      usdPerMillionTokens(a.usdPerHour * billedShare, requestsPerSecond * (inputTokens + outputTokens)),
    ),
    usd_per_run: null,
    price_as_of: a.priced.offer.price_as_of,
  }
}

function targetsOf(request: ServeRequest, a: ServeAssignment, speed: ServingSpeed, sustained: number): Target[] {
  const targets: Target[] = []
  const atMost = (name: string, value: number, limit: number, unit: string): void => {
    targets.push({ name, limit, value: round(value), unit, margin: round(limit - value), ok: value <= limit })
  }
  if (request.ttftMs !== null) atMost('ttft', speed.ttftSeconds * 1000, request.ttftMs, 'ms')
  if (request.tpotMs !== null) atMost('tpot', speed.tpotSeconds * 1000, request.tpotMs, 'ms')
  if ('requestsPerSecond' in request.peak) {
    const { requestsPerSecond } = request.peak
    // Rounding up to whole replicas may end exactly at the rate: what the last bits lack is not missing.
    const ok = sustained >= requestsPerSecond * (1 - 1e-9)
    const margin = sustained - requestsPerSecond
    targets.push({
      name: 'rate',
      limit: round(requestsPerSecond),
      value: round(sustained),
      unit: 'requests/s',
      margin: ok ? Math.max(0, round(margin)) : round(margin),
      ok,
    })
  } else {
    const held = a.loadedReplicas * a.maxConcurrency
    const { inFlight } = request.peak
    targets.push({
      name: 'concurrency',
      limit: inFlight,
      value: held,
      unit: 'requests',
      margin: held - inFlight,
      ok: held >= inFlight,
    })
  }
  atMost('quality', a.lossPercent, request.maxLossPercent, 'percent')
  return targets
}

function launchOf(request: ServeRequest, a: ServeAssignment): string {
  if (request.tensors === null) return '# no launch command: only the parameter count of the model is known'
  const configuration = configurationOf(request, a)
  return launchCommand(
    configuration,
    launchContext({
      model: planModelOf(request.model),
      configuration,
      gpusPerInstance: a.priced.offer.gpu_count,
      cacheTokens: cacheTokensOf(request, a),
      kv: a.kv,
    }),
  )
}

function milliseconds(seconds: number): number {
  return round(seconds * 1000)
}
