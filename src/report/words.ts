import type { Plan, ServeConfiguration, Target, Violation } from '../result/plan.ts'
import {
  count,
  gib,
  ms,
  percent,
  rate,
  roundedCount,
  significant,
  usd,
  usdPerHour,
  usdPerMillionTokens,
  usdPerMonth,
} from '../units.ts'

/** Targets and constraints as people write them; the others are shown under their own name. */
const LABELS: Readonly<Record<string, string>> = {
  ttft: 'TTFT',
  tpot: 'TPOT',
  rate: 'rate',
  quality: 'quality loss',
  kv_format: 'KV format',
  max_gpus: 'search.max_gpus',
  max_instances: 'instances on offer',
}

/** Targets that must be reached rather than kept under; needed only where the margin is exactly zero. */
const LOWER_LIMITS = new Set(['rate', 'concurrency'])

export function label(name: string): string {
  return Object.hasOwn(LABELS, name) ? LABELS[name]! : name.replaceAll('_', ' ')
}

/** From here on every digit of a rate costs room and says nothing. */
const MANY = 1e5

/** A value in the unit that the result names, for people: bytes as GiB, shares as percent. */
export function quantity(value: number, unit: string): string {
  switch (unit) {
    case 'bytes':
      return gib(value)
    case 'ms':
      return ms(value)
    case 'percent':
      return `${value === 0 ? 0 : significant(value, 3)}%`
    case 'share':
      return percent(value)
    case 'gpus':
      return counted(value, 'GPU')
    case 'instances':
      return counted(value, 'instance')
    case 'requests/s':
      return `${Math.abs(value) >= MANY ? roundedCount(value) : rate(value)} req/s`
    case '':
      return count(value)
    default:
      return `${rate(value)} ${unit}`
  }
}

/** `1 replica`, `3 replicas`. */
export function counted(value: number, singular: string): string {
  return `${count(value)} ${singular}${value === 1 ? '' : 's'}`
}

export function isLowerLimit(target: Target): boolean {
  return target.margin === 0 ? LOWER_LIMITS.has(target.name) : target.value > target.limit === target.margin > 0
}

/** `misses TPOT by 12 ms`, several joined by "and". */
export function missed(violations: readonly Violation[]): string {
  return `misses ${violations.map(({ constraint, by, unit }) => `${label(constraint)} by ${quantity(by, unit)}`).join(' and ')}`
}

/** How one replica is split and how many there are: `TP4`, `TP4 PP2 x3`. */
export function layout(configuration: ServeConfiguration): string {
  const { tensor_parallel, pipeline_parallel, expert_parallel, replicas } = configuration
  const parts = [`TP${tensor_parallel}`]
  if (pipeline_parallel > 1) parts.push(`PP${pipeline_parallel}`)
  if (expert_parallel > 1) parts.push(`EP${expert_parallel}`)
  if (replicas > 1) parts.push(`x${replicas}`)
  return parts.join(' ')
}

/** The weight format, and the KV format where it is not the 16-bit one: `fp8`, `awq-int4, fp8 KV`. */
export function format(configuration: ServeConfiguration, short = false): string {
  const { quantization, kv_cache } = configuration
  if (SIXTEEN_BIT.has(kv_cache)) return quantization
  return short ? `${quantization}/${kv_cache}` : `${quantization}, ${kv_cache} KV cache`
}

const SIXTEEN_BIT = new Set(['bf16', 'fp16', 'f16', 'auto'])

/** GPUs that hold replicas; the rest of the instances is paid for and idle. */
export function gpusUsed(configuration: ServeConfiguration): number {
  return configuration.tensor_parallel * configuration.pipeline_parallel * configuration.replicas
}

/** `4 x h100-sxm-80gb on lambda (gpu_8x_h100, us-west-1)`. */
export function placementText({ placement }: Plan): string {
  const { gpus, gpu, provider, instance, region, instances, pricing } = placement
  const what = `${count(gpus)} x ${gpu}`
  if (provider === null) return what
  const shape = instance === null ? [] : [instances > 1 ? `${count(instances)} x ${instance}` : instance]
  const terms = pricing === null || pricing === 'on-demand' ? [] : [pricing]
  const details = [...shape, ...(region === null ? [] : [region]), ...terms]
  return `${what} on ${provider}${details.length === 0 ? '' : ` (${details.join(', ')})`}`
}

/** `$9.96/h, $7,270.80/month, $0.41/M tokens`; null where no price is known. */
export function moneyText({ cost }: Plan): string | null {
  const parts: string[] = []
  if (cost.usd_per_hour !== null) parts.push(usdPerHour(cost.usd_per_hour))
  if (cost.usd_per_month !== null) parts.push(usdPerMonth(cost.usd_per_month))
  if (cost.usd_per_million_tokens !== null) parts.push(usdPerMillionTokens(cost.usd_per_million_tokens))
  return parts.length === 0 ? null : parts.join(', ')
}

/** A difference of money with its sign: `+$1.10/h`, `-$0.40/h`, `+$0.00/h`. */
export function usdPerHourDelta(value: number): string {
  return `${value < 0 ? '-' : '+'}${usdPerHour(Math.abs(value))}`
}

/** A cost in a table, or a dash where none is known. */
export function usdCell(value: number | null): string {
  return value === null ? '-' : usd(value)
}

/** Cost of a plan beside the best one: `+12.3%`. */
export function versusBest(plan: Plan, best: Plan | null): string {
  const own = plan.cost.usd_per_hour
  const least = best?.cost.usd_per_hour ?? null
  if (own === null || least === null || plan === best) return ''
  const share = own / least - 1
  return `${share < 0 ? '' : '+'}${percent(share)}`
}

/** The target with the least room, as a share of its limit: `TPOT 23%`. */
export function tightestMargin(plan: Plan): string {
  let tightest: { name: string; share: number } | null = null
  for (const { name, margin, limit } of plan.targets) {
    if (limit <= 0) continue
    const share = margin / limit
    if (tightest === null || share < tightest.share) tightest = { name, share }
  }
  return tightest === null
    ? '-'
    : `${tightest.name === 'quality' ? tightest.name : label(tightest.name)} ${percent(tightest.share, 0)}`
}
