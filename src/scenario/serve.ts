import { z } from 'zod'
import { commonKeys, hardwareSearch } from './common.ts'
import { degree, domain, name, percentage, quantity, share, versionText } from './fields.ts'

/** The three ways to say how much traffic there is; a scenario has exactly one. */
export const rateKeys = ['requests_per_second', 'tokens_per_day', 'concurrency'] as const
export type RateKey = (typeof rateKeys)[number]

const MAX_TOKENS = 100e6

/** Far more than all services of the world answer together: a slip of the pen. */
export const MOST_TOKENS_PER_DAY = 1e18

const traffic = z
  .strictObject({
    requests_per_second: quantity('Mean requests a second', { aboveMin: true, max: 1e9 }).optional(),
    tokens_per_day: quantity('Mean tokens a day, input and output together', {
      aboveMin: true,
      max: MOST_TOKENS_PER_DAY,
    }).optional(),
    concurrency: quantity('Requests in progress at once', { min: 1, max: 1e9, whole: true }).optional(),
    input_tokens: quantity('Mean input tokens of a request', { min: 1, max: MAX_TOKENS }),
    output_tokens: quantity('Mean output tokens of a request', { min: 1, max: MAX_TOKENS }),
    prefix_cached: share('Share of input tokens found in the prefix cache').optional(),
    peak_factor: quantity('Busiest hour over the mean', { min: 1, max: 1000 }).optional(),
  })
  .meta({ description: 'The load: exactly one of requests_per_second, tokens_per_day, concurrency' })

const latency = z
  .strictObject({
    ttft_ms: quantity('Longest mean time to first token', {
      aboveMin: true,
      max: 1e9,
      unit: 'milliseconds',
    }).optional(),
    tpot_ms: quantity('Longest mean time per output token', {
      aboveMin: true,
      max: 1e9,
      unit: 'milliseconds',
    }).optional(),
  })
  .meta({ description: 'Latency targets' })

const search = z
  .strictObject({
    quantization: domain(name('Weight format'), 'Weight formats, by catalog id').optional(),
    kv_cache: domain(name('KV-cache format'), 'KV-cache formats, by catalog id').optional(),
    ...hardwareSearch,
    tensor_parallel: domain(degree(), 'Tensor-parallel degrees').optional(),
    pipeline_parallel: domain(degree(), 'Pipeline-parallel degrees').optional(),
    expert_parallel: domain(degree(), 'Expert-parallel degrees').optional(),
  })
  .meta({ description: 'Every list narrows the space; absent = everything the catalogs allow' })

export const serveSchema = z
  .strictObject({
    kind: z.literal('serve').meta({ description: 'Plan a serving deployment' }),
    ...commonKeys,
    context: quantity('Longest sequence (input + output tokens) that must be servable', {
      min: 1,
      max: MAX_TOKENS,
      whole: true,
    }).optional(),
    traffic,
    latency: latency.optional(),
    quality: z
      .strictObject({
        max_loss_percent: percentage('Largest expected quality loss by quantization, percent').optional(),
      })
      .meta({ description: 'Quality limit' })
      .optional(),
    redundancy: quantity('Spare replicas', { max: 1000, whole: true }).optional(),
    engine: name('Inference engine: vllm, sglang, tensorrt-llm, llama.cpp, or any').optional(),
    engine_version: versionText('Version of the engine, in quotes: "0.19"; its newest release without it').optional(),
    memory_model: z
      .enum(['architecture', 'rule-of-thumb'])
      .meta({ description: 'How memory is computed: from the architecture, or by rules of thumb' })
      .optional(),
    utilization: share('Share of GPU memory that the engine may use', { aboveMin: true }).optional(),
    max_batched_tokens: quantity('Tokens of one engine step at most', {
      min: 1,
      max: MAX_TOKENS,
      whole: true,
    }).optional(),
    search: search.optional(),
  })
  .meta({ id: 'serve' })

/** A serving scenario as written: numbers read, defaults not filled in. */
export type ServeScenario = z.infer<typeof serveSchema> & {
  /** What was assumed when the scenario was read, in sentences: never written in a file. */
  readonly assumed?: readonly string[]
}
export type Traffic = ServeScenario['traffic']
export type ServeSearch = NonNullable<ServeScenario['search']>
