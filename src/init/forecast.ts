import { hardwareChoices, priceChoices } from './hardware.ts'
import { type WorkloadWish, workloadItem } from './workloads.ts'
import { commentedOut, indented, plainNumber, type Row, row } from './yaml.ts'

/** What a new forecast is to say. */
export interface ForecastWish {
  readonly workloads: readonly WorkloadWish[]
  /** First month, YYYY-MM. */
  readonly start: string
  readonly months: number
  /** US dollars of any month; null: no cap. */
  readonly monthlyCapUsd: number | null
}

/** Rows of a forecast below its heading. */
export function forecastRows({ workloads, start, months, monthlyCapUsd }: ForecastWish): Row[] {
  const cap = row(`monthly_cap: ${monthlyCapUsd ?? 20000}`, 'US dollars billed in any month at most (default: no cap)')
  return [
    row('kind: forecast'),
    row(`start: ${start}`, 'first month'),
    row(`months: ${plainNumber(months)}`, 'how many'),
    row('workloads:', 'serving and training scenarios, in files of their own or written out'),
    ...indented(workloads.flatMap((workload) => workloadItem(workload, changes(workload)))),
    row('price_trend_percent_per_month: -1', 'of all prices (default 0)'),
    row('commitments: [on-demand, reserved-1y]', 'also spot, reserved-3y, owned (default on-demand)'),
    ...(monthlyCapUsd === null ? commentedOut([cap]) : [cap]),
    row('uncertainty:'),
    ...indented([
      row('growth_percent: 2', 'standard deviation of the monthly growth, percentage points (default 0)'),
      row('price_percent: 10', 'standard deviation of prices, percent (default 0)'),
      row('samples: 1000', 'futures drawn (default 1000)'),
      row('seed: 1', 'the same seed draws the same futures (default 1)'),
    ]),
    ...commentedOut([
      row('search:', 'narrows the machines of every workload'),
      ...indented(hardwareChoices),
      ...priceChoices,
    ]),
  ]
}

function changes(workload: WorkloadWish): Row[] {
  if ('file' in workload && workload.kind === 'train')
    return [row('runs_per_month: 1', 'in the first month (default 1)')]
  return [row('growth_percent_per_month: 5', 'of the traffic (default 0)')]
}
