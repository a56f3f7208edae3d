import { spawn, spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { AS_OF, scenario, start } from '../cli/binary.ts'
import { MAIN } from './process.ts'

const folder = mkdtempSync(join(tmpdir(), 'gpu-plan-streams-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string): string => join(folder, name)

/** A command that prints more than a pipe holds, and takes no time. */
const LONG = ['catalog', 'list', 'offers', '--format', 'json']
const PIPE_BYTES = 65_536

/** The program under the shell, for what only a shell can do: `"$@"` is the program with its arguments. */
function underShell(script: string, args: readonly string[]): { code: number | null; stdout: string; stderr: string } {
  const done = spawnSync('sh', ['-c', script, 'sh', process.execPath, MAIN, ...args], { encoding: 'utf8', cwd: folder })
  return { code: done.status, stdout: done.stdout, stderr: done.stderr }
}

function quickScenario(): string {
  writeFileSync(at('quick.yaml'), scenario())
  return at('quick.yaml')
}

describe('standard output', () => {
  test('that is too small for the result is no success: exit 2, one line', () => {
    // A limit on the size of files stands for a full disk: the system takes what fits, then refuses.
    const { code, stderr } = underShell('ulimit -f 8; "$@" > limited.txt', LONG)
    expect(stderr).toBe('plan: standard output cannot be written: it is larger than files may be here\n')
    expect(code).toBe(2)
    expect(statSync(at('limited.txt')).size).toBeGreaterThan(0)
  })

  // There is a device that is always full on Linux alone.
  if (process.platform === 'linux') {
    test('and standard error on a full disk', () => {
      const full = openSync('/dev/full', 'w')
      try {
        const run = (stdio: (number | 'pipe')[], args: readonly string[]) =>
          spawnSync(process.execPath, [MAIN, ...args], { stdio, encoding: 'utf8' })
        const out = run(
          [0, full, 2].map((each) => (each === full ? full : 'pipe')),
          LONG,
        )
        expect(out.stderr).toBe('plan: standard output cannot be written: the disk is full\n')
        expect(out.status).toBe(2)
        // Messages that nobody can receive change nothing.
        const both = run(['pipe', full, full], LONG)
        expect(both.status).toBe(2)
        const mute = run(['pipe', 'pipe', full], ['nothing.yaml'])
        expect({ code: mute.status, stdout: mute.stdout }).toEqual({ code: 2, stdout: '' })
      } finally {
        closeSync(full)
      }
    })
  }

  test('that is read slowly gets all of it', async () => {
    const whole = spawnSync(process.execPath, [MAIN, ...LONG], { encoding: 'utf8', maxBuffer: 2 ** 26 }).stdout
    expect(whole.length).toBeGreaterThan(2 * PIPE_BYTES)
    const child = start(LONG)
    child.stdin.end()
    await sleep(500)
    let read = ''
    for await (const chunk of child.stdout) {
      read += String(chunk)
      await sleep(5)
    }
    expect(read).toBe(whole)
  })

  test('that nobody reads any more changes nothing of the verdict', () => {
    const gate = ['--max-cost', '0.01', '--quiet', ...AS_OF]
    const { stdout, stderr } = underShell('{ "$@"; echo $? >&3; } 3>&2 | true', [quickScenario(), ...gate])
    expect(stdout).toBe('')
    expect(stderr).toMatch(/over --max-cost \$0\.01\/h\n4\n$/)
  })

  test('that is closed from the beginning takes nothing, and nothing is said of it', () => {
    expect(underShell('"$@" >&-', ['catalog', 'list', 'engines'])).toEqual({ code: 0, stdout: '', stderr: '' })
  })
})

describe('standard error', () => {
  test('that nobody reads keeps no file from being written', async () => {
    const args = [MAIN, quickScenario(), '--output', at('plan.txt'), ...AS_OF]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    child.stderr.destroy()
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect(code).toBe(0)
    expect(existsSync(at('plan.txt'))).toBe(true)
    expect(readFileSync(at('plan.txt'), 'utf8')).toContain('vllm serve')
  })
})

describe('standard input', () => {
  test.each([
    ['closed', '"$@" <&-'],
    ['empty', '"$@" </dev/null'],
    ['a folder', '"$@" <.'],
  ])('that is %s is bad input', (_, script) => {
    const { code, stdout, stderr } = underShell(script, ['-'])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^<stdin>: the file .*\n$/)
  })
})

// Other systems keep the folder of a process.
if (process.platform !== 'win32') {
  test('a working directory that was removed is bad input, not a defect', () => {
    const script = 'mkdir gone; cd gone; rmdir ../gone; "$@"'
    expect(underShell(script, ['catalog', 'list', 'engines'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'plan: the working directory does not exist any more (cd to one that does)\n',
    })
  })
}

test('a result is never written over what it is made from', () => {
  const file = quickScenario()
  const { code, stderr } = underShell('ln -f quick.yaml other.yaml; "$@"', [
    'quick.yaml',
    '--output',
    'other.yaml',
    ...AS_OF,
  ])
  expect(stderr).toMatch(/^other\.yaml: --output names a file that is read/)
  expect(code).toBe(2)
  expect(readFileSync(file, 'utf8')).toBe(scenario())
})
