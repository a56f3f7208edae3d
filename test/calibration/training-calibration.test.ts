import { readFileSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import { parse, parseDocument } from 'yaml'
import { errorsNow, errorTable } from '../../src/calibration/folds.ts'
import { defaultFit, fit, touched } from '../../src/calibration/least-squares.ts'
import { type Constant, parametersOf } from '../../src/calibration/parameters.ts'
import { trainingConstants } from '../../src/calibration/training-constants.ts'
import { trainingObservations } from '../../src/calibration/training-observations.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { measurementsSchema, type TrainingRecord } from '../../src/measurements/record.ts'

const file = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const records = measurementsSchema
  .parse(parse(file('test/measurements/training-throughput.yaml')))
  .records.filter((each): each is TrainingRecord => each.kind === 'training-throughput')

// Constants are moved in place, so every test has a catalog of its own.
let catalog: Catalog
beforeEach(async () => {
  catalog = structuredClone(await loadCatalog())
})

function named(constants: readonly Constant[], name: string): Constant {
  return constants.find((each) => each.name === name) ?? expect.fail(`no constant ${name}`)
}

/** The constants that at least three runs tell. */
function fitted(): Constant[] {
  const constants = trainingConstants(catalog)
  const reach = touched(trainingObservations(records, catalog), parametersOf(constants))
  return constants.filter((_, index) => (reach[index]?.length ?? 0) >= 3)
}

describe('observations', () => {
  it('read every published run, in a row by kind of model and method', () => {
    const observations = trainingObservations(records, catalog)
    const counts = errorTable(observations, errorsNow(observations)).map(({ table, count }) => [table, count])
    expect(counts).toEqual([
      ['training time dense, full', 242],
      ['training time dense, lora', 8],
      ['training time dense, qlora', 21],
      ['training time mixture of experts, full', 39],
    ])
  })

  it('take the constants as they stand when they predict', () => {
    const observations = trainingObservations(records, catalog)
    const before = observations.map((each) => each.predict())
    const factor = named(trainingConstants(catalog), 'trainers/megatron-bridge-25 time_factor')
    for (const parameter of parametersOf([factor])) parameter.set(2 * parameter.get())
    const slower = observations.filter((each, index) => each.predict() < (before[index] ?? 0))
    // NVIDIA-NeMo/Megatron-Bridge docs/performance-summary-archive.md: 14 runs of mixtures of experts before 26.04.
    expect(slower.length).toBe(14)
    expect(slower.every((each) => each.source === 'mbridge' && each.table.includes('experts'))).toBe(true)
  })

  it('count n rows of one model of one publisher as sqrt(n) together, one row as one', () => {
    const observations = trainingObservations(records, catalog)
    const of = (source: string, model: string) =>
      observations.filter((each) => each.source === source && each.model === model).map((each) => each.weight)
    const alone = of('korthikanti', 'gpt-3-175b')
    const many = of('mbridge', 'deepseek-v3')
    expect(alone.length).toBe(2)
    const [weight = Number.NaN] = alone
    expect(many.reduce((sum, each) => sum + each, 0) / (2 * weight)).toBeCloseTo(Math.sqrt(many.length / 2), 9)
    expect(observations.reduce((sum, each) => sum + each.weight, 0) / observations.length).toBeCloseTo(1, 9)
  })

  it('leave out what the law cannot express, and records without a speed', () => {
    const [first] = records
    if (first === undefined) expect.fail('no records')
    const fp32 = { ...first, configuration: { ...first.configuration, compute_precision: 'fp32' as const } }
    expect(trainingObservations([fp32, { ...first, measured: {} }], catalog)).toEqual([])
  })
})

describe('constants', () => {
  it('stand in the YAML files where their places say, with the value that the law reads', () => {
    const families = ['hopper', 'blackwell'].map((family) => parseDocument(file(`catalogs/gpus/${family}.yaml`)))
    for (const { objects, places } of fitted()) {
      places.forEach(({ subject, id, path }, index) => {
        const stands =
          subject === 'gpus'
            ? families
                .flatMap((family) => (family.toJS() as { gpus: { id: string; efficiency?: object }[] }).gpus)
                .filter((gpu) => gpu.id === id)
                .map((gpu) => path.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], gpu))[0]
            : parseDocument(file(`catalogs/${subject}/${id}.yaml`))
                .getIn([...path], true)
                ?.valueOf()
        const value = subject === 'gpus' ? stands : JSON.parse(JSON.stringify(stands))
        expect(value, `${subject}/${id} ${path.join('.')}`).toMatchObject({ value: objects[index]?.value })
      })
    }
  })

  it('start within what is meaningful, a share at most at one and products at what they reach on their own', () => {
    const constants = trainingConstants(catalog)
    for (const { name, start, most } of constants) {
      expect(start, name).toBeGreaterThan(0)
      if (most !== undefined) expect(start, name).toBeLessThan(most)
    }
    // stas00/ml-engineering, maximum achievable matmul: GH200 828.6 of 989 TFLOPS, the best of Hopper.
    expect(named(constants, 'physics/training classes.hopper.gemm.bf16').most).toBeCloseTo(828.6 / 989, 3)
  })

  it('move the classes without records together with the one that they are taken from', () => {
    const constant = named(trainingConstants(catalog), 'physics/training classes.hopper.gemm.bf16')
    for (const parameter of parametersOf([constant])) parameter.set(0.5)
    const { classes } = catalog.physics.training
    expect(classes.hopper?.gemm.bf16.value).toBe(0.5)
    expect(classes['assumed-capped']?.gemm.bf16.value).toBe(0.5)
    expect(classes.ampere?.gemm.bf16.value).not.toBe(0.5)
    expect(constant.places.map(({ path, follows }) => [path[1], follows ?? false])).toEqual([
      ['hopper', false],
      ['assumed-capped', true],
    ])
  })

  it('give a factor of the board to GPUs that their power limits, by 16-bit TFLOPS a watt, and to no other', () => {
    const boards = trainingConstants(catalog).flatMap(({ places }) =>
      places.filter(({ subject }) => subject === 'gpus').map(({ id }) => id),
    )
    // H100 SXM 989 / 700 = 1.4 and GB300 2,500 / 1,400 = 1.8 against A100 312 / 400 = 0.78 and RTX 4090 165.2 / 450 = 0.37.
    expect(boards).toEqual(expect.arrayContaining(['h100-sxm-80gb', 'gb300-nvl72']))
    expect(boards).not.toContain('a100-sxm-80gb')
    expect(boards).not.toContain('rtx-4090')
  })

  it('are moved by runs of what they are about', () => {
    const observations = trainingObservations(records, catalog)
    const constants = trainingConstants(catalog)
    const reach = touched(observations, parametersOf(constants))
    const of = (name: string) =>
      (reach[constants.indexOf(named(constants, name))] ?? []).flatMap((index) => observations[index] ?? [])
    expect(of('physics/training dequantise_bytes').every((each) => each.table.includes('qlora'))).toBe(true)
    expect(of('physics/training expert_gemm').every((each) => each.table.includes('experts'))).toBe(true)
    expect(of('gpus/b200-sxm efficiency.training_compute').every((each) => each.gpu === 'b200-sxm')).toBe(true)
    expect(of('physics/training classes.blackwell.gemm.nvfp4').length).toBe(3)
  })
})

describe('fit', () => {
  // Runs that the law itself made, with four constants moved: a fit from the shipped values must find them.
  it('recovers planted constants from runs that the law made', () => {
    const constants = fitted()
    const planted = [
      ['physics/training classes.ampere.gemm.bf16', 0.7],
      ['physics/training elementwise_bytes', 350],
      ['physics/training pcie_rate', 0.15],
      ['trainers/megatron-bridge-25 time_factor', 1.4],
    ] as const
    const parameters = parametersOf(planted.map(([name]) => named(constants, name)))
    const shipped = parameters.map((each) => each.get())
    planted.forEach(([, value], index) => {
      parameters[index]?.set(value)
    })
    const observations = trainingObservations(records, catalog).map((each) => ({ ...each, measured: each.predict() }))
    shipped.forEach((value, index) => {
      parameters[index]?.set(value)
    })
    const reach = touched(observations, parameters)
    // Runs without noise: priors do not count.
    fit(observations, parameters, reach, new Set(observations.keys()), { ...defaultFit, iterations: 30, noise: 1e-4 })
    planted.forEach(([name, value], index) => {
      expect((parameters[index]?.get() ?? Number.NaN) / value, name).toBeCloseTo(1, 3)
    })
  })

  it('lowers what it minimises, from physical starts', () => {
    const constants = fitted()
    const observations = trainingObservations(records, catalog)
    const parameters = parametersOf(constants)
    for (const parameter of parameters) parameter.set(parameter.start)
    const { outlier, noise } = defaultFit
    const objective = (): number => {
      const runs = observations.reduce((sum, { predict, measured, weight }) => {
        const error = Math.log(predict() / measured)
        return sum + (weight * outlier ** 2 * Math.log(1 + (error / outlier) ** 2)) / noise ** 2
      }, 0)
      return parameters.reduce((sum, { get, start, spread }) => sum + (Math.log(get() / start) / spread) ** 2, runs)
    }
    const before = objective()
    fit(observations, parameters, touched(observations, parameters), new Set(observations.keys()))
    expect(objective()).toBeLessThan(0.7 * before)
    for (const { name, get, most } of parameters) {
      expect(get(), name).toBeGreaterThan(0)
      if (most !== undefined) expect(get(), name).toBeLessThanOrEqual(most)
    }
  })
})
