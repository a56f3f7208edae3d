import type { ForecastMonth, ForecastResult } from '../../result/forecast.ts'
import { count, percent } from '../../units.ts'
import type { Column } from '../table.ts'
import { dollars, unitPrice } from './words.ts'

/** Titles of the table of workloads; the same in every format. */
export const WORKLOADS: readonly Column[] = [
  { title: 'workload', least: 12 },
  { title: 'dollars', align: 'right' },
  { title: 'share', align: 'right' },
  { title: 'each', align: 'right' },
  { title: 'switches', align: 'right' },
]

/** Each workload as cells under {@link WORKLOADS}, then what is paid and not used. */
export function workloadRows({ by_workload: rows, total }: ForecastResult): string[][] {
  const idle = total?.idle_usd ?? 0
  const share = idle / (total?.months_usd ?? 1)
  return [
    ...rows.map((row) => [row.workload, dollars(row.usd), percent(row.share), unitPrice(row), count(row.switches)]),
    ...(idle > 0 ? [['idle commitments', dollars(idle), percent(share), '', '']] : []),
  ]
}

/** Titles of the table of providers. */
export const PROVIDERS: readonly Column[] = [
  { title: 'provider' },
  { title: 'dollars', align: 'right' },
  { title: 'share', align: 'right' },
]

export function providerRows({ by_provider: rows }: ForecastResult): string[][] {
  return rows.map(({ provider, usd, share }) => [provider ?? 'owned', dollars(usd), percent(share)])
}

/** Titles of the table of months; the percentiles only where futures were sampled. */
export function monthHead(months: readonly ForecastMonth[]): Column[] {
  return [
    { title: 'month' },
    { title: 'dollars', align: 'right' },
    ...(hasRange(months) ? (['P10', 'P50', 'P90'] as const).map((title) => ({ title, align: 'right' as const })) : []),
    { title: 'machines' },
  ]
}

/** A month as cells under {@link monthHead} of all months. */
export function monthRow(
  { month, usd, usd_p10, usd_p50, usd_p90, instances }: ForecastMonth,
  months: readonly ForecastMonth[],
): string[] {
  const range = [usd_p10, usd_p50, usd_p90].map((value) => (value === null ? '-' : dollars(value)))
  const machines = instances.map(
    ({ offer, pricing, instances: number }) => `${Number(number.toPrecision(3))} x ${offer} ${pricing}`,
  )
  return [month, dollars(usd), ...(hasRange(months) ? range : []), machines.join('; ')]
}

function hasRange(months: readonly ForecastMonth[]): boolean {
  return months.some(({ usd_p10: low }) => low !== null)
}
