import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { errorsNow, errorTable, groupsOf } from '../../src/calibration/folds.ts'
import { defaultFit, fit, type Observation, type Parameter, touched } from '../../src/calibration/least-squares.ts'
import { parametersOf } from '../../src/calibration/parameters.ts'
import { servingConstants, tied } from '../../src/calibration/serving-constants.ts'
import { servingObservations } from '../../src/calibration/serving-observations.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { writeConstants } from '../../tools/calibrate/write.ts'
import { servingRecord } from '../measurements/serving-records.ts'

const catalogs = fileURLToPath(new URL('../../catalogs', import.meta.url))

// Constants are moved in place, so every test has a catalog of its own.
let catalog: Catalog
beforeEach(async () => {
  catalog = structuredClone(await loadCatalog())
})

/** y = a x with a planted a, and one wild figure. */
function line(a: number, wild: number): { observations: Observation[]; parameter: Parameter } {
  let value = 1
  const parameter: Parameter = {
    name: 'a',
    start: 1,
    spread: 2,
    get: () => value,
    set: (next) => {
      value = next
    },
  }
  const observations = [1, 2, 3, 4, 5].map(
    (x): Observation => ({ id: `${x}`, measured: a * x * (x === 5 ? wild : 1), weight: 1, predict: () => value * x }),
  )
  return { observations, parameter }
}

describe('least squares', () => {
  it('finds a planted constant, whatever one wild figure says', () => {
    const { observations, parameter } = line(3, 10)
    const reach = touched(observations, [parameter])
    expect(reach).toEqual([[0, 1, 2, 3, 4]])
    fit(observations, [parameter], reach, new Set([0, 1, 2, 3, 4]))
    expect(parameter.get()).toBeGreaterThan(2.98)
    expect(parameter.get()).toBeLessThan(3.05)
  })

  it('stays at its physical start where nothing speaks, and under its bound', () => {
    const { observations, parameter } = line(3, 1)
    const reach = touched(observations, [parameter])
    fit(observations, [parameter], reach, new Set())
    expect(parameter.get()).toBe(1)
    fit(observations, [{ ...parameter, most: 2 }], reach, new Set([0, 1, 2, 3, 4]), defaultFit)
    expect(parameter.get()).toBe(2)
  })

  it('holds a constant nearer its start the fewer figures there are', () => {
    const found = (chosen: number[], spread: number): number => {
      const { observations, parameter } = line(1.2, 1)
      const held = { ...parameter, spread }
      fit(observations, [held], touched(observations, [held]), new Set(chosen))
      return parameter.get()
    }
    expect(found([0], 0.05)).toBeLessThan(found([0, 1, 2, 3], 0.05))
    expect(found([0, 1, 2, 3], 0.05)).toBeLessThan(1.2)
  })
})

describe('constants of the serving law', () => {
  it('move together where releases share a value from the same runs', () => {
    const all = servingConstants(catalog)
    const groups = tied(all)
    expect(groups.flatMap(({ objects }) => objects)).toHaveLength(all.length)
    const host = groups.find(({ name }) => name.startsWith('engines/vllm releases.3.host.step_seconds_per_layer'))
    // Asynchronous scheduling came with 0.14: six ranges of releases since.
    expect(host?.objects).toHaveLength(6)
  })

  it('stand where their places say, and only the value and its records are written there', () => {
    const constants = tied(servingConstants(catalog)).filter(({ objects }) => (objects[0]?.records ?? 0) > 0)
    const written = new Map<string, string>()
    const found = constants.map((constant) => ({ constant, value: constant.objects[0]?.value ?? 0, records: 7 }))
    writeConstants(
      catalogs,
      found,
      (path) => readFileSync(path, 'utf8'),
      (path, text) => written.set(path, text),
    )
    expect(written.size).toBeGreaterThan(20)
    for (const [path, text] of written) {
      const before = readFileSync(path, 'utf8').split('\n')
      const after = text.split('\n')
      expect(after).toHaveLength(before.length)
      const plain = (line: string) =>
        line.replaceAll(/records: \d+/g, 'records').replaceAll(/value: [-+\d.e]+/g, 'value')
      expect(after.map(plain)).toEqual(before.map(plain))
      expect(() => parse(text)).not.toThrow()
    }
  })
})

describe('observations', () => {
  it('take no figure of a run that queues, and weigh a rate beside latencies less', () => {
    const free = servingObservations([servingRecord()], catalog)
    expect(free.map(({ table, weight }) => [table, weight])).toEqual([
      ['TPOT dense', 1.5],
      ['TTFT dense', 0.35],
      ['rate at given load dense', 0.5],
    ])
    expect(servingObservations([servingRecord({ note: 'requests queue' })], catalog)).toEqual([])
    expect(errorTable(free, errorsNow(free))).toHaveLength(3)
  })

  it('see a constant as soon as it moves', () => {
    const [tpot] = servingObservations([servingRecord()], catalog)
    const before = tpot?.predict() ?? Number.NaN
    const gpu = catalog.gpus.get('h100-sxm-80gb')
    const factor = parametersOf(servingConstants(catalog)).find(
      ({ name }) => name === 'gpus/h100-sxm-80gb efficiency.bandwidth',
    )
    factor?.set((factor?.get() ?? 1) / 2)
    expect(gpu?.efficiency.bandwidth?.value).toBe(factor?.get())
    expect(tpot?.predict()).toBeGreaterThan(1.3 * before)
  })

  it('split into folds that keep a group whole and are the same every time', () => {
    const records = ['a', 'b', 'c', 'd', 'e', 'f'].map((id, index) =>
      servingRecord({ id, gpu: index < 3 ? 'h100-sxm-80gb' : 'b200-sxm' }),
    )
    const observations = servingObservations(records, catalog)
    const folds = groupsOf(observations, ({ gpu }) => gpu, 2)
    expect(folds).toHaveLength(2)
    for (const fold of folds) expect(new Set(fold.map((index) => observations[index]?.gpu)).size).toBe(1)
    expect(groupsOf(observations, ({ gpu }) => gpu, 2)).toEqual(folds)
  })
})
