import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AS_OF, ROOT, scenario } from '../cli/binary.ts'
import { draws, SEED } from '../fuzz/draws.ts'
import { randomOf } from '../fuzz/random.ts'
import { type Ended, startProgram } from './process.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
type Signal = (typeof SIGNALS)[number]

/** Longest that a program may live after a signal. */
const QUICK_MS = 1000

const folder = mkdtempSync(join(tmpdir(), 'gpu-plan-signals-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const shipped = (name: string): string => join(ROOT, 'scenarios', name)

/** Enough scenarios to be planned in threads, over seconds. */
function manyScenarios(): string[] {
  return Array.from({ length: 60 }, (_, index) => {
    const file = join(folder, `many-${index}.yaml`)
    writeFileSync(file, readFileSync(shipped('serve-70b.yaml'), 'utf8'))
    return file
  })
}

function expectDeath(ended: Ended, signal: Signal, what: string): void {
  expect(`${ended.signal ?? `code ${ended.code}`}`, `${what}\n${ended.stderr}`).toBe(signal)
  expect(ended.milliseconds, what).toBeLessThan(QUICK_MS)
  expect(ended.stderr, what).not.toMatch(/^ {4}at |internal error|node:/m)
}

/** The processes that a process has started, of all its threads; Linux alone tells. */
function childrenOf(pid: number): string[] {
  if (process.platform !== 'linux') return []
  const tasks = join('/proc', String(pid), 'task')
  return readdirSync(tasks).flatMap((task) =>
    readFileSync(join(tasks, task, 'children'), 'utf8')
      .split(' ')
      .filter(Boolean),
  )
}

describe('a long run ends at once, with all its threads', () => {
  const random = randomOf(SEED)
  const runs: readonly (readonly [string, () => string[]])[] = [
    ['a fleet', () => [shipped('fleet-large.yaml')]],
    ['a forecast', () => [shipped('forecast-36-months.yaml')]],
    ['a comparison in threads', () => ['compare', ...manyScenarios()]],
    [
      'what-if',
      () => [
        'whatif',
        shipped('serve-70b.yaml'),
        '--vary',
        'price=-90%..+900%',
        '--vary',
        'traffic=-90%..+900%',
        '--points',
        '400',
      ],
    ],
  ]
  const tried = Array.from({ length: draws(1, 25) }).flatMap((_, round) =>
    runs.map(([name, args]) => {
      return { name, args, signal: random.pick(SIGNALS), after: random.whole(draws(300, 0), draws(1200, 4000)), round }
    }),
  )
  let inTime = 0
  test.each(tried)('$name, $signal after $after ms', async ({ name, args, signal, after }) => {
    const program = startProgram([...args(), ...AS_OF])
    const sooner = await Promise.race([sleep(after, null), program.ended])
    if (sooner !== null) {
      // A machine that is faster than the signal.
      expect(sooner.code, sooner.stderr).toBe(0)
      return
    }
    inTime += 1
    const children = childrenOf(program.pid)
    program.interrupt(signal)
    const ended = await program.ended
    expectDeath(ended, signal, `${name}, ${signal} after ${after} ms, seed ${SEED}`)
    expect(ended.stdout).toBe('')
    expect(children).toEqual([])
    expect(() => process.kill(program.pid, 0)).toThrow('ESRCH')
  })

  test('most of them are interrupted in time', () => {
    expect(inTime).toBeGreaterThan(tried.length / 2)
  })
})

/** Sends its own process a signal just before a call of the file system that only writing makes. */
const signalAt = (call: string, signal: Signal): string => `
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
const real = fs.${call}
let sent = false
fs.${call} = (...args) => {
  if (!sent && (${JSON.stringify(call)} !== 'openSync' || args[1] === 'wx')) {
    sent = true
    process.kill(process.pid, '${signal}')
  }
  return real(...args)
}
syncBuiltinESMExports()`

describe('a signal while files are written ends the program after them', () => {
  const prices = join(folder, 'prices.csv')
  const flags = ['--output', join(folder, 'mine'), ...AS_OF]
  beforeAll(() => {
    writeFileSync(
      prices,
      'provider,instance,gpu,gpu_count,usd_per_hour\nacme,x,h100-sxm-80gb,1,2.00\nbeta,y,h100-sxm-80gb,1,2.10\n',
    )
  })

  test.each<[string, Signal]>([
    ['openSync', 'SIGINT'],
    ['writeFileSync', 'SIGTERM'],
    ['fsyncSync', 'SIGHUP'],
    ['renameSync', 'SIGINT'],
  ])('before %s, %s', async (call, signal) => {
    rmSync(join(folder, 'mine'), { recursive: true, force: true })
    const program = startProgram(['catalog', 'import', 'offers', prices, ...flags], { preload: signalAt(call, signal) })
    const ended = await program.ended
    expect(ended.signal ?? `code ${ended.code}`, ended.stderr).toBe(signal)
    expect(ended.stderr).not.toMatch(/^ {4}at |internal error/m)
    expect(readdirSync(join(folder, 'mine', 'offers')).sort()).toEqual(['acme.yaml', 'beta.yaml'])
    for (const name of ['acme', 'beta']) {
      expect(readFileSync(join(folder, 'mine', 'offers', `${name}.yaml`), 'utf8')).toMatch(/usd_per_hour|2\.\d/)
    }
  })
})

describe('at any moment of a run that writes, the file is the old one or the new one', () => {
  const input = join(folder, 'quick.yaml')
  const output = join(folder, 'out', 'plan.json')
  const args = [input, '--format', 'json', '--output', output, ...AS_OF]
  let whole = ''
  let usual = 0
  beforeAll(async () => {
    writeFileSync(input, scenario())
    mkdirSync(join(folder, 'out'))
    const started = performance.now()
    await startProgram(args).ended
    usual = performance.now() - started
    whole = readFileSync(output, 'utf8')
  })

  test('whatever the moment', async () => {
    const random = randomOf(SEED)
    for (let round = 0; round < draws(4, 60); round += 1) {
      writeFileSync(output, 'old')
      const after = random.whole(0, Math.round(usual))
      const program = startProgram(args)
      await sleep(after)
      const signal = SIGNALS[round % SIGNALS.length] ?? 'SIGINT'
      program.interrupt(signal)
      const ended = await program.ended
      const what = `${signal} after ${after} ms, round ${round}, seed ${SEED}`
      if (ended.code !== 0) expectDeath(ended, signal, what)
      expect(['old', whole], what).toContain(readFileSync(output, 'utf8'))
      expect(readdirSync(join(folder, 'out')), what).toEqual(['plan.json'])
    }
  })
})
