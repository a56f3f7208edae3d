import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { estimateTraining } from '../../planners/index.ts'
import { search } from '../../planners/search/branch-and-bound.ts'
import { trainingOptions } from '../../planners/supply/training.ts'
import { TrainAssignment } from '../../planners/train/assignment.ts'
import { resolveTrain } from '../../planners/train/resolve.ts'
import { trainSpace } from '../../planners/train/space.ts'
import { unpriced } from '../../planners/unpriced.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { parseScenario } from '../../src/scenario/schema.ts'
import { applyTrainDefaults } from '../../src/scenario/train-defaults.ts'
import { lazily } from '../lazily.ts'

const AS_OF = '2026-11-21'
let catalog: Catalog
beforeAll(async () => {
  catalog = await loadCatalog()
})

function requestOf(set: string[] = []) {
  const text = readFileSync(new URL('../../scenarios/train-8b-lora.yaml', import.meta.url), 'utf8')
  const { scenario } = parseScenario(text, 'train-8b-lora.yaml', catalog, set, AS_OF)
  if (scenario.kind !== 'train') throw new Error('no training scenario')
  const complete = applyTrainDefaults(scenario, 'train-8b-lora', catalog).scenario
  return resolveTrain(complete, catalog, { asOf: AS_OF, alternatives: 0 }).request
}

const dgx = { gpu: 'h100-sxm-80gb', gpu_count: 8, link: 'nvlink4', network_gbit_per_second: 3200 }
const card = { gpu: 'l40s', gpu_count: 1, link: null, network_gbit_per_second: null }

describe('LoRA on 8B', () => {
  const options = lazily(() => trainingOptions(requestOf(), catalog, [dgx, card]))

  it('runs on either kind, faster with each larger number of machines', () => {
    const onDgx = options.filter(({ machine }) => machine === dgx)
    const onCard = options.filter(({ machine }) => machine === card)
    expect(onDgx[0]?.machines).toBe(1)
    // Without a network a card trains alone.
    expect(onCard.map(({ machines }) => machines)).toEqual([1])
    for (const [index, { machines, hours }] of onDgx.slice(1).entries()) {
      expect(machines).toBeGreaterThan(onDgx[index]?.machines ?? Number.NaN)
      expect(hours).toBeLessThan(onDgx[index]?.hours ?? Number.NaN)
    }
  })

  it('is what an estimate of the same configuration says', () => {
    const [alone] = options.filter(({ machine }) => machine === card)
    const c = alone?.configuration ?? expect.fail('no run')
    const { plan, fits } = estimateTraining(
      {
        model: 'llama-3.1-8b',
        gpu: 'l40s',
        gpus: 1,
        method: c.method,
        loraRank: c.lora_rank ?? undefined,
        optimizer: c.optimizer,
        zeroStage: c.zero_stage,
        offload: c.offload,
        microBatch: c.micro_batch,
        gradientAccumulation: c.gradient_accumulation,
        sequenceLength: c.sequence_length,
        activationCheckpointing: c.activation_checkpointing,
        asOf: AS_OF,
      },
      catalog,
    )
    expect(fits).toBe(true)
    expect(Math.abs(plan.memory.total_bytes - (alone?.memoryBytes ?? Number.NaN))).toBeLessThan(10)
    // The estimate is of a billion tokens; the run has 50,000 x 512 x 3.
    const tokens = 50_000 * 512 * 3
    const hours = tokens / plan.performance.tokens_per_second / 3600
    expect(alone?.hours).toBeGreaterThan(hours)
    expect(alone?.hours).toBeLessThan(1.1 * hours)
  })

  it('keeps to the deadline and to no budget', () => {
    const slowest = Math.max(...options.map(({ hours }) => hours))
    const tight = trainingOptions({ ...requestOf(), deadlineHours: slowest * 0.99 }, catalog, [dgx, card])
    expect(tight.length).toBeLessThan(options.length)
    expect(trainingOptions({ ...requestOf(), budgetUsd: 0.01 }, catalog, [dgx, card])).toEqual([...options])
  })

  it('on machines whose memory is known, nothing is offloaded that they do not hold', () => {
    const asked = requestOf(['search.offload=[parameters]', 'search.method=[lora]'])
    const [free] = trainingOptions(asked, catalog, [card])
    const bytes = free?.hostBytes ?? expect.fail('no run')
    expect(bytes).toBeGreaterThan(10e9)
    const enough = { ...card, ram_gb: bytes / 1e9 }
    const short = { ...card, ram_gb: bytes / 1e9 - 0.001 }
    expect(trainingOptions(asked, catalog, [enough])).toEqual([{ ...free, machine: enough }])
    // Nothing else is allowed, and what puts less into it does not exist.
    const rest = trainingOptions(asked, catalog, [short])
    for (const { hostBytes } of rest) expect(hostBytes).toBeLessThanOrEqual(short.ram_gb * 1e9)
    expect(rest).not.toContainEqual({ ...free, machine: short })
    // One kind does not answer for another, in whatever order they come.
    expect(trainingOptions(asked, catalog, [short, enough, card])).toEqual([
      ...rest,
      { ...free, machine: enough },
      { ...free, machine: card },
    ])
  })

  it('machines that may be taken back cost the time of it', () => {
    const [kept] = trainingOptions(requestOf(), catalog, [card])
    const [taken] = trainingOptions(requestOf(), catalog, [{ ...card, spotInstance: 'g6e.xlarge' }])
    expect(taken?.hours).toBeGreaterThan(kept?.hours ?? Number.NaN)
    expect(taken?.configuration).toEqual(kept?.configuration)
  })

  it('is the fastest of all that fits, compared one by one', () => {
    const asked = requestOf()
    for (const { machines, hours } of options.filter(({ machine }) => machine === dgx)) {
      let fastest = Number.POSITIVE_INFINITY
      const anywhere = {
        ...asked,
        gpus: asked.gpus.filter(({ id }) => id === dgx.gpu),
        offers: [unpriced(dgx)].map(({ offer, ...priced }) => ({
          ...priced,
          offer: { ...offer, ram_gb: null, network_gbit_per_second: dgx.network_gbit_per_second },
        })),
        budgetUsd: null,
      }
      search(trainSpace(anywhere, catalog), new TrainAssignment(), {
        exhaustive: true,
        bound: () => null,
        accept: (a) => {
          if (a.instances === machines) fastest = Math.min(fastest, a.hours)
        },
      })
      expect(hours).toBe(fastest)
    }
  })
})
