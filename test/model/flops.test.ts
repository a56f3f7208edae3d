import { describe, expect, it } from 'vitest'
import {
  attentionFlops,
  causalAttentionFlops,
  headFlops,
  matrixFlopsPerToken,
  meanCausalContext,
  meanChunkedContext,
} from '../../src/model/flops.ts'
import { countParameters } from '../../src/model/parameters.ts'
import { describeModel } from '../../src/model/tensors.ts'
import { shippedArchitecture } from './shipped.ts'

function attentionOf(id: string, kind: string) {
  const group = shippedArchitecture(id).layers.find(({ attention }) => attention.kind === kind)
  if (group === undefined) throw new Error(`${id} has no ${kind} layer`)
  return group.attention
}

describe('matrix FLOPs of a token', () => {
  it('Llama 3 70B: 2 x (68,451,041,280 in blocks + 1,050,673,152 in the head)', () => {
    const model = describeModel(shippedArchitecture('llama-3-70b'))
    expect(headFlops(model)).toBe(2_101_346_304)
    expect(matrixFlopsPerToken(model)).toBe(139_003_428_864)
  })

  it('a tied head is multiplied with all the same', () => {
    const model = describeModel(shippedArchitecture('gemma-2-9b'))
    expect(matrixFlopsPerToken(model)).toBe(2 * (countParameters(model).linear + 256_000 * 3584))
  })

  it('of a mixture of experts only the chosen ones count: Mixtral 8x7B, 2 of 8', () => {
    const model = describeModel(shippedArchitecture('mixtral-8x7b'))
    const { linear, head } = countParameters(model)
    expect(matrixFlopsPerToken(model)).toBe(2 * (linear + head + 32 * 2 * 3 * 4096 * 14336))
  })

  it('is close to 2 x the active parameters without the input embedding (PaLM, appendix B)', () => {
    for (const id of ['gpt-oss-120b', 'deepseek-v3', 'qwen3-next-80b-a3b', 'jamba-v0.1', 'bloom-176b', 'kimi-k3']) {
      const model = describeModel(shippedArchitecture(id))
      const active = 2 * countParameters(model).activeWithoutInputEmbedding
      expect(matrixFlopsPerToken(model) / active, id).toBeGreaterThan(0.998)
      expect(matrixFlopsPerToken(model) / active, id).toBeLessThanOrEqual(1)
    }
  })
})

describe('attention FLOPs of a token', () => {
  it('Llama 3 70B at 8192: 4 x 64 x 128 x 8192 a layer', () => {
    expect(attentionFlops(attentionOf('llama-3-70b', 'softmax'), 8192, 8192)).toBe(268_435_456)
  })

  it('a window caps what is seen', () => {
    const [sliding] = shippedArchitecture('gpt-oss-120b').layers.filter(
      ({ attention }) => attention.kind === 'softmax' && attention.window !== undefined,
    )
    if (sliding === undefined) throw new Error('no sliding layer')
    expect(attentionFlops(sliding.attention, 100, 2880)).toBe(4 * 64 * 64 * 100)
    expect(attentionFlops(sliding.attention, 100_000, 2880)).toBe(4 * 64 * 64 * 128)
  })

  it('MLA: heads of 192 + 128 in prefill, the latent of 2 x 512 + 64 while decoding', () => {
    const mla = attentionOf('deepseek-v3', 'mla')
    expect(attentionFlops(mla, 1000, 7168)).toBe(2 * 128 * 320 * 1000)
    expect(attentionFlops(mla, 1000, 7168, true)).toBe(2 * 128 * 1088 * 1000)
  })

  it('a sparse indexer scans everything and lets 2048 tokens through', () => {
    const mla = attentionOf('deepseek-v3.2', 'mla')
    expect(attentionFlops(mla, 100_000, 7168, true)).toBe(2 * 128 * 1088 * 2048 + 2 * 64 * 128 * 100_000)
  })

  it('DeepSeek V4 sees its window and the chosen compressed entries', () => {
    const compressed = shippedArchitecture('deepseek-v4-flash').layers.find(
      ({ attention }) => attention.kind === 'compressed' && attention.ratio === 4,
    )
    if (compressed === undefined) throw new Error('no compressed layer')
    // 4000 tokens: 128 raw, 1000 entries of which 512 chosen; the indexer scores 1000.
    expect(attentionFlops(compressed.attention, 4000, 4096)).toBe(4 * 64 * 512 * (128 + 512) + 2 * 64 * 128 * 1000)
  })

  it('recurrent layers do not depend on the context', () => {
    const delta = attentionOf('qwen3-next-80b-a3b', 'gated-deltanet')
    expect(attentionFlops(delta, 10, 2048)).toBe(6 * 32 * 128 * 128)
    expect(attentionFlops(delta, 100_000, 2048)).toBe(attentionFlops(delta, 10, 2048))
  })

  it('averages over a causal sequence: half of it, less the tokens beyond a window', () => {
    expect(meanCausalContext(8192)).toBe(4096)
    // Window 4 in 8 tokens: 4 x (1 - 4 / 16) = 3; the exact sum (0.5 + 1.5 + 2.5 + 3.5 + 4 x 4) / 8 = 3.
    expect(meanCausalContext(8, 4)).toBe(3)
    // Chunks of 4 in 10 tokens: (2 x 4 x 2 + 2 x 1) / 10 = 1.8.
    expect(meanChunkedContext(10, 4)).toBe(1.8)
    expect(meanChunkedContext(3, 4)).toBe(1.5)
    const full = attentionOf('llama-3-70b', 'softmax')
    expect(causalAttentionFlops(full, 8192, 8192)).toBe(attentionFlops(full, 4096, 8192))
    const sliding = attentionOf('mistral-7b-v0.1', 'softmax')
    // 8192 tokens, window 4096: 4096 x (1 - 4096 / 16384) = 3072.
    expect(causalAttentionFlops(sliding, 8192, 4096)).toBe(4 * 32 * 128 * 3072)
    // Sparse MLA, 4096 tokens with 2048 chosen: 2048 x (1 - 2048 / 8192) = 1536 seen, 2048 scanned in the mean.
    const sparse = attentionOf('deepseek-v3.2', 'mla')
    expect(causalAttentionFlops(sparse, 4096, 7168)).toBe(2 * 128 * 320 * 1536 + 2 * 64 * 128 * 2048)
  })
})
