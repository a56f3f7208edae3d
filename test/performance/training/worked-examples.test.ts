import { describe, expect, it } from 'vitest'
import { lazily } from '../../lazily.ts'
import { ALL_LINEAR, near, prepareByHand, rounded, speed, terms } from './fixtures.ts'

/* The constants of these calculations stand in fixtures.ts; docs/training.md works the same runs with those of the catalog. */

const allLinear = (rank: number) => ({ rank, targets: [...ALL_LINEAR] })

// Worked by hand. T = 2 x 4,096 = 8,192; linear parameters 68.452e9; 0.654 x 989e12 x 8,192 / 8,416 = 629.6e12 FLOP/s;
// 0.85 x 3,350e9 = 2.8475e12 B/s.
describe('Llama 3 70B, LoRA, ZeRO-3 over 8 H100 SXM, full recomputation', () => {
  const time = lazily(() =>
    prepareByHand({
      model: 'llama-3-70b',
      configuration: {
        method: 'lora',
        lora: allLinear(16),
        zeroStage: 3,
        dataParallel: 8,
        shardDegree: 8,
        activationCheckpointing: 'full',
      },
    }),
  )
  const load = { microBatch: 2, gradientAccumulation: 4 }
  const term = lazily(() => terms(time, load))

  it('comes out term by term', () => {
    rounded(term.gemm, '5.344') // 2 x 8,192 x 68.452e9 x 3 / 629.6e12
    rounded(term.attention, '0.545') // 4 x 8,192 x (80 x 2,048) x 8,192 x 4.5 / (0.367 x 989e12)
    rounded(term.elementwise, '0.656') // 261 x 8,192 x 8,192 x 80 x 4/3 / 2.8475e12
    rounded(term.head, '0.060') // 8,192 x 128,256 x (2 x 8,192 x 2 / 629.6e12 + 15.4 / 2.8475e12)
    rounded(term.compute, '6.606')
    rounded(term.sharding, '0.732') // 4 x 70.554e9 x 7/8 = 246.9e9 B / 337.5e9
    rounded(term.exposed_sharding, '0.300') // (1 - 0.59) x 0.732
    rounded(term.micro_step, '6.906')
    expect(term.accumulate).toBeUndefined()
    rounded(term.optimizer, '0.000')
  })

  it('makes 9,490 tokens a second, 1,186 a GPU', () => {
    const { stepSeconds, tokensPerSecond, bubble } = speed(time, load)
    rounded(stepSeconds, '27.62')
    near(tokensPerSecond, 9490, 5e-4)
    near(tokensPerSecond / 8, 1186, 5e-4)
    expect(bubble).toBe(0)
  })
})

// Worked by hand. T = 8,192; D = 16; linear parameters 401.65e9 / 64 = 6.276e9; width 16,384 / 8 = 2,048, so 583.0e12 FLOP/s.
describe('Llama 3.1 405B pre-training, 1,024 H100, TP8 PP8 interleaved 8', () => {
  const time = lazily(() =>
    prepareByHand({
      model: 'llama-3.1-405b',
      trainerId: 'megatron-lm',
      configuration: {
        zeroStage: 1,
        dataParallel: 16,
        shardDegree: 16,
        tensorParallel: 8,
        pipelineParallel: 8,
        virtualPipeline: 8,
        sequenceLength: 8192,
      },
    }),
  )
  const load = { microBatch: 1, gradientAccumulation: 64 }
  const term = lazily(() => terms(time, load))

  it('comes out term by term', () => {
    rounded(term.gemm, '0.529') // 2 x 8,192 x 6.276e9 x 3 / 583.0e12
    rounded(term.attention, '0.042') // 4 x 8,192 x (126 x 4,096) x 16,384 / 64 x 3.5 / 363.0e12
    rounded(term.elementwise, '0.024') // 261 x 8,192 x 16,384 x 126 / 64 / 2.8475e12
    rounded(term.head, '0.003')
    rounded(term.accumulate, '0.018') // 8 x 6.342e9 / 2.8475e12
    near(term.compute ?? 0, 0.6155, 5e-4)
    rounded(term.tensor_parallel, '0.0877') // 4 x 2 x 7/8 x 268.4e6 x 126/8 = 29.6e9 B / 337.5e9
    rounded(term.exposed_activations, '0.057') // 0.65 x 0.0877
    near(term.micro_step ?? 0, 0.6725, 1e-3)
    rounded((term.bubble ?? 0) * 100, '1.35') // 7 / (8 x 64 + 7)
    rounded(term.reduce, '0.951') // 6 x 6.342e9 / 40e9
    rounded(term.exposed_reduce, '0.588') // 0.951 - 0.59 x 0.616
    rounded(term.optimizer, '0.004') // 30 x 6.342e9 / 16 / 2.8475e12
  })

  it('makes 189,700 tokens a second at 47 % of peak', () => {
    const { stepSeconds, tokensPerSecond, modelFlopsUtilization } = speed(time, load)
    rounded(stepSeconds, '44.2')
    near(tokensPerSecond, 189_700, 1e-3)
    near(time.modelFlopsPerToken, 2.524e12, 1e-3)
    rounded(modelFlopsUtilization * 100, '47')
  })

  it('126 layers on 64 chunks are even, because embedding and head take the places of two', () => {
    // Llama 3 paper (arXiv 2407.21783, section 3.3.2): one layer less on the first and on the last stage.
    expect(time.parts.imbalance).toBe(1)
  })
})

// Worked by hand. T = 8,192; 0.815 x 165.2e12 x 4,096 / 4,320 = 127.7e12 FLOP/s; 0.85 x 1,010e9 = 858.5e9 B/s.
describe('Llama 3 8B, QLoRA, one RTX 4090, full recomputation', () => {
  const time = lazily(() =>
    prepareByHand({
      model: 'llama-3-8b',
      gpuId: 'rtx-4090',
      gpusPerNode: 1,
      networkGbPerSecondPerGpu: null,
      configuration: {
        method: 'qlora',
        lora: allLinear(16),
        sequenceLength: 2048,
        activationCheckpointing: 'full',
      },
    }),
  )
  const load = { microBatch: 4, gradientAccumulation: 4 }

  it('comes out term by term', () => {
    const term = terms(time, load)
    near(term.gemm ?? 0, 2.687, 5e-4) // 2 x 8,192 x 6.980e9 x 3 / 127.7e12
    rounded(term.attention, '0.209') // 4 x 8,192 x (32 x 1,024) x 4,096 x 4.5 / (0.573 x 165.2e12)
    rounded(term.elementwise, '0.435')
    rounded(term.dequantise, '0.398') // 16.3 x 6.980e9 x 3 / 858.5e9
    rounded(term.head, '0.154')
    near(term.micro_step ?? 0, 3.883, 5e-4)
    expect(term.sharding).toBeUndefined()
  })

  it('makes 2,109 tokens a second', () => {
    const { stepSeconds, tokensPerSecond } = speed(time, load)
    near(stepSeconds, 15.53, 1e-3)
    near(tokensPerSecond, 2109, 1e-3)
  })
})
