import { describe, expect, test } from 'vitest'
import { helpText } from '../../src/cli/help.ts'
import { COMMANDS } from '../../src/cli/run.ts'
import { plan } from './binary.ts'

const named = COMMANDS.flatMap(({ name }) => (name === null ? [] : [name]))
const nameOf = (name: string | null): string => (name === null ? 'plan' : `plan ${name}`)
const all = COMMANDS.map(
  (command) => [nameOf(command.name), helpText(command, COMMANDS).trimEnd().split('\n'), command] as const,
)

describe.each(all)('help of %s', (name, lines, command) => {
  test('begins with examples of that command', () => {
    expect(lines[0]).toMatch(/^Examples?:$/)
    const end = lines.indexOf('')
    expect(end).toBeGreaterThan(1)
    expect(lines.slice(1, end).some((line) => line.includes(command.name === null ? 'plan ' : name))).toBe(true)
  })

  test('says the usage', () => {
    expect(lines).toContain('Usage:')
  })

  test('describes every flag, once, and what its value is', () => {
    for (const [flag, { describe: text, value, choices }] of Object.entries(command.flags)) {
      expect(text.length, flag).toBeGreaterThan(10)
      expect(
        lines.filter((line) => new RegExp(`^  --${flag}( |$)`).test(line)),
        flag,
      ).toHaveLength(1)
      if (choices !== undefined) expect(value, flag).toBeDefined()
    }
  })

  test('ends with exit codes in order, success first', () => {
    const start = lines.indexOf('Exit codes:')
    const codes = lines
      .slice(start + 1)
      .filter((line) => /^ {2}\d/.test(line))
      .map((line) => Number(line.trim()[0]))
    expect(codes[0]).toBe(0)
    expect(codes).toEqual([...codes].sort())
    expect(codes).toEqual(expect.arrayContaining([0, 1, 2]))
  })

  test('fits 80 columns and has no blanks at line ends', () => {
    expect(lines.filter((line) => [...line].length > 80 || /\s$/.test(line))).toEqual([])
  })
})

describe('ways to ask', () => {
  test('plan help is plan --help, and -h; with three examples first and the exit codes last', () => {
    const { code, stdout } = plan(['help'])
    expect(code).toBe(0)
    expect(plan(['--help']).stdout).toBe(stdout)
    expect(plan(['-h']).stdout).toBe(stdout)
    const lines = stdout.trimEnd().split('\n')
    expect(lines.slice(1, 4).every((line) => line.startsWith('  plan '))).toBe(true)
    expect(lines[4]).toBe('')
    expect(lines.at(-1)).toMatch(/^ {2}4 /)
    for (const name of named) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'))
  })

  test('plan help fit is plan fit --help', () => {
    expect(plan(['help', 'fit']).stdout).toBe(plan(['fit', '--help']).stdout)
  })

  test('plan alone asks for a scenario and says how to get one', () => {
    const { code, stdout, stderr } = plan([])
    expect(stderr).toBe('plan: which scenario? (plan init serve > mine.yaml writes one; plan --help says more)\n')
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })

  test.each(named.filter((name) => name.length > 3))('%s with a letter missing is suggested', (name) => {
    const typed = name.slice(0, -2) + name.slice(-1)
    for (const words of [[typed], [typed, '--help'], ['help', typed]]) {
      const { code, stderr } = plan(words)
      expect(stderr).toBe(`plan: "${typed}" is neither a command nor a file (did you mean "${name}"?)\n`)
      expect(code).toBe(2)
    }
  })
})
