import { describe, expect, it, test } from 'vitest'
import type { Attention, Mlp } from '../../../src/catalog/model.ts'
import { attentionWidths, hasScores, mlpWidths } from '../../../src/memory/training/block-widths.ts'

/* Values of one token inside a block, by hand, for a stream of 32. */

const widths = (attention: object, tensorParallel = 1) =>
  attentionWidths(attention as unknown as Attention, 32, tensorParallel)

describe('attention', () => {
  it('softmax: 4 query heads of 8, 2 for keys and values, repeated to 4', () => {
    expect(widths({ kind: 'softmax', heads: 4, kv_heads: 2, head_dim: 8 })).toEqual({
      query: 32,
      key: 16,
      value: 16,
      repeatedKey: 32,
      repeatedValue: 32,
      output: 32,
      heads: 4,
    })
  })
  it('values of another width than keys', () => {
    expect(widths({ kind: 'softmax', heads: 4, kv_heads: 2, head_dim: 8, v_head_dim: 6 })).toMatchObject({
      key: 16,
      value: 12,
      repeatedKey: 32,
      repeatedValue: 24,
      output: 24,
    })
  })
  it('tensor ranks beyond the key heads hold copies: 2 heads on 8 ranks are 8', () => {
    expect(widths({ kind: 'softmax', heads: 8, kv_heads: 2, head_dim: 8 }, 8)).toMatchObject({
      query: 64,
      key: 64,
      value: 64,
    })
    expect(widths({ kind: 'cross', heads: 8, kv_heads: 2, head_dim: 8 }, 2)).toMatchObject({
      query: 64,
      key: 16,
      value: 16,
    })
  })
  it.each([
    // 2 blocks of 3 heads of 4 + 2, values of 5.
    [{ kind: 'mla', heads: 3, blocks: 2, qk_nope_head_dim: 4, qk_rope_head_dim: 2, v_head_dim: 5 }, 36, 30, 6],
    [{ kind: 'compressed', heads: 3, head_dim: 8 }, 24, 24, 3],
    [{ kind: 'gated-deltanet', k_heads: 2, v_heads: 4, k_dim: 3, v_dim: 5 }, 12, 20, 4],
    [{ kind: 'kimi-delta', heads: 3, head_dim: 8 }, 24, 24, 3],
    [{ kind: 'lightning', heads: 5, head_dim: 8 }, 40, 40, 5],
    [{ kind: 'mamba2', heads: 6, head_dim: 8 }, 48, 48, 6],
    [{ kind: 'mamba1', expand: 2 }, 64, 64, 0],
    [{ kind: 'short-conv', kernel: 4 }, 32, 32, 0],
  ])('%o', (attention, query, value, heads) => {
    expect(widths(attention)).toEqual({
      query,
      key: query,
      value,
      repeatedKey: query,
      repeatedValue: value,
      output: value,
      heads,
    })
  })
  it('a linear map has an output and nothing else, no attention nothing at all', () => {
    const nothing = { query: 0, key: 0, value: 0, repeatedKey: 0, repeatedValue: 0, output: 0, heads: 0 }
    expect(widths({ kind: 'linear' })).toEqual({ ...nothing, output: 32 })
    expect(widths({ kind: 'none' })).toEqual(nothing)
  })
  test.each([
    ['softmax', true],
    ['cross', true],
    ['mla', true],
    ['compressed', true],
    ['mamba2', false],
    ['gated-deltanet', false],
    ['none', false],
  ] as const)('scores of %s: %s', (kind, scores) => {
    expect(hasScores({ kind } as Attention)).toBe(scores)
  })
})

test('MLPs: dense and its copies, experts a token visits with the shared one and a dense one beside them', () => {
  const of = (mlp: object) => mlpWidths(mlp as unknown as Mlp)
  expect(of({ kind: 'none' })).toEqual({ inner: 0, gated: false, expertsPerToken: 0 })
  expect(of({ kind: 'dense', intermediate_size: 100, copies: 2, gated: true })).toEqual({
    inner: 200,
    gated: true,
    expertsPerToken: 0,
  })
  const moe = {
    kind: 'moe',
    experts: 8,
    experts_per_token: 3,
    intermediate_size: 10,
    shared_intermediate_size: 7,
    gated: true,
  }
  expect(of(moe)).toEqual({ inner: 37, gated: true, expertsPerToken: 3 })
  expect(of({ ...moe, gated: false, dense: { intermediate_size: 20, copies: 2 } })).toEqual({
    inner: 77,
    gated: false,
    expertsPerToken: 3,
  })
})
