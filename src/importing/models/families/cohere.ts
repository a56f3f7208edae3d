import { decoder } from '../decoder.ts'
import type { Family } from '../family.ts'
import { dense } from '../parts/dense.ts'
import { experts } from '../parts/experts.ts'
import { softmax } from '../parts/softmax.ts'
import { afterFirst } from '../parts/sparse.ts'
import { everyNth, windowByTypes } from '../parts/windows.ts'
import { cohereVision } from '../towers/siglip.ts'

/** Attention and MLP side by side behind one norm without bias (modeling_cohere.py). */
const PARALLEL = 1
const attentionBias = { key: 'attention_bias', absent: false }

/** The files write the length the model was made for beside the length the class allocates. */
export const cohere: Family = decoder({
  types: { cohere: 'CohereForCausalLM' },
  tied: true,
  names: { positions: ['model_max_length', 'max_position_embeddings'] },
  attention: softmax({
    qkvBias: attentionBias,
    qkNorm: { key: 'use_qk_norm', absent: false, kind: 'per_head_each' },
  }),
  mlp: dense(),
  norms: PARALLEL,
})

const windowed = softmax({ qkvBias: attentionBias, windows: windowByTypes(everyNth(4)) })

export const cohere2: Family = decoder({
  types: { cohere2: 'Cohere2ForCausalLM' },
  tied: true,
  attention: windowed,
  mlp: dense(),
  norms: PARALLEL,
})

/** Command A Plus: an image model around `cohere2_moe` (configuration_cohere2_moe.py). */
export const cohere2Vision: Family = decoder({
  types: { cohere2_vision: 'Cohere2VisionForConditionalGeneration' },
  under: 'text_config',
  defaults: { head_dim: 128, sliding_window: 4096, first_k_dense_replace: 0 },
  tied: true,
  attention: windowed,
  mlp: experts({
    experts: 'num_experts',
    chosen: 'num_experts_per_tok',
    width: 'intermediate_size',
    shared: { count: 'num_shared_experts' },
    sparse: afterFirst(),
    dense: { key: 'prefix_dense_intermediate_size' },
  }),
  norms: PARALLEL,
  tower: cohereVision,
})
