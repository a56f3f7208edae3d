import { spawnSync } from 'node:child_process'
import { beforeAll, describe, expect, test } from 'vitest'
import { planScenario, type ScenarioResult } from '../../planners/index.ts'
import { diffOf } from '../../src/diff/diff.ts'
import { resultBook } from '../../src/diff/price-book.ts'
import { csvOf, htmlOf, jsonOf, markdownOf, textOf } from '../../src/report/all.ts'
import { compareCsv, compareJson } from '../../src/report/compare/data.ts'
import { compareMarkdown } from '../../src/report/compare/markdown.ts'
import { compareText } from '../../src/report/compare/text.ts'
import { diffCsv, diffJson } from '../../src/report/diff/data.ts'
import { diffMarkdown } from '../../src/report/diff/markdown.ts'
import { diffText } from '../../src/report/diff/text.ts'
import { compareHtml } from '../../src/report/html/compare.ts'
import { visible, visibleLines } from '../../src/visible.ts'
import { HOSTILE, unprintableIn } from './names.ts'
import { csvRows, elements, isFormula, markdownFaults, markdownShown, outsideDrawings } from './readers.ts'
import { AS_OF, fleet, forecast, hostileCatalog, serving, training } from './world.ts'

const MAKE = { serve: serving, train: training, fleet, forecast } as const
const KINDS = ['serve', 'train', 'fleet', 'forecast'] as const
type Kind = (typeof KINDS)[number]

/** The plan of every name, by kind. Marks of the program's own colours and line feeds may stand in a text. */
const planned: Record<Kind, ScenarioResult[]> = { serve: [], train: [], fleet: [], forecast: [] }
// biome-ignore lint/suspicious/noControlCharactersInRegex: the marks of colours are what is looked for
const COLOURS = /\u001b\[\d{1,2}m|\n/g

beforeAll(async () => {
  const catalog = await hostileCatalog()
  const alone = () => {
    throw new Error('these scenarios name no other')
  }
  for (const kind of KINDS) {
    for (const [index, [, name]] of HOSTILE.entries()) {
      const text = JSON.stringify(MAKE[kind](name, index))
      planned[kind].push(await planScenario(text, 'x.yaml', catalog, { asOf: AS_OF, top: 1, explain: true }, alone))
    }
  }
}, 120_000)

const rows = HOSTILE.map(([attack, name], index) => ({ attack, name, index }))
const resultsOf = (index: number): ScenarioResult[] => KINDS.map((kind) => planned[kind][index]!)
const squeezed = (text: string): string => text.replace(/\s+/g, '')
const single = (result: ScenarioResult | undefined) => {
  if (result?.kind !== 'serve' && result?.kind !== 'train') throw new Error('a plan of one workload was expected')
  return result
}

test('every name is planned in every kind, and reaches its plan', () => {
  for (const { name, index } of rows) {
    const { best } = single(planned.serve[index])
    expect(best?.placement).toMatchObject({ instance: name, region: name })
    expect(best?.model?.checkpoint).toBe(name)
    expect(resultsOf(index).map(({ scenario, status }) => [scenario, status])).toEqual(
      KINDS.map(() => [name, 'optimal']),
    )
  }
})

describe.each(rows)('$attack', ({ name, index }) => {
  test('text, with colours and without, shows what it is and steers nothing', () => {
    for (const result of resultsOf(index)) {
      const text = textOf([result], { color: false, explain: true })
      expect(unprintableIn(text)).toBeNull()
      expect(squeezed(text)).toContain(squeezed(visible(name)))
      expect(unprintableIn(textOf([result], { color: true, explain: true }), COLOURS)).toBeNull()
    }
    expect(unprintableIn(textOf(resultsOf(index), { color: true, explain: false }), COLOURS)).toBeNull()
  })

  test('JSON is the name itself, and shows no more than a text does', () => {
    const text = jsonOf(resultsOf(index))
    expect(unprintableIn(text)).toBeNull()
    const { results } = JSON.parse(text)
    expect(results.map((each: { scenario: string }) => each.scenario)).toEqual(KINDS.map(() => name))
    expect(results[0].best.placement.region).toBe(name)
    expect(results[2].placements[0].workload).toBe(name.trim())
  })

  test('CSV keeps its columns and runs nothing', () => {
    for (const results of KINDS.map((kind) => [planned[kind][index]!])) {
      const text = csvOf(results)
      expect(unprintableIn(text, /\r\n|[\n\t]/g)).toBeNull()
      const [titles, ...cells] = csvRows(text)
      expect(cells.map((row) => row.length)).toEqual(cells.map(() => titles?.length))
      expect(cells.flat().filter(isFormula)).toEqual([])
      const shown = visibleLines(name)
      expect(cells[0]?.[0]).toBe(isFormula(shown) ? `'${shown}` : shown)
    }
  })

  test('Markdown is text and keeps its tables', () => {
    const text = markdownOf(resultsOf(index), { explain: true })
    expect(unprintableIn(text)).toBeNull()
    expect(markdownFaults(text)).toEqual([])
    const headings = text.split('\n').filter((line) => line.startsWith('## '))
    expect(markdownShown(headings[0]!.slice(3)).trim()).toBe(visible(name).trim())
  })

  test('a comparison, and a diff between two names', () => {
    const other = single(planned.serve[(index + 1) % rows.length])
    const options = [single(planned.serve[index]), other].map((result) => ({ option: result.scenario, result }))
    const refused = { option: name, errors: [`${name}: refused`] }
    const compared = [...options, refused]
    expect(unprintableIn(compareText(name, compared, true), COLOURS)).toBeNull()
    expect(unprintableIn(compareJson(compared, name))).toBeNull()
    expect(csvRows(compareCsv(compared)).flat().filter(isFormula)).toEqual([])
    expect(markdownFaults(compareMarkdown(name, compared))).toEqual([])
    const side = (file: string, result: ScenarioResult) => ({ file, result, prices: resultBook(result) })
    const diffs = [diffOf(side(name, other), side(`${name}.yaml`, options[0]!.result))]
    expect(unprintableIn(diffText(diffs, [[]], { color: true }), COLOURS)).toBeNull()
    expect(unprintableIn(diffJson(diffs, [[]]))).toBeNull()
    expect(csvRows(diffCsv(diffs)).flat().filter(isFormula)).toEqual([])
    expect(markdownFaults(diffMarkdown(diffs, [[]]))).toEqual([])
  })
})

describe('HTML has the elements of a page with a plain name, and no others', () => {
  const plain = rows.findIndex(({ attack }) => attack === 'a boolean')
  const attacks = rows.filter(({ name }) => /[<>"'`&=\u202e\u05e9]/.test(name))
  let known: Set<string>
  let usual: readonly (readonly string[])[]

  beforeAll(async () => {
    const result = single(planned.serve[plain])
    const pages = [
      await htmlOf(resultsOf(plain), { explain: true }),
      compareHtml(result.scenario, [{ option: result.scenario, result }]),
    ]
    usual = [await htmlOf([result], { explain: false }), pages[1] ?? ''].map(outsideDrawings)
    known = new Set(pages.flatMap(elements).map(({ form }) => form))
  }, 60_000)

  test.each(attacks)('$attack', async ({ name, index }) => {
    const result = single(planned.serve[index])
    const pages = [await htmlOf([result], { explain: false }), compareHtml(name, [{ option: name, result }])]
    for (const [each, page] of pages.entries()) {
      expect(unprintableIn(page, /[\n\u2068\u2069]/g)).toBeNull()
      expect(elements(page).filter(({ form }) => !known.has(form))).toEqual([])
      expect(outsideDrawings(page)).toEqual(usual[each])
    }
  })

  test.each(['train', 'fleet', 'forecast'] as const)('the most telling of a %s at once', async (kind) => {
    const telling = attacks.filter(({ attack }) =>
      ['an element', 'an attribute', 'a turn of direction'].includes(attack),
    )
    const page = (indices: readonly number[]) =>
      htmlOf(
        indices.map((index) => planned[kind][index]!),
        { explain: true },
      )
    const hostile = await page(telling.map(({ index }) => index))
    expect(elements(hostile).filter(({ form }) => !known.has(form))).toEqual([])
    expect(outsideDrawings(hostile)).toEqual(outsideDrawings(await page(telling.map(() => plain))))
  })
})

test("Python's reader takes the CSV of all names for the same cells", () => {
  const text = csvOf(planned.serve)
  const script =
    'import csv,io,json,sys; json.dump(list(csv.reader(io.StringIO(sys.stdin.read(), newline=""))), sys.stdout)'
  const { status, stdout, error } = spawnSync('python3', ['-c', script], { input: text, encoding: 'utf8' })
  // Where there is no Python, the reader above has read them.
  if (error !== undefined) return
  expect(status).toBe(0)
  expect(JSON.parse(stdout)).toEqual(csvRows(text))
})
