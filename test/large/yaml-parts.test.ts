import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readCatalogFiles } from '../../src/io/load-catalog.ts'
import type { Path } from '../../src/scenario/diagnostic.ts'
import { catalogLimits, parseYaml } from '../../src/scenario/yaml.ts'
import { cutAtItems, parseYamlInParts } from '../../src/scenario/yaml-parts.ts'
import { draws, SEED } from '../fuzz/draws.ts'

/* A file that is read in parts says the same as one that is read whole: values, places and messages. */

const FILE = 'catalog.yaml'

/** Paths of all values, and of things that are not there. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  const own: Path[] = [path, [...path, 'absent'], [...path, 10_000]]
  if (typeof value !== 'object' || value === null) return own
  const below = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
  return [...own, ...below.flatMap(([step, each]) => pathsOf(each, [...path, step]))]
}

/** Holds one reading against the other; how many parts there were. */
function compare(text: string, partCharacters: number): number {
  const whole = parseYaml(text, FILE, catalogLimits)
  const parts = parseYamlInParts(text, FILE, catalogLimits, partCharacters)
  if (!whole.ok || !parts.ok) {
    expect(parts, text).toEqual(whole)
    return 0
  }
  expect(parts.value, text).toEqual(whole.value)
  for (const path of pathsOf(whole.value)) {
    for (const target of ['value', 'key'] as const) {
      expect(parts.locate(path, target), `${path.join('.')} of\n${text}`).toEqual(whole.locate(path, target))
    }
  }
  return cutAtItems(text, partCharacters)?.parts.length ?? 1
}

const files = readCatalogFiles(new URL('../../catalogs', import.meta.url).pathname).filter(({ relativePath }) =>
  /^(offers\/(lambda|runpod)|models\/glm-4|kernels\/int4)\.yaml$/.test(relativePath),
)

describe('shipped files', () => {
  test.each(files.map((file) => [file.relativePath, file] as const))('%s reads in parts as whole', (_, file) => {
    if (!('text' in file)) throw new Error('read as text')
    const parts = compare(file.text, 1_000)
    if (file.relativePath.startsWith('offers/')) expect(parts).toBeGreaterThan(2)
  })
})

describe('forms of lists', () => {
  const items = (indent: string) =>
    Array.from({ length: 9 }, (_, index) => `${indent}- { id: item-${index}, value: ${index} }\n`).join('')
  test.each([
    ['indented', `provider: x\noffers:\n${items('  ')}`],
    ['at the margin', `provider: x\noffers:\n${items('')}`],
    [
      'with comments, blank lines and no last line break',
      `# a\noffers:\n\n# b\n${items('  ')}  # c\n\n${items('  ')}`.trimEnd(),
    ],
    ['after another list', `notes:\n${items('  ')}offers:\n${items('    ')}`],
    [
      'of blocks with texts that look like items',
      `offers:\n${'  - note: |\n      - not an item\n    more: "a\n      - nor this"\n'.repeat(8)}`,
    ],
    ['of lists', `offers:\n${'  - - a\n    - b\n'.repeat(8)}`],
    ['of items on lines of their own', `offers:\n${'  -\n    a: 1\n'.repeat(8)}`],
    ['of nothing', `offers:\n${'  -\n'.repeat(30)}`],
  ])('%s are read in parts', (_, text) => {
    expect(compare(text, 60)).toBeGreaterThan(1)
  })

  test.each([
    ['another key follows', `offers:\n${items('  ')}provider: x\n`],
    ['a key of a map follows', `a:\n  offers:\n${items('    ')}  more: 1\n`],
    ['an item refers to another', `offers:\n  - &a { id: 1 }\n${items('  ')}  - *a\n`],
    ['lines end as on Windows', `offers:\n${items('  ')}`.replaceAll('\n', '\r\n')],
    ['a flow list reaches over lines', `offers: [\n${'  {a: 1},\n'.repeat(9)}]\n`],
    ['there is no list', `offers:\n${'  a: 1\n'}${'  # long\n'.repeat(30)}`],
  ])('where %s, the file is read whole', (_, text) => {
    expect(compare(text, 60)).toBeLessThan(2)
  })

  test.each([
    ['a quote is open', `offers:\n${items('  ')}  - { id: "open }\n${items('  ')}`],
    ['a bracket is open', `offers:\n${items('  ')}  - { id: open\n${items('  ')}`],
    ['a key occurs twice', `offers:\n${items('  ')}offers:\n${items('  ')}`],
    ['a key of an item occurs twice', `offers:\n${items('  ')}  - { id: 1, id: 2 }\n${items('  ')}`],
    ['an item stands too far left', `offers:\n${items('  ')} - { id: 1 }\n${items('  ')}`],
    ['a tab indents', `offers:\n${items('  ')}\t- { id: 1 }\n${items('  ')}`],
    ['two documents follow each other', `offers:\n${items('  ')}---\noffers:\n${items('  ')}`],
    ['a key would change the prototype', `offers:\n${items('  ')}  - { __proto__: 1 }\n${items('  ')}`],
  ])('where %s, the message is that of the whole', (_, text) => {
    expect(compare(text, 60)).toBe(0)
  })
})

/** Lines out of which lists and what is no list may come, right and wrong. */
const line = fc.tuple(
  fc.constantFrom('', ' ', '  ', '    '),
  fc.constantFrom(
    '- a',
    '- { a: 1, b: [x, y] }',
    '- k: v',
    '-',
    '- - b',
    'k: v',
    'key:',
    'more:',
    '# c',
    '',
    '- "q',
    'q"',
    '- |',
    '- >-',
    '  text',
    '- &x 1',
    '- *x',
    '---',
    '...',
    '- [',
    ']',
    '? k',
    ': v',
    '- !t 1',
    "- 'it''s'",
    '- a: "b\\n- c"',
  ),
)

test('any lines read in parts as whole', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 14 }), fc.integer({ min: 1, max: 40 }), (lines, partCharacters) => {
      compare(`list:\n${lines.map(([indent, text]) => `${indent}${text}\n`).join('')}`, partCharacters)
    }),
    { seed: SEED, numRuns: draws(400, 20_000) },
  )
})
