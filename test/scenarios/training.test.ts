import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { planText } from '../../planners/index.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { type TrainPlan, type TrainResult, trainResultSchema } from '../../src/result/train.ts'
import { lazily } from '../lazily.ts'
import {
  adapterRecipe,
  type ExpectedTraining,
  expectedTraining,
  type HandRecipe,
  type HandShape,
  handAdapters,
  handShapes,
  nf4Bytes,
} from './expected-training.ts'

/*
 * Every training scenario that ships: it plans, the pruned search gives what the exhaustive one gives, its counts add up, and the best
 * plan comes out by arithmetic that shares no code and no catalog with the planner (expected-training.ts).
 */

const folder = new URL('../../scenarios/', import.meta.url)
const AS_OF = '2026-11-21'
const GIB = 2 ** 30

const texts = new Map(
  readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => [file.replace('.yaml', ''), readFileSync(new URL(file, folder), 'utf8')] as const)
    .filter(([, text]) => parse(text).kind === 'train'),
)

let catalog: Catalog
beforeAll(async () => {
  catalog = await loadCatalog()
})

function textOf(name: string): string {
  return texts.get(name) ?? expect.fail(`no scenario ${name}`)
}

function planned(name: string, options: { exhaustive?: boolean; set?: string[] } = {}): TrainResult {
  const result = planText(textOf(name), `scenarios/${name}.yaml`, catalog, { asOf: AS_OF, ...options })
  return result.kind === 'train' ? result : expect.fail('not a training plan')
}

function bestOf(result: TrainResult): TrainPlan {
  return result.best ?? expect.fail('no plan')
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
const bytesOf = (plan: TrainPlan, ...names: string[]) =>
  sum(plan.memory.terms.filter((term) => names.includes(term.name)).map((term) => term.bytes))
const within = (share: number, actual: number, byHand: number) =>
  expect(Math.abs(actual / byHand - 1), `${actual} planned, ${byHand} by hand`).toBeLessThan(share)

it('the expectations name every training scenario', () => {
  const article = ['article-finetune-full', 'article-finetune-qlora']
  expect([...texts.keys()].sort()).toEqual([...Object.keys(expectedTraining), ...article].sort())
})

describe.each([...texts.keys()])('%s', (name) => {
  const result = lazily(() => planned(name))

  it('says what it answers, for readers and editors', () => {
    const text = textOf(name)
    expect(text).toMatch(/^# \S/)
    expect(text).toContain('# yaml-language-server: $schema=../schema/scenario.schema.json\n')
    expect(parse(text)).toMatchObject({ name, description: expect.stringMatching(/\S/) })
  })

  it('plans, and the result has the published form', () => {
    expect(result.status).toBe('optimal')
    expect(trainResultSchema.parse(result)).toEqual(result)
  })

  it('meets its targets, and the terms of its memory add up below the card', () => {
    for (const plan of [bestOf(result), ...result.alternatives, ...result.pareto]) {
      const { targets, memory, configuration: c, placement } = plan
      expect(targets.filter((target) => !target.ok)).toEqual([])
      expect(sum(memory.terms.map((term) => term.bytes))).toBe(memory.total_bytes)
      expect(memory.total_bytes + memory.free_bytes).toBe(memory.capacity_bytes)
      expect(memory.free_bytes).toBeGreaterThanOrEqual(0)
      expect(c.micro_batch * c.gradient_accumulation * c.data_parallel).toBe(c.global_batch)
      expect(c.data_parallel * c.tensor_parallel * c.pipeline_parallel * c.context_parallel).toBe(placement.gpus)
    }
  })

  it('is the cheapest of what it shows, and no point of the front is beaten in hours and dollars', () => {
    const best = bestOf(result).cost.usd_per_run ?? Number.NaN
    for (const { cost } of [...result.alternatives, ...result.pareto])
      expect(cost.usd_per_run).toBeGreaterThanOrEqual(best)
    const points = result.pareto.map(({ performance, cost }) => [performance.hours, cost.usd_per_run ?? Number.NaN])
    for (const [hours = 0, usd = 0] of points) {
      expect(points.filter(([h = 0, d = 0]) => h <= hours && d <= usd)).toHaveLength(1)
    }
  })

  it('counts the whole space', () => {
    const { space, evaluated, pruned, rejected_before_evaluation: before } = result.search
    expect(evaluated + sum(Object.values(pruned)) + before).toBe(space)
  })

  it('is the same without pruning', () => {
    const exhaustive = planned(name, { exhaustive: true })
    expect(exhaustive.best).toEqual(result.best)
    expect(exhaustive.alternatives).toEqual(result.alternatives)
    expect(exhaustive.pareto).toEqual(result.pareto)
    expect(exhaustive.search.pruned).toEqual({})
    expect(exhaustive.search.space).toBe(result.search.space)
  })
})

describe.each(Object.entries(expectedTraining))('%s by hand', (name, want) => {
  const plan = lazily(() => bestOf(planned(name)))

  it('is planned as expected', () => {
    const { placement, configuration: c } = plan
    expect({
      offer: placement.offer,
      gpu: placement.gpu,
      gpusPerInstance: placement.gpus_per_instance,
      instances: placement.instances,
      method: c.method,
      zeroStage: c.zero_stage,
      offload: c.offload,
      checkpointing: c.activation_checkpointing,
      microBatch: c.micro_batch,
      dataParallel: c.data_parallel,
      tensorParallel: c.tensor_parallel,
      pipelineParallel: c.pipeline_parallel,
      contextParallel: c.context_parallel,
      expertParallel: c.expert_parallel,
    }).toEqual(want.plan)
  })

  it('costs instances x price x hours', () => {
    const usdPerHour = plan.placement.instances * want.instanceUsdPerHour
    expect(plan.cost.usd_per_hour).toBeCloseTo(usdPerHour, 8)
    // Both figures of the result are rounded to ten digits.
    within(1e-9, plan.cost.usd_per_run ?? Number.NaN, usdPerHour * plan.performance.hours)
  })

  it('reads all tokens in whole steps', () => {
    const { performance: p, configuration: c } = plan
    expect(p.tokens).toBe(want.tokens)
    expect(p.steps).toBe(Math.ceil(want.tokens / (c.global_batch * c.sequence_length)))
    within(1e-6, p.compute_hours, want.tokens / p.tokens_per_second / 3600)
    within(1e-6, p.hours * (1 - p.lost_share), p.compute_hours)
  })

  it('keeps the states that its recipe and its sharding give', () => {
    const states = bytesOf(plan, 'weights', 'gradients', 'optimizer', 'master_weights', 'adapters')
    within(0.05, states, statesByHand(want, plan))
  })

  it('computes no faster than the peak of its GPUs allows, and within four times that', () => {
    const { compute_hours: hours } = plan.performance
    const least = leastHours(want, plan)
    expect(hours).toBeGreaterThan(least)
    // Dequantised weights and grouped products of experts take the most beyond it.
    expect(hours).toBeLessThan(4 * least)
  })
})

function shapeOf(want: ExpectedTraining): HandShape {
  return handShapes[want.model] ?? expect.fail(`no shape of ${want.model}`)
}

/** States of the fullest GPU in bytes: parameters x bytes of the recipe, each part over the ranks that share it. */
function statesByHand(want: ExpectedTraining, { configuration: c }: TrainPlan): number {
  const shape = shapeOf(want)
  const { layers, tables } = want.stage
  const stageLinear = (layers * (shape.layer + shape.experts / c.expert_parallel)) / c.tensor_parallel
  const stageTables = (tables * shape.table) / c.tensor_parallel
  const ranks = c.data_parallel * c.context_parallel
  const divisor = (stage: number) => (c.zero_stage >= stage ? ranks : 1)
  const sharded = (parameters: number, recipe: HandRecipe) =>
    parameters *
    (recipe.weights / divisor(3) +
      (c.gradient_accumulation > 1 ? recipe.gradients / divisor(2) : 0) +
      recipe.optimizer / divisor(1))
  if (c.method === 'full') return sharded(stageLinear + stageTables, want.recipe)
  // LoRA freezes bf16 weights; QLoRA holds layers in NF4 and, after k-bit preparation, tables in fp32.
  const base = c.method === 'lora' ? 2 * (stageLinear + stageTables) : nf4Bytes * stageLinear + 4 * stageTables
  const adapters = handAdapters[want.model] ?? Number.NaN
  return base / divisor(3) + sharded(adapters / (c.tensor_parallel * c.pipeline_parallel), adapterRecipe)
}

/** Hours at the data sheet's peak: 2 FLOPs a parameter and token forward, 2 for inputs' gradients, 2 for weights', 2 recomputed. */
function leastHours(want: ExpectedTraining, { configuration: c, placement }: TrainPlan): number {
  const shape = shapeOf(want)
  const active = shape.layers * (shape.layer + shape.activeExperts)
  const passes = (c.method === 'full' ? 3 : 2) + (c.activation_checkpointing === 'full' ? 1 : 0)
  return (2 * active * passes * want.tokens) / (placement.gpus * want.peakFlops) / 3600
}

describe('fine-tuning in the article "LLM VRAM Requirements" (March 2026)', () => {
  const full = () => bestOf(planned('article-finetune-full'))
  const qlora = () => bestOf(planned('article-finetune-qlora'))

  it('QLoRA on one H100 PCIe costs $19.90, full fine-tuning on eight H100 SXM $215.20: 91 % less', () => {
    expect(qlora().cost.usd_per_run).toBe(19.9)
    expect(full().cost.usd_per_run).toBe(215.2)
    expect((100 * (1 - 19.9 / 215.2)).toFixed(0)).toBe('91')
    expect([full().performance.hours, qlora().performance.hours]).toEqual([10, 10])
  })

  it('70 billion parameters x (2 + 2 + 4 + 1) bytes over eight GPUs: 78.75 GB each', () => {
    const plan = full()
    expect(bytesOf(plan, 'weights')).toBe((70e9 * 2) / 8)
    expect(bytesOf(plan, 'gradients')).toBe((70e9 * 2) / 8)
    expect(bytesOf(plan, 'optimizer')).toBe((70e9 * 4) / 8)
    expect(bytesOf(plan, 'activations')).toBe(70e9 / 8)
    expect(plan.memory.total_bytes).toBe(78.75e9)
    expect(plan.placement).toMatchObject({ gpu: 'h100-sxm-80gb', gpus: 8, instances: 1 })
    expect(plan.configuration).toMatchObject({ method: 'full', zero_stage: 3, offload: 'none' })
  })

  it('a 4-bit base of 35 GB and the upper ends of the adapter ranges: 43 GB on one GPU', () => {
    const plan = qlora()
    expect(bytesOf(plan, 'weights')).toBe(35e9)
    expect(plan.memory.total_bytes).toBe(43e9)
    expect(plan.placement).toMatchObject({ gpu: 'h100-pcie-80gb', gpus: 1 })
  })

  it('eight H100 do not hold the full fine-tuning by the architecture', () => {
    const real = planned('article-finetune-full', { set: ['memory_model=architecture', 'hours='] })
    expect(real.status).toBe('infeasible')
  })

  it('QLoRA fits one H100 by the architecture too', () => {
    const real = bestOf(planned('article-finetune-qlora', { set: ['memory_model=architecture', 'hours='] }))
    expect(real.placement).toMatchObject({ gpu: 'h100-pcie-80gb', gpus: 1 })
    // NF4 blocks 32.9 GiB, embedding and head in fp32 7.8 GiB
    expect(bytesOf(real, 'weights') / GIB).toBeCloseTo(32.887 + 7.833, 2)
  })
})

describe('Llama 3 70B on 80 GB cards', () => {
  const on = (name: string, ...set: string[]) =>
    planned(name, { set: ['search.gpus=[h100-sxm-80gb]', 'search.offload=[none]', ...set] })

  it('QLoRA plans on one', () => {
    const plan = bestOf(on('train-70b-qlora', 'search.max_gpus=1'))
    expect(plan.placement.gpus).toBe(1)
    // 0.51587 x 68.45e9 + 4 x 2.1e9 bytes, and adapters 207,093,760 x 16
    within(0.01, bytesOf(plan, 'weights'), nf4Bytes * 68.451e9 + 4 * 2.1027e9)
    within(0.01, bytesOf(plan, 'adapters', 'gradients', 'optimizer'), 16 * 207_093_760)
  })

  it('LoRA in bf16 does not run on one', () => {
    const result = on('train-70b-lora', 'search.max_gpus=1')
    expect(result.status).toBe('infeasible')
    const memory = memoryMiss(result)
    // 2 bytes a parameter are 131.4 GiB alone; the card has 79.2.
    expect(memory / GIB).toBeGreaterThan(131.4 - 79.2)
  })

  it('LoRA in bf16 misses two by its gathered blocks and its logits', () => {
    const result = on('train-70b-lora', 'search.max_gpus=2', 'headroom=0%')
    expect(result.status).toBe('infeasible')
    // 65.7 GiB of weights, two gathered blocks and the tables 7.1, saved inputs 5.0, logits 6.8 (14 x 128,256 x 4096), adapters 1.5,
    // context 1: 87.2 GiB against 79.2, of which 0.6 stay free.
    expect(memoryMiss(result) / GIB).toBeGreaterThan(6)
    expect(memoryMiss(result) / GIB).toBeLessThan(10)
  })

  it('LoRA in bf16 plans on four', () => {
    const plan = bestOf(on('train-70b-lora', 'search.max_gpus=4'))
    expect(plan.placement.gpus).toBe(4)
    expect(plan.configuration.method).toBe('lora')
  })

  it('full AdamW is not promised on eight without offload, and the answer says what it needs', () => {
    const result = on('train-70b-full', 'search.max_gpus=8')
    expect(result.status).toBe('infeasible')
    const [nearest] = result.near_misses
    const plan = nearest?.plan ?? expect.fail('no near miss')
    expect(plan.placement.gpus).toBe(8)
    // 16 bytes a parameter are 1.13 TB: 131.4 GiB a GPU where all is shared, of which the card has 79.2.
    expect(memoryMiss(result) / GIB).toBeGreaterThan(131.4 - 79.2)
    // The miss is what the plan shows above what may be filled of the card: 95 %.
    within(0.01, memoryMiss(result), plan.memory.total_bytes - 0.95 * plan.memory.capacity_bytes)
    expect(nearest?.fixes.map(({ change }) => change)).toContainEqual({ offload: 'optimizer' })
  })

  it('full AdamW plans on eight with optimizer offload, and on thirty-two without', () => {
    const offloaded = bestOf(
      planned('train-70b-full', {
        set: ['search.gpus=[h100-sxm-80gb]', 'search.max_gpus=8', 'search.offload=[optimizer]'],
      }),
    )
    // Moments 8, master weights 4 and gradients 4 bytes a parameter, half as much again in buffers
    within(0.05, offloaded.memory.host_bytes, 1.5 * 16 * 70.55e9)
    // Two machines miss: 18 bytes a parameter in the optimizer step are 73.9 GiB a GPU before any buffer.
    expect(on('train-70b-full', 'search.max_gpus=16').status).toBe('infeasible')
    const wide = bestOf(on('train-70b-full', 'search.max_gpus=32'))
    expect(wide.placement.gpus).toBe(32)
    // The peak comes before the first gradient: 2 + 4 + 8 bytes a parameter.
    expect(wide.memory.peak_phase).toBe('backward start')
    within(0.01, bytesOf(wide, 'weights', 'gradients', 'optimizer', 'master_weights'), (14 * 70.55e9) / 32)
  })

  it('a shorter run of full fine-tuning never costs more: its one checkpoint takes its time, and no more', () => {
    const costs = ['500', '2k', '5k', '50k'].map((examples) => {
      const plan = bestOf(planned('train-70b-full', { set: ['search.offload=[none]', `data.examples=${examples}`] }))
      return plan.cost.usd_per_run ?? Number.NaN
    })
    expect(costs).toEqual([...costs].sort((a, b) => a - b))
    // 14 bytes a parameter at 1 GB/s are 988 s; 500 x 1024 x 2 tokens compute for a minute.
    const short = bestOf(planned('train-70b-full', { set: ['search.offload=[none]', 'data.examples=500'] }))
    const { hours, compute_hours: computed } = short.performance
    expect((hours - computed) * 3600).toBeLessThan(14 * 70.56 + 60)
  })

  it('ZeRO-3 with a pipeline is refused with the reason', () => {
    const set = ['search.zero_stage=[3]', 'search.pipeline_parallel=[4]']
    expect(() => planned('train-70b-full', { set })).toThrow(
      /zero_stage 3 with pipeline_parallel 4 cannot run: .*a pipeline accumulates over micro-batches/,
    )
    expect(() => planned('train-70b-full', { set: [...set, 'trainer=deepspeed'] })).toThrow(
      /the pipeline engine asserts that ZeRO-2 and ZeRO-3 are off/,
    )
    const either = bestOf(
      planned('train-70b-full', { set: ['search.zero_stage=[3]', 'search.pipeline_parallel=[1, 4]'] }),
    )
    expect(either.configuration.pipeline_parallel).toBe(1)
  })

  function memoryMiss(result: TrainResult): number {
    const missed = result.near_misses[0]?.violations.find(({ constraint }) => constraint === 'memory')
    return missed?.by ?? expect.fail('the nearest miss is not one of memory')
  }
})
