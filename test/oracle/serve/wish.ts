import type { HardwareWish, Objective, PriceWish, Written } from '../scenario.ts'

/** A model outside the catalog, as a scenario describes it. */
export interface InlineModelWish {
  parameters: Written
  active_parameters?: Written
  hidden_size?: number
  layers?: number
  heads?: number
  kv_heads?: number
  head_dim?: number
  intermediate_size?: number
  vocabulary_size?: number
}

/** A scenario of `kind: serve` as written. */
export interface ServeWish {
  kind: 'serve'
  model: string | InlineModelWish
  context?: number
  traffic: {
    requests_per_second?: Written
    tokens_per_day?: Written
    concurrency?: Written
    input_tokens: Written
    output_tokens: Written
    prefix_cached?: Written
    peak_factor?: number
  }
  latency?: { ttft_ms?: number; tpot_ms?: number }
  quality?: { max_loss_percent?: number }
  redundancy?: number
  engine?: string
  engine_version?: string
  memory_model?: 'architecture' | 'rule-of-thumb'
  utilization?: Written
  max_batched_tokens?: number
  headroom?: Written
  objective?: Objective
  prices?: PriceWish
  search?: HardwareWish & {
    quantization?: string[]
    kv_cache?: string[]
    tensor_parallel?: number[]
    pipeline_parallel?: number[]
    expert_parallel?: number[]
  }
}
