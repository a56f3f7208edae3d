import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { table } from '../../src/report/table.ts'
import { bar } from '../../src/report/text/memory.ts'
import { width, wrap } from '../../src/report/wrap.ts'

describe('wrapping', () => {
  test('never exceeds the columns and loses no character but blanks', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 4, max: 100 }), (text, columns) => {
        const lines = wrap(text, '- ', '  ', columns)
        expect(Math.max(...lines.map(width))).toBeLessThanOrEqual(columns)
        const blank = /\s+/g
        expect(
          lines
            .map((line) => line.slice(2))
            .join('')
            .replace(blank, ''),
        ).toBe(text.replace(blank, ''))
      }),
    )
  })

  test('breaks at blanks', () => {
    expect(wrap('one two three', '', '', 8)).toEqual(['one two', 'three'])
  })

  test('a word of a megabyte is cut into lines in the time that it takes to read it', () => {
    const { user: before } = process.cpuUsage()
    expect(wrap('x'.repeat(1_000_000), '- ')).toHaveLength(12_821)
    expect((process.cpuUsage().user - before) / 1e6).toBeLessThan(1)
  })
})

describe('tables', () => {
  test('fit the columns whenever their titles and least widths allow it', () => {
    const cell = fc.string({ maxLength: 60 }).map((text) => text.replace(/\s/g, '_'))
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 5 }), (rows) => {
        const lines = table(
          [
            { title: 'a', least: 10 },
            { title: 'b', least: 5 },
          ],
          rows,
          30,
        )
        expect(Math.max(...lines.map(width))).toBeLessThanOrEqual(30)
      }),
    )
  })

  test('the last column that may be cut gives way first', () => {
    expect(
      table(
        [
          { title: 'a', least: 3 },
          { title: 'b', least: 3 },
        ],
        [['aaaaaa', 'bbbbbb']],
        12,
      ),
    ).toEqual(['a       b', 'aaaaaa  bbb…'])
  })
})

describe('spare columns', () => {
  const head = [{ title: 'name', least: 4 }, { title: 'spare', spare: true }, { title: 'last' }]
  const row = ['abcdefgh', 'x', 'y']

  test('stay where all fits: 8 + 2 + 5 + 2 + 4 = 21 columns', () => {
    expect(table(head, [row], 21)).toEqual(['name      spare  last', 'abcdefgh  x      y'])
  })

  test('go before anything is cut', () => {
    expect(table(head, [row], 20)).toEqual(['name      last', 'abcdefgh  y'])
    expect(table(head, [row], 12)).toEqual(['name    last', 'abcde…  y'])
  })
})

describe('bars', () => {
  test('41.5% of 40 cells is 17; more than everything is a full bar', () => {
    expect(bar(0.415)).toBe('█'.repeat(17) + '░'.repeat(23))
    expect(bar(1.5)).toBe('█'.repeat(40))
    expect(bar(-1)).toBe('░'.repeat(40))
  })
})
