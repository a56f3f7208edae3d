import type { AttentionOf } from '../../../catalog/model.ts'
import { decoder, sameInAll } from '../decoder.ts'
import { type Family, NotExpressible } from '../family.ts'
import { experts } from '../parts/experts.ts'
import type { AttentionPart, MlpPart } from '../parts/part.ts'
import type { LayerInput } from '../shape.ts'

/** DeepSeek V4 (configuration_deepseek_v4.py): compressed attention, hyper-connections, the first layers routed by token hashes. */

type Compressed = AttentionOf<'compressed'>

/** Layers with this ratio have an indexer: those with a larger one see every compressed entry. */
const INDEXED_RATIO = 4

/** `compress_ratios`: one a layer (and more for draft layers); 0 is a window only. */
const attention: AttentionPart = {
  read(fields, index, layers) {
    const ratio = fields.list('compress_ratios', layers)?.[index]
    if (typeof ratio !== 'number' || !Number.isInteger(ratio) || ratio < 0) {
      throw fields.refuse('compress_ratios', '"compress_ratios" should hold a whole number for each layer')
    }
    const indexer = {
      heads: fields.count('index_n_heads'),
      head_dim: fields.count('index_head_dim'),
      top_k: fields.count('index_topk'),
    }
    return {
      kind: 'compressed',
      heads: fields.count('num_attention_heads'),
      head_dim: fields.count('head_dim'),
      q_lora_rank: fields.count('q_lora_rank'),
      output_lora_rank: fields.count('o_lora_rank'),
      output_groups: fields.count('o_groups'),
      window: fields.count('sliding_window'),
      ...(ratio > 0 ? { ratio } : {}),
      ...(ratio === INDEXED_RATIO ? { indexer } : {}),
    }
  },
  write(values) {
    const all = values.filter((value): value is Compressed => value.kind === 'compressed')
    const shape = sameInAll(
      all.map(({ ratio: _, indexer: __, ...rest }) => rest),
      'compressed attention',
    )
    const indexer = all.find((each) => each.indexer !== undefined)?.indexer
    return {
      num_attention_heads: shape.heads,
      num_key_value_heads: 1,
      head_dim: shape.head_dim,
      q_lora_rank: shape.q_lora_rank,
      o_lora_rank: shape.output_lora_rank,
      o_groups: shape.output_groups,
      sliding_window: shape.window,
      compress_ratios: all.map(({ ratio }) => ratio ?? 0),
      index_n_heads: indexer?.heads,
      index_head_dim: indexer?.head_dim,
      index_topk: indexer?.top_k,
    }
  },
}

const routed = experts({
  experts: 'n_routed_experts',
  chosen: 'num_experts_per_tok',
  width: 'moe_intermediate_size',
  shared: { count: 'n_shared_experts' },
})

/** The first `num_hash_layers` choose experts by the token itself and learn no correction of scores. */
const mlp: MlpPart = {
  read(fields, index, layers) {
    const moe = routed.read(fields, index, layers)
    if (moe.kind !== 'moe' || index < fields.whole('num_hash_layers', 0)) return moe
    return { ...moe, router_correction: true }
  },
  write(values, layers) {
    const corrected = values.findIndex((value) => value.kind === 'moe' && value.router_correction)
    return { ...routed.write(values, layers), num_hash_layers: corrected, topk_method: 'noaux_tc' }
  },
}

/** Hyper-connections of m = `hc_mult` streams: 2 x ((2 + m) x m x m x H + (2 + m) x m + 3) a layer, m x m x H + m + 1 at the end. */
function hyperConnections(streams: number, hidden: number): { layer: number; end: number } {
  const m = streams
  return { layer: 2 * ((2 + m) * m * m * hidden + (2 + m) * m + 3), end: m * m * hidden + m + 1 }
}

/** More streams than this are not looked for when a model is written. */
const MOST_STREAMS = 16

export const deepseekV4: Family = decoder({
  types: { deepseek_v4: 'DeepseekV4ForCausalLM' },
  tied: false,
  attention,
  mlp,
  rope: {
    read: (fields, _, positions) => [{ rows: positions, width: fields.count('qk_rope_head_dim') }],
    write: ({ rope_tables: tables }) => ({ qk_rope_head_dim: tables?.[0]?.width }),
  },
  more: {
    read(fields, shape) {
      const { layer, end } = hyperConnections(fields.count('hc_mult'), shape.hidden_size)
      const layers = shape.layers.map((each): LayerInput => ({ ...each, extra_parameters: layer }))
      return { ...shape, layers, extra_parameters: end }
    },
    write({ extra_parameters: end, hidden_size: hidden }) {
      for (let streams = 1; streams <= MOST_STREAMS; streams++) {
        if (hyperConnections(streams, hidden).end === end) return { hc_mult: streams }
      }
      throw new NotExpressible('parameters outside the layers that are no hyper-connections')
    },
  },
})
