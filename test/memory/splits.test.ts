import { describe, expect, it, test } from 'vitest'
import { divisibilityProblem, parallelismProblem } from '../../src/memory/feasibility.ts'
import { describeModel } from '../../src/model/tensors.ts'
import { awq, mxfp4, sglang, tinyArchitecture, vllm } from './fixtures.ts'

/* Why a made-up model cannot be split so, in words, for each kind of block. */

const layers = (attention: object, mlp: object) => [{ layers: '0-15', attention, mlp }]
const softmax = { kind: 'softmax', heads: 16, kv_heads: 8, head_dim: 64 }
const dense = { kind: 'dense', intermediate_size: 4096 }
const model = (attention: object = softmax, mlp: object = dense, more: object = {}) =>
  describeModel(tinyArchitecture({ layers: layers(attention, mlp), ...more }))
const problem = (
  tensors: ReturnType<typeof model>,
  tensorParallel: number,
  { pipelineParallel = 1, expertParallel = 1, engine = vllm } = {},
) => parallelismProblem(tensors, engine, { tensorParallel, pipelineParallel, expertParallel })

describe('heads', () => {
  test.each([
    [softmax, 16],
    [
      {
        kind: 'mla',
        heads: 12,
        q_lora_rank: 8,
        kv_lora_rank: 8,
        qk_nope_head_dim: 8,
        qk_rope_head_dim: 8,
        v_head_dim: 8,
      },
      12,
    ],
    [{ kind: 'cross', heads: 12, kv_heads: 4, head_dim: 64 }, 12],
    [{ kind: 'kimi-delta', heads: 12, head_dim: 64, conv: 4 }, 12],
    [{ kind: 'lightning', heads: 12, head_dim: 64 }, 12],
    [{ kind: 'gated-deltanet', k_heads: 4, v_heads: 12, k_dim: 16, v_dim: 16, conv: 4 }, 12],
  ])('%o', (attention, heads) => {
    const refusing = heads === 16 ? 32 : 8
    expect(problem(model(attention), refusing)).toBe(
      `tensor parallel ${refusing} does not divide ${heads} attention heads`,
    )
    expect(problem(model(attention), 4)).toBeNull()
  })
  it('layers without heads do not mind', () => {
    expect(problem(model({ kind: 'none' }), 32)).toBeNull()
    expect(problem(model({ kind: 'linear' }), 32)).toBeNull()
    expect(problem(model({ kind: 'short-conv', kernel: 4 }), 32)).toBeNull()
  })
  it('key heads divide the ranks or are divided by them', () => {
    const odd = { ...softmax, heads: 24, kv_heads: 6 }
    expect(problem(model(odd), 4)).toBe('tensor parallel 4 and 6 kv heads do not divide each other')
    expect(problem(model(odd), 2)).toBeNull()
    const wide = model(odd, { ...dense, intermediate_size: 12_288 }, { vocabulary_size: 32_256 })
    expect(problem(wide, 12)).toBeNull()
    expect(problem(model({ kind: 'cross', heads: 24, kv_heads: 6, head_dim: 64 }), 4)).toContain('6 kv heads')
  })
})

describe('widths', () => {
  it('of the MLP, of the shared expert, of an expert that is cut', () => {
    expect(problem(model(softmax, { ...dense, intermediate_size: 4100 }), 8)).toBe(
      'tensor parallel 8 does not divide the MLP width 4,100',
    )
    const moe = {
      kind: 'moe',
      experts: 8,
      experts_per_token: 2,
      intermediate_size: 1000,
      shared_intermediate_size: 512,
    }
    expect(problem(model(softmax, moe), 8)).toBeNull()
    expect(problem(model(softmax, { ...moe, shared_intermediate_size: 500 }), 8)).toBe(
      'tensor parallel 8 does not divide the MLP width 500',
    )
    expect(problem(model(softmax, { ...moe, intermediate_size: 1004 }), 8)).toBe(
      'tensor parallel 8 inside an expert does not divide its width 1,004',
    )
    // Two experts a rank: each is cut in four, or in none.
    expect(
      problem(model(softmax, { ...moe, intermediate_size: 1004 }), 8, { expertParallel: 2, engine: sglang }),
    ).toBeNull()
    expect(
      problem(model(softmax, { ...moe, intermediate_size: 1002 }), 8, { expertParallel: 2, engine: sglang }),
    ).toContain('tensor parallel 4 inside an expert')
    expect(problem(model(softmax, { ...moe, intermediate_size: 1001 }), 8, { expertParallel: 8 })).toBeNull()
  })
  it('of the vocabulary, padded to 64', () => {
    expect(problem(model({ ...softmax, heads: 96, kv_heads: 96 }, { ...dense, intermediate_size: 96 * 4 }), 3)).toBe(
      'tensor parallel 3 does not divide the padded vocabulary of 32,000',
    )
  })
})

it('as many stages as layers, not one more', () => {
  expect(problem(model(), 1, { pipelineParallel: 16 })).toBeNull()
  expect(problem(model(), 1, { pipelineParallel: 17 })).toBe('17 pipeline stages for 16 layers')
})

describe('groups of quantised inputs', () => {
  const groups = (tensors: ReturnType<typeof model>, tensorParallel: number, expertParallel = 1, format = awq) =>
    divisibilityProblem(tensors, format, { tensorParallel, expertParallel })
  it('outputs may be cut anywhere, inputs between groups', () => {
    // 1,024 inputs of the others are whole; 4,096 of the down projection are 32 groups of 128.
    expect(groups(model(), 32)).toBe('awq-int4 groups 128 input channels: o_proj has 32 on a rank')
    expect(groups(model(), 8)).toBeNull()
    expect(groups(model(softmax, { ...dense, intermediate_size: 4096 + 64 }), 1)).toContain(
      'down_proj has 4,160 on a rank',
    )
  })
  it('a projection of an expert is cut along its outputs, the last one along its inputs', () => {
    const moe = { kind: 'moe', experts: 8, experts_per_token: 2, intermediate_size: 256 }
    expect(groups(model(softmax, moe), 2)).toBeNull()
    expect(groups(model(softmax, moe), 4)).toMatch(/experts\.down_proj has 64 on a rank$/)
    expect(groups(model(softmax, moe), 4, 4)).toBeNull()
    expect(groups(model(softmax, moe), 4, 2)).toBeNull()
    expect(groups(model(softmax, { ...moe, intermediate_size: 192 }), 1)).toMatch(/down_proj has 192 on a rank$/)
    // Kernels of MXFP4 pad.
    expect(groups(model(softmax, { ...moe, intermediate_size: 200 }), 1, 1, mxfp4)).toBeNull()
  })
  it('small matrices beside the projections stay in 16 bit', () => {
    // Gates and step sizes of a delta layer have few inputs; its projections have 1,024.
    const delta = { kind: 'gated-deltanet', k_heads: 4, v_heads: 12, k_dim: 32, v_dim: 32, conv: 4 }
    expect(groups(model(delta), 1)).toBeNull()
  })
})
