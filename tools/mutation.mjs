/**
 * Mutation testing: changes the program one operator, literal or condition at a time and counts the changes that no test notices.
 *
 *     npm run mutation                 every area, one after the other (hours on two cores)
 *     npm run mutation -- cost model   these areas
 *     npm run mutation -- serve --one-in 4
 *                                      one mutant in four, evenly over the files
 *
 * Each area is tried with the tests that hold it. What each gave is kept in reports/mutation/AREA.json; the table is over all of
 * them, so an area can be done again alone.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = fileURLToPath(new URL('..', import.meta.url))
const reports = join(root, 'reports/mutation')

const PLANNING_MS = 1500

/**
 * `forgets`: what is remembered between tests is not; `propertyMs`: how long a property draws, more than the usual where each draw plans.
 * @type {Record<string, { mutate: string[], tests: string[], forgets?: boolean, propertyMs?: number }>}
 */
const AREAS = {
  model: { mutate: ['src/model/**/*.ts'], tests: ['test/model/**/*', 'test/memory/*'] },
  memory: {
    mutate: ['src/memory/**/*.ts'],
    tests: ['test/memory/**/*', 'test/scenarios/rule-of-thumb', 'test/measurements/{serving-memory,accuracy}'],
    forgets: true,
  },
  performance: {
    mutate: ['src/performance/**/*.ts'],
    tests: ['test/performance/**/*', 'test/measurements/{serving-throughput,accuracy}'],
    forgets: true,
  },
  cost: { mutate: ['src/cost/**/*.ts'], tests: ['test/cost/**/*'] },
  search: {
    mutate: ['planners/search/**/*.ts'],
    tests: ['test/search/*', 'test/planners/serve-counts', 'test/oracle/serve/*'],
  },
  solver: { mutate: ['planners/solver/**/*.ts'], tests: ['test/solver/*'] },
  supply: { mutate: ['planners/supply/**/*.ts'], tests: ['test/supply/*', 'test/fleet/*', 'test/forecast/scenarios'] },
  serve: {
    mutate: [
      'planners/serve/**/*.ts',
      'planners/*.ts',
      '!planners/train.ts',
      '!planners/fleet.ts',
      '!planners/forecast.ts',
    ],
    tests: [
      'test/answers/answers',
      'test/planners/{serve*,remedies,estimate-*,accuracy,dimensions}',
      'test/oracle/serve/*',
      'test/scenarios/serving',
    ],
    propertyMs: PLANNING_MS,
  },
  train: {
    mutate: ['planners/train/**/*.ts', 'planners/train.ts'],
    tests: [
      'test/answers/answers',
      'test/planners/{train*,remedies,estimate-*,accuracy,dimensions}',
      'test/oracle/train/*',
      'test/scenarios/training',
    ],
    propertyMs: PLANNING_MS,
  },
  fleet: {
    mutate: ['planners/fleet/**/*.ts', 'planners/fleet.ts'],
    tests: ['test/answers/answers', 'test/fleet/*'],
    propertyMs: PLANNING_MS,
  },
  forecast: {
    mutate: ['planners/forecast/**/*.ts', 'planners/forecast.ts'],
    tests: ['test/answers/answers', 'test/forecast/{hand-worked,program,small,pools,coarse}'],
    propertyMs: PLANNING_MS,
  },
}

const { values, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: { 'one-in': { type: 'string', default: '1' } },
})
const oneIn = Number(values['one-in'])
if (!(Number.isInteger(oneIn) && oneIn >= 1)) {
  process.stderr.write(`--one-in takes a whole number from 1, not ${values['one-in']}\n`)
  process.exit(2)
}
const unknown = wanted.filter((area) => !(area in AREAS))
if (unknown.length > 0) {
  process.stderr.write(`unknown area ${unknown.join(', ')}; there are ${Object.keys(AREAS).join(', ')}\n`)
  process.exit(2)
}
mkdirSync(reports, { recursive: true })
for (const area of wanted.length > 0 ? wanted : Object.keys(AREAS)) {
  const { mutate, tests, forgets = false, propertyMs = 400 } = AREAS[area]
  const { status } = spawnSync('npx', ['stryker', 'run', '--mutate', mutate.join(',')], {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      MUTATION_TESTS: tests.join(' '),
      MUTATION_FORGETS: forgets ? 'yes' : 'no',
      MUTATION_PROPERTY_MS: String(propertyMs),
      MUTATION_ONE_IN: String(oneIn),
    },
    shell: process.platform === 'win32',
  })
  if (status !== 0) process.exit(status ?? 1)
  const written = join(reports, 'mutation.json')
  writeFileSync(join(reports, `${area}.json`), JSON.stringify({ oneIn, ...JSON.parse(readFileSync(written, 'utf8')) }))
  rmSync(written)
}
printTable()

function printTable() {
  const rows = [['area', 'one in', 'mutants', 'killed', 'timed out', 'survived', 'not reached', 'score']]
  const all = { Killed: 0, Timeout: 0, Survived: 0, NoCoverage: 0 }
  for (const area of Object.keys(AREAS)) {
    const file = join(reports, `${area}.json`)
    if (!existsSync(file)) continue
    const counts = { Killed: 0, Timeout: 0, Survived: 0, NoCoverage: 0 }
    const report = JSON.parse(readFileSync(file, 'utf8'))
    for (const { mutants } of Object.values(report.files)) {
      for (const { status } of mutants) if (status in counts) counts[status] += 1
    }
    // A mutant of a sample stands for those that were left out.
    for (const status of Object.keys(all)) all[status] += counts[status] * (report.oneIn ?? 1)
    rows.push(row(area, String(report.oneIn ?? 1), counts))
  }
  rows.push(row('all', '', all))
  const widths = rows[0].map((_, column) => Math.max(...rows.map((cells) => cells[column].length)))
  for (const cells of rows)
    process.stdout.write(
      `${cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]) : cell.padStart(widths[at]))).join('  ')}\n`,
    )
}

function row(name, every, { Killed, Timeout, Survived, NoCoverage }) {
  const total = Killed + Timeout + Survived + NoCoverage
  const score = total === 0 ? '' : `${((100 * (Killed + Timeout)) / total).toFixed(1)} %`
  return [name, every, ...[total, Killed, Timeout, Survived, NoCoverage].map(String), score]
}
