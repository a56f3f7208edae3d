import { compactCount } from '../../../src/units.ts'
import type { Random } from '../random.ts'
import type { NumberField } from './number-field.ts'

/** Numbers that people write, by key: from, to. Keys that are missing take any number that their field admits. */
const USUAL: Readonly<Record<string, readonly [low: number, high: number]>> = {
  // Models that are not in the catalog.
  parameters: [1e8, 2e11],
  active_parameters: [1e8, 2e10],
  hidden_size: [512, 16_384],
  layers: [4, 126],
  heads: [8, 128],
  kv_heads: [1, 16],
  head_dim: [64, 256],
  intermediate_size: [1024, 65_536],
  vocabulary_size: [1000, 300_000],
  // Serving.
  context: [2048, 65_536],
  requests_per_second: [0.01, 30],
  tokens_per_day: [1e4, 1e9],
  concurrency: [1, 200],
  input_tokens: [16, 4000],
  output_tokens: [1, 1000],
  prefix_cached: [0.01, 0.9],
  peak_factor: [1, 4],
  ttft_ms: [100, 20_000],
  tpot_ms: [10, 300],
  max_loss_percent: [0.1, 10],
  redundancy: [1, 3],
  utilization: [0.5, 0.98],
  max_batched_tokens: [512, 16_384],
  headroom: [0.001, 0.2],
  // Training.
  tokens: [1e5, 1e9],
  examples: [1e3, 1e6],
  tokens_per_example: [64, 4096],
  epochs: [0.5, 4],
  sequence_length: [256, 8192],
  budget: [10, 1e6],
  hours: [0.5, 500],
  spot_interruptions_per_hour: [0.001, 0.5],
  checkpoint_gb_per_second: [0.1, 20],
  // Hardware and prices.
  max_gpus: [4, 128],
  discount_percent: [1, 60],
  max_age_days: [60, 1000],
  billed_share: [0.05, 1],
  overrides: [0.1, 20],
  capex: [1000, 400_000],
  years: [1, 6],
  watts: [300, 12_000],
  usd_per_kwh: [0.02, 0.5],
  pue: [1, 2],
  nodes: [2, 8],
  network_gbit_per_second: [10, 3200],
  max_instances: [1, 16],
  gpus: [1, 128],
  // Fleets and forecasts: small, so that solving is quick.
  runs_per_month: [0.2, 20],
  months: [1, 6],
  buy: [1, 4],
  growth_percent_per_month: [0.1, 20],
  price_trend_percent_per_month: [0.1, 5],
  monthly_cap: [100, 1e6],
  growth_percent: [0.1, 10],
  price_percent: [0.1, 30],
  samples: [10, 200],
}

/** Keys whose values are powers of two: up to which. */
const POWERS: Readonly<Record<string, number>> = {
  tensor_parallel: 8,
  pipeline_parallel: 4,
  expert_parallel: 8,
  context_parallel: 4,
  virtual_pipeline: 4,
  micro_batch: 8,
  global_batch: 512,
  rank: 256,
  gpus_per_node: 8,
}

/** Keys that say how large a program is: their limits belong to the benchmark, not to a search for odd values. */
const SIZES: ReadonlySet<string> = new Set(['months', 'samples', 'nodes', 'buy', 'max_instances', 'gpus_per_node'])

/**
 * A number that the field admits, as a number or as a text with a suffix.
 * @param boldness how often it is one at the limits of the field
 */
export function numberFor(key: string, field: NumberField, random: Random, boldness: number): number | string {
  const bold = random.chance(boldness) && !SIZES.has(key)
  const value = bold ? atLimit(field, random) : within(field, usual(key, field, random))
  return random.chance(0.8) ? value : asText(value, field, random)
}

function usual(key: string, field: NumberField, random: Random): number {
  const power = POWERS[key]
  if (power !== undefined) return 2 ** random.whole(0, Math.log2(power))
  const [low, high] = USUAL[key] ?? [Math.max(field.low, Math.abs(field.high) * 1e-9), field.high]
  const value = random.scaled(low, high)
  return random.chance(0.5) ? Number(value.toPrecision(2)) : value
}

function within({ low, high, whole }: NumberField, value: number): number {
  return Math.min(high, Math.max(low, whole ? Math.round(value) : value))
}

function atLimit({ low, high, whole }: NumberField, random: Random): number {
  const beyond = whole ? 1 : Number.EPSILON
  return random.pick([
    low,
    low,
    whole ? Math.min(high, low + beyond) : Math.min(high, low + Math.abs(low) * beyond),
    high,
    whole ? Math.max(low, high - beyond) : high * (1 - beyond),
    low <= 0 && high >= 0 ? 0 : low,
    whole ? Math.max(low, Math.floor(high / 2)) : high / 3,
  ])
}

/** The same number as people write it. */
function asText(value: number, { percents, suffixes }: NumberField, random: Random): number | string {
  if (percents && !suffixes) return `${Number((value * 100).toPrecision(12))}%`
  if (!suffixes) return value
  return random.pick([compactCount(value), String(value), ` ${value} `])
}
