import { describe, expect, it } from 'vitest'
import type { Attention } from '../../src/catalog/model.ts'
import { attentionFlops, causalAttentionFlops } from '../../src/model/flops.ts'
import { kvSpec } from '../../src/model/kv.ts'
import { largestOf } from '../../src/model/largest.ts'
import { describeModel } from '../../src/model/tensors.ts'
import { shippedArchitecture } from './shipped.ts'

function layer(id: string, is: (attention: Attention) => boolean): Attention {
  const group = shippedArchitecture(id).layers.find(({ attention }) => is(attention))
  if (group === undefined) throw new Error(`${id} has no such layer`)
  return group.attention
}

describe('attention FLOPs of a token by kind of layer, worked by hand', () => {
  it('delta rules: three multiply-adds an element of the state, Kimi Linear 32 heads of 128 x 128', () => {
    const kimi = layer('kimi-linear-48b-a3b', ({ kind }) => kind === 'kimi-delta')
    expect(attentionFlops(kimi, 1000, 2304)).toBe(6 * 32 * 128 * 128)
  })

  it('Mamba and lightning: two multiply-adds an element', () => {
    // Jamba: 2 x 4096 channels of 16; Nemotron-H: 256 x 64 channels of 256; MiniMax-M1: 64 heads of 128 x 128.
    const jamba = layer('jamba-v0.1', ({ kind }) => kind === 'mamba1')
    expect(attentionFlops(jamba, 1000, 4096)).toBe(4 * 2 * 4096 * 16)
    const nemotron = layer('nemotron-h-56b', ({ kind }) => kind === 'mamba2')
    expect(attentionFlops(nemotron, 1000, 8192)).toBe(4 * 256 * 64 * 256)
    const lightning = layer('minimax-m1-80k', ({ kind }) => kind === 'lightning')
    expect(attentionFlops(lightning, 1000, 6144)).toBe(4 * 64 * 128 * 128)
  })

  it('none for what compares no tokens of text: cross attention to images, short convolutions, no attention', () => {
    expect(
      attentionFlops(
        layer('llama-3.2-11b-vision', ({ kind }) => kind === 'cross'),
        1000,
        4096,
      ),
    ).toBe(0)
    expect(
      attentionFlops(
        layer('lfm2.5-8b-a1b', ({ kind }) => kind === 'short-conv'),
        1000,
        2048,
      ),
    ).toBe(0)
    expect(
      attentionFlops(
        layer('nemotron-h-56b', ({ kind }) => kind === 'none'),
        1000,
        8192,
      ),
    ).toBe(0)
  })

  it('chunks: Llama 4 Scout, 40 heads of 128, in chunks of 8192 tokens', () => {
    const chunked = layer('llama-4-scout', (a) => a.kind === 'softmax' && a.window?.mode === 'chunked')
    // 12,288 tokens: a whole chunk and half of one, (8192 x 8192 + 4096 x 4096) / (2 x 12,288) = 3413.33 in the mean.
    expect(causalAttentionFlops(chunked, 12_288, 5120)).toBeCloseTo((4 * 40 * 128 * 10_240) / 3, 3)
    expect(causalAttentionFlops(chunked, 8192, 5120)).toBe(4 * 40 * 128 * 4096)
  })

  it('a block indexer scores everything: MiniMax-M3, 64 heads of 128 on 2048 tokens, 4 heads of 128 on all', () => {
    const sparse = layer('minimax-m3', (a) => a.kind === 'softmax' && a.indexer !== undefined)
    expect(attentionFlops(sparse, 10_000, 6144)).toBe(4 * 64 * 128 * 2048 + 2 * 4 * 128 * 10_000)
  })

  it('DeepSeek-V4 without a compressor sees its window alone', () => {
    const raw = layer('deepseek-v4-flash', (a) => a.kind === 'compressed' && a.ratio === undefined)
    expect(attentionFlops(raw, 4000, 4096)).toBe(4 * 64 * 512 * 128)
  })
})

describe('what indexers keep beside the cache, bytes a token', () => {
  it('block indexers 16 bits a value, MiniMax-M3 128 of them', () => {
    const sparse = layer('minimax-m3', (a) => a.kind === 'softmax' && a.indexer !== undefined)
    expect(kvSpec(sparse, 1, 6144).fixedBytesPerToken).toBe(256)
  })

  it('DeepSeek-V3.2 one byte a value and a scale of 4 bytes: 132', () => {
    expect(
      kvSpec(
        layer('deepseek-v3.2', ({ kind }) => kind === 'mla'),
        1,
        7168,
      ).fixedBytesPerToken,
    ).toBe(132)
  })
})

it('the largest block and what lies outside: Llama 3.1 8B by its published shapes', () => {
  // Block: 2 x 4096^2 + 2 x 4096 x 1024 + 3 x 4096 x 14336 + 2 norms; outside: embedding and head of 128,256 and a norm.
  expect(largestOf(describeModel(shippedArchitecture('llama-3.1-8b')))).toEqual({
    hidden: 4096,
    block: 218_112_000,
    outer: 2 * 128_256 * 4096 + 4096,
  })
})
