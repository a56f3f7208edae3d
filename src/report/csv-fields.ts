import type { Plan } from '../result/plan.ts'

/** What a CSV cell holds: text, a number as it is, or nothing. */
export type Cell = string | number | null

/** Fields of a plan, in the order of the columns; units stand in the names. */
export const FIELDS: Readonly<Record<string, (plan: Plan) => Cell>> = {
  provider: (plan) => plan.placement.provider,
  instance: (plan) => plan.placement.instance,
  region: (plan) => plan.placement.region,
  pricing: (plan) => plan.placement.pricing,
  gpu: (plan) => plan.placement.gpu,
  gpus: (plan) => plan.placement.gpus,
  gpus_per_instance: (plan) => plan.placement.gpus_per_instance,
  instances: (plan) => plan.placement.instances,
  engine: (plan) => plan.configuration.engine,
  engine_version: (plan) => plan.configuration.engine_version,
  quantization: (plan) => plan.configuration.quantization,
  kv_cache: (plan) => plan.configuration.kv_cache,
  tensor_parallel: (plan) => plan.configuration.tensor_parallel,
  pipeline_parallel: (plan) => plan.configuration.pipeline_parallel,
  expert_parallel: (plan) => plan.configuration.expert_parallel,
  replicas: (plan) => plan.configuration.replicas,
  max_concurrency_per_replica: (plan) => plan.configuration.max_concurrency,
  context_tokens: (plan) => plan.configuration.context,
  memory_capacity_bytes: (plan) => plan.memory.capacity_bytes,
  memory_total_bytes: (plan) => plan.memory.total_bytes,
  memory_free_bytes: (plan) => plan.memory.free_bytes,
  ttft_ms: (plan) => plan.performance.ttft_ms,
  tpot_ms: (plan) => plan.performance.tpot_ms,
  output_tokens_per_second: (plan) => plan.performance.output_tokens_per_second,
  requests_per_second: (plan) => plan.performance.requests_per_second,
  utilization_share: (plan) => plan.performance.utilization,
  quality_loss_percent: (plan) => plan.quality.loss_percent,
  usd_per_hour: (plan) => plan.cost.usd_per_hour,
  usd_per_month: (plan) => plan.cost.usd_per_month,
  usd_per_million_tokens: (plan) => plan.cost.usd_per_million_tokens,
  price_as_of: (plan) => plan.cost.price_as_of,
  confidence: (plan) => plan.confidence,
}
