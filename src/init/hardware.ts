import { serveDefaults as d } from '../scenario/defaults.ts'
import { type Row, row } from './yaml.ts'

/** Keys of `search` that name machines, commented out: each narrows what the catalogs allow. */
export const hardwareChoices: readonly Row[] = [
  row('gpus: [hopper, mi300x]', 'ids of `plan catalog list gpus`, generations or vendors (default: all)'),
  row('exclude_gpus: [volta, a40]', 'the same, taken away'),
  row('providers: [lambda, runpod]', 'who rents them out (default: all)'),
  row('exclude_providers: [aws]', 'the same, taken away'),
]

/** Keys of `prices`, commented out. */
export const priceChoices: readonly Row[] = [
  row('prices:'),
  row('  discount_percent: 10', 'percent off every list price (default 0)'),
  row('  overrides: { runpod/h100-sxm-80gb: 2.50 }', 'US dollars that you pay for a GPU-hour'),
  row('  max_age_days: 60', `older prices are left out (default ${d.maxAgeDays})`),
]
