import type { Pricing } from '../../catalog/offer.ts'
import type {
  Commitment,
  ForecastBreak,
  ForecastMonth,
  ForecastResult,
  ForecastWorkload,
} from '../../result/forecast.ts'
import { count, fixed, percent, rate, significant, usd, usdPerMillionTokens } from '../../units.ts'
import { counted } from '../words.ts'

/** Dollars of a month or a year: from a hundred on without cents. */
export function dollars(value: number): string {
  const size = Math.abs(value)
  return size >= 100 ? `${value < 0 ? '-' : ''}$${fixed(size, 0)}` : usd(value)
}

/** The part of an offer's id that tells machines apart, with who rents them out: `g4-standard-48 at gcp`. */
export function placeText({
  offer,
  provider,
  instance,
  region,
}: Pick<Commitment, 'offer' | 'provider' | 'instance' | 'region'>): string {
  if (provider === null) return offer
  return `${instance ?? offer} at ${provider}${region === null ? '' : `, ${region}`}`
}

/** `8 x h100-sxm-80gb`. */
export function gpusText({ gpu, gpus_per_instance: gpus }: Pick<Commitment, 'gpu' | 'gpus_per_instance'>): string {
  return `${count(gpus)} x ${gpu}`
}

/** What is signed or bought, with its price and when it has paid off. */
export function commitmentText(commitment: Commitment): string {
  const { month, action, instances, term_months: term, until, usd: sum, usd_per_month: monthly } = commitment
  const machines = `${counted(instances, 'machine')} of ${gpusText(commitment)}`
  const place = placeText(commitment)
  const what =
    action === 'buy'
      ? `${month}: buy ${machines} (${place}), ${dollars(sum)} or ${dollars(monthly)} a month of depreciation`
      : `${month}: reserve ${machines} (${place}) for ${termText(term)}, to ${until}: ${dollars(monthly)} a month, ${dollars(sum)} in all`
  return `${what}; ${breakEvenText(commitment)}`
}

function termText(months: number | null): string {
  if (months === null) return 'good'
  return months % 12 === 0 ? counted(months / 12, 'year') : counted(months, 'month')
}

function breakEvenText({
  break_even_months: months,
  on_demand_usd_per_month: onDemand,
  used_share: used,
}: Commitment): string {
  const use = `used ${percent(used, 0)} of the time`
  if (onDemand === null) return `nobody rents this out on demand; ${use}`
  const price = `${dollars(onDemand)} a month on demand`
  if (months === null) return `never cheaper than ${price}; ${use}`
  return `break-even after ${significant(months, 2)} months against ${price}; ${use}`
}

/** `4 x tpu-v6e`, `2 x 8 h100-sxm-80gb`: machines and their GPUs. */
export function machinesText({ instances, gpus_per_instance: gpus, gpu }: ForecastWorkload): string {
  return gpus === 1 ? `${count(instances)} x ${gpu}` : `${count(instances)} x ${count(gpus)} ${gpu}`
}

/** The configuration without its machines. */
function setupText({ configuration: c }: ForecastWorkload): string {
  const degrees = (
    [
      ['DP', 'data_parallel' in c ? c.data_parallel : 1],
      ['TP', c.tensor_parallel],
      ['PP', c.pipeline_parallel],
      ['EP', c.expert_parallel],
    ] as const
  ).filter(([, degree]) => degree > 1)
  const split = degrees.map(([name, degree]) => `${name}${degree}`)
  if (!('replicas' in c)) return [c.method, ...split].join(' ')
  const cache = c.kv_cache === 'bf16' ? '' : ` with ${c.kv_cache} KV cache`
  return [`${c.quantization}${cache}`, ...split, `x${c.replicas}`].join(' ')
}

/** Machines and configuration in as few words as tell them from others. */
export function configurationText(workload: ForecastWorkload): string {
  return `${machinesText(workload)}, ${setupText(workload)}`
}

/** The same with the most that a replica holds at once, where the words alone would not show what changed. */
function changeTexts(before: ForecastWorkload, after: ForecastWorkload): [string, string] {
  const [from, to] = [configurationText(before), configurationText(after)]
  if (from !== to) return [from, to]
  const inFlight = ({ configuration: c }: ForecastWorkload): string =>
    'replicas' in c ? `${c.max_concurrency} in flight` : `micro-batch ${c.micro_batch}, ZeRO ${c.zero_stage}`
  return [`${from} (${inFlight(before)})`, `${to} (${inFlight(after)})`]
}

/** What a workload's dollars pay for. */
export function unitPrice({
  usd_per_million_tokens: tokens,
  usd_per_run: run,
}: ForecastResult['by_workload'][number]): string {
  if (tokens !== null) return usdPerMillionTokens(tokens)
  return run === null ? '-' : `${usd(run)}/run`
}

/** `2027-05: serve-8b moves from ... to ...`. */
export function switchTexts(months: readonly ForecastMonth[]): string[] {
  return months.flatMap(({ month, workloads }, t) =>
    workloads.flatMap((workload, w) => {
      const before = months[t - 1]?.workloads[w]
      if (!workload.switched || before === undefined) return []
      const [from, to] = changeTexts(before, workload)
      return [`${month}: ${workload.workload} moves from ${from} to ${to}`]
    }),
  )
}

/** The cap or quota that the cheapest months would break. */
export function breakText({ requirement, month, limit, needed, by, unit, kept }: ForecastBreak): string {
  const text = (value: number): string => (unit === 'usd' ? dollars(value) : counted(value, 'GPU'))
  const name = requirement === 'monthly_cap' ? `monthly_cap of ${text(limit)}` : requirement
  const what = `${name}: first broken in ${month} by the cheapest months, which need ${text(needed)}, ${text(by)} too much`
  return kept ? `${what}; the plan keeps it` : what
}

export const PRICING_NAMES: Readonly<Record<Pricing, string>> = {
  owned: 'owned',
  'reserved-3y': 'reserved 3 years',
  'reserved-1y': 'reserved 1 year',
  'on-demand': 'on demand',
  spot: 'spot',
}

export function totalSentence({ scenario, months, total, commitments, monthly_cap_usd: cap }: ForecastResult): string {
  if (total === null) return `No plan for ${scenario}`
  const [first, last] = [months[0]?.month, months.at(-1)?.month]
  const span = first === last ? `${first}` : `${first} to ${last}`
  const range =
    total.usd_p10 === null ? '' : ` (P10 to P90: ${dollars(total.usd_p10)} to ${dollars(total.usd_p90 ?? 0)})`
  const beyond =
    total.committed_beyond_usd > 0
      ? `, of which ${dollars(total.committed_beyond_usd)} for commitments after ${last}`
      : ''
  const machines = (action: Commitment['action']) =>
    commitments.filter((each) => each.action === action).reduce((sum, { instances }) => sum + instances, 0)
  const signed = [
    ...(machines('reserve') > 0 ? [`reserve ${counted(machines('reserve'), 'machine')}`] : []),
    ...(machines('buy') > 0 ? [`buy ${counted(machines('buy'), 'machine')}`] : []),
  ]
  const doing = signed.length === 0 ? 'commit to nothing' : signed.join(' and ')
  return `${scenario}: ${dollars(total.usd)} for ${span}${beyond}${range}: ${doing}${savedText(total)}${cap === null ? '' : `, within ${dollars(cap)} a month`}`
}

function savedText({ on_demand: baseline }: NonNullable<ForecastResult['total']>): string {
  if (baseline === null) return ''
  const { saved_usd: saved, saved_share: share } = baseline
  if (Math.abs(share) < 5e-4) return ', as cheap as everything on demand'
  return `, ${dollars(Math.abs(saved))} (${percent(Math.abs(share))}) ${saved > 0 ? 'less' : 'more'} than everything on demand`
}

/** Which solver answered, and how near the best its answer is proved to be. */
export function solverText({ solver, status }: ForecastResult): string {
  const size = `${count(solver.variables)} variables x ${count(solver.constraints)} constraints`
  const proved =
    (solver.gap ?? 0) < 1e-5 ? 'proved the cheapest' : `proved within ${percent(solver.gap ?? 0, 2)} of the cheapest`
  const gap = solver.gap === null ? 'nothing proved' : proved
  const proof = status === 'infeasible' ? 'no answer exists' : gap
  return `${solver.name}, ${size}, ${proof}, every constraint verified`
}

/** What a workload runs on in the first month and in the last. */
export function runsOnText(name: string, months: readonly ForecastMonth[], w: number): string {
  const [first, last] = [months[0]!, months.at(-1)!]
  const text = ({ month, workloads }: ForecastMonth): string => {
    const load = loadText(workloads[w]!)
    return `${month}${load === '' ? '' : ` (${load})`} ${configurationText(workloads[w]!)}`
  }
  return first === last ? `${name}: ${text(first)}` : `${name}: ${text(first)}; ${text(last)}`
}

/** The load of a workload in a month. */
export function loadText({ requests_per_second: requests, runs }: ForecastWorkload): string {
  if (requests !== null) return `${rate(requests)} req/s`
  return runs === null ? '' : `${rate(runs)} ${runs === 1 ? 'run' : 'runs'}`
}
