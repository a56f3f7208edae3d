import { beforeAll, expect, test } from 'vitest'
import type { Catalog } from '../../../src/catalog/catalog.ts'
import { configurationFlags } from '../../../src/cli/configuration-flags.ts'
import { EXIT } from '../../../src/cli/exit-codes.ts'
import { trainingFlags } from '../../../src/cli/training-flags.ts'
import { loadCatalog } from '../../../src/io/load-catalog.ts'
import { call } from '../../cli/in-process.ts'
import { draws, SEED } from '../draws.ts'
import { type Random, randomOf } from '../random.ts'
import { numberFlaws } from '../sound/numbers.ts'
import { ODD } from '../sound/renderings.ts'

/** What tells these draws from those of other tests. */
const SEED_OF_FLAGS = 6
/** Of the processor, as for scenarios. */
const MOST_SECONDS = 2 * 5

let catalog: Catalog
beforeAll(async () => {
  catalog = await loadCatalog()
}, 60_000)

/** What stands where a number or an id belongs. Nothing with a slash: it would be a repository to ask the network for. */
const ODD_VALUES = [
  '0',
  '-1',
  '-0',
  '1e308',
  '1e999',
  '0.5',
  '9007199254740991',
  '9007199254740993',
  'NaN',
  'Infinity',
  '5%',
  '100%',
  '101%',
  '1e-300',
  '72h',
  '',
  ' ',
  'constructor',
  '__proto__',
  'x',
  '--gpu',
  '[1]',
]

/** Sensible values by flag; the flags themselves come from the program's own tables. */
function usual(flag: string, random: Random): string {
  const among: Readonly<Record<string, readonly string[]>> = {
    gpus: ['1', '2', '4', '8', '16'],
    headroom: ['0', '5%', '0.1', 'p95'],
    quantization: [...catalog.quantizations.keys()],
    'kv-cache': [...catalog.kvFormats.keys()],
    context: ['2048', '8192', '128Ki'],
    'sequence-length': ['512', '4k', '8192'],
    engine: [...catalog.engines.keys()],
    'engine-version': ['0.19', '0.22', '1.0', '99'],
    utilization: ['0.9', '50%', '1'],
    trainer: [...catalog.trainers.keys()],
  }
  return random.pick(among[flag] ?? ['1', '2', '4', '8', '16'])
}

function commandLine(random: Random): string[] {
  const odd = random.chance(0.5)
  const training = random.chance(0.5)
  const model = random.pick(odd && random.chance(0.1) ? ODD_VALUES : [...catalog.models.keys()])
  const own = Object.entries(configurationFlags).filter(
    ([flag]) => Object.hasOwn(trainingFlags, flag) === training || flag.endsWith('-parallel'),
  )
  const flags = random.some(own, 0, 6).flatMap(([flag, { choices }]) => {
    if (flag === 'gpu' || flag === 'method') return []
    const value =
      odd && random.chance(0.4)
        ? random.pick(ODD_VALUES)
        : choices === undefined
          ? usual(flag, random)
          : random.pick(choices)
    return random.chance(0.5) ? [`--${flag}`, value] : [`--${flag}=${value}`]
  })
  return [
    random.pick(['estimate', 'fit']),
    model,
    `--gpu=${random.pick([...catalog.gpus.keys()])}`,
    ...(training ? [`--method=${random.pick(['full', 'lora', 'qlora'])}`] : []),
    ...flags,
    `--format=${random.pick(['json', 'json', 'text', 'csv', 'markdown', random.chance(0.2) ? 'html' : 'text'])}`,
    ...(random.chance(0.3) ? ['--explain'] : []),
  ]
}

/** Of all lines, those that are answered and those that are refused: most flags drawn at random contradict each other. */
const LEAST_SHARE = 0.05

test('estimate and fit with any flags: an answer of real figures, or exit 2 with a reason', async () => {
  const codes: Record<number, number> = {}
  const lines = draws(100, 3000)
  for (let index = 0; index < lines; index += 1) {
    const args = commandLine(randomOf(SEED, SEED_OF_FLAGS, index))
    const before = process.cpuUsage()
    const { code, stdout, stderr } = await call(args)
    const { user, system } = process.cpuUsage(before)
    const flaws = [...flawsIn(code, stdout, stderr, args), ...((user + system) / 1e6 > MOST_SECONDS ? ['slow'] : [])]
    if (flaws.length > 0) {
      const line = args.map((arg) => JSON.stringify(arg)).join(' ')
      throw new Error(
        `plan ${line}\n(line ${index}, GPU_PLAN_SEED=${SEED}, exit ${code})\n${flaws.join('\n')}\n${stderr}`,
      )
    }
    codes[code] = (codes[code] ?? 0) + 1
  }
  // Both ways of ending are common, so neither check is empty.
  expect((codes[EXIT.ok] ?? 0) / lines).toBeGreaterThanOrEqual(LEAST_SHARE)
  expect((codes[EXIT.input] ?? 0) / lines).toBeGreaterThanOrEqual(LEAST_SHARE)
})

function flawsIn(code: number, stdout: string, stderr: string, args: readonly string[]): string[] {
  const flaws: string[] = []
  if (/internal error|\.ts:\d|\[object /.test(stderr)) flaws.push('the program fails')
  if (code === EXIT.input) {
    if (stdout !== '') flaws.push('a refusal with a result')
    if (stderr.trim() === '') flaws.push('a refusal without a reason')
    return flaws
  }
  if (code !== EXIT.ok && code !== EXIT.infeasible) flaws.push(`exit ${code}`)
  if (stdout === '') flaws.push('no result')
  if (!args.includes('--format=json')) {
    const shown = stdout
      .replace(/<(script|style)>[\s\S]*?<\/\1>/g, '')
      .split('\n')
      .find((line) => ODD.test(line))
    return shown === undefined ? flaws : [...flaws, `it says: ${shown.slice(0, 300)}`]
  }
  const result: unknown = JSON.parse(stdout)
  return [...flaws, ...numberFlaws(result), ...memoryFlaws(result)]
}

/** The memory of an estimate, or of the plan of a fit. */
function memoryFlaws(result: unknown): string[] {
  const { memory, plan, fits } = result as {
    memory?: Memory
    plan?: { memory: Memory }
    fits?: boolean
  }
  const { terms, total_bytes, free_bytes, capacity_bytes } = memory ?? plan?.memory ?? {}
  if (terms === undefined) return ['no memory terms']
  const sum = terms.reduce((all, { bytes }) => all + bytes, 0)
  return [
    ...(sum === total_bytes ? [] : [`the memory terms add up to ${sum}, not to ${total_bytes}`]),
    ...(terms.every(({ bytes }) => bytes >= 0) ? [] : ['a memory term below zero']),
    ...(free_bytes === (capacity_bytes ?? 0) - (total_bytes ?? 0) ? [] : ['free memory is not what the terms leave']),
    ...(fits === true && (free_bytes ?? 0) < 0 ? ['it is said to fit'] : []),
  ]
}

interface Memory {
  readonly terms?: readonly { readonly bytes: number }[]
  readonly total_bytes?: number
  readonly free_bytes?: number
  readonly capacity_bytes?: number
}
