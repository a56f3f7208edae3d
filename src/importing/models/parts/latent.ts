import type { AttentionOf } from '../../../catalog/model.ts'
import { type ConfigKeys, NotExpressible } from '../family.ts'
import type { Fields } from '../fields.ts'
import type { AttentionInput, Layer } from '../shape.ts'
import type { AttentionPart } from './part.ts'

type Mla = AttentionOf<'mla'>
type MlaInput = Extract<AttentionInput, { kind: 'mla' }>

export interface LatentTraits {
  /** The sparse indexer of DeepSeek-V3.2: `index_n_heads`, `index_head_dim`, `index_topk`. */
  readonly indexer?: boolean
  /** Blocks in one layer. */
  readonly blocks?: number
  /** Key of the gate on the output. */
  readonly gateKey?: string
}

/** Multi-head latent attention by the keys of configuration_deepseek_v2.py and its heirs. */
export function latent(traits: LatentTraits = {}): AttentionPart {
  return {
    read(fields, index, layers): MlaInput {
      const heads = fields.count('num_attention_heads')
      const gated = traits.gateKey !== undefined && fields.flag(traits.gateKey, false)
      return {
        kind: 'mla',
        heads,
        q_lora_rank: fields.maybeCount('q_lora_rank') ?? null,
        kv_lora_rank: fields.count('kv_lora_rank'),
        qk_nope_head_dim: fields.count('qk_nope_head_dim'),
        qk_rope_head_dim: fields.whole('qk_rope_head_dim'),
        v_head_dim: fields.count('v_head_dim'),
        ...(gated ? { output_gate: true } : {}),
        ...(traits.indexer === true ? readIndexer(fields, index, layers) : {}),
        ...(traits.blocks === undefined ? {} : { blocks: traits.blocks }),
      }
    },
    write(values) {
      const all = values.map(asMla)
      const [first] = all
      if (first === undefined) throw new NotExpressible('no attention layers')
      const { heads, q_lora_rank, kv_lora_rank, qk_nope_head_dim, qk_rope_head_dim, v_head_dim, indexer } = first
      return {
        num_attention_heads: heads,
        num_key_value_heads: heads,
        q_lora_rank,
        kv_lora_rank,
        qk_nope_head_dim,
        qk_rope_head_dim,
        v_head_dim,
        ...(traits.gateKey === undefined ? {} : { [traits.gateKey]: first.output_gate }),
        ...(indexer === undefined ? {} : writeIndexer(indexer, all)),
      }
    },
  }
}

function asMla(attention: Layer['attention']): Mla {
  if (attention.kind === 'mla') return attention
  throw new NotExpressible(`a layer of kind ${attention.kind} where latent attention is expected`)
}

/** `indexer_types` names the layers that attend through the choice of an earlier one (GLM-5.2). */
function readIndexer(fields: Fields, index: number, layers: number): Partial<MlaInput> {
  const indexer = {
    heads: fields.count('index_n_heads'),
    head_dim: fields.count('index_head_dim'),
    top_k: fields.count('index_topk'),
  }
  const shares = fields.list('indexer_types', layers)?.[index] === 'shared'
  return { indexer, ...(shares ? { shares_indexer: true } : {}) }
}

function writeIndexer(indexer: NonNullable<Mla['indexer']>, all: readonly Mla[]): ConfigKeys {
  const types = all.map(({ shares_indexer }) => (shares_indexer ? 'shared' : 'full'))
  return {
    index_n_heads: indexer.heads,
    index_head_dim: indexer.head_dim,
    index_topk: indexer.top_k,
    ...(types.includes('shared') ? { indexer_types: types } : {}),
  }
}
