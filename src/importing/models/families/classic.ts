import { decoder } from '../decoder.ts'
import type { Family } from '../family.ts'
import { dense } from '../parts/dense.ts'
import { noRope, partialRope } from '../parts/rope.ts'
import { softmax } from '../parts/softmax.ts'
import { windowEverywhere } from '../parts/windows.ts'

/** Decoders with LayerNorm and MLPs of two matrices, from GPT-2 on. Tensors as in transformers' modeling_*.py. */

const layerNorm = { norm_vectors: 2 } as const
const GPT2_NAMES = { hidden: 'n_embd', layers: 'n_layer', positions: ['n_positions'] }
const GPT2_HEADS = { heads: 'n_head', hidden: 'n_embd' }
/** Width of the MLP where the file does not say: `n_inner` null is four hidden sizes. */
const fourTimes = (hidden: string) => ({ times: 4, hidden })

export const gpt2: Family = decoder({
  types: { gpt2: 'GPT2LMHeadModel' },
  tied: true,
  names: GPT2_NAMES,
  attention: softmax({ names: GPT2_HEADS, dividedOnly: true, qkvBias: true }),
  mlp: dense({ key: 'n_inner', gated: false, bias: true, hiddenSizes: fourTimes('n_embd') }),
  rope: noRope,
  always: layerNorm,
  dtype: 'float32',
  more: {
    read: (_, shape) => ({ ...shape, learned_positions: shape.max_positions }),
    write: () => ({}),
  },
})

/** Attention without biases beside an MLP with them, behind one norm; a bias on the head. */
export const gptJ: Family = decoder({
  types: { gptj: 'GPTJForCausalLM' },
  tied: false,
  names: GPT2_NAMES,
  attention: softmax({ names: GPT2_HEADS, dividedOnly: true }),
  mlp: dense({ key: 'n_inner', gated: false, bias: true, hiddenSizes: fourTimes('n_embd') }),
  norms: 1,
  headBias: true,
  always: layerNorm,
  rope: partialRope('rotary_dim'),
})

export const gptNeoX: Family = decoder({
  types: { gpt_neox: 'GPTNeoXForCausalLM' },
  tied: false,
  attention: softmax({ dividedOnly: true, qkvBias: { key: 'attention_bias', absent: true } }),
  mlp: dense({ gated: false, bias: true }),
  always: layerNorm,
  // A quarter of each head by the class (configuration_gpt_neox.py); the files write it.
  rope: partialRope('rotary_pct', 0.25),
})

/** ALiBi, which has no tensors; a second norm follows the embedding. The file calls the longest sequence of training `seq_length`. */
export const bloom: Family = decoder({
  types: { bloom: 'BloomForCausalLM' },
  tied: true,
  names: { layers: 'n_layer', positions: ['seq_length'] },
  aliases: { hidden_size: ['n_embed'], n_head: ['num_attention_heads'], n_layer: ['num_hidden_layers'] },
  attention: softmax({ names: { heads: 'n_head' }, dividedOnly: true, qkvBias: true }),
  mlp: dense({ key: 'n_inner', gated: false, bias: true, hiddenSizes: fourTimes('hidden_size') }),
  rope: noRope,
  always: { ...layerNorm, outer_norms: 2 },
})

/** The class keeps two rows of positions more than it uses (OPTLearnedPositionalEmbedding, modeling_opt.py). */
const OPT_OFFSET = 2

export const opt: Family = decoder({
  types: { opt: 'OPTForCausalLM' },
  tied: true,
  attention: softmax({ dividedOnly: true, qkvBias: { key: 'enable_bias', absent: true } }),
  mlp: dense({ key: 'ffn_dim', gated: false, bias: { key: 'enable_bias', absent: true } }),
  rope: noRope,
  always: layerNorm,
  more: {
    read(fields, shape) {
      const projected = fields.maybeCount('word_embed_proj_dim')
      if (projected !== undefined && projected !== shape.hidden_size) {
        throw fields.refuse('word_embed_proj_dim', 'embeddings narrower than the model (OPT-350m) are not known')
      }
      return { ...shape, learned_positions: shape.max_positions + OPT_OFFSET }
    },
    write: () => ({ do_layer_norm_before: true }),
  },
})

export const starcoder2: Family = decoder({
  types: { starcoder2: 'Starcoder2ForCausalLM' },
  tied: true,
  attention: softmax({ dividedOnly: true, qkvBias: { key: 'use_bias', absent: true }, windows: windowEverywhere() }),
  mlp: dense({ gated: false, bias: { key: 'use_bias', absent: true } }),
  always: layerNorm,
})

/** Squared ReLU, two matrices; norms have weight and bias (NemotronLayerNorm1P, modeling_nemotron.py). */
export const nemotron: Family = decoder({
  types: { nemotron: 'NemotronForCausalLM' },
  tied: false,
  attention: softmax({ qkvBias: { key: 'attention_bias', absent: false } }),
  mlp: dense({ gated: false, bias: { key: 'mlp_bias', absent: false } }),
  always: layerNorm,
  rope: partialRope('partial_rotary_factor', 0.5),
})
