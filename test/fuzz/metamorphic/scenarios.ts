import fc from 'fast-check'
import { type PlanResult, planText } from '../../../planners/index.ts'
import type { Catalog } from '../../../src/catalog/catalog.ts'
import type { ServeResult } from '../../../src/result/plan.ts'
import type { TrainResult } from '../../../src/result/train.ts'
import { InputError } from '../../../src/scenario/diagnostic.ts'
import { parseScenario } from '../../../src/scenario/schema.ts'
import { draws, SEED } from '../draws.ts'
import { AS_OF, GPUS, shipped } from './market.ts'

/** A scenario as written: what a failure prints can be planned by hand. */
export interface Document {
  readonly kind: 'serve' | 'train'
  readonly search: { readonly gpus: readonly string[] } & Readonly<Record<string, unknown>>
  readonly [key: string]: unknown
}

const some = <T>(values: readonly T[], most = values.length) =>
  fc.subarray([...values], { minLength: 1, maxLength: most })
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 })
const number = (min: number, max: number) =>
  fc.double({ min, max, noNaN: true }).map((value) => Number(value.toPrecision(6)))

const hardware = {
  // One on which most models find room, and others that may be cheaper or too small.
  gpus: some(GPUS, 2).map((gpus) => [...new Set([...gpus, 'h100-sxm-80gb'])].sort()),
  pricing: fc.constantFrom<string[]>(['on-demand'], ['on-demand', 'spot'], ['on-demand', 'reserved-1y', 'reserved-3y']),
  max_gpus: fc.constantFrom(undefined, 4, 16, 200),
}
const prices = maybe(
  fc.record({ discount_percent: fc.integer({ min: 0, max: 60 }), min_confidence: fc.constantFrom('low', 'medium') }),
)
const headroom = fc.oneof(
  fc.constant('p95'),
  fc.integer({ min: 0, max: 20 }).map((percent) => `${percent}%`),
)

const traffic = fc
  .record({
    rate: fc.oneof(
      fc.record({ requests_per_second: number(0.01, 60) }),
      fc.record({ tokens_per_day: number(1e4, 3e9) }),
      fc.record({ concurrency: fc.integer({ min: 1, max: 600 }) }),
    ),
    input_tokens: fc.integer({ min: 16, max: 3000 }),
    output_tokens: fc.integer({ min: 1, max: 1000 }),
    prefix_cached: maybe(number(0.1, 0.9)),
    peak_factor: maybe(number(1, 4)),
  })
  .map(({ rate, peak_factor, ...lengths }) => ({
    ...rate,
    ...lengths,
    // A number of requests in flight is that of the busiest hour.
    ...('concurrency' in rate ? {} : { peak_factor }),
  }))

/** Serving scenarios of every kind of traffic, target, engine and list. */
const anyServing: fc.Arbitrary<Document> = fc.record({
  kind: fc.constant('serve' as const),
  model: fc.constantFrom(
    'llama-3.1-8b',
    'mixtral-8x7b',
    'gemma-3-27b',
    'gpt-oss-20b',
    'deepseek-v2-lite',
    'llama-3-70b',
  ),
  context: fc.constantFrom(4096, 8192),
  traffic,
  latency: maybe(
    fc.record({
      ttft_ms: maybe(fc.integer({ min: 300, max: 5000 })),
      tpot_ms: maybe(fc.integer({ min: 12, max: 120 })),
    }),
  ),
  quality: maybe(fc.record({ max_loss_percent: fc.constantFrom(0.5, 3, 100) })),
  redundancy: maybe(fc.integer({ min: 0, max: 2 })),
  engine: fc.constantFrom(undefined, undefined, 'sglang', 'any'),
  utilization: maybe(number(0.75, 0.95)),
  memory_model: fc.constantFrom(undefined, undefined, undefined, 'rule-of-thumb'),
  headroom,
  prices,
  search: fc.record({
    ...hardware,
    quantization: fc.option(some(['bf16', 'fp8', 'int8', 'awq-int4', 'gptq-int4'], 3), { nil: undefined }),
    kv_cache: some(['bf16', 'fp8']),
    tensor_parallel: fc.constantFrom([1, 2], [1, 2, 4], [2, 4, 8], [1, 2, 4, 8]),
    pipeline_parallel: fc.constantFrom([1], [1, 2]),
    expert_parallel: maybe(some([1, 4, 8])),
  }),
})

/** Training scenarios of every method, optimizer and way of dividing. */
const anyTraining: fc.Arbitrary<Document> = fc.record({
  kind: fc.constant('train' as const),
  model: fc.constantFrom('llama-3.1-8b', 'mistral-7b', 'mixtral-8x7b', 'gemma-3-27b', 'llama-3-70b'),
  data: fc.record({
    // As many short runs, of which the last checkpoint is a large part, as long ones.
    tokens: fc.oneof(fc.integer({ min: 1, max: 20_000_000 }), fc.integer({ min: 20_000_000, max: 2_000_000_000 })),
    epochs: maybe(number(0.5, 3)),
  }),
  sequence_length: fc.constantFrom(512, 2048, 8192),
  global_batch: fc.constantFrom(8, 12, 64, 256),
  deadline: maybe(number(2, 2000).map((hours) => `${hours}h`)),
  budget: maybe(fc.integer({ min: 20, max: 50_000 })),
  trainer: fc.constantFrom(undefined, undefined, undefined, 'torchtune', 'axolotl'),
  headroom,
  prices,
  search: fc.record({
    ...hardware,
    max_gpus: fc.constantFrom(1, 4, 8, 16),
    method: some(['full', 'lora', 'qlora']),
    optimizer: some(['adamw', 'adamw-8bit', 'sgd'], 2),
    zero_stage: maybe(some([0, 2, 3])),
    offload: some(['none', 'optimizer'], 2),
    activation_checkpointing: maybe(some(['none', 'selective', 'full'])),
    tensor_parallel: fc.constantFrom([1], [1, 2]),
    pipeline_parallel: fc.constantFrom([1], [1, 2]),
    micro_batch: some([1, 2, 4]),
  }),
})

/** Lists may hold nothing that a trainer or engine runs: such a scenario is refused when it is read, and none of these. */
function isAccepted(document: Document): boolean {
  try {
    parseScenario(JSON.stringify(document), 'scenario.yaml', shipped, [], AS_OF)
    return true
  } catch (error) {
    if (error instanceof InputError) return false
    throw error
  }
}
/** Scenarios whose best plan is the cheapest. */
export const serving = anyServing.filter(isAccepted)
export const training = anyTraining.filter(isAccepted)

/** The same with whatever the best plan is to have least of; of equals the cheapest is the best. */
export const servingForAny = withObjective(serving, ['latency', 'gpus', 'energy', 'cost_per_token'])
export const trainingForAny = withObjective(training, ['time', 'gpus', 'energy'])

function withObjective(scenario: fc.Arbitrary<Document>, others: readonly string[]): fc.Arbitrary<Document> {
  const objective = fc.option(fc.constantFrom(...others), { nil: undefined, freq: 2 })
  return fc.tuple(scenario, objective).map(([document, least]) => ({ ...document, objective: least }))
}

/** Plans a scenario as a file of its text would be. */
export function planned(document: Document, catalog: Catalog): PlanResult {
  return planText(JSON.stringify(document), 'scenario.yaml', catalog, { asOf: AS_OF, top: 2 })
}

/** What a scenario costs; Infinity where nothing fits, or where it is refused: a list may hold nothing that can run. */
export function costIn(document: Document, catalog: Catalog): number {
  try {
    return costOf(planned(document, catalog))
  } catch (error) {
    if (error instanceof InputError) return Number.POSITIVE_INFINITY
    throw error
  }
}

/** What a result is judged by: US dollars an hour of serving, or of a training run. Infinity where nothing fits. */
export function costOf({ best }: ServeResult | TrainResult): number {
  return best?.cost.usd_per_run ?? best?.cost.usd_per_hour ?? Number.POSITIVE_INFINITY
}

/** Two sums of the same prices may differ in their last digit. */
const ROUNDING = 1e-9

export function isAtLeast(cost: number, other: number): boolean {
  return cost >= other * (1 - ROUNDING)
}

/** How many scenarios a property is tried on; the seed is that of the run. */
export function tries(usual: number, many: number): fc.Parameters<unknown> {
  return { numRuns: draws(usual, many), seed: SEED }
}

/** The document with one key of one of its maps changed; undefined takes it away. */
export function changed(document: Document, map: string | null, key: string, value: unknown): Document {
  if (map === null) return { ...document, [key]: value }
  return { ...document, [map]: { ...(document[map] as object | undefined), [key]: value } }
}
