import fc from 'fast-check'
import type { Catalog } from '../../../src/catalog/catalog.ts'
import type { Trainer } from '../../../src/catalog/trainer.ts'
import { DRAWN_GPUS, type DrawnOffers, drawnOffers } from './draw-offers.ts'
import type { TrainWish } from './wish.ts'

/** A scenario and the offers of its catalog. */
export interface Drawn {
  readonly wish: TrainWish
  readonly offers: DrawnOffers
}

/** Of every kind of attention and MLP; small ones, so that they fit, and large ones, so that they do not. */
const MODELS = [
  'smollm2-360m',
  'qwen2.5-0.5b',
  'gpt2',
  'gemma-2-2b',
  'granite-3.1-1b-a400m',
  'phi-3-mini-4k',
  'qwen3.5-4b',
  'mistral-7b',
  'falcon-7b',
  'llama-3.1-8b',
  'deepseek-v2-lite',
  'gpt-oss-20b',
  'qwen3-30b-a3b',
  'mixtral-8x7b',
  'llama-3-70b',
]

/** Mostly the usual recipe and the trainers that split models; any other now and then. */
const trainer = fc.constantFrom(
  undefined,
  undefined,
  'deepspeed',
  'axolotl',
  'transformers',
  'torchtune',
  'torchtitan',
  'torchtitan',
  'megatron-lm',
  'megatron-bridge',
  'llama-factory',
  'litgpt',
  'unsloth',
  'xtuner',
)

const inlineShape = fc
  .record({
    hidden_size: fc.constantFrom(512, 1024, 2048, 3072),
    layers: fc.integer({ min: 1, max: 48 }),
    heads: fc.constantFrom(6, 8, 16, 32),
    shared: fc.constantFrom(undefined, 1, 2),
    head_dim: fc.constantFrom(undefined, 64, 128),
    intermediate_size: fc.constantFrom(1536, 4096, 11_008),
    vocabulary_size: fc.constantFrom(32_000, 50_257, 128_256),
  })
  .map(({ shared, ...shape }) => {
    const { hidden_size: hidden, heads, layers } = shape
    const kvHeads = shared === undefined ? undefined : heads / shared
    const attention = 2 * hidden * (shape.head_dim ?? Math.floor(hidden / heads)) * (heads + (kvHeads ?? heads))
    const outer = 2 * hidden * shape.vocabulary_size
    const parameters = outer + layers * (attention + 3 * hidden * shape.intermediate_size)
    return { ...shape, kv_heads: kvHeads, parameters }
  })

/** A key that is written down, or, as often as not, left to its default. */
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 })
const seldom = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof({ arbitrary: fc.constant(undefined), weight: 5 }, { arbitrary: value, weight: 1 })
/** A list of some of the values, in any order, which may repeat one. */
const some = <T>(values: readonly T[], most = 2) =>
  fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: most })
/** Lists that mostly hold the value with which most else works; now and then left to their default, which is long. */
const usually = <const T>(easy: T, values: readonly T[], most = 2) =>
  fc.oneof(
    { arbitrary: some(values, most).map((list) => [...list, easy]), weight: 30 },
    { arbitrary: some(values, most + 1), weight: 4 },
    { arbitrary: fc.constant(undefined), weight: 1 },
  )
/** From small to large with every size as likely as its double. */
const spread = (least: number, most: number) =>
  fc
    .double({ min: Math.log(least), max: Math.log(most), noNaN: true })
    .map((exponent) => Number(Math.exp(exponent).toPrecision(4)))

const data = fc.oneof(
  fc.record({ tokens: spread(1e4, 2e9), epochs: maybe(fc.constantFrom(1, 2, 2.5)) }),
  fc.record({ tokens: fc.constantFrom('300k', '20M', '1.5B') }),
  fc.record({
    examples: fc.constantFrom('2k', 50_000),
    tokens_per_example: fc.constantFrom(256, '1k'),
    epochs: maybe(fc.constantFrom(1, 3)),
  }),
)

const FAMILIES = ['hopper', 'ampere', 'ada', 'nvidia', 'amd']

const search = fc.record({
  method: maybe(some(['full', 'lora', 'qlora', 'lora', 'qlora'] as const, 3)),
  rank: maybe(some([1, 8, 16, 64])),
  targets: maybe(fc.constantFrom('all-linear' as const, 'attention' as const, ['q_proj', 'o'])),
  optimizer: maybe(usually('adamw', ['adamw-8bit', 'paged-adamw-8bit', 'adafactor', 'sgd', 'lion', 'muon'], 1)),
  zero_stage: usually(0, [1, 2, 3, 3]),
  offload: usually('none', ['none', 'none', 'optimizer', 'parameters'], 1),
  activation_checkpointing: usually('full', ['none', 'none', 'selective'], 1),
  micro_batch: usually(1, [2, 3, 4, 8, 16]),
  tensor_parallel: usually(1, [1, 1, 2, 3, 4, 8], 1),
  pipeline_parallel: usually(1, [1, 1, 1, 2, 3, 4], 1),
  virtual_pipeline: seldom(usually(1, [2, 4])),
  context_parallel: seldom(usually(1, [2, 3, 4])),
  expert_parallel: seldom(usually(1, [2, 4, 8])),
  gpus: seldom(fc.uniqueArray(fc.constantFrom(...DRAWN_GPUS, ...FAMILIES), { minLength: 4, maxLength: 8 })),
  exclude_gpus: seldom(some([...DRAWN_GPUS, 'ada', 'amd'], 1)),
  providers: seldom(fc.constantFrom('only' as const, 'without' as const)),
  pricing: maybe(usually('on-demand', ['spot', 'spot', 'reserved-1y', 'reserved-3y', 'owned'])),
  max_gpus: fc.oneof(
    { arbitrary: fc.constantFrom(8, 12, 16, 24, undefined), weight: 12 },
    { arbitrary: fc.constantFrom(1, 2, 4), weight: 1 },
  ),
})

const wish = fc.record({
  model: fc.oneof({ arbitrary: fc.constantFrom(...MODELS), weight: 6 }, { arbitrary: inlineShape, weight: 1 }),
  data,
  sequence_length: maybe(fc.constantFrom(512, 1000, 1024, 1023)),
  global_batch: maybe(
    fc.oneof(
      { arbitrary: fc.constantFrom(48, 64, 96, 240, 256), weight: 3 },
      { arbitrary: fc.constantFrom(1, 7, 8, 12, 30), weight: 1 },
    ),
  ),
  deadline: maybe(
    fc.oneof(
      spread(0.5, 500).map((hours) => `${hours}h`),
      fc.constantFrom('3d', '1d12h', '2026-11-21', '2026-11-30'),
    ),
  ),
  budget: maybe(fc.oneof(spread(2, 5000), fc.constantFrom('$50', '2k'))),
  trainer,
  memory_model: seldom(fc.constantFrom('rule-of-thumb' as const, 'architecture' as const)),
  hours: seldom(spread(0.5, 500)),
  flash_attention: seldom(fc.boolean()),
  sequence_parallel: seldom(fc.boolean()),
  spot_interruptions_per_hour: seldom(fc.constantFrom(0, 0.01, 2)),
  checkpoint_gb_per_second: seldom(fc.constantFrom(0.2, 10)),
  headroom: maybe(fc.constantFrom('0%', '20%', 0.4, 'p95')),
  objective: maybe(fc.constantFrom('cost' as const, 'time' as const, 'gpus' as const, 'energy' as const)),
  discount: seldom(fc.constantFrom(10, 33.3)),
  max_age_days: seldom(fc.constantFrom(30, 90, 1000)),
  min_confidence: seldom(fc.constantFrom('low' as const, 'high' as const)),
  sets: seldom(fc.constant(['quoted'])),
  /** Lists hold only what the trainer offers, or nothing is made of them. */
  sensible: fc.nat(9).map((digit) => digit > 0),
  /** Dollars of an own price for the first odd offer: by GPU or by instance. */
  override: seldom(fc.record({ byGpu: fc.boolean(), dollars: spread(0.1, 20) })),
  search,
})

/** Scenarios with the offers that they choose from. The same catalog of everything else stands behind all of them. */
export function drawnFrom(catalog: Catalog): fc.Arbitrary<Drawn> {
  return fc.tuple(wish, drawnOffers).map(([given, offers]) => {
    const { discount, max_age_days, min_confidence, sets, override, search, sensible, ...rest } = given
    const { rank, targets, providers, ...lists } = search
    const supports = catalog.trainers.get(rest.trainer ?? 'common')?.supports
    const narrowed = sensible && supports !== undefined ? offered(lists, supports) : lists
    // Adapters without a method that has them are refused as a mistake.
    const lora = narrowed.method?.some((each) => each !== 'full') === true ? { rank, targets } : undefined
    const prices = {
      discount_percent: discount,
      max_age_days,
      min_confidence,
      offers: offers.odd.some(({ set }) => set !== null) ? sets : undefined,
      overrides: override === undefined ? undefined : ownPrice(override, offers),
    }
    const sellers =
      providers === 'only'
        ? { providers: ['odd-0'] }
        : // A provider of which the catalog has nothing is a misspelt one.
          providers === 'without' && offers.odd.length > 1
          ? { exclude_providers: ['odd-1'] }
          : {}
    const whole = { kind: 'train', ...rest, prices, search: { ...narrowed, ...sellers, lora } }
    // Writing it down and reading it back drops what was left out.
    return { wish: JSON.parse(JSON.stringify(whole)) as TrainWish, offers }
  })
}

type Lists = Pick<
  NonNullable<TrainWish['search']>,
  | 'method'
  | 'optimizer'
  | 'zero_stage'
  | 'offload'
  | 'activation_checkpointing'
  | 'tensor_parallel'
  | 'pipeline_parallel'
  | 'virtual_pipeline'
  | 'context_parallel'
  | 'expert_parallel'
>

/** The lists without what the trainer does not offer; a list that would be empty is left to its default. */
function offered<L extends { [K in keyof Lists]?: Lists[K] | undefined }>(lists: L, supports: Trainer['supports']): L {
  const only = <T>(list: T[] | undefined, known: readonly unknown[]): T[] | undefined => {
    const left = list?.filter((value) => known.includes(value))
    return left?.length === 0 ? undefined : left
  }
  const degrees = (list: number[] | undefined, isOffered: boolean): number[] | undefined => (isOffered ? list : [1])
  return {
    ...lists,
    method: only(lists.method, supports.methods),
    optimizer: only(lists.optimizer, supports.optimizers),
    zero_stage: only(lists.zero_stage, supports.zero_stages),
    offload: only(lists.offload, supports.offload),
    activation_checkpointing: only(lists.activation_checkpointing, supports.checkpointing),
    tensor_parallel: degrees(lists.tensor_parallel, supports.tensor_parallel),
    pipeline_parallel: degrees(lists.pipeline_parallel, supports.pipeline_parallel),
    virtual_pipeline: degrees(lists.virtual_pipeline, supports.virtual_pipeline),
    context_parallel: degrees(lists.context_parallel, supports.context_parallel),
    expert_parallel: degrees(lists.expert_parallel, supports.expert_parallel),
  }
}

/** An own price of the first odd offer: by its GPU, or by its id. */
function ownPrice({ byGpu, dollars }: { byGpu: boolean; dollars: number }, { odd }: DrawnOffers) {
  const [first] = odd
  if (first === undefined) return undefined
  const id = `odd-0/odd-0/${first.region}${first.set === null ? '' : `@${first.set}`}`
  return { [byGpu ? `odd-0/${first.gpu}` : id]: dollars }
}
