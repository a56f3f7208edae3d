import { decoder } from '../decoder.ts'
import type { Family } from '../family.ts'
import { experts } from '../parts/experts.ts'
import { softmax } from '../parts/softmax.ts'
import type { Sparse } from '../parts/sparse.ts'
import { windowByTypes } from '../parts/windows.ts'
import { llama4Vision } from '../towers/llama.ts'

/** Every `interleave_moe_layer_step`-th layer has experts, unless `moe_layers` lists them (configuration_llama4.py). */
const sparse: Sparse = {
  read(fields, index) {
    const listed = fields.list('moe_layers')
    if (listed !== undefined) return listed.includes(index)
    return (index + 1) % (fields.maybeCount('interleave_moe_layer_step') ?? 1) === 0
  },
  write: (flags) => ({ moe_layers: flags.flatMap((each, index) => (each ? [index] : [])) }),
}

/**
 * Llama 4: attention in chunks except in every fourth layer, which also has no rotary positions; one shared expert as wide as a routed
 * one; norms of query and key without weights (modeling_llama4.py).
 */
export const llama4: Family = decoder({
  types: { llama4: 'Llama4ForConditionalGeneration' },
  under: 'text_config',
  // Class defaults of Llama4TextConfig, which nested configurations leave out.
  defaults: {
    vocab_size: 202048,
    hidden_size: 5120,
    intermediate_size: 8192,
    intermediate_size_mlp: 16384,
    num_hidden_layers: 48,
    num_attention_heads: 40,
    num_key_value_heads: 8,
    head_dim: 128,
    num_experts_per_tok: 1,
    num_local_experts: 16,
    max_position_embeddings: 131072,
    attention_chunk_size: 8192,
  },
  tied: false,
  attention: softmax({
    qkvBias: { key: 'attention_bias', absent: false },
    windows: windowByTypes((fields, index) => {
      const noRotary = fields.list('no_rope_layers')
      const everyFourth = (index + 1) % (fields.maybeCount('no_rope_layer_interval') ?? 4) === 0
      // An empty list stands for the rule.
      const full = noRotary === undefined || noRotary.length === 0 ? everyFourth : noRotary[index] === 0
      return full ? 'full_attention' : 'chunked_attention'
    }),
  }),
  mlp: experts({
    experts: 'num_local_experts',
    chosen: 'num_experts_per_tok',
    width: 'intermediate_size',
    sparse,
    dense: { key: 'intermediate_size_mlp' },
    shared: 'one',
  }),
  rope: {
    read: (fields, _, positions) => [{ rows: positions, width: fields.count('head_dim') }],
    write: () => ({}),
  },
  tower: llama4Vision,
})
