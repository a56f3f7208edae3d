import { describe, expect, it } from 'vitest'
import { activations } from '../../../src/memory/training/activations.ts'
import { lossBlock } from '../../../src/memory/training/loss.ts'
import { explainInFlight, microBatchesInFlight, trainingStages } from '../../../src/memory/training/pipeline.ts'
import type { PreparedConfiguration } from '../../../src/memory/training/types.ts'
import type { LoraTarget } from '../../../src/model/tensors.ts'
import { lazily } from '../../lazily.ts'
import { ALL_LINEAR, configurationOf, physics, tensorsOf, trainer } from './fixtures.ts'

/** Bytes per token of one layer of a model, in units of its hidden size. */
function perLayer(model: string, by: string, given: Partial<PreparedConfiguration>, isKbit = false) {
  const tensors = tensorsOf(model)
  const configuration = configurationOf({ activationCheckpointing: 'none', ...given })
  const stage = { index: 0, firstLayer: 0, layers: tensors.layerCount, first: true, last: true }
  const found = activations(stage, { tensors, configuration, trainer: trainer(by), physics }, isKbit)
  const hidden = tensors.architecture.hidden_size
  return {
    stored: found.storedPerToken / tensors.layerCount / hidden,
    live: found.livePerToken / hidden,
    host: found.hostPerToken / tensors.layerCount / hidden,
    text: found.explainStored(),
  }
}

describe('saved activations of Llama 3 8B, multiples of h (f = 3.5 h, 32 heads, 8 for keys and values)', () => {
  it('eager, full: norms 12, q 2, k and v 4, output 2 + 4 a, inputs 6, MLP 21 + 7', () => {
    expect(perLayer('llama-3-8b', 'common', {}).stored).toBeCloseTo(54 + (4 * 32) / 4096, 6)
  })

  it('eager, LoRA on q and v: 37 and fp32 copies of both inputs', () => {
    const lora = { rank: 16, targets: ['q', 'v'] } as const
    expect(perLayer('llama-3-8b', 'common', { method: 'lora', lora }).stored).toBeCloseTo(45 + 0.03125, 6)
  })

  it('eager, 16-bit adapters with dropout keep value and mask; LitGPT once for q, k and v, and 5 h of its own', () => {
    const lora = { rank: 16, targets: ['q', 'k', 'v'] } as const
    expect(perLayer('llama-3-8b', 'fsdp-qlora', { method: 'lora', lora }).stored).toBeCloseTo(37.03125 + 9, 6)
    expect(perLayer('llama-3-8b', 'litgpt', { method: 'lora', lora }).stored).toBeCloseTo(37.03125 + 3 + 5, 6)
    // 2.5 x (2 h + 2 q + 2 h + 2 f) for a 4-bit base
    expect(perLayer('llama-3-8b', 'litgpt', { method: 'qlora', lora }).stored).toBeCloseTo(45.03125 + 2.5 * 13, 6)
  })

  it('16-bit adapters without dropout: each distinct input once, 2 for q k v, 2 for gate and up, 7 for down', () => {
    // PyTorch's saved tensors of such a block, counted with hooks: 49.03 h and 39.41 h, with the products of rank 16 themselves.
    const stored = (targets: readonly LoraTarget[]) =>
      perLayer('llama-3-8b', 'torchtune', { method: 'lora', lora: { rank: 16, targets } }).stored
    expect(stored(ALL_LINEAR)).toBeCloseTo(37.03125 + 2 + 2 + 7, 6)
    expect(stored(['q', 'v'])).toBeCloseTo(37.03125 + 2, 6)
    // The output projection reads what attention keeps.
    expect(stored(['o'])).toBeCloseTo(37.03125, 6)
  })

  it('compiled: norms 4, q 2, k and v 1, output 2, inputs 6, MLP 14 + 7', () => {
    expect(perLayer('llama-3-8b', 'torchtitan', { compile: true }).stored).toBeCloseTo(36.03125, 6)
  })

  it('selective: input 2, attention 2, half of 29 in products', () => {
    const selective = perLayer('llama-3-8b', 'torchtitan', { activationCheckpointing: 'selective' })
    expect(selective.stored).toBeCloseTo(14.5 + 0.03125, 6)
    // the rest of the block and the gradients of gate and up
    expect(selective.live).toBeCloseTo(54 - 14.5 + 14, 6)
  })

  it('full recomputation: 2 h, in fp32 4 h; the live block is whole with 4 f of gradients', () => {
    const full = perLayer('llama-3-8b', 'common', { activationCheckpointing: 'full' })
    expect(full.stored).toBe(2)
    expect(full.live).toBeCloseTo(54.03125 + 14, 6)
    expect(perLayer('llama-3-8b', 'common', { activationCheckpointing: 'full' }, true).stored).toBe(4)
  })

  it('checkpoints on the host: two layers in transit', () => {
    const full = perLayer('llama-3-8b', 'unsloth', { activationCheckpointing: 'full' })
    expect(full.host).toBe(2)
    expect(full.stored).toBeCloseTo((2 * 2) / 32, 9)
  })

  it('70B with fp32 adapters on all linear layers: 75.03 h', () => {
    const lora = { rank: 16, targets: ALL_LINEAR }
    expect(perLayer('llama-3-70b', 'common', { method: 'lora', lora }).stored).toBeCloseTo(75.03125, 6)
  })

  it('scores without a flash kernel: 5 a s, divided by tensor parallelism', () => {
    const flash = perLayer('llama-3-8b', 'common', {})
    const plain = perLayer('llama-3-8b', 'common', { flashAttention: false })
    expect(plain.stored - flash.stored).toBeCloseTo((5 * 32 * 2048) / 4096, 6)
    const split = { tensorParallel: 4, sequenceParallel: true }
    const divided = perLayer('llama-3-8b', 'common', { ...split, flashAttention: false })
    expect(divided.stored).toBeCloseTo(plain.stored / 4, 6)
  })
})

describe('other blocks', () => {
  it('GPT under Megatron: 34 h; 10 h whole without sequence parallelism; all divided with it', () => {
    expect(perLayer('gpt-3-175b', 'megatron-lm', {}).stored).toBe(34)
    expect(perLayer('gpt-3-175b', 'megatron-lm', { tensorParallel: 8 }).stored).toBe(10 + 24 / 8)
    const both = { tensorParallel: 8, sequenceParallel: true }
    expect(perLayer('gpt-3-175b', 'megatron-lm', both).stored).toBe(34 / 8)
  })

  it('Megatron without flash: 5 a s, which selective recomputation drops and makes live', () => {
    const scores = (5 * 96 * 2048) / 12_288
    const none = perLayer('gpt-3-175b', 'megatron-lm', { flashAttention: false })
    expect(none.stored).toBeCloseTo(34 + scores, 6)
    const selective = perLayer('gpt-3-175b', 'megatron-lm', {
      flashAttention: false,
      activationCheckpointing: 'selective',
    })
    expect(selective.stored).toBeCloseTo(34, 6)
    expect(selective.live).toBeCloseTo(scores + 2 * 4, 6)
  })

  it('gated blocks under Megatron: 18 h + 4 f', () => {
    expect(perLayer('llama-3-8b', 'megatron-lm', {}).stored).toBeCloseTo(18 + 14, 6)
  })

  it('Falcon 7B: one norm, one key/value head repeated to 71, MLP without gate, frozen', () => {
    // 4 h + 2 q + 2 x 2 q + 2 q + 4 a + 2 x 4 h, and fp32 inputs of two adapters
    const lora = { rank: 8, targets: ['q', 'v'] } as const
    expect(perLayer('falcon-7b', 'common', { method: 'lora', lora }).stored).toBeCloseTo(
      4 + 8 + (4 * 71) / 4544 + 8 + 8,
      6,
    )
  })

  it('Mixtral: both chosen experts, and 4 h of routed copies for each', () => {
    // as Llama 3 8B with f = 2 x 14336 = 7 h
    expect(perLayer('mixtral-8x7b', 'common', {}).stored).toBeCloseTo(26 + 0.03125 + 8 * 7 + 4 * 2, 6)
  })

  it('Gemma 2 caps its scores: 9 a s, flash or not', () => {
    const given = { method: 'lora', lora: { rank: 8, targets: ['q'] } } as const
    const capped = perLayer('gemma-2-2b', 'common', given)
    expect(capped.text).toContain('capped scores')
    expect(perLayer('gemma-2-2b', 'common', { ...given, flashAttention: false }).stored).toBe(capped.stored)
  })
})

describe('loss block of Llama 3 8B, bytes per token', () => {
  const tensors = lazily(() => tensorsOf('llama-3-8b'))
  const V = 128_256
  const loss = (by: string, given: Partial<PreparedConfiguration>) =>
    lossBlock(tensors, configurationOf(given), trainer(by), physics).perToken
  const lora = { rank: 8, targets: ['q'] } as const

  it.each([
    ['Hugging Face', 'common', {}, 14 * V],
    ['Hugging Face of 2024', 'fsdp-qlora', {}, 16 * V],
    ['torchtitan eager', 'torchtitan', {}, 12 * V],
    ['torchtitan compiled', 'torchtitan', { compile: true }, 10 * V],
    ['LitGPT', 'litgpt', {}, 8 * V],
    ['Megatron over TP 4', 'megatron-lm', { tensorParallel: 4 }, 4 * (V / 4)],
    ['torchtune, 8 chunks', 'torchtune', { loss: 'chunked' }, (2 + 12 / 8) * V],
    ['torchtune LoRA', 'torchtune', { loss: 'chunked', method: 'lora', lora }, (12 / 64) * V + 4 * 4096],
    ['fused', 'common', { loss: 'fused' }, 4 * 4096],
  ] as const)('%s', (_, by, given, expected) => {
    expect(loss(by, given)).toBeCloseTo(expected, 6)
  })

  it('Gemma 2 adds 4 for the cap', () => {
    const perToken = lossBlock(tensorsOf('gemma-2-2b'), configurationOf(), trainer('litgpt'), physics).perToken
    expect(perToken).toBe(12 * 256_000)
  })
})

describe('pipeline', () => {
  it('1F1B: min(m, p - s) micro-batches', () => {
    expect(microBatchesInFlight(0, 8, 1, 32)).toBe(8)
    expect(microBatchesInFlight(3, 8, 1, 32)).toBe(5)
    expect(microBatchesInFlight(7, 8, 1, 32)).toBe(1)
    expect(microBatchesInFlight(0, 8, 1, 4)).toBe(4)
    expect(microBatchesInFlight(0, 1, 1, 4)).toBe(1)
  })

  it('interleaved: 29 chunks on the last of 4 ranks with 8 chunks each, 35 of at most 32 on the first', () => {
    expect(microBatchesInFlight(3, 4, 8, 4) * 8).toBe(29)
    expect(microBatchesInFlight(0, 4, 8, 4) * 8).toBe(32)
    expect(microBatchesInFlight(0, 4, 8, 64) * 8).toBe(35)
    expect(explainInFlight(3, 4, 8, 4)).toBe('min(32, 2 x 0 + 7 x 4 + 1) / 8 micro-batches')
  })

  it('every stage has ceil(L / p) layers, stages that are alike are listed once', () => {
    const stages = trainingStages(tensorsOf('llama-3.1-405b'), 8)
    expect(stages.map((stage) => [stage.index, stage.layers])).toEqual([
      [0, 16],
      [1, 16],
      [7, 16],
    ])
    expect((stages.at(-1)?.firstLayer ?? 0) + 16).toBe(126)
    expect(() => trainingStages(tensorsOf('llama-3-8b'), 33)).toThrow(RangeError)
  })
})
