import type { ForecastResult } from '../../result/forecast.ts'
import type { Cell } from '../csv-fields.ts'

/** `item`: total, instances, workload, idle or commitment. Dollars of instances add up to the month's, and so do workloads with idle. */
export const forecastColumns = [
  'month',
  'item',
  'name',
  'provider',
  'gpu',
  'gpus_per_instance',
  'pricing',
  'instances',
  'usd',
  'usd_p10',
  'usd_p50',
  'usd_p90',
  'requests_per_second',
  'runs',
  'hours_per_run',
  'term_months',
  'break_even_months',
] as const

type Row = Partial<Record<(typeof forecastColumns)[number], Cell>>

/** One row a month and item; one without a month where there is no plan. */
export function forecastRows({ months, commitments }: ForecastResult): Cell[][] {
  const rows = months.flatMap((entry): Row[] => {
    const { month } = entry
    return [
      { month, item: 'total', usd: entry.usd, usd_p10: entry.usd_p10, usd_p50: entry.usd_p50, usd_p90: entry.usd_p90 },
      ...entry.instances.map(({ offer, provider, gpu, gpus_per_instance, pricing, instances, usd }) => ({
        month,
        item: 'instances',
        name: offer,
        provider,
        gpu,
        gpus_per_instance,
        pricing,
        instances,
        usd,
      })),
      ...entry.workloads.map((each) => ({
        month,
        item: 'workload',
        name: each.workload,
        provider: each.provider,
        gpu: each.gpu,
        gpus_per_instance: each.gpus_per_instance,
        instances: each.instances,
        usd: each.usd,
        requests_per_second: each.requests_per_second,
        runs: each.runs,
        hours_per_run: each.hours_per_run,
      })),
      ...(entry.idle_usd > 0 ? [{ month, item: 'idle', usd: entry.idle_usd }] : []),
      ...commitments
        .filter((commitment) => commitment.month === month)
        .map(
          ({ offer, provider, gpu, gpus_per_instance, pricing, instances, usd, term_months, break_even_months }) => ({
            month,
            item: 'commitment',
            name: offer,
            provider,
            gpu,
            gpus_per_instance,
            pricing,
            instances,
            usd,
            term_months,
            break_even_months,
          }),
        ),
    ]
  })
  const shown: readonly Row[] = rows.length > 0 ? rows : [{ item: 'none' }]
  return shown.map((row) => forecastColumns.map((column) => row[column] ?? null))
}
