import { type Catalog, get } from '../../../src/catalog/catalog.ts'
import type { Gpu } from '../../../src/catalog/gpu.ts'
import type { Offer } from '../../../src/catalog/offer.ts'
import type { Draw } from '../draw.ts'
import { type Oddities, oddGpu, oddModel, withOddities } from '../draw-oddities.ts'
import { drawOffers, withOffers } from '../draw-offers.ts'
import { drawHardware, drawPrices } from '../draw-wishes.ts'
import { amountOf, type Objective, type Written } from '../scenario.ts'
import type { InlineModelWish, ServeWish } from './wish.ts'

/** Models of every kind of layer and of every format in which models are released; those that fit one GPU first. */
const SMALL_MODELS = [
  'llama-3.1-8b', // dense, grouped queries
  'qwen2.5-0.5b', // 14 heads: few degrees divide them
  'llama-2-13b', // as many kv heads as heads
  'falcon-7b', // one kv head, 71 heads
  'gemma-3-4b', // windows beside full attention, an image tower
  'gpt2',
  'granite-3.1-1b-a400m', // experts
  'gpt-oss-20b', // experts released in MXFP4
  'qwen3-30b-a3b',
  'deepseek-v2-lite', // latent attention
  'nemotron-nano-9b-v2', // recurrent layers beside attention
  'qwen3.5-4b',
  'lfm2.5-8b-a1b',
  'phi-3.5-mini',
  'devstral-small-2-24b', // released in FP8
] as const
const LARGE_MODELS = [
  'llama-3-70b',
  'gemma-3-27b',
  'mixtral-8x7b',
  'qwen3-next-80b-a3b',
  'jamba-1.5-mini',
  'kimi-linear-48b-a3b',
  'deepseek-v3', // released in FP8
  'kimi-k2-thinking', // released in INT4
  'llama-4-scout',
  'minimax-m2',
  'deepseek-v4-flash', // compressed attention
  'gpt-4-estimated', // known by a parameter count alone
  'step-3',
] as const

/** GPUs large and small, with wide and narrow links. */
const USUAL_GPUS = [
  'h100-sxm-80gb',
  'l4',
  'a100-sxm-80gb',
  'rtx-4090',
  'h100-nvl-94gb',
  'rtx-a4000',
  'b200-sxm',
  'l40s',
  'h200-sxm-141gb',
  'rtx-5090',
  'gh200-96gb',
] as const
/** GPUs that many engines, formats or offers pass by. */
const OTHER_GPUS = ['mi300x', 't4', 'v100-sxm2-16gb', 'gaudi2', 'tpu-v5e', 'b300-sxm', 'apple-m3-ultra'] as const

const ENGINES = ['vllm', 'sglang', 'tensorrt-llm', 'any', 'llama.cpp'] as const
const OBJECTIVES: readonly Objective[] = ['cost', 'cost_per_token', 'time', 'latency', 'gpus', 'energy']
const DEGREES = [1, 2, 4, 8, 3, 6, 7, 16] as const

/** A scenario with the catalog that it is planned by. */
export interface DrawnCase {
  readonly wish: ServeWish
  readonly catalog: Catalog
  /** Drawn offers: alone in the catalog, or beside the shipped ones. */
  readonly offers: readonly Offer[]
  readonly alone: boolean
  /** Drawn models and GPUs. */
  readonly oddities: Oddities
}

function drawModel(draw: Draw): ServeWish['model'] {
  if (draw.chance(12)) return drawInline(draw)
  return draw.one(draw.chance(25) ? LARGE_MODELS : SMALL_MODELS)
}

/** A random serving scenario: every key is now there, now not. */
export function drawServe(draw: Draw, shipped: Catalog): DrawnCase {
  const ids = [...draw.some(USUAL_GPUS, 1, 3), ...draw.some(OTHER_GPUS, 0, 1)]
  const usual = ids.flatMap((id): Gpu[] => {
    const gpu = shipped.gpus.get(id)
    return gpu === undefined ? [] : [gpu]
  })
  const gpus = draw.chance(12) ? [...usual, oddGpu(draw, draw.one(usual))] : usual
  const alone = draw.chance(70)
  const offers = drawOffers(draw, gpus, shipped, alone ? draw.whole(2, 8) : draw.whole(0, 3))
  const models = draw.chance(12) ? [oddModel(draw, get(shipped, 'models', 'granite-3.1-1b-a400m'))] : []
  const oddities = { models, gpus: gpus.filter((gpu) => !shipped.gpus.has(gpu.id)) }
  const catalog = withOddities(withOffers(shipped, offers, alone), oddities)
  const engine = draw.chance(75) ? draw.one(ENGINES) : undefined
  const traffic = drawTraffic(draw)
  const model = models[0]?.id ?? drawModel(draw)
  const isNative = typeof model === 'string' && catalog.models.get(model)?.native_quantization !== undefined
  const formats = {
    plain:
      engine === 'llama.cpp' ? ['gguf-q4_k_m'] : gpus.every((gpu) => gpu.formats.bf16) ? ['bf16'] : ['bf16', 'fp16'],
    // What a search of all formats leaves out shows where the model is released quantised.
    listed: isNative ? 40 : 85,
  }
  const wish: ServeWish = {
    kind: 'serve',
    model,
    traffic,
    ...drawContext(draw, traffic),
    ...draw.maybe(45, 'latency', () => ({
      ...draw.maybe(70, 'ttft_ms', () => draw.scale(60, 6000)),
      ...draw.maybe(70, 'tpot_ms', () => draw.scale(8, 120)),
    })),
    ...draw.maybe(80, 'quality', () => ({ max_loss_percent: draw.one([5, 100, 2, 5, 1, 100, 0.5, 0]) })),
    ...draw.maybe(30, 'redundancy', () => draw.one([1, 0, 2, 5])),
    ...(engine === undefined ? {} : { engine }),
    ...drawVersion(draw, shipped, engine),
    ...draw.maybe(20, 'memory_model', () => draw.one(['rule-of-thumb', 'architecture'] as const)),
    ...draw.maybe(25, 'max_batched_tokens', () => draw.one([8192, 512, 2048, 4096, 1, 100_000])),
    ...drawRoom(draw),
    ...draw.maybe(75, 'objective', () => draw.one(OBJECTIVES)),
    ...draw.maybe(55, 'prices', () => drawPrices(draw, gpus, catalog)),
    search: { ...drawHardware(draw, gpus, catalog), ...drawLists(draw, shipped, formats) },
  }
  return { wish, catalog, offers, alone, oddities }
}

/** Formats that most engines run. */
const USUAL_FORMATS = ['fp8', 'gguf-q8_0', 'int8', 'awq-int4', 'gptq-int4', 'fp16', 'mxfp4'] as const

/** Formats and degrees; most searches list some of them, which keeps the space small. */
function drawLists(
  draw: Draw,
  catalog: Catalog,
  formats: { readonly plain: readonly string[]; readonly listed: number },
): Partial<NonNullable<ServeWish['search']>> {
  const all = [...catalog.quantizations.keys()]
  const degrees = (): number[] =>
    draw.chance(90) ? [1, ...draw.some(DEGREES.slice(1), 0, 1)] : draw.some(DEGREES, 1, 2)
  const splits = draw.maybe(85, 'tensor_parallel', degrees)
  // Most engines spread experts over all ranks of a tensor-parallel group or not at all.
  const spreads = splits.tensor_parallel ?? DEGREES.slice(0, 4)
  return {
    ...draw.maybe(formats.listed, 'quantization', () =>
      draw.chance(88) ? [...draw.some(USUAL_FORMATS, 0, 2), ...formats.plain] : draw.some(all, 1, 4),
    ),
    ...draw.maybe(75, 'kv_cache', () =>
      draw.chance(88) ? ['bf16', ...draw.some(['fp8'], 0, 1)] : draw.some([...catalog.kvFormats.keys()], 1, 2),
    ),
    ...splits,
    ...draw.maybe(88, 'pipeline_parallel', degrees),
    ...draw.maybe(75, 'expert_parallel', () => (draw.chance(50) ? [...spreads] : degrees())),
  }
}

function drawTraffic(draw: Draw): ServeWish['traffic'] {
  const rates = [
    () => ({ requests_per_second: draw.scale(0.01, 50) }),
    () => ({ tokens_per_day: draw.one<Written>(['1M', '250k', '20M', '3B', 1e7, '10B']) }),
    () => ({ concurrency: draw.one<Written>([1, 7, 10, 20, 32, 64, 100, 1024, '3k']) }),
  ]
  return {
    ...draw.one(rates)(),
    input_tokens: draw.one<Written>([1024, 1, 100, 333.3, 500, 700, '4k', '20k']),
    output_tokens: draw.one<Written>([256, 1, 20, 99.5, 300, 200, 1000, '4k']),
    ...draw.maybe(30, 'prefix_cached', () => draw.one<Written>([0.5, '90%', 1, 0])),
    ...draw.maybe(40, 'peak_factor', () => draw.one([2, 1, 1.1, 3.3, 5])),
  }
}

/** None, the shortest that is allowed, or longer. */
function drawContext(draw: Draw, { input_tokens, output_tokens }: ServeWish['traffic']): { context?: number } {
  const least = Math.ceil(amountOf(input_tokens) + amountOf(output_tokens))
  return draw.maybe(60, 'context', () => draw.one([least, Math.max(least, 8192), least * 3, least + 25_000]))
}

/** What is kept free. The headroom binds where the engine may use nearly all of the GPU. */
function drawRoom(draw: Draw): Pick<ServeWish, 'utilization' | 'headroom'> {
  if (draw.chance(25)) return { utilization: 1, headroom: 'p95' }
  return {
    ...draw.maybe(35, 'utilization', () => draw.one<Written>([1, 0.95, '85%', 0.6, 0.3])),
    ...draw.maybe(35, 'headroom', () => draw.one<Written>([0, '5%', 0.2, 'p95', '10%', '60%'])),
  }
}

/** One of the releases that the catalog describes, where one engine is named. */
function drawVersion(draw: Draw, catalog: Catalog, engine: string | undefined): { engine_version?: string } {
  const releases = catalog.engines.get(engine ?? 'vllm')?.releases
  if (releases === undefined) return {}
  return draw.maybe(25, 'engine_version', () => draw.one(releases).from)
}

/** A model by its parameter count, or by its whole shape. */
function drawInline(draw: Draw): InlineModelWish {
  const parameters: Written = draw.one<Written>(['8B', 70e9, '500M'])
  if (draw.chance(40)) return { parameters, ...draw.maybe(40, 'active_parameters', () => 4e8) }
  const heads = draw.one([32, 12, 40])
  return {
    parameters,
    layers: draw.one([32, 3, 61]),
    hidden_size: heads * 128,
    heads,
    ...draw.maybe(60, 'kv_heads', () => draw.one([4, 2, 1])),
    ...draw.maybe(30, 'head_dim', () => draw.one([64, 128])),
    intermediate_size: draw.one([11_008, 9_999, 14_336]),
    ...draw.maybe(85, 'vocabulary_size', () => draw.one([32_000, 50_257])),
  }
}
