import { describe, expect, test } from 'vitest'
import { report, usageError } from '../../src/cli/errors.ts'
import { EXIT, worst } from '../../src/cli/exit-codes.ts'
import { Flags } from '../../src/cli/flags.ts'
import { type Terminal, wantsColor } from '../../src/cli/terminal.ts'
import { InputError, inputError } from '../../src/scenario/diagnostic.ts'

function recorder(): { terminal: Terminal; notes: string[]; results: string[] } {
  const notes: string[] = []
  const results: string[] = []
  return {
    notes,
    results,
    terminal: {
      color: false,
      live: false,
      rewrite: () => {},
      note: (text) => notes.push(text),
      result: (text) => results.push(text),
    },
  }
}

describe('reporting an error', () => {
  test('of input: a line a problem with its place, exit 2', () => {
    const { terminal, notes } = recorder()
    const error = new InputError([
      {
        severity: 'error',
        path: ['model'],
        message: 'no such model',
        position: { file: 'a.yaml', line: 2, column: 8 },
      },
      { severity: 'error', path: [], message: 'two\nlines', hint: 'one' },
    ])
    expect(report(error, terminal)).toBe(2)
    expect(notes).toEqual(['a.yaml:2:8: no such model', 'plan: two lines (one)'])
  })

  test('of this program: says so, asks for a report, shows no stack, exit 1', () => {
    const { terminal, notes, results } = recorder()
    expect(report(new TypeError('x is undefined'), terminal)).toBe(1)
    expect(notes[0]).toBe('internal error: x is undefined')
    expect(notes[1]).toContain('Please report it')
    expect(notes.join('\n')).not.toContain('    at ')
    expect(results).toEqual([])
  })

  test('a defect inside a command is not taken for a usage error', () => {
    const defect = new TypeError('x is undefined')
    expect(usageError(null, defect, [])).toBe(defect)
    const known = inputError('known')
    expect(usageError(null, known, [])).toBe(known)
  })
})

describe('exit codes', () => {
  test('of several: internal, input, no plan, over cost, ok', () => {
    expect(worst([EXIT.ok, EXIT.overCost])).toBe(4)
    expect(worst([EXIT.overCost, EXIT.infeasible, EXIT.ok])).toBe(3)
    expect(worst([EXIT.infeasible, EXIT.input])).toBe(2)
    expect(worst([EXIT.input, EXIT.internal])).toBe(1)
    expect(worst([])).toBe(0)
  })
})

describe('flags', () => {
  const flags = (values: Record<string, unknown>): Flags => new Flags(values)

  test('read numbers with suffixes, shares with or without percent, dollars with or without sign', () => {
    expect(flags({ context: '128k' }).whole('context')).toBe(128_000)
    expect(flags({ utilization: '90%' }).share('utilization')).toBe(0.9)
    expect(flags({ utilization: '0.9' }).share('utilization')).toBe(0.9)
    expect(flags({ 'max-cost': '$12.50' }).usd('max-cost')).toBe(12.5)
  })

  test.each(['', 'abc', '0x10', '1.5', '-1', 'Infinity', '1e400', '9007199254740993'])(
    'refuse %j as a whole number',
    (text) => {
      expect(() => flags({ n: text }).whole('n')).toThrow(InputError)
    },
  )

  test.each(['1.1', '-0.1', 'NaN', '200%', '0'])('refuse %j as a share above zero', (text) => {
    expect(() => flags({ n: text }).share('n', true)).toThrow(InputError)
  })

  test('absent flags are undefined, switches false', () => {
    expect(flags({}).whole('n')).toBeUndefined()
    expect(flags({}).switch('quiet')).toBe(false)
    expect(flags({ quiet: [true, true] }).switch('quiet')).toBe(true)
  })
})

describe('colour', () => {
  test.each<[Record<string, string>, boolean, boolean]>([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ TERM: 'dumb' }, true, false],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '0' }, false, false],
  ])('%j on a terminal %s: %s', (env, terminal, expected) => {
    expect(wantsColor(env, terminal)).toBe(expected)
  })
})
