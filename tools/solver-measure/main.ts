/**
 * Measures the solvers for docs/solver.md, on the made-up programs of test/solver/instances.ts. Figures only; nothing here
 * fails. Run it on a quiet machine, after `npm run build`:
 *
 *     node dist/tools/solver-measure/main.js families|work|load|options [FAMILY...]   (FAMILY: families and work)
 */
import { cpus } from 'node:os'
import { performance } from 'node:perf_hooks'
import { type HighsOptions, highsSolver, highsWith } from '../../planners/solver/highs.ts'
import { isSmall, javascriptLpSolver } from '../../planners/solver/javascript-lp-solver.ts'
import { type LinearProgram, ProgramBuilder } from '../../planners/solver/program.ts'
import { solveWith } from '../../planners/solver/solve.ts'
import type { SolveLimits, Solver } from '../../planners/solver/solver.ts'
import { type Family, instance, random } from '../../test/solver/instances.ts'

type Case = readonly [Family, size: number, options: number]

const SEEDS = [1, 2, 3]
const [section = 'families', ...only] = process.argv.slice(2)
const wanted = (cases: readonly Case[]) => cases.filter(([family]) => only.length === 0 || only.includes(family))

async function timed(solver: Solver, program: LinearProgram, limits: SolveLimits) {
  const start = performance.now()
  const outcome = await solveWith([solver], program, limits)
  return { outcome, seconds: (performance.now() - start) / 1000 }
}

function sizeOf({ variables, constraints }: LinearProgram): string {
  return `${variables.length} (${variables.filter(({ integer }) => integer).length}) x ${constraints.length}`
}

/** Seconds and what came of each seed: the gap proved where it is not within what was asked for. */
async function runs(solver: Solver, programs: readonly LinearProgram[], limits: SolveLimits): Promise<string> {
  const cells: string[] = []
  for (const program of programs) {
    const { outcome, seconds } = await timed(solver, program, limits)
    let said: string = outcome.status
    if (outcome.status === 'optimal') said = ''
    if (outcome.status === 'feasible') {
      said = outcome.relativeGap === null ? 'no gap' : `gap ${(outcome.relativeGap * 100).toFixed(2)} %`
    }
    if (outcome.status === 'unknown') said = outcome.why.includes('work') ? 'gave up' : `unknown: ${outcome.why}`
    cells.push(`${seconds.toFixed(seconds < 0.1 ? 3 : 1)} ${said}`.trim())
  }
  return cells.join(', ')
}

const SMALL: readonly Case[] = [
  ['cover', 2, 6],
  ['cover', 4, 8],
  ['cover', 6, 8],
  ['mix', 1, 10],
  ['mix', 2, 8],
  ['fixed', 1, 12],
  ['budget', 4, 2],
  ['budget', 8, 1],
  ['budget', 12, 1],
]
const LARGE: readonly Case[] = [
  ['cover', 12, 8],
  ['cover', 30, 10],
  ['cover', 60, 16],
  ['mix', 3, 10],
  ['mix', 6, 16],
  ['mix', 20, 25],
  ['fixed', 3, 8],
  ['fixed', 6, 10],
  ['fixed', 10, 15],
  ['fixed', 20, 25],
  ['budget', 12, 2],
  ['budget', 18, 4],
  ['budget', 36, 7],
  ['fleet', 6, 12],
  ['fleet', 30, 27],
  ['forecast', 12, 20],
  ['forecast', 36, 20],
]

async function families(): Promise<void> {
  const timeLimitSeconds = 10
  console.log('| family | size | goes first to | javascript-lp-solver | HiGHS, gap 0.01 % | HiGHS, gap 1 % |')
  for (const [family, size, options] of wanted([...SMALL, ...LARGE])) {
    const programs = SEEDS.map((seed) => instance(family, seed, size, options))
    const first = programs[0] as LinearProgram
    const small = await runs(javascriptLpSolver(), programs, { timeLimitSeconds, gap: 0 })
    const exact = await runs(highsSolver, programs, { timeLimitSeconds, gap: 1e-4 })
    const rough = await runs(highsSolver, programs, { timeLimitSeconds, gap: 0.01 })
    const to = programs.every(isSmall) ? 'jslp' : 'HiGHS'
    console.log(`| ${family} | ${sizeOf(first)} | ${to} | ${small} | ${exact} | ${rough} |`)
  }
}

/** `sum of 2 x = odd`: whole numbers cannot, and branch and bound goes through all of them. */
function odd(count: number): LinearProgram {
  const builder = new ProgramBuilder('minimize')
  const columns = Array.from({ length: count }, (_, i) =>
    builder.variable(`x${i}`, { objective: 1, integer: true, upper: 1 }),
  )
  const bound = count + 1 - (count % 2)
  builder.constraint('odd', columns.map((index) => [index, 2] as const), { lower: bound, upper: bound }) // biome-ignore format: a row of terms
  return builder.build()
}

/** Whole numbers that every row asks of all, in unlike parts: hardly a cell of the tableau is zero. */
function dense(columns: number, rows: number): LinearProgram {
  const next = random(columns)
  const builder = new ProgramBuilder('minimize')
  const indices = Array.from({ length: columns }, (_, i) =>
    builder.variable(`x${i}`, { objective: 50 + Math.floor(50 * next()), integer: true }),
  )
  for (let row = 0; row < rows; row += 1) {
    const terms = indices.map((index) => [index, 1 + Math.floor(97 * next())] as const)
    builder.constraint(`r${row}`, terms, { lower: 1000 + Math.floor(9000 * next()) })
  }
  return builder.build()
}

/** How long the limit of work is, where it is reached. */
async function work(): Promise<void> {
  const programs = [18, 24, 32, 48].map((count): [string, LinearProgram] => [`odd ${count}`, odd(count)])
  for (const rows of [30, 60, 100]) programs.push([`dense ${rows}`, dense(50, rows)])
  for (const [family, size, options] of wanted([['budget', 10, 1], ['mix', 2, 8], ...LARGE])) {
    for (const seed of SEEDS) programs.push([`${family} #${seed}`, instance(family, seed, size, options)])
  }
  for (const [name, program] of programs) {
    const { outcome, seconds } = await timed(javascriptLpSolver(), program, { timeLimitSeconds: 1, gap: 0 })
    const said = outcome.status === 'unknown' ? outcome.why : outcome.status
    console.log(`${name.padEnd(12)} ${sizeOf(program).padEnd(18)} ${seconds.toFixed(2)} s  ${said}`)
  }
}

/** The first solve in a process loads and compiles the module; later ones reuse it. */
async function load(): Promise<void> {
  const limits = { timeLimitSeconds: 10, gap: 0 }
  const program = instance('cover', 1, 2, 6)
  const megabytes = () => (process.memoryUsage().rss / 1e6).toFixed(0)
  console.log(`before the first solve: ${megabytes()} MB`)
  for (const solver of [javascriptLpSolver(), highsSolver]) {
    const first = await timed(solver, program, limits)
    console.log(`${solver.name}, first solve: ${(first.seconds * 1000).toFixed(1)} ms, ${megabytes()} MB`)
    for (let round = 1; round <= 3; round += 1) {
      const start = performance.now()
      for (let i = 0; i < 1000; i += 1) await solveWith([solver], program, limits)
      console.log(`  1000 more: ${((performance.now() - start) / 1000).toFixed(2)} ms each, ${megabytes()} MB`)
    }
  }
  for (const timeLimitSeconds of [0.01, 0.1, 1, 5]) {
    const { seconds, outcome } = await timed(highsSolver, instance('fixed', 1, 20, 25), { timeLimitSeconds, gap: 0 })
    console.log(`limit of ${timeLimitSeconds} s, fixed 2000 x 1581: ${outcome.status} after ${seconds.toFixed(2)} s`)
  }
}

const OPTION_SETS: readonly HighsOptions[] = [
  {},
  { mip_heuristic_run_feasibility_jump: false },
  { presolve: 'off' },
  { mip_heuristic_effort: 0.01 },
  { mip_heuristic_effort: 0.2 },
  { mip_detect_symmetry: false },
  { mip_allow_restart: false },
  { mip_heuristic_run_zi_round: true, mip_heuristic_run_shifting: true },
]

/** Sum of seconds to a gap of 1 %, or to 10 s, of the large programs by family; without the two sizes that none proves. */
async function options(): Promise<void> {
  for (const set of OPTION_SETS) {
    const sums: string[] = []
    for (const family of ['cover', 'mix', 'fixed', 'budget', 'fleet', 'forecast'] as const) {
      let [sum, proved, all] = [0, 0, 0]
      for (const [of, size, count] of LARGE) {
        for (const seed of of === family && count !== 25 ? SEEDS : []) {
          const program = instance(family, seed, size, count)
          const { outcome, seconds } = await timed(highsWith(set), program, { timeLimitSeconds: 10, gap: 0.01 })
          sum += seconds
          all += 1
          if (outcome.status === 'optimal') proved += 1
        }
      }
      sums.push(`${family} ${sum.toFixed(1)} s ${proved}/${all}`)
    }
    console.log(`${JSON.stringify(set)}: ${sums.join(', ')}`)
  }
}

/** The module is loaded and has compiled its loops. */
async function warmUp(): Promise<void> {
  for (const seed of SEEDS) await highsSolver.solve(instance('mix', seed, 3, 10), { timeLimitSeconds: 5, gap: 0 })
}

console.log(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`)
if (section !== 'load') await warmUp()
if (section === 'families') await families()
else if (section === 'work') await work()
else if (section === 'load') await load()
else if (section === 'options') await options()
else console.error(`no section "${section}": families, work, load or options`)
