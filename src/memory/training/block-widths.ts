import type { Attention, Mlp } from '../../catalog/model.ts'
import { kvHeadsPerRank } from '../../model/kv.ts'

/** Values of one token inside an attention block, whole model; what tensor parallelism replicates is multiplied up. */
export interface AttentionWidths {
  readonly query: number
  readonly key: number
  readonly value: number
  /** Keys and values repeated to the query heads, as attention without grouped kernels sees them. */
  readonly repeatedKey: number
  readonly repeatedValue: number
  readonly output: number
  readonly heads: number
}

const NO_ATTENTION: AttentionWidths = {
  query: 0,
  key: 0,
  value: 0,
  repeatedKey: 0,
  repeatedValue: 0,
  output: 0,
  heads: 0,
}

/**
 * Widths by kind of attention. Recurrent blocks are counted as the query, key and value they project, which no measured run confirms.
 */
export function attentionWidths(attention: Attention, hidden: number, tensorParallel: number): AttentionWidths {
  switch (attention.kind) {
    case 'softmax':
    case 'cross': {
      const { heads, kv_heads: kvHeads, head_dim: width } = attention
      const valueWidth = attention.kind === 'softmax' ? (attention.v_head_dim ?? width) : width
      const kept = kvHeadsPerRank(kvHeads, tensorParallel) * tensorParallel
      return {
        query: heads * width,
        key: kept * width,
        value: kept * valueWidth,
        repeatedKey: heads * width,
        repeatedValue: heads * valueWidth,
        output: heads * valueWidth,
        heads,
      }
    }
    case 'mla': {
      // Training expands keys and values to all heads.
      const { heads, blocks, qk_nope_head_dim: nope, qk_rope_head_dim: rope, v_head_dim: value } = attention
      return same(heads * (nope + rope) * blocks, heads * value * blocks, heads * blocks)
    }
    case 'compressed':
      return same(attention.heads * attention.head_dim, attention.heads * attention.head_dim, attention.heads)
    case 'gated-deltanet':
      return same(attention.v_heads * attention.k_dim, attention.v_heads * attention.v_dim, attention.v_heads)
    case 'kimi-delta':
    case 'lightning':
      return same(attention.heads * attention.head_dim, attention.heads * attention.head_dim, attention.heads)
    case 'mamba1':
      return same(attention.expand * hidden, attention.expand * hidden, 0)
    case 'mamba2':
      return same(attention.heads * attention.head_dim, attention.heads * attention.head_dim, attention.heads)
    case 'short-conv':
      return same(hidden, hidden, 0)
    case 'linear':
      return { ...NO_ATTENTION, output: hidden }
    case 'none':
      return NO_ATTENTION
  }
}

function same(query: number, value: number, heads: number): AttentionWidths {
  return { query, key: query, value, repeatedKey: query, repeatedValue: value, output: value, heads }
}

/** Whether attention has scores of every query with every key, which flash kernels need not store. */
export function hasScores(attention: Attention): boolean {
  return ['softmax', 'cross', 'mla', 'compressed'].includes(attention.kind)
}

/** Width of the MLP that one token passes, all its experts together, and how many experts it visits. */
export interface MlpWidths {
  readonly inner: number
  readonly gated: boolean
  readonly expertsPerToken: number
}

export function mlpWidths(mlp: Mlp): MlpWidths {
  switch (mlp.kind) {
    case 'none':
      return { inner: 0, gated: false, expertsPerToken: 0 }
    case 'dense':
      return { inner: mlp.intermediate_size * mlp.copies, gated: mlp.gated, expertsPerToken: 0 }
    case 'moe': {
      const dense = mlp.dense === undefined ? 0 : mlp.dense.intermediate_size * mlp.dense.copies
      return {
        inner: mlp.experts_per_token * mlp.intermediate_size + mlp.shared_intermediate_size + dense,
        gated: mlp.gated,
        expertsPerToken: mlp.experts_per_token,
      }
    }
  }
}
