import type { Plan } from '../../../result/plan.ts'
import { type Fields, memoryFields, placementFields, trustFields } from '../../csv-fields.ts'

/** Fields of a serving plan, in the order of the columns. */
export const serveFields: Fields<Plan> = {
  ...placementFields,
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
  ...memoryFields,
  ttft_ms: (plan) => plan.performance.ttft_ms,
  tpot_ms: (plan) => plan.performance.tpot_ms,
  output_tokens_per_second: (plan) => plan.performance.output_tokens_per_second,
  requests_per_second: (plan) => plan.performance.requests_per_second,
  utilization_share: (plan) => plan.performance.utilization,
  quality_loss_percent: (plan) => plan.quality.loss_percent,
  usd_per_hour: (plan) => plan.cost.usd_per_hour,
  usd_per_month: (plan) => plan.cost.usd_per_month,
  usd_per_million_tokens: (plan) => plan.cost.usd_per_million_tokens,
  ...trustFields,
}
