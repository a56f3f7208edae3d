import { describe, expect, it } from 'vitest'
import { type Degrees, divisibilityProblem, parallelismProblem } from '../../src/memory/feasibility.ts'
import { describeModel } from '../../src/model/tensors.ts'
import { architecture, awq, bf16, ggufQ4, llamaCpp, mxfp4, nvfp4, sglang, tinyArchitecture, vllm } from './fixtures.ts'

const tensors = (id: string) => describeModel(architecture(id))
const degrees = (tensorParallel: number, pipelineParallel = 1, expertParallel = 1): Degrees => ({
  tensorParallel,
  pipelineParallel,
  expertParallel,
})

describe('quantisation groups', () => {
  it('must stay whole after the split', () => {
    // Llama 3 8B: 14,336 / 8 = 1,792 = 14 groups of 128; Mixtral 14,336 likewise; Qwen2.5 7B 18,944 / 4 = 4,736 = 37 groups
    expect(divisibilityProblem(tensors('llama-3-8b'), awq, degrees(8))).toBeNull()
    expect(divisibilityProblem(tensors('qwen2.5-7b'), awq, degrees(4))).toBeNull()
    // Qwen2.5 72B: 29,568 = 231 groups, an odd number that no split keeps whole
    expect(divisibilityProblem(tensors('qwen2.5-72b'), awq, degrees(1))).toBeNull()
    expect(divisibilityProblem(tensors('qwen2.5-72b'), awq, degrees(4))).toMatch(/7,392/)
    expect(divisibilityProblem(tensors('qwen2.5-72b'), awq, degrees(8))).toMatch(/3,696/)
  })
  it('whole experts keep whole groups', () => {
    // Qwen1.5-MoE: experts 1408 wide, 11 groups; halves are 5.5
    expect(divisibilityProblem(tensors('qwen1.5-moe-a2.7b'), awq, degrees(2))).toMatch(/704/)
    const shared = divisibilityProblem(tensors('qwen1.5-moe-a2.7b'), awq, { tensorParallel: 2, expertParallel: 2 })
    expect(shared).toBeNull()
  })
  it('do not concern 16-bit, GGUF or padded MXFP4 tensors', () => {
    expect(divisibilityProblem(tensors('qwen2.5-7b'), bf16, degrees(8))).toBeNull()
    expect(divisibilityProblem(tensors('gpt-oss-120b'), mxfp4, degrees(8))).toBeNull()
    expect(divisibilityProblem(tensors('qwen2.5-7b'), { ...ggufQ4, group_size: 256 }, degrees(1))).toBeNull()
    expect(divisibilityProblem(tensors('gpt-oss-120b'), awq, degrees(1))).toMatch(/2,880/)
    expect(divisibilityProblem(tensors('qwen2.5-7b'), nvfp4, degrees(8))).toBeNull()
  })
})

describe('degrees of parallelism', () => {
  it('follow heads, kv heads, vocabulary and layers', () => {
    expect(parallelismProblem(tensors('llama-3-70b'), vllm, degrees(8, 2))).toBeNull()
    expect(parallelismProblem(tensors('llama-3-70b'), vllm, degrees(16))).toBeNull()
    expect(parallelismProblem(tensors('llama-3-70b'), vllm, degrees(3))).toMatch(/padded vocabulary|heads/)
    // Qwen2.5 7B: 28 query heads
    expect(parallelismProblem(tensors('qwen2.5-7b'), vllm, degrees(8))).toMatch(/28 attention heads/)
    expect(parallelismProblem(tensors('llama-3-8b'), vllm, degrees(1, 33))).toMatch(/33 pipeline stages for 32/)
    const odd = tinyArchitecture({
      layers: [
        {
          layers: '0-3',
          attention: { kind: 'softmax', heads: 24, kv_heads: 6, head_dim: 64 },
          mlp: { kind: 'dense', intermediate_size: 4096 },
        },
      ],
    })
    expect(parallelismProblem(describeModel(odd), vllm, degrees(4))).toMatch(/6 kv heads/)
  })
  it('spread experts as the engine can', () => {
    expect(parallelismProblem(tensors('mixtral-8x7b'), vllm, degrees(4, 1, 4))).toBeNull()
    expect(parallelismProblem(tensors('mixtral-8x7b'), vllm, degrees(4, 1, 2))).toMatch(/all 4 ranks or none/)
    expect(parallelismProblem(tensors('mixtral-8x7b'), sglang, degrees(4, 1, 2))).toBeNull()
    expect(parallelismProblem(tensors('mixtral-8x7b'), sglang, degrees(16, 1, 16))).toMatch(/8 experts/)
    expect(parallelismProblem(tensors('llama-3-70b'), vllm, degrees(4, 1, 4))).toMatch(/no experts/)
  })
  it('llama.cpp splits layers only', () => {
    expect(parallelismProblem(tensors('llama-3-70b'), llamaCpp, degrees(2))).toMatch(/no tensor parallelism/)
    expect(parallelismProblem(tensors('llama-3-70b'), llamaCpp, degrees(1, 2))).toBeNull()
  })
})
