import { isTrainPlan, type SinglePlan } from '../diff/any-result.ts'

/**
 * What makes two plans the same way of doing it: the offer and how it is paid, the formats, the split of the model. Numbers that follow
 * the load (replicas, instances, requests in flight, micro-batches) are not part of it; with `sizes` those that are paid for are.
 */
export function identityOf(plan: SinglePlan, sizes: boolean): string {
  const { offer, gpu, pricing, instances } = plan.placement
  const parts = [offer, gpu, pricing, ...configurationOf(plan), ...(sizes ? [instances, ...replicasOf(plan)] : [])]
  return JSON.stringify(parts)
}

function configurationOf(plan: SinglePlan): (string | number | null)[] {
  if (isTrainPlan(plan)) {
    const c = plan.configuration
    return [
      c.trainer,
      c.method,
      c.quantization,
      c.optimizer,
      c.zero_stage,
      c.offload,
      c.activation_checkpointing,
      c.tensor_parallel,
      c.pipeline_parallel,
      c.virtual_pipeline,
      c.context_parallel,
      c.expert_parallel,
      c.lora_rank,
      c.loss,
    ]
  }
  const c = plan.configuration
  return [
    c.engine,
    c.engine_version,
    c.quantization,
    c.kv_cache,
    c.tensor_parallel,
    c.pipeline_parallel,
    c.expert_parallel,
  ]
}

function replicasOf(plan: SinglePlan): number[] {
  return isTrainPlan(plan) ? [plan.configuration.data_parallel] : [plan.configuration.replicas]
}

/** The price by which plans of its kind are compared: US dollars an hour, or of a run; null where none is known. */
export function usdOf(plan: SinglePlan): number | null {
  return isTrainPlan(plan) ? plan.cost.usd_per_run : plan.cost.usd_per_hour
}
