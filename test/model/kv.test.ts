import { describe, expect, it } from 'vitest'
import type { Architecture, Attention } from '../../src/catalog/model.ts'
import { type KvSpec, kvElementsPerToken, kvSpec } from '../../src/model/kv.ts'
import { type Recurrent, recurrentState } from '../../src/model/state.ts'
import { describeModel } from '../../src/model/tensors.ts'
import { readFixture, shippedArchitecture, shippedModels } from './shipped.ts'

/**
 * By model id, summed over layers at tp 1: elements a token of layers that grow with the sequence, elements a token of windowed
 * layers, elements of recurrent state a sequence, elements of convolution state a sequence. Worked from the configs by the rules
 * of the published cache layouts (vLLM, aiconfigurator `models/base.py`), apart from this code.
 */
const worked = readFixture('kv-elements.json') as Record<string, [number, number, number, number]>

function isRecurrent(attention: Attention): attention is Recurrent {
  return ['gated-deltanet', 'kimi-delta', 'mamba1', 'mamba2', 'lightning', 'short-conv'].includes(attention.kind)
}

function elements(architecture: Architecture): number[] {
  const sums = [0, 0, 0, 0]
  const add = (index: number, value: number) => {
    sums[index] = (sums[index] ?? 0) + value
  }
  for (const { attention, layers } of describeModel(architecture).kinds) {
    const spec = kvSpec(attention, 1, architecture.hidden_size)
    if (spec.kind === 'full' || spec.kind === 'compressed') add(0, spec.elementsPerToken * layers)
    if (spec.kind === 'sliding' || spec.kind === 'chunked') add(1, spec.elementsPerToken * layers)
    add(1, (spec.windowElementsPerToken ?? 0) * layers)
    if (!isRecurrent(attention)) continue
    const state = recurrentState(attention, architecture.hidden_size)
    add(2, state.stateElements * layers)
    add(3, state.convolutionChannels * state.convolutionTokens * layers)
  }
  return sums
}

/** The spec of the only kind of layer for which `pick` is true. */
function specOf(id: string, tensorParallel: number, pick: (attention: Attention) => boolean = () => true): KvSpec {
  const architecture = shippedArchitecture(id)
  const group = architecture.layers.find(({ attention }) => pick(attention))
  if (group === undefined) throw new Error(`${id} has no such layer`)
  return kvSpec(group.attention, tensorParallel, architecture.hidden_size)
}

describe('elements of the cache of every shipped model', () => {
  const described = shippedModels.flatMap(({ id, architecture }) => (architecture ? [[id, architecture] as const] : []))

  it.each(described)('%s', (id, architecture) => {
    expect(elements(architecture)).toEqual(worked[id])
  })
})

describe('hand-worked caches', () => {
  it('Llama 3 70B: 2 x 80 x 8 x 128 = 163,840 elements a token', () => {
    const spec = specOf('llama-3-70b', 1)
    expect(spec).toEqual({ kind: 'full', heads: 8, elementsPerToken: 2048 })
    expect(80 * spec.elementsPerToken).toBe(163_840)
    // tp 4: 2 of 8 heads, 80 x 2 x 2 x 128 x 2 B = 81,920 B a token and rank.
    expect(80 * specOf('llama-3-70b', 4).elementsPerToken * 2).toBe(81_920)
  })

  it('beyond tp = kv heads each rank holds one head, and nothing is saved', () => {
    expect(specOf('llama-3-70b', 8).heads).toBe(1)
    expect(specOf('llama-3-70b', 16)).toEqual(specOf('llama-3-70b', 8))
    // 10 kv heads over 4 ranks: the fullest holds 3.
    expect(specOf('phi-3-medium-4k', 4).heads).toBe(3)
  })

  it('DeepSeek-V3: a latent of 512 + 64 a layer, whole on every rank; 70,272 B a token at bf16', () => {
    expect(specOf('deepseek-v3', 1).elementsPerToken).toBe(576)
    expect(specOf('deepseek-v3', 8)).toEqual(specOf('deepseek-v3', 1))
    expect(61 * 576 * 2).toBe(70_272)
  })

  it('DeepSeek-V3.2: 132 bytes a token for the keys of the indexer (128 fp8 values and one fp32 scale)', () => {
    expect(specOf('deepseek-v3.2', 8).fixedBytesPerToken).toBe(132)
    // GLM-5.2: 21 of 78 layers own an indexer.
    const { layers } = shippedArchitecture('glm-5.2')
    const owners = describeModel(shippedArchitecture('glm-5.2')).kinds.filter(
      ({ attention }) => kvSpec(attention, 1, layers.length).fixedBytesPerToken === 132,
    )
    expect(owners.reduce((sum, kind) => sum + kind.layers, 0)).toBe(21)
  })

  it('gpt-oss-120b: 18 full layers and 18 with a window of 128, 1024 elements each', () => {
    expect(specOf('gpt-oss-120b', 1, (a) => a.kind === 'softmax' && a.window === undefined)).toEqual({
      kind: 'full',
      heads: 8,
      elementsPerToken: 1024,
    })
    expect(specOf('gpt-oss-120b', 1, (a) => a.kind === 'softmax' && a.window !== undefined)).toEqual({
      kind: 'sliding',
      heads: 8,
      elementsPerToken: 1024,
      window: 128,
    })
  })

  it('Llama 4 Scout attends in chunks of 8192', () => {
    expect(specOf('llama-4-scout', 8, (a) => a.kind === 'softmax' && a.window !== undefined)).toEqual({
      kind: 'chunked',
      heads: 1,
      elementsPerToken: 256,
      window: 8192,
    })
  })

  it('MiMo-V2: key heads of 192 and value heads of 128', () => {
    const architecture = shippedArchitecture('mimo-v2-flash')
    const full = architecture.layers.find(({ attention }) => attention.kind === 'softmax' && !attention.window)
    expect(full && kvElementsPerToken(full.attention)).toBe(4 * (192 + 128))
  })

  it('Gemma 4 E2B: the last 20 layers store nothing; full layers that share a projection store K and V', () => {
    const { kinds } = describeModel(shippedArchitecture('gemma-4-e2b'))
    const without = kinds.filter(({ attention }) => kvSpec(attention, 1, 1536).kind === 'none')
    expect(without.reduce((sum, kind) => sum + kind.layers, 0)).toBe(20)
    expect(specOf('gemma-4-31b', 1, (a) => a.kind === 'softmax' && a.k_equals_v).elementsPerToken).toBe(2 * 4 * 512)
  })

  it('Llama 3.2 Vision: cross layers store image tokens only', () => {
    const spec = specOf('llama-3.2-11b-vision', 1, (a) => a.kind === 'cross')
    expect(spec).toEqual({ kind: 'cross', heads: 8, elementsPerToken: 2048 })
    const { layers } = shippedArchitecture('llama-3.2-11b-vision')
    expect(layers.map(({ attention }) => kvElementsPerToken(attention)).sort()).toEqual([0, 2048])
  })

  it('DeepSeek V4: 128 raw tokens and one entry of 512 per 4 or 128 tokens', () => {
    const four = specOf('deepseek-v4-flash', 8, (a) => a.kind === 'compressed' && a.ratio === 4)
    // Indexer keys: 128 values of half a byte per 4 tokens.
    expect(four).toEqual({
      kind: 'compressed',
      heads: 1,
      elementsPerToken: 128,
      windowElementsPerToken: 512,
      window: 128,
      fixedBytesPerToken: 16,
    })
    expect(specOf('deepseek-v4-flash', 8, (a) => a.kind === 'compressed' && a.ratio === 128).elementsPerToken).toBe(4)
  })
})

describe('hand-worked states', () => {
  it('Qwen3.6-27B at tp 2: 1,603,584 B a layer, the figure behind its block of 1,568 tokens in vLLM', () => {
    // [(2 x 2048 + 6144) x 3 x 2 + 48 x 128 x 128 x 4] / 2
    const spec = specOf('qwen3.6-27b', 2, (a) => a.kind === 'gated-deltanet')
    expect(spec).toEqual({ kind: 'state', heads: 0, elementsPerToken: 0, stateBytes: 1_603_584 })
  })

  it('Qwen3-Next: [(2 x 2048 + 4096) x 3 x 2 + 32 x 128 x 128 x 4] = 2,146,304 B a layer', () => {
    expect(specOf('qwen3-next-80b-a3b', 1, (a) => a.kind === 'gated-deltanet').stateBytes).toBe(2_146_304)
  })

  it('Kimi K3 at tp 8: 814,080 B a layer', () => {
    // [3 x 12288 x 3 x 2 + 12288 x 128 x 4] / 8
    expect(specOf('kimi-k3', 8, (a) => a.kind === 'kimi-delta').stateBytes).toBe(814_080)
  })

  it('draft tokens lengthen the convolution only', () => {
    const { layers, hidden_size } = shippedArchitecture('qwen3.6-27b')
    const attention = layers.find((group) => group.attention.kind === 'gated-deltanet')?.attention
    if (attention === undefined) throw new Error('no linear layer')
    // q = 3: 3 x 10,240 channels x 2 B / tp 2 more.
    expect(kvSpec(attention, 2, hidden_size, 3).stateBytes).toBe(1_603_584 + (3 * 10_240 * 2) / 2)
  })

  it('Mamba-2 with fewer groups than ranks keeps one group a rank', () => {
    // Granite 4.0 H Small: D = 128 x 64, one group of state 128; [(8192 + 2 x g x 128) x 3 x 2 + 8192 x 128 x 4] / tp.
    const mamba = (a: Attention) => a.kind === 'mamba2'
    expect(specOf('granite-4.0-h-small', 1, mamba).stateBytes).toBe(8448 * 6 + 4_194_304)
    expect(specOf('granite-4.0-h-small', 4, mamba).stateBytes).toBe((9216 * 6 + 4_194_304) / 4)
  })

  it('Mamba-1, lightning and short convolutions', () => {
    // Jamba: D = 2 x 4096; D x 3 x 2 + D x 16 x 4.
    expect(specOf('jamba-v0.1', 1, (a) => a.kind === 'mamba1').stateBytes).toBe(8192 * 6 + 8192 * 64)
    // MiniMax-M1: 64 x 128 x 128 x 4 / tp.
    expect(specOf('minimax-m1-80k', 8, (a) => a.kind === 'lightning').stateBytes).toBe((64 * 128 * 128 * 4) / 8)
    // LFM2: 2048 channels, two earlier tokens of 2 B.
    expect(specOf('lfm2.5-8b-a1b', 1, (a) => a.kind === 'short-conv').stateBytes).toBe(2048 * 2 * 2)
  })
})
