import type { Architecture } from '../../../catalog/model.ts'
import { decoder } from '../decoder.ts'
import { type ConfigKeys, type Family, NotExpressible } from '../family.ts'
import type { Fields } from '../fields.ts'
import { asDense, type Moe } from '../parts/dense.ts'
import type { AttentionPart, MlpPart } from '../parts/part.ts'
import { typeAt } from '../parts/part.ts'
import type { Rope } from '../parts/rope.ts'
import { asSoftmax, type Softmax } from '../parts/softmax.ts'
import { FULL, SLIDING } from '../parts/windows.ts'
import { layersOf, type Shape } from '../shape.ts'
import { gemma4Vision } from '../towers/gemma4.ts'

/** Gemma 4, by the keys of Gemma4TextConfig (configuration_gemma4.py) and the tensors of modeling_gemma4.py. */

const SANDWICH = 4
/** Experts bring norms of their own: before them, after them, and after the dense MLP beside them. */
const NORMS_WITH_EXPERTS = 7

function isFull(fields: Fields, index: number, layers: number): boolean {
  return typeAt(fields, 'layer_types', index, layers, () => undefined) === FULL
}

function sharesKv(fields: Fields, index: number, layers: number): boolean {
  return index >= layers - fields.whole('num_kv_shared_layers', 0)
}

/** Full layers have heads of `global_head_dim`, their own number of key heads, and with `attention_k_eq_v` no value projection. */
const attention: AttentionPart = {
  read(fields, index, layers) {
    const full = isFull(fields, index, layers)
    const kEqualsV = full && fields.flag('attention_k_eq_v', false)
    const ownKv = kEqualsV ? fields.maybeCount('num_global_key_value_heads') : undefined
    if (fields.flag('attention_bias', false)) throw fields.refuse('attention_bias', 'Gemma 4 with biases is not known')
    return {
      kind: 'softmax',
      heads: fields.count('num_attention_heads'),
      kv_heads: ownKv ?? fields.count('num_key_value_heads'),
      head_dim: (full ? fields.maybeCount('global_head_dim') : undefined) ?? fields.count('head_dim'),
      ...(full ? {} : { window: { size: fields.count('sliding_window'), mode: 'sliding' as const } }),
      qk_norm: 'per_head',
      ...(kEqualsV ? { k_equals_v: true } : {}),
      ...(sharesKv(fields, index, layers) ? { shares_kv: true } : {}),
    }
  },
  write(values) {
    const all = values.map(asSoftmax)
    const sliding = all.find(({ window }) => window !== undefined)
    const full = all.find(({ window }) => window === undefined)
    if (sliding === undefined || full === undefined) throw new NotExpressible('layers of one kind only')
    return {
      layer_types: all.map(typeOf),
      num_attention_heads: sliding.heads,
      num_key_value_heads: sliding.kv_heads,
      head_dim: sliding.head_dim,
      global_head_dim: full.head_dim,
      sliding_window: sliding.window?.size,
      attention_k_eq_v: full.k_equals_v,
      num_global_key_value_heads: full.k_equals_v ? full.kv_heads : null,
      num_kv_shared_layers: all.filter(({ shares_kv }) => shares_kv).length,
    }
  },
}

function typeOf({ window }: Softmax): string {
  return window === undefined ? FULL : SLIDING
}

/** Layers without keys of their own have an MLP twice as wide where `use_double_wide_mlp` says so; experts run beside a dense MLP. */
const mlp: MlpPart = {
  read(fields, index, layers) {
    const double = fields.flag('use_double_wide_mlp', false) && sharesKv(fields, index, layers)
    const width = fields.count('intermediate_size') * (double ? 2 : 1)
    if (!fields.flag('enable_moe_block', false)) return { kind: 'dense', intermediate_size: width }
    const experts = fields.count('num_experts')
    return {
      kind: 'moe',
      experts,
      experts_per_token: fields.count('top_k_experts'),
      intermediate_size: fields.count('moe_intermediate_size', 'expert_intermediate_size'),
      dense: { kind: 'dense', intermediate_size: width },
      // The router scales its input, and each expert's weight.
      router_extra: fields.count('hidden_size') + experts,
    }
  },
  write(values) {
    const moe = values.find((value): value is Moe => value.kind === 'moe')
    if (moe !== undefined) {
      return {
        enable_moe_block: true,
        num_experts: moe.experts,
        top_k_experts: moe.experts_per_token,
        moe_intermediate_size: moe.intermediate_size,
        intermediate_size: asDense(moe.dense).intermediate_size,
      }
    }
    const first = asDense(values[0]).intermediate_size
    const last = asDense(values.at(-1)).intermediate_size
    return { intermediate_size: first, use_double_wide_mlp: last > first }
  },
}

/** A table for the full layers and one for the windows, each as wide as their heads. */
const rope: Rope = {
  read(_, layers, positions) {
    const widths = new Set(
      layers.map(({ attention: each }) => (each.kind === 'softmax' ? each.head_dim : 0)).sort((a, b) => b - a),
    )
    return [...widths].map((width) => ({ rows: positions, width }))
  },
  write: () => ({}),
}

/**
 * Per-layer embeddings of width P (`hidden_size_per_layer_input`): a table of V x L x P, a projection of H x L x P with a norm of P,
 * and in each layer 2 x H x P and a norm of H.
 */
const perLayerEmbeddings = {
  read(fields: Fields, shape: Shape): Shape {
    const width = fields.whole('hidden_size_per_layer_input', 0)
    if (width === 0) return shape
    const { hidden_size: hidden, layers } = shape
    const vocabulary = fields.maybeCount('vocab_size_per_layer_input') ?? shape.vocabulary_size
    return {
      ...shape,
      per_layer_embedding_parameters: vocabulary * layers.length * width,
      extra_parameters: hidden * layers.length * width + width,
      layers: layers.map((layer) => ({ ...layer, extra_parameters: 2 * hidden * width + hidden })),
    }
  },
  write(architecture: Architecture): ConfigKeys {
    const table = architecture.per_layer_embedding_parameters
    const width = table / (architecture.vocabulary_size * layersOf(architecture).length)
    return { hidden_size_per_layer_input: width }
  },
}

/** Class defaults of Gemma4TextConfig that files of a nested text model may leave out. */
const DEFAULTS = { vocab_size: 262144, head_dim: 256, sliding_window: 512, max_position_embeddings: 131072 }

export const gemma4: Family = decoder({
  types: {
    gemma4: 'Gemma4ForConditionalGeneration',
    gemma4_unified: 'Gemma4UnifiedForConditionalGeneration',
  },
  under: 'text_config',
  defaults: DEFAULTS,
  tied: true,
  attention,
  mlp,
  norms: ({ mlp: each }) => (each.kind === 'moe' ? NORMS_WITH_EXPERTS : SANDWICH),
  rope,
  tower: gemma4Vision,
  more: perLayerEmbeddings,
})
