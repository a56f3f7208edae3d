import { describe, expect, it } from 'vitest'
import { pipelineBubble, stageImbalance } from '../../../src/performance/training/pipeline.ts'
import { exposedSeconds } from '../../../src/performance/training/sharding.ts'
import { link, near, prepareByHand, prepareByHandOrNull, speed, terms } from './fixtures.ts'

const one = { microBatch: 1, gradientAccumulation: 1 }

// Mixtral 8x7B: 32 layers, h 4,096, experts 8 of 14,336 with 2 a token: routed and active 32 x 2 x 3 x 4,096 x 14,336 = 11.274e9.
describe('mixture of experts on 8 H100 SXM', () => {
  const run = (expertParallel: number, dataParallel = 8) =>
    prepareByHand({
      model: 'mixtral-8x7b',
      trainerId: 'megatron-bridge',
      configuration: { zeroStage: 1, dataParallel, shardDegree: dataParallel, expertParallel },
    })

  it('grouped products lose rate to few tokens an expert', () => {
    // T = 4,096: tau = 4,096 x 2 / 8 = 1,024; rate = 0.654 x 989e12 x 0.635 x 4,096 / 4,320 x 1,024 / 1,594 = 250.2e12;
    // 2 x 4,096 x 11.274e9 x 3 / 250.2e12 = 1.1076
    near(terms(run(1), one).expert_gemm ?? 0, 1.1076, 1e-3)
    // Eight expert-parallel ranks gather the tokens of eight: tau = 8,192, factor 8,192 / 8,762.
    near(terms(run(8), one).expert_gemm ?? 0, (1.1076 * (1024 / 1594)) / (8192 / 8762), 1e-3)
  })

  it('copies and all-to-all', () => {
    const term = terms(run(8), one)
    // 62.3 x 2 x 4,096 x 4,096 x 32 / 2.8475e12
    near(term.expert_copies ?? 0, 0.02349, 1e-3)
    // 4 x 4,096 x 2 x 2 x 4,096 x 32 x 7/8 = 7.516e9 B / 337.5e9
    near(term.expert_parallel ?? 0, 0.02227, 1e-3)
  })

  it('experts over two machines pay the network with at most four copies', () => {
    // 16 ranks: 2 copies x 15/16 at 40e9 B/s: 8.053e9 / 40e9
    near(terms(run(16, 16), one).expert_parallel ?? 0, 0.2013, 1e-3)
  })

  it('reduces experts over fewer ranks than the rest', () => {
    // e = D = 8: no other rank holds the same experts, so only the 1.6e9 others are reduced, 6 B each at 337.5e9.
    const dense = 46.7028e9 - 32 * 8 * 3 * 4096 * 14336
    near(terms(run(8), one).reduce ?? 0, (6 * dense) / 337.5e9, 1e-3)
  })
})

describe('sharding over the links that exist', () => {
  const full = (gpus: number, rest: object = {}, configuration: object = {}) =>
    prepareByHandOrNull({
      model: 'llama-3-8b',
      ...rest,
      configuration: {
        zeroStage: 3,
        dataParallel: gpus,
        shardDegree: gpus,
        activationCheckpointing: 'full',
        ...configuration,
      },
    })
  const sharding = (...run: Parameters<typeof full>) => {
    const time = full(...run)
    return time === null ? expect.fail('refused') : (terms(time, one).sharding ?? 0)
  }

  it('gathers twice and scatters gradients: 6 bytes a parameter', () => {
    near(sharding(8), (6 * 8.03026e9 * (7 / 8)) / 337.5e9, 1e-4)
  })

  it('a ring over machines uses the ports of all GPUs: 8 x 0.8 x 6.25 = 40 GB/s on AWS p4d-like networks', () => {
    near(sharding(16, { networkGbPerSecondPerGpu: 6.25 }), (6 * 8.03026e9 * (15 / 16)) / 40e9, 1e-4)
    // Never faster than the link inside.
    near(sharding(16, { networkGbPerSecondPerGpu: 400 }), (6 * 8.03026e9 * (15 / 16)) / 337.5e9, 1e-4)
  })

  it('several machines without a known network are refused', () => {
    expect(full(16, { networkGbPerSecondPerGpu: null })).toBeNull()
    expect(full(8, { networkGbPerSecondPerGpu: null })).not.toBeNull()
    expect(full(8, { networkGbPerSecondPerGpu: null, gpusPerNode: 4 })).toBeNull()
  })

  it('experts on more ranks than there are GPUs are refused', () => {
    expect(full(4, {}, { expertParallel: 8 })).toBeNull()
  })

  it('boards without a link between them do not train together', () => {
    expect(full(8, { link: link('none') })).toBeNull()
  })

  it('PCIe boxes move 0.0898 x 32 GB/s = 2.87 GB/s', () => {
    near(sharding(2, { gpuId: 'rtx-4090', gpusPerNode: 2 }), (6 * 8.03026e9 * 0.5) / (0.0898 * 32e9), 1e-3)
  })

  it('parameters in host memory come over PCIe as well: 2 x 2 B at 0.45 x 64 GB/s, or as measured', () => {
    const extra = (4 * 8.03026e9) / 8
    near(sharding(8, {}, { offload: 'parameters' }) - sharding(8), extra / 28.8e9, 1e-4)
    near(sharding(8, { hostToDeviceGbPerSecond: 20 }, { offload: 'parameters' }) - sharding(8), extra / 20e9, 1e-4)
  })

  it('hybrid sharding keeps gathers inside the machine and reduces shards between machines', () => {
    const time = full(16, {}, { shardDegree: 8 }) ?? expect.fail()
    const term = terms(time, one)
    near(term.sharding ?? 0, sharding(8), 1e-9)
    near(term.reduce ?? 0, (4 * 8.03026e9) / 8 / 40e9, 1e-4)
  })

  it('an optimizer in host memory: 18 B at 28.8 GB/s and the host updates the parameters of eight GPUs', () => {
    const time = full(8, {}, { offload: 'optimizer' }) ?? expect.fail()
    const local = 8.03026e9 / 8
    near(speed(time, one).optimizerSeconds, (18 * local) / 28.8e9 + (8 * local) / 2e9, 1e-4)
  })
})

describe('parts', () => {
  it('traffic hides under compute, but never all of it', () => {
    // Llama 3 70B LoRA on 8 H100: 0.732 s of traffic under 6.606 s of compute shows 0.41 x 0.732.
    expect(exposedSeconds(0.732, 0.59, 6.606)).toBeCloseTo(0.3, 3)
    expect(exposedSeconds(2, 0.59, 1)).toBeCloseTo(1.41, 9)
    expect(exposedSeconds(0, 0.59, 1)).toBe(0)
  })

  it('bubble of 1F1B and interleaved schedules (arXiv 2104.04473)', () => {
    expect(pipelineBubble(8, 1, 64)).toBeCloseTo(7 / 71, 12)
    expect(pipelineBubble(8, 3, 64)).toBeCloseTo(7 / 199, 12)
    expect(pipelineBubble(1, 1, 1)).toBe(0)
  })

  it('uneven layers wait for the longest stage', () => {
    const stages = (pipelineParallel: number, virtualPipeline = 1) =>
      ({ pipelineParallel, virtualPipeline }) as Parameters<typeof stageImbalance>[1]
    expect(stageImbalance(80, stages(8))).toBe(1)
    // 81 layers on 8 stages: 11 on the longest, or with embedding and head 83 places; 88 / 83.
    expect(stageImbalance(81, stages(8))).toBeCloseTo(88 / 83, 12)
    expect(stageImbalance(61, stages(1))).toBe(1)
  })

  it('fused loss, no causal skip, tiny batches', () => {
    const base = { model: 'llama-3-8b', gpusPerNode: 1, configuration: {} }
    const whole = terms(prepareByHand(base), one)
    const fused = terms(prepareByHand({ ...base, configuration: { loss: 'fused' } }), one)
    // 4,096 x 128,256 x 15.4 x 3/4 / 2.8475e12
    near((whole.head ?? 0) - (fused.head ?? 0), 0.0021308, 1e-3)
    const square = terms(prepareByHand({ ...base, trainerId: 'llm-foundry' }), one)
    near(square.attention ?? 0, 2 * (whole.attention ?? 0), 1e-9)
    // 16 tokens: the host's 150 us x 32 layers x 3 passes = 14.4 ms are the floor, weights and gradients beside it.
    const tiny = prepareByHand({
      ...base,
      configuration: { sequenceLength: 16, method: 'lora', lora: { rank: 8, targets: ['q'] } },
    })
    near(terms(tiny, one).compute ?? 0, 0.0096, 0.03)
  })

  it('fp8 speeds up linear layers only, and needs hardware for it', () => {
    const run = (gpuId: string, computePrecision: 'bf16' | 'fp8' | 'mxfp8') =>
      prepareByHandOrNull({ model: 'llama-3-8b', gpuId, computePrecision, gpusPerNode: 1, configuration: {} })
    const [bf16, fp8, mxfp8] = (['bf16', 'fp8', 'mxfp8'] as const).map((precision) =>
      terms(run('h100-sxm-80gb', precision) ?? expect.fail(), one),
    )
    near((bf16?.gemm ?? 0) / (fp8?.gemm ?? 1), (0.625 * 1979) / (0.654 * 989), 1e-9)
    near((mxfp8?.gemm ?? 0) / (fp8?.gemm ?? 1), 1.11, 1e-9)
    expect(fp8?.attention).toBe(bf16?.attention)
    expect(run('a100-sxm-80gb', 'fp8')).toBeNull()
  })

  it('takes the class by generation and by power cap', () => {
    const classOf = (gpuId: string) =>
      prepareByHand({ model: 'llama-3-8b', gpuId, gpusPerNode: 1, configuration: {} }).parts.context.rates.class
    expect(classOf('h100-sxm-80gb')).toBe('hopper')
    expect(classOf('h100-pcie-80gb')).toBe('hopper')
    expect(classOf('h20')).toBe('ampere')
    expect(classOf('rtx-4090')).toBe('geforce')
    // 362 TFLOPS at 350 W.
    expect(classOf('l40s')).toBe('assumed-capped')
    expect(classOf('mi300x')).toBe('assumed-capped')
  })

  it('knows which runs have been measured', () => {
    const measured = (configuration: object) => {
      return prepareByHand({ model: 'llama-3-8b', gpuId: 'h100-sxm-80gb', gpusPerNode: 1, configuration }).isMeasured
    }
    expect(measured({})).toBe(true)
    expect(measured({ offload: 'optimizer' })).toBe(false)
  })
})
