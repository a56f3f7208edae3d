import { describeModel, type ModelTensors } from '../../src/model/tensors.ts'
import { tinyArchitecture } from '../memory/fixtures.ts'

/* Blocks of a made-up model with small numbers, so that everything about it can be counted on paper. */

export const softmax = { kind: 'softmax', heads: 2, kv_heads: 1, head_dim: 4 }
export const mla = {
  kind: 'mla',
  heads: 2,
  q_lora_rank: null,
  kv_lora_rank: 5,
  qk_nope_head_dim: 4,
  qk_rope_head_dim: 3,
  v_head_dim: 6,
}
export const compressed = {
  kind: 'compressed',
  heads: 2,
  head_dim: 4,
  q_lora_rank: 4,
  output_lora_rank: 4,
  output_groups: 2,
  window: 128,
  ratio: 4,
}
export const dense = { kind: 'dense', intermediate_size: 16 }

/** Three such layers on a stream of 8 and a vocabulary of 100, embedding and head apart. */
export function smallModel(attention: object, mlp: object = dense): ModelTensors {
  return describeModel(
    tinyArchitecture({
      hidden_size: 8,
      vocabulary_size: 100,
      max_positions: 4096,
      layers: [{ layers: '0-2', attention, mlp }],
    }),
  )
}
