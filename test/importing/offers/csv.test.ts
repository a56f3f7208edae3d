import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readCsv } from '../../../src/importing/offers/csv.ts'
import { tableOf } from '../../../src/importing/offers/table.ts'
import { InputError } from '../../../src/scenario/diagnostic.ts'

const cells = (text: string): (readonly string[])[] => {
  const { header, rows } = readCsv(text, 'f.csv')
  return [header, ...rows].map((row) => row.cells)
}

describe('reading a CSV', () => {
  test('quotes, doubled quotes, delimiters and line breaks inside quotes', () => {
    expect(cells('a,b\n"x, y","say ""no"""\n"two\nlines",z\n')).toEqual([
      ['a', 'b'],
      ['x, y', 'say "no"'],
      ['two\nlines', 'z'],
    ])
  })

  test('CRLF, a byte order mark, no line break at the end, blank lines', () => {
    expect(cells('\uFEFFa,b\r\n1,2\r\n\r\n3,')).toEqual([
      ['a', 'b'],
      ['1', '2'],
      ['3', ''],
    ])
  })

  test('semicolons and tabs are found in the header', () => {
    expect(readCsv('a;b;"c,d"\n1;2;3', 'f').delimiter).toBe(';')
    expect(readCsv('a\tb\n1\t2', 'f').delimiter).toBe('\t')
  })

  test('lines are those of the file, after cells with line breaks too', () => {
    const { rows } = readCsv('a,b\n"1\n2\n3",x\ny,z\n', 'f.csv')
    expect(rows.map(({ line }) => line)).toEqual([2, 5])
  })

  test.each<[string, string, RegExp]>([
    ['an empty file', '', /^f\.csv: the file is empty$/],
    ['an open quote', 'a,b\n1,"2\n3,4\n', /^f\.csv:2: not a valid CSV: a quote is opened and never closed$/],
    ['text behind a quote', 'a,b\n"1"x,2\n', /^f\.csv:2: not a valid CSV: text after a closing quote/],
    ['UTF-16 without a mark', 'a\0,\0b\0', /zero bytes \(save it as UTF-8/],
  ])('%s is refused with its place', (_, text, message) => {
    expect(() => readCsv(text, 'f.csv')).toThrow(InputError)
    expect(() => readCsv(text, 'f.csv')).toThrow(message)
  })

  test('a column that is named twice is refused; ragged rows are told apart', () => {
    expect(() => tableOf(readCsv('a,b,a\n1,2,3', 'f.csv'), 'f.csv')).toThrow('f.csv:1: the column "a" occurs twice')
    const table = tableOf(readCsv('a,b\n1,2\n1\n1,2,3\n', 'f.csv'), 'f.csv')
    expect(table.rows.map(({ line }) => line)).toEqual([2])
    expect(table.ragged).toEqual([
      { line: 3, cells: 1 },
      { line: 4, cells: 3 },
    ])
  })

  test('whatever cells are written as RFC 4180, the same are read', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', ';', '\n', '\r\n', ' ', 'é') })
    const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 2 }), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(rows, (body) => {
        const quoted = body.map((row) => row.map((each) => `"${each.replaceAll('"', '""')}"`).join(','))
        expect(cells(`h1,h2\r\n${quoted.join('\r\n')}\r\n`).slice(1)).toEqual(body)
      }),
    )
  })
})
