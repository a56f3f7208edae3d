/**
 * Fits the constants of the laws to the published runs in test/measurements and prints, beside the fitted errors, those of runs that
 * took no part: five folds of configurations, each model of a source left out, each source left out. With --write the catalogs take
 * the constants, and catalogs/physics/accuracy.yaml the held-out errors from which bands are made.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ErrorRow, errorsNow, errorTable, groupsOf, heldOut } from '../../src/calibration/folds.ts'
import { defaultFit, fit, touched } from '../../src/calibration/least-squares.ts'
import { type Constant, parametersOf } from '../../src/calibration/parameters.ts'
import type { Grouped } from '../../src/calibration/serving-observations.ts'
import { buildCatalog } from '../../src/catalog/compile.ts'
import { readCatalogFiles } from '../../src/io/load-catalog.ts'
import { readRecordFiles } from '../../src/measurements/read.ts'
import { accuracyYaml, type HeldOutError, heldOutErrors } from './accuracy.ts'
import { type Law, laws } from './laws.ts'
import { writeConstants } from './write.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..')
const isWriting = process.argv.includes('--write')
const only = process.argv.find((each) => each.startsWith('--law='))?.slice('--law='.length)

const catalog = structuredClone(buildCatalog(readCatalogFiles(join(root, 'catalogs'))))
const files = [
  'serving-memory',
  'serving-throughput',
  'serving-throughput-later',
  'training-memory',
  'training-throughput',
]
const records = readRecordFiles(
  files.map((name) => {
    const file = join(root, 'test', 'measurements', `${name}.yaml`)
    return { file, text: readFileSync(file, 'utf8') }
  }),
  catalog,
)
const byId = new Map(records.map((record) => [record.id, record]))
const allErrors: HeldOutError[] = []
for (const law of laws) {
  if (only === undefined || only === law.name) calibrate(law)
}
if (isWriting && only === undefined) {
  writeFileSync(
    join(root, 'catalogs', 'physics', 'accuracy.yaml'),
    accuracyYaml(allErrors, catalog.physics.serving.as_of),
  )
}

function calibrate(law: Law): void {
  const observations = law.observations(records, catalog)
  const all = law.constants(catalog)
  const reachOfAll = touched(observations, parametersOf(all))
  // Fewer than three runs say nothing that is not their own.
  const isFitted = reachOfAll.map((list) => recordsOf(list, observations) >= 3)
  const constants = all.filter((_, index) => isFitted[index])
  const reach = reachOfAll.filter((_, index) => isFitted[index])
  const parameters = parametersOf(constants)
  console.log(`\n## ${law.name}: ${observations.length} figures, ${constants.length} constants\n`)
  const present = errorTable(observations, errorsNow(observations))
  const before = parameters.map((each) => each.get())
  // From the physical starts, so that the same runs give the same constants whatever stood in the catalogs.
  for (const each of parameters) each.set(each.start)
  const options = { ...defaultFit, outlier: law.outlier ?? defaultFit.outlier }
  fit(observations, parameters, reach, new Set(observations.keys()), options)
  const progress = (what: string) => (done: number, of: number) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${law.name}, ${what}: ${done + 1} of ${of}   `)
  }
  const fitted = errorTable(observations, errorsNow(observations))
  const out = (groups: readonly (readonly number[])[], what: string) =>
    heldOut(observations, parameters, reach, groups, progress(what), { ...options, iterations: 5 })
  const configurations = out(
    groupsOf(observations, (each) => each.configuration, 5),
    'configurations',
  )
  const leftOut = {
    model: out(
      groupsOf(observations, (each) => `${each.source} ${each.model}`),
      'models',
    ),
    gpu: out(
      groupsOf(observations, (each) => each.gpu),
      'GPUs',
    ),
    source: out(
      groupsOf(observations, (each) => each.source),
      'sources',
    ),
  } as const
  for (const [what, errors] of Object.entries(leftOut) as [keyof typeof leftOut, Float64Array][]) {
    allErrors.push(...heldOutErrors(observations, errors, what, byId, catalog, law.measuredProgram))
  }
  const kinds = [
    ['present', present],
    ['fitted', fitted],
    ['configurations held out', errorTable(observations, configurations)],
    ['model of a source held out', errorTable(observations, leftOut.model)],
    ['GPU held out', errorTable(observations, leftOut.gpu)],
    ['source held out', errorTable(observations, leftOut.source)],
  ] as const
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
  printErrors(kinds)
  printConstants(constants, before, reach, observations)
  if (isWriting && law.isWritten) {
    writeConstants(
      join(root, 'catalogs'),
      constants.map((constant, index) => ({
        constant,
        value: parameters[index]?.get() ?? Number.NaN,
        records: recordsOf(reach[index] ?? [], observations),
      })),
      (path) => readFileSync(path, 'utf8'),
      (path, text) => writeFileSync(path, text),
    )
  }
}

function recordsOf(list: readonly number[], observations: readonly Grouped[]): number {
  return new Set(list.map((index) => observations[index]?.record)).size
}

function printErrors(kinds: readonly (readonly [string, readonly ErrorRow[]])[]): void {
  const percent = (share: number): string => (100 * share).toFixed(1)
  console.log(`| figure | runs | ${kinds.map(([name]) => name).join(' | ')} |`)
  console.log(`|---|---|${kinds.map(() => '---|').join('')}`)
  for (const { table, count } of kinds[0]?.[1] ?? []) {
    const cells = kinds.map(([, rows]) => {
      const row = rows.find((each) => each.table === table)
      return row === undefined ? '' : `${percent(row.median)} / ${percent(row.p90)} (${percent(row.bias)})`
    })
    console.log(`| ${table} | ${count} | ${cells.join(' | ')} |`)
  }
  console.log('\nPercent: median / 90th percentile (median signed).')
}

function printConstants(
  constants: readonly Constant[],
  before: readonly number[],
  reach: readonly (readonly number[])[],
  observations: readonly Grouped[],
): void {
  console.log('\n| constant | start | before | fitted | runs |\n|---|---|---|---|---|')
  constants.forEach((constant, index) => {
    const value = constant.objects[0]?.value ?? Number.NaN
    const cells = [constant.start, before[index] ?? Number.NaN, value].map((each) => each.toPrecision(3))
    console.log(`| ${constant.name} | ${cells.join(' | ')} | ${recordsOf(reach[index] ?? [], observations)} |`)
  })
}
