import { describe, expect, test } from 'vitest'
import { scenario, trainScenario } from '../cli/binary.ts'
import type { Printed } from '../cli/in-process.ts'
import { processorMs, READERS, type Reader, readBy } from './structure-readers.ts'

/** A workload is read as a scenario is. */
const YAML_READERS = READERS.filter(({ name, form }) => form === 'yaml' && name !== 'a workload of a fleet').map(
  (reader) => [reader.name, reader] as const,
)
const JSON_READERS = READERS.filter(({ form }) => form === 'json').map((reader) => [reader.name, reader] as const)
/** Of a processor, for what must be refused before much of it is read. */
const QUICK_MS = 2000

/** Nine levels of nine aliases each: 387 million values of some hundred bytes. */
const billionLaughs = [...'abcdefghi']
  .map((name, level, all) => {
    const item = level === 0 ? 'lol' : `*${all[level - 1]}`
    return `${name}: &${name} [${Array(9).fill(item).join(', ')}]\n`
  })
  .join('')

const DEEP = 100_000
/** What a scenario may hold, less what the rest of one takes. */
const MEGABYTE = 1_000_000
const keys = (count: number): string => Array.from({ length: count }, (_, index) => `key_${index}: 1\n`).join('')

describe('YAML made to harm is refused, soon and in a sentence', () => {
  const documents: readonly (readonly [string, (good: string) => string, RegExp])[] = [
    ['aliases that multiply', (good) => `${good}${billionLaughs}`, /aliases make the file too large/],
    ['an alias that holds itself', (good) => `${good}a: &a [*a]\n`, /refers to a value that contains it/],
    ['a hundred thousand open lists', (good) => `${good}a: ${'['.repeat(DEEP)}`, /nested too deep/],
    ['a hundred thousand lists', (good) => `${good}a: ${'['.repeat(DEEP)}${']'.repeat(DEEP)}\n`, /nested too deep/],
    ['a hundred thousand open maps', (good) => `${good}a: ${'{a: '.repeat(DEEP)}`, /nested too deep/],
    ['a hundred thousand dashes', (good) => `${good}a:\n  ${'- '.repeat(DEEP)}x\n`, /nested too deep/],
    ['a hundred thousand questions', (good) => `${good}? ${'? '.repeat(DEEP)}x\n`, /nested too deep/],
    ['a function', (good) => `${good}a: !!js/function 'function () { return 1 }'\n`, /Unresolved tag/],
    ['a Python object', (good) => `${good}a: !!python/object/apply:os.system [ls]\n`, /Unresolved tag/],
    ['binary data', (good) => `${good}a: !!binary aGVsbG8=\n`, /Unresolved tag/],
    ['a day by its tag', (good) => `${good}a: !!timestamp 2026-11-21\n`, /Unresolved tag/],
    ['a set', (good) => `${good}a: !!set { b, c }\n`, /Unresolved tag/],
    ['maps that merge', (good) => `${good}a: &a { b: 1 }\nc: { <<: *a }\n`, /unknown key|"<<"/],
    ['another version', (good) => `%YAML 1.1\n---\n${good}a: yes\n`, /only version 1\.2 of YAML is read/],
    ['a tag of its own', (good) => `%TAG !e! tag:example.com,2000:\n---\n${good}a: !e!x y\n`, /Unresolved tag/],
    ['two documents', (good) => `${good}---\n${good}`, /several documents/],
    ['a key twice', (good) => `${good}a: 1\na: 2\n`, /the key "a" occurs twice/],
    ['a tab that indents', (good) => `${good}a:\n\tb: 1\n`, /a tab cannot indent/],
    ['a zero byte', (good) => `${good}a: \0\n`, /it contains a zero byte \(save it as UTF-8\)/],
    ['a control character', (good) => `${good}a\u0007: 1\n`, /unknown key/],
    ['a list as a key', (good) => `${good}? [a, b]\n: 1\n`, /a key must be a plain name/],
  ]
  const cases = YAML_READERS.flatMap(([name, reader]) =>
    documents.map(([what, make, expected]) => [name, what, reader, make, expected] as const),
  )
  test.each(cases)('%s: %s', async (_, __, reader, make, expected) => {
    const ms = await processorMs(async () => {
      const { code, stderr } = await readBy(reader, make(reader.good))
      expect(stderr).toMatch(expected)
      expect(code).toBe(2)
      expect(stderr.split('\n').length).toBeLessThan(60)
    })
    expect(ms).toBeLessThan(QUICK_MS)
  })

  test.each(YAML_READERS)('%s: ten thousand keys, and a key of a megabyte', async (_, reader) => {
    const ms = await processorMs(async () => {
      const many = await readBy(reader, `${reader.good}${keys(10_000)}`)
      expect(many.stderr).toMatch(/unknown key "key_0"/)
      expect(many.stderr).toMatch(/9,9\d\d more problems/)
      const long = await readBy(reader, `${reader.good}? "${'a'.repeat(MEGABYTE)}"\n: 1\n`)
      expect(long.stderr).toMatch(/unknown key "a{57}\.\.\."|too large/)
      expect(long.stderr.length).toBeLessThan(5000)
    })
    expect(ms).toBeLessThan(2 * QUICK_MS)
  })

  const slow: readonly (readonly [string, string])[] = [
    ['escapes that are none', `"${'\\q'.repeat(500_000)}"`],
    ['brackets that close nothing', '}'.repeat(390_000)],
    ['commas', `[${','.repeat(MEGABYTE)}`],
    ['anchors', '&a '.repeat(300_000)],
    ['blank lines', '\n'.repeat(MEGABYTE)],
    ['sixty thousand keys', keys(60_000)],
    ['items', `[${'a,'.repeat(500_000)}]`],
    ['lines that break the rules', '- - @\n'.repeat(60_000)],
    ['a number of a megabyte', `top: ${'9'.repeat(MEGABYTE)}`],
    ['a deadline of a megabyte', trainScenario(`deadline: 2m${'9'.repeat(MEGABYTE)}\n`)],
    ['a percentage of blanks', scenario(`prices: { discount_percent: "1${' '.repeat(MEGABYTE)}x" }\n`)],
    ['a share of blanks', scenario(`headroom: "1${' '.repeat(MEGABYTE)}x"\n`)],
  ]
  test.each(slow)('a scenario of a megabyte made to be slow: %s', async (_, text) => {
    const [reader] = READERS
    const ms = await processorMs(async () => expect((await readBy(reader!, text)).code).toBe(2))
    expect(ms).toBeLessThan(2 * QUICK_MS)
  })
})

describe('JSON made to harm is refused, soon and in a sentence', () => {
  const deep: readonly (readonly [string, string])[] = [
    ['lists', `${'['.repeat(DEEP)}${']'.repeat(DEEP)}`],
    ['maps', `${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`],
    ['open lists', '['.repeat(DEEP)],
  ]
  const cases = JSON_READERS.flatMap(([name, reader]) =>
    deep.map(([what, value]) => [name, what, reader, value] as const),
  )
  test.each(cases)('%s: a hundred thousand %s inside each other', async (_, __, reader, value) => {
    for (const text of [value, reader.good.replace('{', `{"extra": ${value}, `)]) {
      const { code, stderr } = await readBy(reader, text)
      expect(code).toBe(2)
      expect(stderr).toMatch(/nested too deep|not valid YAML/)
    }
  })

  test.each(JSON_READERS)('%s: a zero byte, a key of a megabyte, ten thousand keys', async (_, reader) => {
    expect((await readBy(reader, reader.good.replace('{', '{\0'))).stderr).toContain('zero byte')
    await readBy(reader, reader.good.replace('{', `{"${'a'.repeat(MEGABYTE)}": 1, `))
    const many = Array.from({ length: 10_000 }, (_each, index) => `"key_${index}": ${index}, `).join('')
    const ms = await processorMs(() => readBy(reader, reader.good.replace('{', `{${many}`)))
    expect(ms).toBeLessThan(QUICK_MS)
  })

  test('more values than memory has room for', async () => {
    const reader = READERS.find(({ name }) => name === 'a saved result for diff')!
    const ms = await processorMs(async () => {
      const { stderr } = await readBy(reader, `{"results": [${'{},'.repeat(2_500_000)}{}]}`)
      expect(stderr).toContain('the file holds too much: more than 4,000,000 values')
    })
    expect(ms).toBeLessThan(QUICK_MS)
  })
})

/** What a reader prints of a file in order, read once. */
const usually = new Map<Reader, Promise<Printed>>()
function usualOf(reader: Reader): Promise<Printed> {
  const known = usually.get(reader) ?? readBy(reader, reader.good)
  usually.set(reader, known)
  return known
}

describe('how a text is written on a disk makes no difference', () => {
  const utf16 = (text: string): Buffer => Buffer.from(`\uFEFF${text}`, 'utf16le')
  const written: readonly (readonly [string, (text: string) => Buffer])[] = [
    ['a mark of UTF-8', (text) => Buffer.from(`\uFEFF${text}`)],
    ['UTF-16, little end first', utf16],
    ['UTF-16, big end first', (text) => utf16(text).swap16()],
    ['lines that end in CRLF', (text) => Buffer.from(text.replaceAll('\n', '\r\n'))],
    ['lines that end in CR', (text) => Buffer.from(text.replaceAll('\n', '\r'))],
  ]
  // In a log a carriage return goes back to the start of the line, as progress bars do: it ends none.
  const isUsual = (form: string, how: string): boolean => !(form === 'log' && how.endsWith(' CR'))
  const cases = READERS.flatMap((reader) =>
    written
      .filter(([how]) => isUsual(reader.form, how))
      .map(([how, write]) => [reader.name, how, reader, write] as const),
  )
  test.each(cases)('%s with %s', async (_, __, reader, write) => {
    const usual = await usualOf(reader)
    const { code, stdout } = await readBy(reader, write(reader.good))
    const withoutFolder = (text: string): string => text.replace(/plan-structure-\w+/g, '')
    expect(code).toBe(0)
    expect(withoutFolder(stdout)).toBe(withoutFolder(usual.stdout))
  })

  const unreadable: readonly (readonly [string, (text: string) => Buffer])[] = [
    ['UTF-16 without a mark', (text) => Buffer.from(text, 'utf16le')],
    ['Latin-1', (text) => Buffer.concat([Buffer.from(text), Buffer.from([0xe9, 0x0a])])],
    ['half a character', (text) => Buffer.concat([Buffer.from(text), Buffer.from([0xe2, 0x82])])],
  ]
  const refused = READERS.flatMap((reader) =>
    unreadable.map(([how, write]) => [reader.name, how, reader, write] as const),
  )
  test.each(refused)('%s in %s is refused with advice', async (_, __, reader, write) => {
    const { code, stderr } = await readBy(reader, write(reader.good))
    expect(code).toBe(2)
    expect(stderr).toMatch(/UTF-8|zero byte|no start-up of a server/)
  })
})
