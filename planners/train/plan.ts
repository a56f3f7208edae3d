import { HOURS_PER_MONTH, usdPerMillionTokens } from '../../src/cost/money.ts'
import { trainingContext, trainingLaunch } from '../../src/export/training.ts'
import type { Target } from '../../src/result/plan.ts'
import type { TrainConfiguration, TrainPlan } from '../../src/result/train.ts'
import { planModelOf } from '../plan-model.ts'
import { round } from '../round.ts'
import { trainingAccuracy } from './accuracy.ts'
import type { TrainAssignment } from './assignment.ts'
import { hostBytes } from './constraints.ts'
import type { TrainCandidate } from './incumbents.ts'
import type { TrainRequest } from './request.ts'

const SECONDS_PER_HOUR = 3600

/** Turns a configuration of the search into the plan that is shown, saved and exported. */
export function trainPlanOf(request: TrainRequest, { assignment: a }: TrainCandidate, explain: boolean): TrainPlan {
  const { offer, pricing, usdPerHour } = a.priced
  const configuration = trainConfigurationOf(request, a)
  return {
    model: planModelOf(request.model),
    placement: {
      offer: offer.id,
      provider: offer.provider,
      instance: offer.instance,
      region: offer.region,
      gpu: a.machine.gpu.id,
      gpus: a.gpus,
      gpus_per_instance: offer.gpu_count,
      instances: a.instances,
      pricing,
    },
    configuration,
    memory: memoryOf(request, a, explain),
    performance: performanceOf(request, a, explain),
    cost: {
      usd_per_hour: round(a.instances * usdPerHour),
      usd_per_month: round(a.instances * usdPerHour * HOURS_PER_MONTH),
      usd_per_million_tokens: round(
        usdPerMillionTokens(a.instances * usdPerHour, request.tokens / (a.hours * SECONDS_PER_HOUR)),
      ),
      usd_per_run: round(a.usdPerRun),
      price_as_of: offer.price_as_of,
    },
    targets: targetsOf(request, a),
    confidence: confidenceOf(a),
    accuracy: trainingAccuracy(request, a),
    launch: trainingLaunch(
      configuration,
      trainingContext(request.model, { gpus: a.gpus, gpus_per_instance: offer.gpu_count }),
    ),
  }
}

export function trainConfigurationOf(request: TrainRequest, a: TrainAssignment): TrainConfiguration {
  const adapters = a.method !== 'full'
  return {
    trainer: request.trainer.id,
    method: a.method,
    quantization: a.method === 'qlora' ? 'nf4' : 'bf16',
    optimizer: a.optimizer,
    zero_stage: a.zeroStage,
    offload: a.offload,
    activation_checkpointing: a.checkpointing,
    micro_batch: a.microBatch,
    gradient_accumulation: a.gradientAccumulation(request.globalBatch),
    data_parallel: a.dataParallel,
    tensor_parallel: a.tensorParallel,
    pipeline_parallel: a.pipelineParallel,
    virtual_pipeline: a.virtualPipeline,
    context_parallel: a.contextParallel,
    expert_parallel: a.expertParallel,
    lora_rank: adapters ? a.loraRank : null,
    lora_targets: adapters ? [...request.lora.targets] : null,
    sequence_length: request.sequenceLength,
    global_batch: request.globalBatch,
    loss: request.loss,
    flash_attention: request.flashAttention,
    sequence_parallel: request.sequenceParallel,
  }
}

function memoryOf(request: TrainRequest, a: TrainAssignment, explain: boolean): TrainPlan['memory'] {
  const batch = { microBatch: a.microBatch, gradientAccumulation: a.gradientAccumulation(request.globalBatch) }
  const terms = a.memory.ledger(batch).map((term) => ({
    name: term.name,
    bytes: Math.ceil(term.bytes),
    source: term.source,
    ...(explain ? { formula: term.formula() } : {}),
  }))
  // The total is the sum of the whole bytes that are listed, so that a reader who adds them up gets it.
  const total = terms.reduce((sum, term) => sum + term.bytes, 0)
  const capacity = Math.floor(a.memoryResult.capacityBytes)
  return {
    capacity_bytes: capacity,
    total_bytes: total,
    free_bytes: capacity - total,
    host_bytes: Math.ceil(hostBytes(a)),
    peak_phase: a.memoryResult.peakPhase,
    terms,
  }
}

function performanceOf(request: TrainRequest, a: TrainAssignment, explain: boolean): TrainPlan['performance'] {
  const tokensPerStep = request.globalBatch * request.sequenceLength
  const steps = Math.max(1, Math.ceil(request.tokens / tokensPerStep))
  const given = request.hours !== null
  const computeHours = given ? a.hours : a.computeHours
  const batch = { microBatch: a.microBatch, gradientAccumulation: a.gradientAccumulation(request.globalBatch) }
  const interval = Math.min(a.reliability.checkpointIntervalSeconds, a.computeHours * SECONDS_PER_HOUR)
  return {
    tokens_per_second: round(given ? request.tokens / (a.hours * SECONDS_PER_HOUR) : a.speed.tokensPerSecond),
    step_seconds: round(given ? (a.hours * SECONDS_PER_HOUR) / steps : a.speed.stepSeconds),
    hours: round(a.hours),
    compute_hours: round(computeHours),
    lost_share: round(a.hours === 0 ? 0 : 1 - computeHours / a.hours),
    checkpoint_minutes: round(interval / 60),
    steps,
    tokens: round(request.tokens),
    model_flops_utilization: round(given ? 0 : a.speed.modelFlopsUtilization),
    pipeline_bubble: round(given ? 0 : a.speed.bubble),
    ...(explain && a.time !== null && !given ? { derivation: a.time.explain(batch) } : {}),
  }
}

function targetsOf(request: TrainRequest, a: TrainAssignment): Target[] {
  const targets: Target[] = []
  const atMost = (name: string, value: number, limit: number | null, unit: string): void => {
    if (limit === null) return
    const margin = limit - value
    targets.push({ name, limit: round(limit), value: round(value), unit, margin: round(margin), ok: margin >= 0 })
  }
  atMost('deadline', a.hours, request.deadlineHours, 'hours')
  atMost('budget', a.usdPerRun, request.budgetUsd, 'usd')
  return targets
}

/** Measured: training runs on this class of GPU stand behind the speed. */
function confidenceOf(a: TrainAssignment): TrainPlan['confidence'] {
  return a.time === null || !a.time.isMeasured ? 'specification' : 'measured'
}
