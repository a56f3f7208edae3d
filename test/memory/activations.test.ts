import { describe, expect, it } from 'vitest'
import { type ActivationOptions, activations } from '../../src/memory/activations.ts'
import { layerWidths } from '../../src/memory/layer-widths.ts'
import { describeModel } from '../../src/model/tensors.ts'
import { architecture, bf16, GIB, ggufQ4KM, llamaCpp, releaseFrom, tensorrtLlm, vllm } from './fixtures.ts'

function peak(id: string | ReturnType<typeof architecture>, given: Partial<ActivationOptions> = {}, from = '0.18') {
  const tensors = describeModel(typeof id === 'string' ? architecture(id) : id)
  const engine = (given.engine ?? vllm) as typeof vllm
  const quantization = engine === llamaCpp ? ggufQ4KM : bf16
  const stage = { index: 0, firstLayer: 0, layers: tensors.layerCount, first: true, last: true }
  return activations({
    widths: layerWidths(tensors, stage, quantization),
    engine,
    memory: releaseFrom(engine, from).memory,
    tensorParallel: 1,
    expertParallel: 1,
    pipelineParallel: 1,
    activationBytes: 2,
    packedExperts: false,
    ...given,
  })
}
const gib = (bytes: number) => bytes / GIB

describe('vLLM', () => {
  it('matches the profiled peaks of start-up logs', () => {
    // llm-d-incubation/llm-d-planner PR 205 (H100, 1024 sequences, 8192 tokens) and docs/empirical-vllm-memory-results.md (0.11)
    const logs: [string, Partial<ActivationOptions>, string, number, number][] = [
      ['qwen2.5-7b', {}, '0.18', 2.21, 0.005],
      ['qwen2.5-7b', { tensorParallel: 4 }, '0.18', 2.21, 0.005],
      ['qwen3-14b', {}, '0.17', 2.23, 0.005],
      ['qwen3-14b', {}, '0.14', 5.64, 0.002],
      ['qwen3-0.6b', {}, '0.10', 5.56, 0.003],
      ['gemma-7b', {}, '0.18', 3.63, 0.02],
      ['qwen1.5-moe-a2.7b', {}, '0.18', 2.47, 0.001],
      ['mixtral-8x7b', { tensorParallel: 2 }, '0.18', 1.21, 0.05],
      ['mistral-small-3.1-24b', {}, '0.18', 2.03, 0.005],
      ['mistral-small-3.1-24b', { activationBytes: 1 }, '0.18', 2.18, 0.04],
      ['gpt-oss-20b', { packedExperts: true }, '0.10', 7.38, 0.001],
    ]
    for (const [id, options, from, measured, tolerance] of logs) {
      expect(Math.abs(gib(peak(id, options, from).bytes(1024, 8192, 0)) / measured - 1), id).toBeLessThan(tolerance)
    }
  })

  it('takes the forward pass where the vocabulary is small or the batch large', () => {
    // Llama 3 70B at tensor parallel 4: forward 8192 x (4 x 8192 + 28,672 x 6 / 4) = 620,756,992 B = 0.578 GiB
    const model = peak('llama-3-70b', { tensorParallel: 4 })
    expect(model.bytes(1, 8192, 0)).toBe(620_756_992 + Math.round(0.115 * GIB))
  })

  it('counts the pixels of the image it profiles with', () => {
    // Gemma 3: 32 images of 3 x 896 x 896 values for 8192 tokens; log 3.99 GiB for 27B
    const { vision_image: _, ...unseen } = architecture('gemma-3-27b')
    const seen = { ...unseen, vision_image: { tokens: 256, values: 3 * 896 * 896 } }
    const pixels = peak(seen).bytes(1024, 8192, 0) - peak(unseen).bytes(1024, 8192, 0)
    expect(pixels).toBe(32 * 3 * 896 * 896 * 2)
    expect(Math.abs(gib(peak(seen).bytes(1024, 8192, 0)) / 3.99 - 1)).toBeLessThan(0.02)
  })

  it('names its numbers', () => {
    expect(peak('llama-3-70b').explain(1024, 8192, 0)).toContain('sampler 14 B x 1,024 sequences x 128,256')
  })
})

describe('llama.cpp', () => {
  const mib = (bytes: number) => bytes / 2 ** 20
  it('matches the compute buffers of Llama 3 8B: 258.5 MiB at 512, 560 at 8192, 640 when split', () => {
    // XiongjieDai/GPU-Benchmarks-on-LLM-Inference LLaMA 3 notebooks (micro-batch 512)
    const alone = peak('llama-3-8b', { engine: llamaCpp }, '0')
    expect(mib(alone.bytes(1, 512, 512))).toBeCloseTo(258.5, 3)
    expect(mib(alone.bytes(1, 512, 8192))).toBe(560)
    expect(mib(peak('llama-3-8b', { engine: llamaCpp, pipelineParallel: 4 }, '0').bytes(1, 512, 8192))).toBe(640)
  })

  it('needs no scores with flash attention', () => {
    const flash = peak('llama-3-8b', { engine: llamaCpp }, '6325')
    // (V + H) b 4 = 258.5 MiB stays the largest until C b 2 + 4 H b 4 passes it
    expect(mib(flash.bytes(1, 512, 8192))).toBeCloseTo(258.5, 3)
    expect(mib(flash.bytes(1, 512, 262_144))).toBe(256 + 32)
  })
})

describe('TensorRT-LLM', () => {
  it('sizes its workspace by batched tokens', () => {
    // Llama 2 7B: 8192 x (3 x 11,008 + 6 x 4096) x 2 + 1 GiB
    const workspace = peak('llama-2-7b', { engine: tensorrtLlm }, '0.20').bytes(256, 8192, 0)
    expect(workspace).toBe(8192 * (3 * 11_008 + 6 * 4096) * 2 + GIB)
  })
})
