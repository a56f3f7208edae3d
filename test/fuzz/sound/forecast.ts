import type { ForecastResult } from '../../../src/result/forecast.ts'
import { isSum, same } from './numbers.ts'

/** What cannot be true of the months of a forecast. */
export function forecastFlaws(result: ForecastResult): string[] {
  const { months, total, status, commitments, by_workload, by_provider, monthly_cap_usd: cap, conflict } = result
  const flaws: string[] = []
  const check = (holds: boolean, flaw: string): void => {
    if (!holds) flaws.push(flaw)
  }
  check((status === 'infeasible') === (total === null), `${status} with${total === null ? 'out' : ''} a total`)
  check(
    (total === null) === (months.length === 0),
    `${months.length} months with${total === null ? 'out' : ''} a total`,
  )
  check(total !== null || conflict !== null, 'no plan, and nothing that says why')
  for (const { month, usd, workloads, instances, idle_usd, usd_p10, usd_p50, usd_p90, over_cap_share } of months) {
    check(
      isSum(usd, [...workloads.map((each) => each.usd), idle_usd]),
      `${month}: workloads and idle are not the month`,
    )
    check(
      isSum(
        usd,
        instances.map((each) => each.usd),
      ),
      `${month}: the instances are not the month`,
    )
    check(cap === null || usd <= cap * (1 + 1e-6), `${month} costs ${usd}, over the cap of ${cap}`)
    check((usd_p10 ?? 0) <= (usd_p50 ?? 0) && (usd_p50 ?? 0) <= (usd_p90 ?? 0), `${month}: percentiles out of order`)
    check((over_cap_share ?? 0) <= 1, `${month}: ${over_cap_share} of the futures are over the cap`)
    check(usd > 0, `${month} costs nothing`)
    check(
      instances.every((each) => each.instances > 0 && each.usd > 0),
      `${month}: instances for nothing`,
    )
  }
  for (const { usd, usd_per_month, offer, used_share, beyond_usd } of commitments) {
    check(usd > 0 && usd_per_month > 0, `${offer} is committed to for nothing`)
    check(used_share <= 1 + 1e-9, `${offer} is used ${used_share} of its time`)
    check(beyond_usd <= usd * (1 + 1e-9), `${offer} costs more beyond the months than in all`)
  }
  if (total === null) return flaws
  check(
    isSum(
      total.months_usd,
      months.map(({ usd }) => usd),
    ),
    'the months are not their total',
  )
  check(isSum(total.usd, [total.months_usd, total.committed_beyond_usd]), 'months and what is beyond are not the total')
  check(
    isSum(
      total.idle_usd,
      months.map(({ idle_usd }) => idle_usd),
    ),
    'what is idle is not the sum of the months',
  )
  check(
    isSum(
      total.committed_beyond_usd,
      commitments.map((each) => each.beyond_usd),
    ),
    'what is committed beyond is not the sum of the commitments',
  )
  check(
    isSum(total.months_usd, [...by_workload.map(({ usd }) => usd), total.idle_usd]),
    'the workloads are not the months',
  )
  check(
    isSum(
      total.months_usd,
      by_provider.map(({ usd }) => usd),
    ),
    'the providers are not the months',
  )
  if (total.on_demand !== null) {
    check(
      same(total.on_demand.saved_usd, total.on_demand.usd - total.usd) ||
        isSum(total.on_demand.usd, [total.usd, total.on_demand.saved_usd]),
      'what is saved is not the difference',
    )
  }
  return flaws
}
