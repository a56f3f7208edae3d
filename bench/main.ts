/**
 * Prints how fast planning is: a cold process, a search over the whole space of one model, configurations evaluated a second, a
 * comparison of 200 scenario files, fleets and forecasts with the sizes and gaps of their programs, and the time and memory of
 * large inputs as they grow. Figures only: slow is not wrong, and nothing here fails for it. Run it on a quiet machine:
 *
 *     npm run bench                     all of it
 *     npm run bench -- --quick          fewer runs, large inputs at a tenth of their size
 *     npm run bench -- large            large inputs only; also `large offers`, `models`, `fleet`, `scenarios`
 *     npm run bench -- usual            all but these
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { planScenario, planText } from '../planners/index.ts'
import { loadCatalog } from '../src/io/load-catalog.ts'
import { readScenario } from '../src/io/read-scenario.ts'
import { measureLarge } from './large/large.ts'

const AS_OF = '2026-11-21'
const root = new URL('../../', import.meta.url)
const cli = new URL('dist/bundle/cli/main.js', root).pathname

function spread(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number) => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(0)
  return `min ${at(0)}, median ${at(0.5)}, max ${at(1)} ms`
}

function coldProcess(scenario: string, runs: number): void {
  const times: number[] = []
  for (let run = 0; run < runs; run++) {
    const start = performance.now()
    const result = spawnSync(process.execPath, [cli, scenario, '--as-of', AS_OF, '--quiet'], {
      cwd: root,
      encoding: 'utf8',
    })
    times.push(performance.now() - start)
    if (result.status !== 0) throw new Error(result.stderr)
  }
  console.log(`cold process  ${scenario.padEnd(36)} ${spread(times)} of ${runs}`)
}

async function searches(): Promise<void> {
  const catalog = await loadCatalog()
  const file = (name: string) => readFileSync(new URL(`scenarios/${name}.yaml`, root), 'utf8')
  const load =
    'context: 8192\ntraffic: { requests_per_second: 5, input_tokens: 1024, output_tokens: 256 }\nlatency: { ttft_ms: 2000, tpot_ms: 60 }\n'
  const cases: [string, string][] = [
    ['serve-70b', file('serve-70b')],
    ['whole space, llama-3.1-70b', `kind: serve\nmodel: llama-3.1-70b\n${load}`],
    ['whole space, mixtral-8x7b', `kind: serve\nmodel: mixtral-8x7b\n${load}`],
    ['whole space, deepseek-v3', `kind: serve\nmodel: deepseek-v3\n${load}`],
    ['all engines, llama-3.1-70b', `kind: serve\nmodel: llama-3.1-70b\nengine: any\n${load}`],
    ['train-70b-compare', file('train-70b-compare')],
    ['train-405b-pretrain', file('train-405b-pretrain')],
  ]
  for (const [name, text] of cases) {
    for (const exhaustive of [false, true]) {
      const start = performance.now()
      const { search } = planText(text, `${name}.yaml`, catalog, { asOf: AS_OF, exhaustive })
      const milliseconds = performance.now() - start
      const perSecond = search.evaluated / (milliseconds / 1000)
      console.log(
        `${exhaustive ? 'exhaustive' : 'pruned    '}    ${name.padEnd(36)} ${milliseconds.toFixed(0).padStart(5)} ms, space ${search.space.toLocaleString('en')}, evaluated ${search.evaluated.toLocaleString('en')} (${Math.round(perSecond).toLocaleString('en')} a second)`,
      )
    }
  }
}

/** Scenarios of several workloads: solved as programs, and not compared. */
const PROGRAMS = /^(fleet|forecast|article-monthly)-/

function scenarioFiles(): string[] {
  return readdirSync(new URL('scenarios/', root)).filter((name) => name.endsWith('.yaml'))
}

/** Everything from the text of a scenario to its result: reading, the supply of configurations, and the program. */
async function programs(): Promise<void> {
  const catalog = await loadCatalog()
  for (const name of scenarioFiles().filter((file) => PROGRAMS.test(file))) {
    const path = `scenarios/${name}`
    const text = readFileSync(new URL(path, root), 'utf8')
    const start = performance.now()
    const result = await planScenario(text, path, catalog, { asOf: AS_OF }, readScenario)
    const seconds = (performance.now() - start) / 1000
    if (!('solver' in result)) throw new Error(`${name} is no program`)
    const { name: solver, variables, constraints, gap } = result.solver
    const proved = gap === null ? 'nothing proved' : `gap ${(gap * 100).toFixed(2)} %`
    console.log(
      `program       ${name.padEnd(36)} ${seconds.toFixed(2).padStart(5)} s, ${solver}, ${variables} variables x ${constraints} constraints, ${result.status}, ${proved}`,
    )
  }
}

/** The shipped scenarios, each several times over, as one `plan compare`. */
function batch(files: number): void {
  const shipped = scenarioFiles().filter((name) => !PROGRAMS.test(name))
  const directory = mkdtempSync(join(tmpdir(), 'gpu-plan-bench-'))
  const copies = Array.from({ length: files }, (_, index) => {
    const name = shipped[index % shipped.length] ?? ''
    const copy = join(directory, `${String(index).padStart(3, '0')}-${name}`)
    copyFileSync(new URL(`scenarios/${name}`, root), copy)
    return copy
  })
  try {
    const start = performance.now()
    const result = spawnSync(process.execPath, [cli, 'compare', ...copies, '--as-of', AS_OF, '--quiet'], {
      cwd: root,
      encoding: 'utf8',
    })
    const seconds = (performance.now() - start) / 1000
    if (result.status !== 0) throw new Error(result.stderr)
    console.log(`batch         ${`plan compare, ${files} files`.padEnd(36)} ${seconds.toFixed(1)} s`)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** Fewer runs and smaller inputs, for a look. */
const QUICK = { runs: 3, files: 50, part: 10 }
const FULL = { runs: 10, files: 200, part: 1 }

const words = process.argv.slice(2).filter((word) => word !== '--quick')
const { runs, files, part } = process.argv.includes('--quick') ? QUICK : FULL
const [section, ...kinds] = words

console.log(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`)
if (section !== 'large') {
  coldProcess('scenarios/serve-70b.yaml', runs)
  coldProcess('scenarios/train-405b-pretrain.yaml', Math.ceil(runs / 2))
  await searches()
  batch(files)
  await programs()
}
if (section !== 'usual')
  measureLarge({ program: cli, root: fileURLToPath(root), catalog: await loadCatalog(), part, kinds })
