import { decoder } from '../decoder.ts'
import { type Family, NotExpressible } from '../family.ts'
import { asDense, dense } from '../parts/dense.ts'
import { experts } from '../parts/experts.ts'
import { hybrid, isKind, listed } from '../parts/hybrid.ts'
import type { MlpPart } from '../parts/part.ts'
import { gatedDeltaNet } from '../parts/recurrent.ts'
import { partialRope } from '../parts/rope.ts'
import { softmax } from '../parts/softmax.ts'
import { bySparseStep } from '../parts/sparse.ts'
import { FULL, windowFromLayer } from '../parts/windows.ts'
import { qwenVision } from '../towers/qwen.ts'

/** Qwen 2, 2.5, QwQ and what is distilled into them: biases on query, key and value always (modeling_qwen2.py). */
export const qwen2: Family = decoder({
  types: { qwen2: 'Qwen2ForCausalLM' },
  tied: false,
  attention: softmax({ qkvBias: true, outputBias: false, windows: windowFromLayer }),
  mlp: dense(),
})

export const qwen2Moe: Family = decoder({
  types: { qwen2_moe: 'Qwen2MoeForCausalLM' },
  tied: false,
  attention: softmax({ qkvBias: { key: 'qkv_bias', absent: true }, outputBias: false, windows: windowFromLayer }),
  mlp: experts({
    experts: 'num_experts',
    chosen: 'num_experts_per_tok',
    width: 'moe_intermediate_size',
    shared: { width: 'shared_expert_intermediate_size' },
    sharedGate: true,
    sparse: bySparseStep,
  }),
})

const attention = softmax({
  qkvBias: { key: 'attention_bias', absent: false },
  qkNorm: 'per_head',
  windows: windowFromLayer,
})

const qwen3Experts: MlpPart = experts({
  experts: 'num_experts',
  chosen: 'num_experts_per_tok',
  width: 'moe_intermediate_size',
  sparse: bySparseStep,
})

export const qwen3: Family = decoder({ types: { qwen3: 'Qwen3ForCausalLM' }, tied: false, attention, mlp: dense() })

export const qwen3Moe: Family = decoder({
  types: { qwen3_moe: 'Qwen3MoeForCausalLM' },
  tied: false,
  attention,
  mlp: qwen3Experts,
})

/** configuration_qwen3_vl.py: the text model has the keys of Qwen 3. */
export const qwen3Vl: Family = decoder({
  types: { qwen3_vl: 'Qwen3VLForConditionalGeneration' },
  under: 'text_config',
  tied: false,
  attention,
  mlp: dense(),
  tower: qwenVision,
})

export const qwen3VlMoe: Family = decoder({
  types: { qwen3_vl_moe: 'Qwen3VLMoeForConditionalGeneration' },
  under: 'text_config',
  tied: false,
  attention,
  mlp: qwen3Experts,
  tower: qwenVision,
})

/** Three layers of Gated DeltaNet, then one of softmax attention, whose query projection also makes a gate (modeling_qwen3_next.py). */
const deltaHybrid = hybrid(
  [
    { name: 'linear_attention', attention: gatedDeltaNet, is: isKind('gated-deltanet') },
    {
      name: FULL,
      attention: softmax({
        qkvBias: { key: 'attention_bias', absent: false },
        qkNorm: 'per_head',
        gate: 'gate_in_query',
      }),
      is: isKind('softmax'),
    },
  ],
  listed('layer_types', (fields, index) =>
    (index + 1) % (fields.maybeCount('full_attention_interval') ?? 4) === 0 ? FULL : 'linear_attention',
  ),
)

const deltaExperts = experts({
  experts: 'num_experts',
  chosen: 'num_experts_per_tok',
  width: 'moe_intermediate_size',
  shared: { width: 'shared_expert_intermediate_size' },
  sharedGate: true,
  sparse: bySparseStep,
})

const quarterRope = partialRope('partial_rotary_factor', 0.25)

export const qwen3Next: Family = decoder({
  types: { qwen3_next: 'Qwen3NextForCausalLM' },
  tied: false,
  attention: deltaHybrid,
  mlp: deltaExperts,
  rope: quarterRope,
})

export const qwen35: Family = decoder({
  types: { qwen3_5: 'Qwen3_5ForConditionalGeneration' },
  under: 'text_config',
  tied: false,
  attention: deltaHybrid,
  mlp: dense(),
  rope: quarterRope,
  tower: qwenVision,
})

export const qwen35Moe: Family = decoder({
  types: { qwen3_5_moe: 'Qwen3_5MoeForConditionalGeneration' },
  under: 'text_config',
  tied: false,
  attention: deltaHybrid,
  mlp: deltaExperts,
  rope: quarterRope,
  tower: qwenVision,
})

/** Qwen 1 writes the width of gate and up together (QwenLM/Qwen configuration_qwen.py, modeling_qwen.py: `intermediate_size // 2`). */
const gateAndUp: MlpPart = {
  read(fields) {
    const both = fields.count('intermediate_size')
    if (both % 2 !== 0) throw fields.refuse('intermediate_size', `${both} is odd, but holds gate and up together`)
    return { kind: 'dense', intermediate_size: both / 2 }
  },
  write: (values) => ({ intermediate_size: 2 * asDense(values[0]).intermediate_size, no_bias: true }),
}

/** `kv_channels` is the width of a head; every head has its own key and value. */
export const qwen1: Family = decoder({
  types: { qwen: 'QWenLMHeadModel' },
  tied: false,
  names: { positions: ['max_position_embeddings', 'seq_length'] },
  attention: softmax({ names: { headDim: 'kv_channels' }, qkvBias: true, outputBias: false }),
  mlp: gateAndUp,
  more: {
    read(fields, shape) {
      if (!fields.flag('no_bias', true)) throw fields.refuse('no_bias', 'Qwen with biases everywhere is not known')
      return shape
    },
    write(architecture) {
      if (architecture.head_bias) throw new NotExpressible('a bias on the head')
      return {}
    },
  },
})
