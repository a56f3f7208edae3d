import type { Target, Violation } from '../result/plan.ts'
import { count, gib, ms, percent, rate, roundedCount, seconds, significant, usd, usdPerHour } from '../units.ts'
import type { AnyPlan } from './kinds/kind.ts'

/** Targets and constraints as people write them; the others are shown under their own name. */
const LABELS: Readonly<Record<string, string>> = {
  ttft: 'TTFT',
  tpot: 'TPOT',
  rate: 'rate',
  quality: 'quality loss',
  kv_format: 'KV format',
  zero_stage: 'ZeRO stage',
  lora_rank: 'LoRA rank',
  gpu: 'GPU',
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
    case 'usd':
      return usd(value)
    case 'hours':
      return `${rate(value)} h`
    case 's':
    case 'seconds':
      return seconds(value)
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

/** `misses TPOT by 12 ms`, several joined by "and"; a setting that the scenario rules out is no quantity. */
export function missed(violations: readonly Violation[]): string {
  const part = ({ constraint, by, unit }: Violation): string =>
    unit === SETTING
      ? `is ruled out by the setting ${label(constraint)}`
      : `misses ${label(constraint)} by ${quantity(by, unit)}`
  return violations.map(part).join(' and ').replaceAll(' and misses ', ' and ')
}

/** Unit of a violation that is a choice of the scenario. */
export const SETTING = 'setting'

/** `4 x h100-sxm-80gb on lambda (gpu_8x_h100, us-west-1)`. */
export function placementText({ placement }: AnyPlan): string {
  const { gpus, gpu, provider, instance, region, instances, pricing } = placement
  const what = `${count(gpus)} x ${gpu}`
  if (provider === null) return what
  const shape = instance === null ? [] : [instances > 1 ? `${count(instances)} x ${instance}` : instance]
  const terms = pricing === null || pricing === 'on-demand' ? [] : [pricing]
  const details = [...shape, ...(region === null ? [] : [region]), ...terms]
  return `${what} on ${provider}${details.length === 0 ? '' : ` (${details.join(', ')})`}`
}

/** A difference of money with its sign: `+$1.10/h`, `-$0.40/h`, `+$0.00/h`. */
export function usdPerHourDelta(value: number): string {
  return `${value < 0 ? '-' : '+'}${usdPerHour(Math.abs(value))}`
}

/** A cost in a table, or a dash where none is known. */
export function usdCell(value: number | null): string {
  return value === null ? '-' : usd(value)
}

/** A price beside the best one: `+12.3%`; nothing where one of them is missing. */
export function versusBest(own: number | null, least: number | null): string {
  return own === null || least === null ? '' : signedPercent(own / least - 1)
}

/** From so many times as much on, percent are hard to read. */
const MANY_TIMES = 10

/** `+12.3%`, `-4%`, `+<0.1%` where rounding would deny a difference, `x43.8` from ten times on. */
export function signedPercent(share: number): string {
  if (share + 1 >= MANY_TIMES) return `x${roundedCount(share + 1)}`
  const text = percent(Math.abs(share))
  const size = text === '0%' && share !== 0 ? '<0.1%' : text
  return `${share < 0 ? '-' : '+'}${size}`
}

/** What a speed rests on. */
export function trustText(confidence: AnyPlan['confidence']): string {
  return confidence === 'measured' ? 'speed fitted to measured runs' : 'speed from the data sheet'
}

/** `8x h100-sxm-80gb`. */
export function gpusCell({ placement }: AnyPlan): string {
  return `${placement.gpus}x ${placement.gpu}`
}

/** The target with the least room, as a share of its limit: `TPOT 23%`. */
export function tightestMargin(plan: AnyPlan): string {
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
