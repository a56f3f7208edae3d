import type { Pricing } from '../../src/catalog/offer.ts'
import { exclusionReasons } from '../../src/cost/eligibility.ts'
import type { ForecastScenario } from '../../src/scenario/forecast.ts'
import type { ResolvedForecast } from './resolve.ts'
import type { Uncertainty } from './sampling.ts'

/** What a forecast takes for granted, most telling first. */
export function assumptionsOf(
  scenario: ForecastScenario,
  resolved: ResolvedForecast,
  ways: ReadonlySet<Pricing>,
  uncertainty: Uncertainty | null,
): string[] {
  const sentences: string[] = []
  const say = (condition: boolean, sentence: string): void => {
    if (condition) sentences.push(sentence)
  }
  const { workloads } = resolved
  const serves = workloads.some(({ type }) => type === 'serve')
  const trains = workloads.some(({ type }) => type === 'train')
  const commits = [...ways].some((way) => way !== 'on-demand' && way !== 'spot')
  say(true, 'a month is 730 hours')
  say(scenario.commitments === undefined, `commitments: ${[...ways].join(', ')}`)
  say(scenario.price_trend_percent_per_month === undefined, 'prices stay as they are')
  const still = scenario.workloads.every((entry) => entry.growth_percent_per_month === undefined)
  say(still, 'growth: none')
  say(serves, 'serving machines are up all month, as many as its busiest hour needs, and shared with no other workload')
  say(
    serves,
    'all replicas of a workload run on one kind of machine in a month; machines of that kind may be of several providers',
  )
  say(trains, 'training is paid by the hour; on machines that are committed to, runs take turns')
  say(commits, 'a commitment is paid for its whole term, also beyond the last month')
  say(
    ways.has('owned'),
    'owned nodes: straight-line depreciation and electricity by use; what they are worth after the last month is not counted',
  )
  say(scenario.price_trend_percent_per_month !== undefined && ways.has('owned'), 'electricity stays as dear as it is')
  if (uncertainty !== null) {
    sentences.push(
      `P10 to P90: ${uncertainty.samples} futures from seed ${uncertainty.seed}; one error of the monthly growth for all workloads, one of all prices that are not agreed in the first month`,
      'futures keep the commitments and each month its configurations, and rent what is missing, whatever the cap and the quotas',
    )
  }
  return [...sentences, ...workloadAssumptions(resolved)]
}

/** The defaults of the workloads' scenarios, each once, with the names where it is not of all of its kind. */
function workloadAssumptions({ workloads }: ResolvedForecast): string[] {
  const holders = new Map<string, number[]>()
  for (const [w, { assumptions }] of workloads.entries()) {
    for (const sentence of assumptions) holders.set(sentence, [...(holders.get(sentence) ?? []), w])
  }
  return [...holders].map(([sentence, own]) => {
    const types = new Set(own.map((w) => workloads[w]!.type))
    const all = workloads.filter(({ type }) => types.has(type)).length
    return own.length === all ? sentence : `${sentence} (${own.map((w) => workloads[w]!.name).join(', ')})`
  })
}

const LEFT_OUT: Partial<Record<(typeof exclusionReasons)[number], string>> = {
  confidence: 'of low confidence (prices.min_confidence admits them)',
  price_age: 'too old (prices.max_age_days admits them)',
}

/** Offers that were left out for their price: they never win silently, and never vanish silently. */
export function offerWarnings({ workloads }: ResolvedForecast): string[] {
  const parts = exclusionReasons.flatMap((reason) => {
    const why = LEFT_OUT[reason]
    if (why === undefined) return []
    const ids = new Set(
      workloads.flatMap(({ offers }) =>
        offers.excluded.filter((each) => each.reason === reason).map(({ offer }) => offer.id),
      ),
    )
    return ids.size === 0 ? [] : [`${ids.size} ${why}`]
  })
  return parts.length === 0 ? [] : [`Offers left out: ${parts.join(', ')}.`]
}
