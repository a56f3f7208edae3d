import { describe, expect, it } from 'vitest'
import { isRaisedLayer } from '../../src/memory/gguf-mix.ts'
import { mxfp4Padding } from '../../src/memory/padding.ts'
import { layerSplit, pipelineStages } from '../../src/memory/stages.ts'
import { explainWeights, stageWeights, type WeightOptions } from '../../src/memory/weights.ts'
import { describeModel } from '../../src/model/tensors.ts'
import {
  architecture,
  bf16,
  GIB,
  ggufF16,
  ggufQ4,
  ggufQ4KM,
  int8,
  llamaCpp,
  mxfp4,
  tinyArchitecture,
  vllm,
} from './fixtures.ts'

function weights(id: string | ReturnType<typeof architecture>, given: Partial<WeightOptions> = {}) {
  return stageWeights({
    tensors: describeModel(typeof id === 'string' ? architecture(id) : id),
    quantization: bf16,
    engine: vllm,
    generation: 'hopper',
    tensorParallel: 1,
    pipelineParallel: 1,
    expertParallel: 1,
    ...given,
  })
}
const fullest = (...args: Parameters<typeof weights>) => Math.max(...weights(...args).map((stage) => stage.bytes))
const gguf = (quantization = ggufQ4KM, pipelineParallel = 1) => ({ quantization, engine: llamaCpp, pipelineParallel })

describe('pipeline stages', () => {
  it('gives the remainder to the stages counted back from the last but one', () => {
    // vLLM get_pp_indices: the last stage also holds the head
    expect(pipelineStages(61, 4).map((stage) => stage.layers)).toEqual([15, 15, 16, 15])
    expect(pipelineStages(62, 4).map((stage) => stage.layers)).toEqual([15, 16, 16, 15])
    expect(pipelineStages(63, 4).map((stage) => stage.layers)).toEqual([16, 16, 16, 15])
    expect(pipelineStages(80, 2).map((stage) => stage.firstLayer)).toEqual([0, 40])
    expect(() => pipelineStages(2, 3)).toThrow(RangeError)
  })

  it('llama.cpp sends item i of L + 1 to device floor(i N / (L + 1))', () => {
    // XiongjieDai/GPU-Benchmarks-on-LLM-Inference: the last of two RTX 3090 holds 15 of 32 layers and the head
    expect(layerSplit(32, 2).map((stage) => stage.layers)).toEqual([17, 15])
    expect(layerSplit(32, 4).map((stage) => stage.layers)).toEqual([9, 8, 8, 7])
    expect(layerSplit(80, 1)).toEqual([{ index: 0, firstLayer: 0, layers: 80, first: true, last: true }])
  })
})

describe('MXFP4 padding', () => {
  const gptOss = { hiddenWidth: 2880, innerWidth: 2880, split: false, generation: 'hopper' }
  it('pads values of one side on Hopper, both sides elsewhere', () => {
    // 1 + (3072/2880 - 1) x 16/17
    expect(mxfp4Padding(gptOss)).toBeCloseTo(1.062745, 6)
    // 3072/2880 x 384/360 at tensor parallel 8
    expect(mxfp4Padding({ ...gptOss, innerWidth: 360, split: true, generation: 'blackwell-gddr' })).toBeCloseTo(
      1.13778,
      5,
    )
    // whole experts: 3072/2880 x 2944/2880
    expect(mxfp4Padding({ ...gptOss, split: true })).toBeCloseTo(1.09037, 5)
  })
  it('adds nothing to shapes that fit', () => {
    expect(mxfp4Padding({ hiddenWidth: 7168, innerWidth: 2048, split: false, generation: 'hopper' })).toBe(1)
  })
})

describe('weights of one rank', () => {
  it('match start-up logs of vLLM', () => {
    // llm-d-incubation/llm-d-planner PR 205 and docs/empirical-vllm-memory-results.md: GiB of "model loading"
    const logs: [string, Partial<WeightOptions>, number, number][] = [
      ['qwen3-14b', {}, 27.52, 0.001],
      ['qwen2.5-7b', {}, 14.25, 0.003],
      ['qwen2.5-7b', { quantization: int8 }, 8.14, 0.001],
      ['qwen2.5-7b', { tensorParallel: 2 }, 7.12, 0.001],
      ['gemma-2-9b', {}, 17.22, 0.001],
      ['gemma-3-27b', {}, 51.45, 0.002],
      ['phi-4', {}, 27.39, 0.004],
      ['mixtral-8x7b', { tensorParallel: 2 }, 43.51, 0.001],
      ['qwen1.5-moe-a2.7b', {}, 26.67, 0.001],
      ['llama-4-scout', { tensorParallel: 4 }, 53.12, 0.001],
      ['mistral-small-3.1-24b', {}, 44.76, 0.001],
      ['mistral-small-3.1-24b', { quantization: int8 }, 24.07, 0.001],
      ['gpt-oss-20b', { quantization: mxfp4 }, 13.47, 0.003],
      ['gpt-oss-120b', { quantization: mxfp4 }, 64.38, 0.001],
    ]
    for (const [id, options, measured, tolerance] of logs) {
      expect(Math.abs(fullest(id, options) / GIB / measured - 1), id).toBeLessThan(tolerance)
    }
  })

  it('match the buffers llama.cpp prints', () => {
    // XiongjieDai/GPU-Benchmarks-on-LLM-Inference notebooks: fullest device, GiB
    expect(fullest('llama-3-8b', gguf()) / GIB).toBeCloseTo(4.3, 3)
    expect(fullest('llama-3-8b', gguf(ggufQ4KM, 4)) / GIB).toBeCloseTo(1.277, 3)
    expect(fullest('llama-1-65b', gguf(ggufQ4)) / GIB).toBeCloseTo(34.131, 3)
    expect(fullest('llama-2-70b', gguf(ggufQ4)) / GIB).toBeCloseTo(36.065, 3)
    expect(fullest('llama-2-13b', gguf(ggufF16)) / GIB).toBeCloseTo(23.94, 3)
  })

  it('raise half of the layers of a Q4_K_M file, and all value matrices of 70B shapes to Q5_K at least', () => {
    // Llama 3 70B Q4_K_M: tensors of 42,512,531,456 bytes with the host's embedding of 128,256 x 8192 x 4.5 bits (worked by hand from
    // ggml-org/llama.cpp src/llama-quant.cpp; the published file is 42.52 GB with its metadata)
    const embedding = (128_256 * 8192 * 4.5) / 8
    expect(fullest('llama-3-70b', gguf()) + embedding).toBe(42_512_531_456)
    expect(Array.from({ length: 32 }, (_, layer) => isRaisedLayer(layer, 32)).filter(Boolean)).toHaveLength(16)
  })

  it('hold a tied table twice only when the ends are on different GPUs', () => {
    const tied = tinyArchitecture({ tied_embeddings: true })
    const table = 32_000 * 1024 * 2
    const whole = fullest(tied)
    const split = weights(tied, { pipelineParallel: 2 }).reduce((sum, stage) => sum + stage.bytes, 0)
    const rope = 8192 * 64 * 2
    expect(split - whole).toBe(table + rope)
  })

  it('pad the vocabulary to 64 rows', () => {
    const odd = fullest(tinyArchitecture({ vocabulary_size: 31_999 }))
    expect(odd).toBe(fullest(tinyArchitecture()))
  })

  it('replicate kv heads beyond their number', () => {
    const architectureOf = tinyArchitecture()
    const parts =
      weights(architectureOf, { tensorParallel: 16 })[0]?.parts.filter((part) => part.label === 'blocks') ?? []
    // k and v: 2 x 16 layers x 1024 x 512 parameters, one of eight heads on each of sixteen ranks
    const kv = parts.find((part) => part.divisor === 8)
    expect(kv?.parameters).toBe(2 * 16 * 1024 * 512)
    expect(parts.find((part) => part.divisor === 16)).toBeDefined()
  })

  it('keep the latent up-projection a second time', () => {
    // DeepSeek-V3: 512 x 128 heads x (128 + 128) x 61 layers, 16 bit, divided by tensor parallelism
    const part = weights('deepseek-v3', { tensorParallel: 8 })[0]?.parts.find((entry) =>
      entry.label.startsWith('absorbed'),
    )
    expect(part).toMatchObject({ parameters: 512 * 128 * 256 * 61, bits: 16, divisor: 8 })
  })

  it('hold rope tables for every position the model knows: Gemma 3 with head width 256, 0.56 GiB', () => {
    const part = weights('gemma-3-4b')[0]?.parts.find((entry) => entry.label === 'rope tables')
    expect(((part?.parameters ?? 0) * 2) / GIB).toBeCloseTo(0.5625, 6)
  })

  it('spread whole experts over expert-parallel ranks: the same bytes where experts divide', () => {
    const byTensor = fullest('mixtral-8x7b', { tensorParallel: 4 })
    const byExpert = fullest('mixtral-8x7b', { tensorParallel: 4, expertParallel: 4 })
    expect(byExpert).toBe(byTensor)
  })

  it('explain themselves with the numbers put in', () => {
    const [only] = weights('llama-3-70b', { tensorParallel: 4 })
    if (only === undefined) throw new Error('no stage')
    const text = explainWeights(only)
    expect(text).toContain('blocks 68,451,041,280 x 2 B / 4')
    expect(text).toContain('head 1,050,673,152 x 2 B / 4')
    expect(text).toContain('norms and vectors 1,318,912 x 2 B')
    expect(text).toContain('rope tables 1,048,576 x 2 B')
  })
})
