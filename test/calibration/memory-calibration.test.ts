import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { errorsNow, errorTable } from '../../src/calibration/folds.ts'
import { defaultFit, fit, touched } from '../../src/calibration/least-squares.ts'
import { servingMemoryConstants, trainingMemoryConstants } from '../../src/calibration/memory-constants.ts'
import {
  recordsBehind,
  servingMemoryObservations,
  trainingMemoryObservations,
} from '../../src/calibration/memory-observations.ts'
import { type Constant, parametersOf } from '../../src/calibration/parameters.ts'
import type { Grouped } from '../../src/calibration/serving-observations.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import {
  type MeasuredRecord,
  measurementsSchema,
  type ServingRecord,
  type TrainingRecord,
} from '../../src/measurements/record.ts'
import { predictServingMemory } from '../../src/measurements/serving-memory.ts'

function recordsIn(file: string): MeasuredRecord[] {
  return measurementsSchema.parse(parse(readFileSync(new URL(`../measurements/${file}`, import.meta.url), 'utf8')))
    .records
}
const servers = recordsIn('serving-memory.yaml').filter((each): each is ServingRecord => each.kind === 'serving-memory')
const runs = recordsIn('training-memory.yaml').filter((each): each is TrainingRecord => each.kind === 'training-memory')

// Constants are moved in place, so every test has a catalog of its own.
let catalog: Catalog
beforeEach(async () => {
  catalog = structuredClone(await loadCatalog())
})

function named(constants: readonly Constant[], name: string, value?: number): Constant {
  const found = constants.find(
    (each) =>
      each.name.endsWith(name) &&
      !/sglang|tensorrt/.test(each.name) &&
      (value === undefined || each.objects[0]?.value === value),
  )
  if (found === undefined) throw new Error(name)
  return found
}

function observed(observations: readonly Grouped[], id: string): Grouped {
  const found = observations.find((each) => each.id === id)
  if (found === undefined) throw new Error(id)
  return found
}

/** By how much a figure moves, in its own unit, when a constant grows by an amount. */
function moved(observation: Grouped, constant: Constant, by: number): number {
  const [parameter] = parametersOf([constant])
  if (parameter === undefined) throw new Error(constant.name)
  const before = observation.predict()
  const value = parameter.get()
  parameter.set(value + by)
  const after = observation.predict()
  parameter.set(value)
  expect(observation.predict()).toBe(before)
  return after - before
}

const GIB = 2 ** 30
const qwen = 'llmd205-qwen-qwen2-5-7b-instruct-tp1pp1dp1-8192'

/* A prediction must be made of the constants as they stand: what src/memory remembers of a model would hide a move. */
describe('a moved constant moves the figures it takes part in, by hand', () => {
  it('activation base: a GiB more at the peak, a GiB less room', () => {
    const observations = servingMemoryObservations(servers, catalog)
    const base = named(servingMemoryConstants(catalog), 'memory.activation_base_gib', 0.115)
    expect(moved(observed(observations, `${qwen} activations_gib`), base, 1)).toBeCloseTo(1, 6)
    expect(moved(observed(observations, `${qwen} kv_cache_gib`), base, 1)).toBeCloseTo(-1, 6)
  })

  it('sampler: a byte for each of 1024 sequences and 152,064 vocabulary entries of Qwen2.5 7B', () => {
    const observations = servingMemoryObservations(servers, catalog)
    const sampler = named(servingMemoryConstants(catalog), 'memory.sampler_bytes', 14)
    const byHand = (1024 * 152_064) / GIB
    expect(moved(observed(observations, `${qwen} activations_gib`), sampler, 1)).toBeCloseTo(byHand, 6)
  })

  it('communicators over NVLink: base + slope x log2(tp)', () => {
    const observations = servingMemoryObservations(servers, catalog)
    const slope = named(servingMemoryConstants(catalog), 'memory.runtime_nvlink_per_doubling_gib')
    const at = (degree: number) =>
      observed(observations, `llmd205-qwen-qwen2-5-7b-instruct-tp${degree}pp1dp1-8192 runtime_gib`)
    expect(moved(at(4), slope, 0.1)).toBeCloseTo(0.2, 6)
    expect(moved(at(2), slope, 0.1)).toBeCloseTo(0.1, 6)
    expect(moved(at(1), slope, 0.1)).toBe(0)
  })

  it('graphs: 28 layers of Qwen2.5 7B', () => {
    const observations = servingMemoryObservations(servers, catalog)
    const perLayer = named(servingMemoryConstants(catalog), 'memory.graphs_per_layer_gib')
    expect(moved(observed(observations, `${qwen} graphs_gib`), perLayer, 0.001)).toBeCloseTo(0.028, 6)
  })

  // Llama 2 7B, one sequence of 1,304 tokens, every tensor of 32 layers kept.
  const kept = 1304 * 32
  it('further activations of LitGPT: a byte a hidden unit', () => {
    const observations = trainingMemoryObservations(runs, catalog)
    const extra = named(trainingMemoryConstants(catalog), 'trainers/litgpt extra_activation_bytes')
    const run = observed(observations, 'litgpt-rt-Llama2-7b-None-mb1-lora-1gpu-mem peak_gib')
    expect(moved(run, extra, 1)).toBeCloseTo((kept * 4096) / GIB, 6)
  })

  it('copies of the inputs of 4-bit products: 3 x 4,096 and 11,008 values of two bytes', () => {
    const observations = trainingMemoryObservations(runs, catalog)
    const copies = named(trainingMemoryConstants(catalog), 'litgpt-2023 quantised_input_copies')
    const run = observed(observations, 'litgpt-rt-Llama2-7b-bnb.nf4-mb1-qlora-1gpu-mem peak_gib')
    expect(moved(run, copies, 1)).toBeCloseTo((kept * 2 * (3 * 4096 + 11_008)) / GIB, 6)
  })

  it('slack: in proportion where the device does not cut the cache', () => {
    const observations = trainingMemoryObservations(runs, catalog)
    const slack = named(trainingMemoryConstants(catalog), 'trainers/fsdp-qlora slack', 1.2)
    const run = observed(observations, 'fsdpqlora-2x3090-7b-q-b4-mem peak_gib')
    expect(moved(run, slack, 0.12) / run.predict()).toBeCloseTo(0.1, 6)
  })
})

describe('constants', () => {
  it('starts are physical: values of the catalog do not move them', () => {
    const starts = (): number[] =>
      [...servingMemoryConstants(catalog), ...trainingMemoryConstants(catalog)].map((each) => each.start)
    const before = starts()
    for (const each of [...servingMemoryConstants(catalog), ...trainingMemoryConstants(catalog)]) {
      for (const object of each.objects) object.value *= 1.1
    }
    expect(starts()).toEqual(before)
  })

  it('releases with the same value share a constant; those without records follow', () => {
    const sampler = servingMemoryConstants(catalog).filter(({ name }) => /vllm .*sampler_bytes/.test(name))
    expect(sampler.map(({ start }) => start).toSorted((a, b) => a - b)).toEqual([14, 38])
    const newer = sampler.find(({ start }) => start === 14)
    // 0.17 and 0.18-0.20 were read from logs, 0.21 and 0.22 take them over.
    expect(newer?.places.map(({ path, follows }) => [path[1], follows === true])).toEqual([
      [5, false],
      [6, false],
      [7, true],
      [8, true],
    ])
  })

  it('a term that an accounting does not have is no constant', () => {
    expect(servingMemoryConstants(catalog).filter(({ name }) => name.startsWith('engines/llama.cpp'))).toEqual([])
    for (const { objects } of servingMemoryConstants(catalog))
      for (const { value } of objects) expect(value).toBeGreaterThan(0)
  })

  it('no fit takes what is held below what is alive', () => {
    const constants = trainingMemoryConstants(catalog).filter(({ name }) => /slack$|varying_length_factor$/.test(name))
    expect(constants.length).toBeGreaterThan(15)
    fc.assert(
      fc.property(
        fc.constantFrom(...parametersOf(constants)),
        fc.double({ min: 0.01, max: 3, noNaN: true }),
        (each, value) => {
          each.set(value)
          return each.get() === Math.max(1, value)
        },
      ),
    )
  })
})

describe('observations', () => {
  it('leave out buffers that are counted, negative differences and graphs that older releases print otherwise', () => {
    const ids = servingMemoryObservations(servers, catalog).map(({ id }) => id)
    expect(ids.filter((id) => id.startsWith('llamacpp'))).toEqual([])
    expect(ids).toContain('llmd-mistral-small-3.2-24b activations_gib')
    expect(ids).not.toContain('llmd-mistral-small-3.2-24b graphs_gib')
    expect(ids).not.toContain('llmd-gptoss20b graphs_gib')
    expect(ids).toContain('llmd205-qwen3-14b-v0.18.0 graphs_gib')
  })

  it('the room is an error of the whole GPU', () => {
    const room = observed(servingMemoryObservations(servers, catalog), `${qwen} kv_cache_gib`)
    const record = servers.find(({ id }) => id === qwen)
    if (record === undefined) throw new Error(qwen)
    const prediction = predictServingMemory(record, catalog)
    if ('skipped' in prediction) throw new Error(prediction.skipped)
    const usable = catalog.gpus.get('h100-sxm-80gb')?.memory.usable_gib ?? Number.NaN
    expect(room.measured).toBe(usable)
    // The log prints 58.53 GiB.
    expect(room.predict() - room.measured).toBeCloseTo((prediction.figures.kv_cache_gib ?? 0) - 58.53, 9)
    // Half a percent of the GPU counts as much as 8 % of a speed.
    expect(room.scale).toBeCloseTo(0.005 / 0.08, 12)
  })

  it('starts that differ in nothing but the context say a figure once', () => {
    const same = servingMemoryObservations(servers, catalog).filter(
      ({ model, table, configuration }) =>
        model === 'qwen2.5-7b' && table === 'vllm activations' && configuration.includes(' bf16 bf16 1 '),
    )
    expect(same).toHaveLength(6)
    expect(same.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12)
  })

  it('attention scores stand on two records: too few to be fitted', () => {
    const observations = trainingMemoryObservations(runs, catalog)
    const constants = [
      named(trainingMemoryConstants(catalog), 'activations.attention_scores'),
      named(trainingMemoryConstants(catalog), 'trainers/torchtune slack'),
    ]
    const reach = touched(observations, parametersOf(constants))
    expect(reach.map((each) => recordsBehind(observations, each))).toEqual([2, 3])
  })

  it('one start with several figures is one record', () => {
    const observations = servingMemoryObservations(servers, catalog)
    const own = [...observations.keys()].filter((index) => observations[index]?.record === qwen)
    expect(own).toHaveLength(4)
    expect(recordsBehind(observations, own)).toBe(1)
  })
})

describe('the fit', () => {
  it('finds the constants that made the figures', () => {
    // Truth: other constants. Its figures stand in for what was printed.
    const truth = servingMemoryObservations(servers, catalog).filter(({ source }) => source === 'llmd205')
    const constants = servingMemoryConstants(catalog).filter(
      ({ name, objects }) =>
        /vllm .*(sampler_bytes|activation_base_gib|runtime_nvlink_)/.test(name) && objects.length === 4,
    )
    expect(constants).toHaveLength(4)
    const parameters = parametersOf(constants).map((each) => ({ ...each, spread: 100 }))
    const now = parameters.map((each) => each.get())
    const factors = [1.6, 0.8, 0.7, 1.2]
    parameters.forEach((each, index) => {
      each.set((now[index] ?? 0) * (factors[index] ?? 1))
    })
    const wanted = parameters.map((each) => each.get())
    const made = truth.map((each) => ({ ...each, measured: each.predict() }))
    parameters.forEach((each, index) => {
      each.set(now[index] ?? 0)
    })
    fit(made, parameters, touched(made, parameters), new Set(made.keys()), { ...defaultFit, iterations: 25 })
    parameters.forEach((each, index) => {
      expect(each.get() / (wanted[index] ?? 0), each.name).toBeCloseTo(1, 3)
    })
  })

  it('errors by table: 46 rooms, 39 activation peaks and 105 training peaks', () => {
    const serving = servingMemoryObservations(servers, catalog)
    const counts = Object.fromEntries(errorTable(serving, errorsNow(serving)).map(({ table, count }) => [table, count]))
    expect(counts).toEqual({
      'vllm KV room, share of the GPU': 46,
      'vllm activations': 39,
      'vllm graphs': 33,
      'vllm outside the allocator': 39,
    })
    expect(trainingMemoryObservations(runs, catalog)).toHaveLength(105)
  })
})
