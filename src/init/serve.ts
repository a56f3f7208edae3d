import { serveDefaults as d } from '../scenario/defaults.ts'
import type { RateKey } from '../scenario/serve.ts'
import { percent } from '../units.ts'
import { hardwareChoices, priceChoices } from './hardware.ts'
import { type ModelName, modelRow } from './model.ts'
import { commentedOut, indented, plainNumber, type Row, row, scalar } from './yaml.ts'

/** What a new serving scenario is to say. */
export interface ServeWish {
  readonly model: ModelName
  /** Longest sequence, input and output tokens. */
  readonly context: number
  readonly rate: { readonly key: RateKey; readonly value: number }
  /** Mean tokens of a request. */
  readonly inputTokens: number
  readonly outputTokens: number
  /** Milliseconds; null: no target. */
  readonly ttftMs: number | null
  readonly tpotMs: number | null
}

const RATE_NOTES: Readonly<Record<RateKey, string>> = {
  requests_per_second: 'mean; or tokens_per_day: 1M, or concurrency: 32, exactly one of the three',
  tokens_per_day: 'mean, input and output; or requests_per_second: 1, or concurrency: 32, exactly one',
  concurrency: 'in progress at once; or requests_per_second: 1, or tokens_per_day: 1M, exactly one',
}

/** Rows of a serving scenario below its heading. */
export function serveRows(wish: ServeWish): Row[] {
  const { model, context, rate } = wish
  return [
    row('kind: serve'),
    modelRow(model),
    row(
      `context: ${plainNumber(context)}`,
      'tokens of the longest sequence, input and output (default: of the mean request)',
    ),
    row('traffic:'),
    ...indented([
      row(`${rate.key}: ${plainNumber(rate.value)}`, RATE_NOTES[rate.key]),
      row(`input_tokens: ${plainNumber(wish.inputTokens)}`, 'mean of a request'),
      row(`output_tokens: ${plainNumber(wish.outputTokens)}`, 'mean of a request'),
      row(`peak_factor: ${d.peakFactor}`, `busiest hour over the mean (default ${d.peakFactor}); 2 where users sleep`),
      row(
        `prefix_cached: ${d.prefixCached}`,
        `share of input tokens found in the prefix cache (default ${d.prefixCached}), such as 30%`,
      ),
    ]),
    ...latencyRows(wish),
    row('quality:'),
    row(`  max_loss_percent: ${d.maxLossPercent}`, `percent that quantization may lose (default ${d.maxLossPercent})`),
    row(
      `redundancy: ${d.redundancy}`,
      `spare replicas (default ${d.redundancy}); with 1 the targets hold when one fails`,
    ),
    row(`engine: ${d.engine}`, `vllm, sglang, tensorrt-llm, llama.cpp or any (default ${d.engine})`),
    row(
      `headroom: ${percent(d.headroom)}`,
      `of each GPU's memory, kept free beyond everything counted (default ${percent(d.headroom)})`,
    ),
    row(
      `objective: ${d.objective}`,
      `least cost, cost_per_token, time, latency, gpus or energy (default ${d.objective})`,
    ),
    row('search:', 'each list narrows the choice; a key left out allows everything'),
    ...indented([
      row(
        `pricing: [${d.pricing.join(', ')}]`,
        `on-demand, spot, reserved-1y, reserved-3y (default ${d.pricing.join(', ')})`,
      ),
      row(`max_gpus: ${d.maxGpus}`, `of all replicas together (default ${d.maxGpus})`),
      ...commentedOut([
        ...hardwareChoices,
        row('quantization: [bf16, fp8]', 'weight formats: `plan catalog list quantizations` (default: all)'),
        row('kv_cache: [bf16, fp8]', 'formats of the KV cache (default: all)'),
        row('tensor_parallel: [1, 2, 4, 8]', 'GPUs that share every layer (default: all that the model allows)'),
      ]),
    ]),
    ...commentedOut(priceChoices),
  ]
}

/** The targets that are wanted; the others as choices. */
function latencyRows({ ttftMs, tpotMs }: ServeWish): Row[] {
  const ttft = row(
    `  ttft_ms: ${plainNumber(ttftMs ?? 2000)}`,
    'milliseconds to the first token at most, mean (default: no target)',
  )
  const tpot = row(
    `  tpot_ms: ${plainNumber(tpotMs ?? 50)}`,
    'milliseconds per output token at most, mean (default: no target)',
  )
  if (ttftMs === null && tpotMs === null) return commentedOut([row('latency:'), ttft, tpot])
  return [
    row('latency:'),
    ...(ttftMs === null ? [row(`  # ${ttft.text.trim()}`, ttft.note)] : [ttft]),
    ...(tpotMs === null ? [row(`  # ${tpot.text.trim()}`, tpot.note)] : [tpot]),
  ]
}

/** The same as an item of a list of workloads, in few lines. */
export function serveItem(name: string, wish: ServeWish): Row[] {
  const targets = [
    ...(wish.ttftMs === null ? [] : [`ttft_ms: ${plainNumber(wish.ttftMs)}`]),
    ...(wish.tpotMs === null ? [] : [`tpot_ms: ${plainNumber(wish.tpotMs)}`]),
  ]
  const rate = `${wish.rate.key}: ${plainNumber(wish.rate.value)}`
  const tokens = `input_tokens: ${plainNumber(wish.inputTokens)}, output_tokens: ${plainNumber(wish.outputTokens)}`
  return [
    row('kind: serve'),
    row(`name: ${scalar(name)}`),
    { text: modelRow(wish.model).text },
    row(`context: ${plainNumber(wish.context)}`),
    row(`traffic: { ${rate}, ${tokens} }`),
    ...(targets.length === 0 ? [] : [row(`latency: { ${targets.join(', ')} }`)]),
  ]
}
