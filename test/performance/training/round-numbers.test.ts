import { describe, expect, it } from 'vitest'
import type { Gpu } from '../../../src/catalog/gpu.ts'
import { activationTraffic } from '../../../src/performance/training/communication.ts'
import type { RunContext } from '../../../src/performance/training/context.ts'
import { adapterParameters, type TrainingWork, trainingWork } from '../../../src/performance/training/flops.ts'
import { emptyTrainingSpeed, type TimedConfiguration } from '../../../src/performance/training/input.ts'
import { type Links, ringBytesPerSecond, trainingLinks } from '../../../src/performance/training/links.ts'
import { optimizerTime } from '../../../src/performance/training/offload.ts'
import { passes } from '../../../src/performance/training/passes.ts'
import { trainingRates } from '../../../src/performance/training/rates.ts'
import { reduceTraffic, shardTraffic } from '../../../src/performance/training/sharding.ts'
import { termSeconds } from '../../../src/performance/training/term.ts'
import { lazily } from '../../lazily.ts'
import { gpu } from '../../memory/fixtures.ts'
import { compressed, mla, smallModel, softmax } from '../small-model.ts'
import {
  fullTraining,
  link,
  near,
  prepareByHand,
  prepareByHandOrNull,
  physics as shipped,
  terms,
  trainer,
} from './fixtures.ts'

/* Parts of a training step on a made-up machine and model with round numbers, worked by hand. */

const fitted = (value: number) => ({ value, records: 0 })

const physics = {
  ...shipped,
  gather_bytes: { bf16: fitted(2), nf4: fitted(0.6) },
  scatter_bytes: fitted(2),
  reduce_bytes: fitted(4),
  regather_bytes: fitted(2),
  optimizer_bytes: fitted(30),
  offload_bytes: fitted(18),
  host_adam_parameters_per_second: fitted(2e9),
  expert_network_copies: fitted(4),
  pcie_rate: fitted(0.1),
  fabric_rate: fitted(0.75),
  network_rate: fitted(0.8),
  host_rate: fitted(0.5),
  pcie_one_way_gb_per_second: { 3: 16, 4: 32, 5: 64 },
}

/** Eight GPUs a machine, four of them joined: 100 GB/s inside, 10 across host memory, 5 a port to other machines, 20 to the host. */
const links: Links = {
  domain: 4,
  node: 8,
  inside: 100e9,
  acrossHost: 10e9,
  network: 5e9,
  host: 20e9,
  isPcie: false,
}

const configuration: TimedConfiguration = {
  ...fullTraining,
  zeroStage: 3,
  sequenceLength: 1000,
  dataParallel: 4,
  tensorParallel: 2,
  pipelineParallel: 2,
  expertParallel: 4,
  shardDegree: 4,
}

/** 4e9 parameters, and 6e9 in the experts of eight of ten layers. */
const work = {
  hiddenSize: 1000,
  mixerLayers: 10,
  parameters: 10e9,
  expertParameters: 6e9,
  trainableParameters: 10e9,
  keyValueWidth: 4000,
  experts: [{ layers: 8, parameters: 1e9, width: 500, narrowest: 500, experts: 16, expertsPerToken: 6 }],
} as unknown as TrainingWork

function run(changes: Partial<TimedConfiguration> = {}, rest: Partial<RunContext> = {}): RunContext {
  const chosen = { ...configuration, ...changes }
  return {
    work,
    rates: { memoryBytesPerSecond: 1e12 } as RunContext['rates'],
    passes: passes(chosen, 'eager'),
    links,
    configuration: chosen,
    trainer: { time_factor: fitted(1) } as unknown as RunContext['trainer'],
    physics,
    ...rest,
  }
}

describe('full sharding over 4 ranks, 2 GPUs apart, of which 2 hold the same experts', () => {
  // A rank holds 4e9 / (2 x 2) = 1e9 parameters, and 6e9 / (4 x 2) = 0.75e9 of experts; a group spans 8 GPUs, two domains.
  it('6 bytes a parameter, 3/4 of them and half of the experts: 0.45 + 0.225 s', () => {
    const { seconds, formula } = shardTraffic(run())
    expect(seconds).toBeCloseTo(0.675, 12)
    expect(formula()).toBe('6 B x 1e9 parameters x 3/4 / 1e10 B/s + 6 B x 7.5e8 expert parameters x 0.5 / 1e10 B/s')
  })
  it('frozen weights are gathered twice and scatter nothing: 4 bytes, or 1.2 in 4 bit', () => {
    expect(shardTraffic(run({ method: 'lora' })).seconds).toBeCloseTo(0.45, 12)
    expect(shardTraffic(run({ method: 'qlora' })).seconds).toBeCloseTo(0.135, 12)
  })
  it('from host memory another 4 bytes of a quarter and of half the experts at 20 GB/s: 0.125 s', () => {
    const { seconds, formula } = shardTraffic(run({ offload: 'parameters' }))
    expect(seconds).toBeCloseTo(0.8, 12)
    expect(formula()).toContain(' + 2.5e9 B from host memory / 2e10 B/s')
    expect(shardTraffic(run({ offload: 'optimizer' })).seconds).toBeCloseTo(0.675, 12)
  })
  it('experts that nobody else holds are not gathered', () => {
    const { seconds, formula } = shardTraffic(run({ expertParallel: 8 }))
    expect(seconds).toBeCloseTo(0.45, 12)
    expect(formula()).toBe('6 B x 1e9 parameters x 3/4 / 1e10 B/s')
  })
  it('a model without experts has none to gather', () => {
    const dense = { ...work, parameters: 4e9, expertParameters: 0 }
    expect(shardTraffic(run({}, { work: dense })).formula()).toBe('6 B x 1e9 parameters x 3/4 / 1e10 B/s')
  })
  it('one rank gathers nothing; below stage 3 nothing is sharded', () => {
    expect(shardTraffic(run({ shardDegree: 1, expertParallel: 2 })).seconds).toBe(0)
    const { seconds, formula } = shardTraffic(run({ zeroStage: 2 }))
    expect([seconds, formula()]).toEqual([0, 'none'])
  })
})

describe('the reduction of gradients once a step', () => {
  it('below stage 3: 6 bytes of each parameter over 4 ranks, of the experts over 2: 0.6 + 0.45 s', () => {
    const { seconds, formula } = reduceTraffic(run({ zeroStage: 1 }))
    expect(seconds).toBeCloseTo(1.05, 12)
    expect(formula()).toBe('6 B x 1e9 parameters / 1e10 B/s + 6 B x 7.5e8 expert parameters / 1e10 B/s')
  })
  it('context-parallel ranks take part', () => {
    // 8 ranks 2 apart leave the machine, 4 ports each: 20 GB/s, but no faster than inside, 10.
    expect(reduceTraffic(run({ zeroStage: 1, contextParallel: 2 })).seconds).toBeCloseTo(1.05, 12)
    expect(
      reduceTraffic(run({ zeroStage: 1, dataParallel: 1, contextParallel: 2, expertParallel: 4 })).seconds,
    ).toBeCloseTo(
      // Two ranks within a domain of four.
      0.06,
      12,
    )
  })
  it('groups of two that shard in full: the fp32 gradients of a half over the groups: 0.2 + 0.15 s', () => {
    const { seconds, formula } = reduceTraffic(run({ shardDegree: 2 }))
    expect(seconds).toBeCloseTo(0.35, 12)
    expect(formula()).toBe('4 B x 5e8 parameters / 1e10 B/s + 4 B x 3.75e8 expert parameters / 1e10 B/s')
  })
  it('experts without a double are not reduced; one group has nothing left', () => {
    const { seconds, formula } = reduceTraffic(run({ zeroStage: 1, expertParallel: 8 }))
    expect(seconds).toBeCloseTo(0.6, 12)
    expect(formula()).toBe('6 B x 1e9 parameters / 1e10 B/s')
    expect(reduceTraffic(run()).seconds).toBe(0)
    expect(reduceTraffic(run({ zeroStage: 1, dataParallel: 1, shardDegree: 1, expertParallel: 2 })).seconds).toBe(0)
  })
  it('adapters are few, and no experts', () => {
    const lora = { rank: 8, targets: ['q'], head: false } as unknown as TimedConfiguration['lora']
    const adapters = run({ method: 'lora', zeroStage: 1, lora }, { work: { ...work, trainableParameters: 40e6 } })
    // 40e6 / (2 x 2) of them a rank, 6 bytes each.
    expect(reduceTraffic(adapters).seconds).toBeCloseTo((6 * 10e6) / 10e9, 12)
  })
})

describe('the optimizer', () => {
  it('30 bytes of every parameter that a rank holds: 1.75e9 of them, or a quarter and half the experts', () => {
    expect(optimizerTime(run({ zeroStage: 0 })).seconds).toBeCloseTo(0.0525, 12)
    expect(optimizerTime(run({ zeroStage: 1 })).seconds).toBeCloseTo(0.018_75, 12)
    expect(optimizerTime(run({ zeroStage: 1 })).formula()).toBe('30 B x 6.25e8 parameters / 1e12 B/s')
  })
  it('in host memory: 18 bytes at 20 GB/s, and the host does the part of eight GPUs at 2e9 parameters a second', () => {
    const { seconds, formula } = optimizerTime(run({ offload: 'optimizer' }))
    expect(seconds).toBeCloseTo(0.5625 + 2.5, 12)
    expect(formula()).toBe('18 B x 6.25e8 parameters / 2e10 B/s + 6.25e8 x 8 GPUs / 2e9 parameters/s on the host')
  })
  it('no more GPUs than the run has', () => {
    const few = run({ offload: 'optimizer', dataParallel: 1, shardDegree: 1, expertParallel: 2 })
    // 2 x 2 GPUs, 1e9 + 6e9 / (2 x 2) parameters each.
    expect(optimizerTime(few).seconds).toBeCloseTo((18 * 2.5e9) / 20e9 + (2.5e9 * 4) / 2e9, 12)
    const wide = run({
      offload: 'optimizer',
      zeroStage: 0,
      dataParallel: 1,
      contextParallel: 3,
      pipelineParallel: 1,
      expertParallel: 2,
    })
    // 2 x 3 GPUs, 2e9 + 3e9.
    expect(optimizerTime(wide).seconds).toBeCloseTo((18 * 5e9) / 20e9 + (5e9 * 6) / 2e9, 12)
  })
})

describe('activations between ranks', () => {
  const seconds = (context: RunContext, tokens: number) =>
    activationTraffic(context).map((term) => [term.name, termSeconds(term, tokens)])

  it('tensor parallelism: 4 all-reduces of 2 x 1/2 x 2,000 bytes on 5 layers at 100 GB/s, 6 where layers are recomputed', () => {
    const [[name, value]] = seconds(run({ expertParallel: 1 }), 1e6) as [[string, number]]
    expect(name).toBe('tensor_parallel')
    expect(value).toBeCloseTo(0.4, 12)
    const whole = run({ expertParallel: 1, activationCheckpointing: 'full' })
    expect(seconds(whole, 1e6)[0]?.[1]).toBeCloseTo(0.6, 12)
    // Eight ranks: 7/8, across host memory.
    expect(seconds(run({ expertParallel: 1, tensorParallel: 8 }), 1e6)[0]?.[1]).toBeCloseTo(7, 12)
  })
  it('context parallelism: 8 bytes of (1,000 x 10 + 4,000) / (2 x 2) values, half of them, at 100 GB/s', () => {
    const context = run({ expertParallel: 1, tensorParallel: 2, contextParallel: 2 })
    expect(seconds(context, 1e6)[1]).toEqual(['context_parallel', expect.closeTo(0.14, 12)])
    expect(activationTraffic(context)[1]?.formula(1e6)).toBe('8 B x 1000000 tokens x 3500 values x 1/2 x 1 / 1e11 B/s')
  })
  it('experts over 4 ranks: 4/2 x 6 copies x 2 bytes x 500 on 4 layers, 3/4 of them', () => {
    expect(seconds(run(), 1e6)[1]).toEqual(['expert_parallel', expect.closeTo(0.36, 12)])
    // Over 8 ranks in two domains: at most 4 copies, 7/8, at 10 GB/s.
    const wide = run({ expertParallel: 8 })
    expect(seconds(wide, 1e6)[1]?.[1]).toBeCloseTo((2 * 4 * 2 * 500 * 4 * (7 / 8) * 1e6) / 10e9, 12)
    expect(activationTraffic(wide)[1]?.formula(1e6)).toBe(
      '4 x 1000000 tokens / 2 x 4 copies x 2 B x 500 x 4 layers x 7/8 x 1 / 1e10 B/s',
    )
    // A token of two experts is never copied four times.
    const two = { ...work, experts: [{ ...work.experts[0]!, expertsPerToken: 2 }] }
    expect(seconds(run({ expertParallel: 8 }, { work: two }), 1e6)[1]?.[1]).toBeCloseTo(1.4, 12)
  })
  it('one GPU sends nothing', () => {
    expect(activationTraffic(run({ tensorParallel: 1, expertParallel: 1 }))).toEqual([])
  })
})

describe('links', () => {
  it('a ring goes at the rate of the widest step it takes', () => {
    const at = (span: number, ranks: number, changes: Partial<Links> = {}) =>
      ringBytesPerSecond({ ...links, ...changes }, span, ranks)
    expect([at(1, 1), at(4, 4)]).toEqual([100e9, 100e9])
    expect([at(5, 5), at(8, 1)]).toEqual([10e9, 10e9])
    expect([at(16, 1), at(16, 0.5), at(16, 2), at(16, 3)]).toEqual([5e9, 5e9, 10e9, 10e9])
    // All eight joined: ports are the narrow place, until there are twenty.
    expect([at(8, 8, { domain: 8 }), at(16, 8, { domain: 8 }), at(16, 32, { domain: 8 })]).toEqual([100e9, 40e9, 100e9])
    // A lone port may be faster than what joins the GPUs of a machine.
    expect(at(16, 1, { network: 50e9 })).toBe(50e9)
    expect(at(16, 2, { network: null })).toBeNaN()
  })

  const board: Gpu = {
    ...gpu('h100-sxm-80gb'),
    pcie_generation: 5,
    interconnect: { link: 'nvlink4', gb_per_second_bidirectional: 900, domain_size: 8 },
  }
  const given = {
    gpu: board,
    link: link('nvlink4'),
    gpusPerNode: 8,
    networkGbPerSecondPerGpu: 50,
    hostToDeviceGbPerSecond: null,
    physics,
  }
  it('NVLink: 0.75 of half of 900 GB/s; PCIe 5: 0.1 of 64 between GPUs, half of it to the host; 0.8 of the network', () => {
    expect(trainingLinks(given)).toEqual({
      domain: 8,
      node: 8,
      inside: 337.5e9,
      acrossHost: 6.4e9,
      network: 40e9,
      host: 32e9,
      isPcie: false,
    })
  })
  it('a domain is no wider than the machine, and one GPU where nothing joins them', () => {
    expect(trainingLinks({ ...given, gpusPerNode: 4 })).toMatchObject({ domain: 4, node: 4 })
    const pairs = { ...board, interconnect: { ...board.interconnect, domain_size: 2 } }
    expect(trainingLinks({ ...given, gpu: pairs })).toMatchObject({ domain: 2, node: 8 })
    expect(trainingLinks({ ...given, link: link('none') }).domain).toBe(1)
  })
  it('another link than the sheet names moves every byte of its all-reduce twice', () => {
    const other = { ...link('nvlink4'), id: 'other', all_reduce_bytes_per_second: fitted(70e9) }
    expect(trainingLinks({ ...given, link: other }).inside).toBe(140e9)
    const silent = { ...board, interconnect: { ...board.interconnect, gb_per_second_bidirectional: null } }
    const nvlink = { ...link('nvlink4'), all_reduce_bytes_per_second: fitted(60e9) }
    expect(trainingLinks({ ...given, gpu: silent, link: nvlink }).inside).toBe(120e9)
  })
  it('over PCIe GPUs meet in host memory', () => {
    expect(trainingLinks({ ...given, link: link('pcie') })).toMatchObject({ inside: 6.4e9, isPcie: true })
    // Boards without PCIe count as the oldest bus.
    const none = { ...board, pcie_generation: null }
    expect(trainingLinks({ ...given, gpu: none })).toMatchObject({ acrossHost: 1.6e9, host: 8e9 })
  })
  it('a measured copy to the host, a network that nobody states', () => {
    expect(trainingLinks({ ...given, hostToDeviceGbPerSecond: 57.6 }).host).toBe(57.6e9)
    expect(trainingLinks({ ...given, networkGbPerSecondPerGpu: null }).network).toBeNull()
  })
})

describe('work counted from tensors', () => {
  const counted = (attention: object, mlp?: object, changes = {}) =>
    trainingWork(smallModel(attention, mlp), { ...configuration, sequenceLength: 10, ...changes }, true)
  it.each([
    // A key and a value head of 4 each; 2 blocks of 2 heads of 4 + 3 and 6; one shared head of 4.
    ['softmax', softmax, 6, 3 * 8],
    ['softmax with wider values', { ...softmax, v_head_dim: 6 }, 6, 3 * 10],
    ['latent', { ...mla, blocks: 2 }, 12, 3 * 2 * 2 * 13],
    ['compressed', compressed, 6, 3 * 4],
  ])('heads and widths of keys and values: %s', (_, attention, heads, keyValueWidth) => {
    expect(counted(attention)).toMatchObject({ heads, keyValueWidth, recurrentLayers: 0, mixerLayers: 3 })
    expect(counted(attention).causalAttentionFlops).toBeGreaterThan(0)
  })
  it.each([
    ['gated-deltanet', { k_heads: 2, v_heads: 4, k_dim: 4, v_dim: 4, conv: 4 }],
    ['kimi-delta', { heads: 2, head_dim: 4, conv: 4 }],
    ['lightning', { heads: 2, head_dim: 4 }],
    ['short-conv', { kernel: 4 }],
  ])('recurrent layers have no scores: %s', (kind, shape) => {
    expect(counted({ kind, ...shape })).toMatchObject({
      recurrentLayers: 3,
      mixerLayers: 3,
      heads: 0,
      keyValueWidth: 0,
      causalAttentionFlops: 0,
      squareAttentionFlops: 0,
    })
  })
  it('layers without attention are no mixers', () => {
    expect(counted({ kind: 'none' })).toMatchObject({ mixerLayers: 0, recurrentLayers: 0, layers: 3, heads: 0 })
  })
  it('experts: 2 of 4 x 3 x 8 x 6 for a token, the narrowest side 6', () => {
    const moe = { kind: 'moe', experts: 4, experts_per_token: 2, intermediate_size: 6 }
    const parameters = 3 * 2 * 3 * 8 * 6
    const found = counted(softmax, moe)
    expect(found).toMatchObject({ moeLayers: 3, routedParameters: parameters, expertParameters: 2 * parameters })
    expect(found.experts).toEqual([{ layers: 3, parameters, width: 8, narrowest: 6, experts: 4, expertsPerToken: 2 }])
    // Matrices of attention and all experts, without the router.
    expect(found.matrixParameters).toBe(3 * 8 * 24 + 2 * parameters)
  })
  it('adapters: rank 2 x (8 + 8) for queries, (8 + 4) for keys, three layers; the head another 2 x (8 + 100)', () => {
    const tensors = smallModel(softmax)
    const lora = { rank: 2, targets: ['q', 'k'], head: false } as unknown as NonNullable<TimedConfiguration['lora']>
    expect(adapterParameters(tensors, lora)).toBe(3 * (2 * 16 + 2 * 12))
    expect(adapterParameters(tensors, { ...lora, head: true })).toBe(3 * (2 * 16 + 2 * 12) + 216)
    expect(counted(softmax, undefined, { lora }).trainableParameters).toBe(168)
  })
})

describe('a whole run', () => {
  const pipeline = lazily(() =>
    prepareByHand({
      model: 'llama-3-8b',
      configuration: { pipelineParallel: 3, virtualPipeline: 1, dataParallel: 2, shardDegree: 2, zeroStage: 1 },
    }),
  )
  const batch = { microBatch: 1, gradientAccumulation: 12 }

  it('model operations: 6 a linear parameter and head that is trained, 4 that is frozen, and thrice the causal scores', () => {
    // Llama 3 8B: 6,979,321,856 in linear layers, a head of 4,096 x 128,256; scores of 32 layers over half of 4,096 tokens.
    const parameters = 6_979_321_856 + 4096 * 128_256
    const scores = 32 * 4 * 4096 * 2048
    const of = (configuration: object) => prepareByHand({ model: 'llama-3-8b', configuration }).modelFlopsPerToken
    near(of({}), 6 * parameters + 3 * scores, 1e-3)
    const lora = { rank: 8, targets: ['q'] }
    near(of({}) - of({ method: 'lora', lora }), 2 * parameters, 1e-9)
    const speed = pipeline.at(batch, emptyTrainingSpeed())
    near(speed.modelFlopsUtilization, (speed.tokensPerSecond * of({})) / (6 * 989e12), 1e-9)
  })

  it('the derivation says what waits for what', () => {
    const lines = pipeline.explain(batch)
    expect(lines.map(({ name, unit }) => `${name} ${unit}`)).toEqual([
      'gemm s',
      'attention s',
      'elementwise s',
      'head s',
      'accumulate s',
      'compute s',
      'micro_step s',
      'bubble share',
      'reduce s',
      'exposed_reduce s',
      'optimizer s',
      'step s',
      'tokens_per_second tokens/s',
    ])
    const formulaOf = (name: string) => lines.find((line) => line.name === name)?.formula ?? expect.fail(name)
    // 32 layers on three stages are eleven on the longest: 33 / 32.
    expect(formulaOf('micro_step')).toMatch(
      /^\(compute [\d.]+ s \+ exposed activations 0 s\) x 1\.031 \(longest pipeline stage over the mean one\)$/,
    )
    expect(formulaOf('bubble')).toBe('(3 - 1) / (1 x 12 + 3 - 1)')
    expect(formulaOf('step')).toMatch(/^12 x [\d.]+ s \/ \(1 - 0\.1429\) \+ [\d.]+ s \+ [\d.]+ s$/)
    expect(formulaOf('tokens_per_second')).toMatch(/^2 x 1 x 4096 x 12 tokens \/ [\d.]+ s \(6 GPUs\)$/)
    const alone = prepareByHand({ model: 'llama-3-8b', configuration: {} }).explain(batch)
    expect(alone.map(({ name }) => name)).not.toContain('bubble')
    expect(alone.find(({ name }) => name === 'step')?.formula).toMatch(/^12 x [\d.]+ s \+ 0 s \+ [\d.]+ s$/)
    expect(alone.find(({ name }) => name === 'micro_step')?.formula).not.toContain('longest')
  })

  it('a 4-bit base is spread over tensor and pipeline ranks before it is dequantised', () => {
    const run = (changes: object) =>
      terms(
        prepareByHand({
          model: 'llama-3-8b',
          configuration: { method: 'qlora', lora: { rank: 8, targets: ['q'] }, ...changes },
        }),
        batch,
      ).dequantise ?? Number.NaN
    // 16.3 B x 6,979,321,856 x 2 passes at 0.85 x 3.35 TB/s
    near(run({}), (16.3 * 6_979_321_856 * 2) / 2.8475e12, 1e-6)
    near(run({}) / run({ tensorParallel: 2, pipelineParallel: 2 }), 4, 1e-9)
  })

  it('layers of experts take the factor of their trainer', () => {
    const of = (trainerId: string) =>
      prepareByHand({ model: 'mixtral-8x7b', trainerId, configuration: {} }).explain(batch)
    const line = (trainerId: string) => of(trainerId).find(({ name }) => name === 'elementwise') ?? expect.fail()
    const factor = trainer('megatron-bridge-25').time_factor.value
    expect(factor).toBeGreaterThan(1)
    near(line('megatron-bridge-25').value / line('megatron-bridge').value, factor, 1e-6)
    expect(line('megatron-bridge-25').formula).toContain(` x ${factor} / `)
    expect(line('megatron-bridge').formula).toContain('layers x 1 x 1 / ')
  })

  it('two GPUs that nothing joins do not train together, on two machines they do', () => {
    const run = (gpusPerNode: number) =>
      prepareByHandOrNull({
        model: 'llama-3-8b',
        gpusPerNode,
        link: link('none'),
        configuration: { dataParallel: 2, shardDegree: 2 },
      })
    expect(run(2)).toBeNull()
    expect(run(1)).not.toBeNull()
  })
})

describe('rates', () => {
  const board = gpu('h100-sxm-80gb')
  const classes = {
    known: { ...shipped.classes.hopper, assumed: false },
    guessed: { ...shipped.classes.hopper, assumed: true },
  } as unknown as typeof shipped.classes
  const own = (uncapped?: string) => ({
    ...shipped,
    classes,
    default_generation: { class: 'guessed' },
    generations: { hopper: { class: 'known', ...(uncapped === undefined ? {} : { uncapped }) } },
    uncapped_below_tflops_per_watt: fitted(2),
  })
  const rates = (changes: object, uncapped?: string, precision: 'bf16' | 'fp8' | 'nvfp4' = 'bf16', id = 'hopper') =>
    trainingRates({ ...board, ...changes } as Gpu, { id }, own(uncapped), precision)

  it('a board that may draw what large products need runs uncapped: below 2 TFLOP/s a watt', () => {
    expect(rates({ power_watts: 495 }, 'guessed')?.class).toBe('guessed')
    expect(rates({ power_watts: 494 }, 'guessed')?.class).toBe('known')
    expect(rates({ power_watts: 100 }, 'guessed')?.class).toBe('known')
    expect(rates({ power_watts: null }, 'guessed')?.class).toBe('known')
    expect(rates({ power_watts: 4000 })?.class).toBe('known')
    expect(rates({}, undefined, 'bf16', 'blackwell')?.class).toBe('guessed')
  })

  it('assumed: a class without runs and a board without one, or a precision without a share', () => {
    const plain = { efficiency: {} }
    const fittedBoard = { efficiency: { training_compute: { value: 1.1, records: 3 } } }
    const guess = { efficiency: { training_compute: { value: 1.1, records: 0 } } }
    expect(rates(plain)?.assumed).toBe(false)
    expect(rates(plain, undefined, 'bf16', 'other')?.assumed).toBe(true)
    expect(rates(fittedBoard, undefined, 'bf16', 'other')?.assumed).toBe(false)
    expect(rates(guess, undefined, 'bf16', 'other')?.assumed).toBe(true)
    expect(rates({ ...plain, dense_tflops: { bf16: 1, fp4: 4 } }, undefined, 'nvfp4')?.assumed).toBe(true)
    near((rates(fittedBoard)?.gemm ?? 0) / (rates(plain)?.gemm ?? 1), 1.1, 1e-9)
  })

  it('no path: a precision that the board lacks, or no 16 bit', () => {
    expect(rates({ dense_tflops: { bf16: 1 } }, undefined, 'fp8')).toBeNull()
    expect(rates({ dense_tflops: { fp8: 1 } }, undefined, 'fp8')).toBeNull()
    expect(rates({ dense_tflops: { fp32: 1 } })).toBeNull()
  })
})
