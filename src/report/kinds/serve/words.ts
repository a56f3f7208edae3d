import type { Plan, ServeConfiguration } from '../../../result/plan.ts'
import { count, percent, rate, usdPerHour, usdPerMillionTokens, usdPerMonth } from '../../../units.ts'
import { counted } from '../../words.ts'

/** How one replica is split and how many there are: `TP4`, `TP4 PP2 x3`. */
export function layout(configuration: ServeConfiguration): string {
  const { tensor_parallel, pipeline_parallel, expert_parallel, replicas } = configuration
  const parts = [`TP${tensor_parallel}`]
  if (pipeline_parallel > 1) parts.push(`PP${pipeline_parallel}`)
  if (expert_parallel > 1) parts.push(`EP${expert_parallel}`)
  if (replicas > 1) parts.push(`x${replicas}`)
  return parts.join(' ')
}

/** The weight format, and the KV format where it is not the 16-bit one: `fp8`, `awq-int4, fp8 KV cache`. */
export function format(configuration: ServeConfiguration, short = false): string {
  const { quantization, kv_cache } = configuration
  if (SIXTEEN_BIT.has(kv_cache)) return quantization
  return short ? `${quantization}/${kv_cache}` : `${quantization}, ${kv_cache} KV cache`
}

const SIXTEEN_BIT = new Set(['bf16', 'fp16', 'f16', 'auto'])

/** GPUs that hold replicas; the rest of the instances is paid for and idle. */
function gpusUsed(configuration: ServeConfiguration): number {
  return configuration.tensor_parallel * configuration.pipeline_parallel * configuration.replicas
}

/** `$9.96/h, $7,270.80/month, $0.41/M tokens`; null where no price is known. */
export function money({ cost }: Plan): string | null {
  const parts: string[] = []
  if (cost.usd_per_hour !== null) parts.push(usdPerHour(cost.usd_per_hour))
  if (cost.usd_per_month !== null) parts.push(usdPerMonth(cost.usd_per_month))
  if (cost.usd_per_million_tokens !== null) parts.push(usdPerMillionTokens(cost.usd_per_million_tokens))
  return parts.length === 0 ? null : parts.join(', ')
}

/** `vllm 0.19`, `1 replica of at most 64 requests`, `context 8,192`, and GPUs that are paid for without being used. */
export function makeup({ configuration, placement }: Plan): string[] {
  const { engine, engine_version, replicas, max_concurrency, context } = configuration
  const idle = placement.gpus - gpusUsed(configuration)
  return [
    `${engine} ${engine_version}`,
    `${counted(replicas, 'replica')} of at most ${counted(max_concurrency, 'request')}`,
    `context ${count(context)}`,
    ...(idle > 0 ? [`${count(idle)} of ${counted(placement.gpus, 'GPU')} paid for and idle`] : []),
  ]
}

export function reaches({ performance }: Plan): string[] {
  const { requests_per_second, output_tokens_per_second, utilization } = performance
  return [
    `sustains ${rate(requests_per_second)} requests/s, ${rate(output_tokens_per_second)} output tokens/s`,
    `${percent(utilization, 0)} used at the busiest hour`,
  ]
}
