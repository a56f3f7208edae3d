import type { Violation } from '../../result/plan.ts'
import { type AnyPlan, type AnyResult, isTraining, kindOf } from '../kinds/index.ts'
import { SETTING } from '../words.ts'

/** One thing that is compared under its name: a result, or why there is none. */
export type Option =
  | { readonly option: string; readonly result: AnyResult }
  | { readonly option: string; readonly errors: readonly string[] }

/** An option with its verdict. */
export interface Compared {
  readonly option: string
  readonly kind: AnyResult['kind'] | null
  /** `failed`: the input could not be used. */
  readonly status: AnyResult['status'] | 'failed'
  /** The best plan; of an infeasible option the configuration that came closest. */
  readonly plan: AnyPlan | null
  /** The cheapest option of its kind. Several may cost the same. */
  readonly cheapest: boolean
  /** Price over that of the cheapest option of the kind, less one; null where one of them has none. */
  readonly versusCheapest: number | null
  /** Names of the constraints that the option lost on; `cost` for a plan that another is cheaper than. */
  readonly lostOn: readonly string[]
  readonly violations: readonly Violation[]
  readonly errors: readonly string[]
}

/** Options with their verdicts, in the given order. */
export function compared(options: readonly Option[]): Compared[] {
  const least = new Map<string, number>()
  for (const option of options) {
    if (!('result' in option)) continue
    const price = priceOf(option.result.best)
    const known = least.get(option.result.kind) ?? Number.POSITIVE_INFINITY
    if (price !== null && price < known) least.set(option.result.kind, price)
  }
  return options.map((option) =>
    'result' in option ? planned(option.option, option.result, least.get(option.result.kind)) : failed(option),
  )
}

function planned(option: string, result: AnyResult, least: number | undefined): Compared {
  const { kind, status, best } = result
  const base = { option, kind, status, errors: [] }
  if (best === null) {
    const [closest] = result.near_misses
    const losing = { ...base, cheapest: false, versusCheapest: null }
    // What a setting rules out is a plan of another option, never this one's.
    const foreign = closest?.violations.some((violation) => violation.unit === SETTING)
    if (closest === undefined || foreign === true) {
      const refusing = mostRefused(result)
      const settings = closest?.violations.map((violation) => violation.constraint) ?? []
      return { ...losing, plan: null, lostOn: refusing.length > 0 ? refusing : settings, violations: [] }
    }
    const { plan, violations } = closest
    return { ...losing, plan, lostOn: violations.map((violation) => violation.constraint), violations }
  }
  const price = priceOf(best)
  const cheapest = price !== null && price === least
  return {
    ...base,
    plan: best,
    cheapest,
    versusCheapest: price === null || least === undefined ? null : price / least - 1,
    lostOn: price === null || cheapest ? [] : ['cost'],
    violations: [],
  }
}

function failed({ option, errors }: Extract<Option, { errors: unknown }>): Compared {
  return {
    option,
    kind: null,
    status: 'failed',
    plan: null,
    cheapest: false,
    versusCheapest: null,
    lostOn: ['input'],
    violations: [],
    errors,
  }
}

/** The constraint that refused most, where nothing came close. */
function mostRefused({ search }: AnyResult): string[] {
  const [most] = Object.entries(search.rejected).sort(([, a], [, b]) => b - a)
  return most === undefined ? [] : [most[0]]
}

function priceOf(plan: AnyPlan | null): number | null {
  return plan === null ? null : kindOf(plan).price(plan)
}

/** The option as plain figures for programs; units stand in the names. */
export function record(each: Compared) {
  const { option, kind, status, plan, cheapest, versusCheapest, lostOn } = each
  const training = plan !== null && isTraining(plan) ? plan : null
  const serving = plan !== null && !isTraining(plan) ? plan : null
  return {
    option,
    kind,
    status,
    cheapest,
    provider: plan?.placement.provider ?? null,
    pricing: plan?.placement.pricing ?? null,
    gpu: plan?.placement.gpu ?? null,
    gpus: plan?.placement.gpus ?? null,
    configuration: plan === null ? null : kindOf(plan).how(plan),
    memory_bytes_per_gpu: plan?.memory.total_bytes ?? null,
    memory_capacity_bytes_per_gpu: plan?.memory.capacity_bytes ?? null,
    hours: training?.performance.hours ?? null,
    tpot_ms: serving?.performance.tpot_ms ?? null,
    usd_per_run: training?.cost.usd_per_run ?? null,
    usd_per_hour: plan?.cost.usd_per_hour ?? null,
    versus_cheapest_share: versusCheapest,
    lost_on: lostOn,
  }
}
