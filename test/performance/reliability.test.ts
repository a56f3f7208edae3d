import { describe, expect, it } from 'vitest'
import { prepareReliability } from '../../src/performance/reliability.ts'
import { near, physics, rounded } from './training/fixtures.ts'

const reliability = physics.reliability
const base = { instances: 1, spotInstance: null, method: 'full', physics: reliability } as const

// Worked by hand: 405B on 1,024 H100. MTBF = 40,000 / 1,024 = 39.1 h; checkpoint 405.85e9 x 14 = 5.68 TB at 40 GB/s = 142 s;
// interval sqrt(2 x 142 x 140,600) = 6,320 s = 1.76 h; lost 142 / 6,320 + (3,160 + 600) / 140,600 = 2.2 + 2.7 = 4.9 %.
describe('405B on 1,024 H100', () => {
  const run = prepareReliability({ ...base, gpus: 1024, instances: 128, trainableParameters: 405.85e9 })

  it('comes out as worked by hand', () => {
    rounded(run.meanSecondsBetweenInterruptions / 3600, '39.1')
    rounded(run.checkpointBytes / 1e12, '5.68')
    rounded(run.checkpointSeconds, '142')
    rounded(run.checkpointIntervalSeconds / 3600, '1.76')
    rounded(run.lostShare * 100, '4.9')
  })

  it('turns weeks of computing into hours on the clock', () => {
    near(run.wallClockHours(1000), (1000 * (1 + 142 / 6320)) / (1 - (6320 / 2 + 600) / 140_625), 1e-3)
  })

  it('says what it assumed', () => {
    expect(run.assumptions(1000)).toEqual([
      'a failure stops the job every 40,000 GPU-hours (published: 23,000 to 80,000), restart 10 minutes',
      'a checkpoint of 5,681.9 GB is written in 142.0 s (40.0 GB a second), every 105 minutes',
    ])
  })
})

describe('spot', () => {
  const spot = (spotInstance: string, extra: object = {}) =>
    prepareReliability({ ...base, gpus: 64, instances: 8, trainableParameters: 70.55e9, ...extra, spotInstance })

  it('takes the middle of the published band, times three for long runs', () => {
    // AWS Spot Advisor, February 2026: p5.48xlarge 15 to 20 % a month: -ln(1 - 0.175) / 720 = 2.672e-4; p4d 5 to 10 %: 1.083e-4.
    near(spot('p5.48xlarge h100-sxm-80gb').interruptionsPerInstanceHour, 3 * 2.672e-4, 1e-3)
    near(spot('p4d.24xlarge').interruptionsPerInstanceHour, 3 * 1.083e-4, 1e-3)
    // No band: the highest known one.
    near(spot('8xH100').interruptionsPerInstanceHour, 3 * 2.672e-4, 1e-3)
    expect(spot('8xH100').assumptions(1000).at(-1)).toContain('no band published for this offer')
    expect(spot('p4d.24xlarge').assumptions(1000).at(-1)).toContain('5% to 10% interrupted a month, times 3')
  })

  it('adds its hazard to that of failures', () => {
    // 64 / 40,000 + 8 x 8.0155e-4 = 8.0124e-3 an hour
    near(spot('p5.48xlarge').meanSecondsBetweenInterruptions / 3600, 1 / 8.0124e-3, 1e-3)
  })

  it('the user knows better', () => {
    const run = spot('p5.48xlarge', { interruptionsPerInstanceHour: 0.01 })
    expect(run.interruptionsPerInstanceHour).toBe(0.01)
    expect(run.assumptions(1000).at(-1)).toContain('every 100 hours on average, as the scenario says')
  })
})

describe('limits', () => {
  it('a run that cannot write its checkpoint between failures makes no progress', () => {
    const run = prepareReliability({ ...base, gpus: 100_000, trainableParameters: 1e12, checkpointBytesPerSecond: 1e9 })
    expect(run.lostShare).toBeGreaterThan(1)
    expect(run.wallClockHours(10)).toBe(Number.POSITIVE_INFINITY)
  })

  it('a run shorter than the interval writes one checkpoint', () => {
    // One GPU, 207e6 adapter parameters: 2.9 GB at 1 GB/s; an hour loses 2.9 / 3,600 + (1,800 + 600) / 144e6.
    const run = prepareReliability({ ...base, gpus: 1, method: 'lora', trainableParameters: 207_093_760 })
    expect(run.checkpointIntervalSeconds).toBeGreaterThan(3600)
    expect(run.assumptions(1).at(-1)).toContain('once, at the end')
    near(run.wallClockHours(1), 1 / (1 - 2.8993 / 3600 - 2400 / 144e6), 1e-6)
  })

  it('weights of full training are written with other bytes than adapters, whose base is not', () => {
    const own = {
      ...reliability,
      checkpoint_bytes_per_parameter: { full: { value: 14, records: 0 }, adapters: { value: 2, records: 0 } },
    }
    const bytes = (method: 'full' | 'lora' | 'qlora') =>
      prepareReliability({ ...base, physics: own, gpus: 1, method, trainableParameters: 1e6 }).checkpointBytes
    expect([bytes('full'), bytes('lora'), bytes('qlora')]).toEqual([14e6, 2e6, 2e6])
  })

  it('storage: 0.12 GB/s a GPU between 1 and 40 GB/s', () => {
    const seconds = (gpus: number) => prepareReliability({ ...base, gpus, trainableParameters: 1e9 }).checkpointSeconds
    near(seconds(1), 14, 1e-9)
    near(seconds(64), 14 / 7.68, 1e-9)
    near(seconds(4096), 14 / 40, 1e-9)
  })
})
