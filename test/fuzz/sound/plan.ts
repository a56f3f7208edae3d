import { HOURS_PER_MONTH } from '../../../src/cost/money.ts'
import type { Plan } from '../../../src/result/plan.ts'
import type { TrainPlan } from '../../../src/result/train.ts'
import { isSum, same } from './numbers.ts'

/**
 * What cannot be true of a plan that is offered.
 * @param fits it is not one that just misses
 */
export function planFlaws(plan: Plan | TrainPlan, fits: boolean): string[] {
  const flaws: string[] = []
  const check = (holds: boolean, flaw: string): void => {
    if (!holds) flaws.push(flaw)
  }
  const { placement, memory, cost, targets, configuration, performance } = plan
  const listed = memory.terms.reduce((sum, term) => sum + term.bytes, 0)
  check(listed === memory.total_bytes, `the memory terms add up to ${listed}, not to ${memory.total_bytes}`)
  check(memory.free_bytes === memory.capacity_bytes - memory.total_bytes, 'free memory is not what the terms leave')
  check(new Set(memory.terms.map((term) => term.name)).size === memory.terms.length, 'a memory term occurs twice')
  check(placement.gpus === placement.instances * placement.gpus_per_instance, 'GPUs are not instances x GPUs of each')
  check(cost.usd_per_hour !== null && cost.usd_per_hour > 0, `GPUs for nothing: ${cost.usd_per_hour} an hour`)
  const month = (cost.usd_per_hour ?? 0) * HOURS_PER_MONTH
  check(cost.usd_per_month !== null && cost.usd_per_month <= month * (1 + 1e-9), 'a month costs more than its hours')
  for (const { name, ok, limit, value, margin } of targets) {
    const parts = isSum(limit, [value, margin]) || isSum(value, [limit, margin])
    check(parts, `the margin of ${name} is not limit - value`)
    check(!ok || margin >= 0, `${name} is said to hold by ${margin}`)
    check(ok || margin <= 0, `${name} is said not to hold, with ${margin} to spare`)
  }
  if (fits) {
    check(memory.free_bytes >= 0, `${memory.free_bytes} bytes are free`)
    check(
      targets.every(({ ok }) => ok),
      `${targets.find(({ ok }) => !ok)?.name} does not hold`,
    )
  }
  if ('method' in configuration) {
    const c = configuration
    const { data_parallel, tensor_parallel, pipeline_parallel, context_parallel } = c
    const ranks = data_parallel * tensor_parallel * pipeline_parallel * context_parallel
    check(ranks <= placement.gpus, `${ranks} ranks on ${placement.gpus} GPUs`)
    const batch = c.micro_batch * c.gradient_accumulation * data_parallel
    check(batch === c.global_batch, `a batch of ${batch} sequences, not of ${c.global_batch}`)
    check((c.lora_rank === null) === (c.method === 'full'), `${c.method} with rank ${c.lora_rank}`)
  } else {
    const ranks = configuration.replicas * configuration.tensor_parallel * configuration.pipeline_parallel
    check(ranks <= placement.gpus, `${ranks} ranks on ${placement.gpus} GPUs`)
  }
  if ('hours' in performance) {
    check(performance.hours > 0 && performance.compute_hours > 0, 'a run that takes no time')
    check(performance.hours >= performance.compute_hours * (1 - 1e-9), 'a run shorter than its computing')
    const run = (cost.usd_per_hour ?? 0) * performance.hours
    check(same(cost.usd_per_run ?? 0, run), `a run costs ${cost.usd_per_run}, its hours ${run}`)
    check(performance.model_flops_utilization <= 1, 'more FLOPs than the GPUs have')
  } else {
    check(performance.tpot_ms > 0 && performance.ttft_ms > 0, 'an answer that takes no time')
    check(performance.request_ms >= performance.ttft_ms, 'a request that ends before its first token')
    check(performance.requests_per_second > 0, 'nothing is served')
    if (fits) check(performance.utilization <= 1 + 1e-6, `${performance.utilization} of what is sustained is asked`)
  }
  return flaws.map((flaw) => `${flaw} (${placement.offer}, ${JSON.stringify(configuration)})`)
}
