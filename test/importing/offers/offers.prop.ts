import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { buildCatalog } from '../../../src/catalog/compile.ts'
import { offersYaml } from '../../../src/importing/offers/offers-yaml.ts'
import { imported, shipped, skypilotCsv } from './helpers.ts'

const cell = fc.oneof(
  fc.constantFrom(
    'L4',
    'H100',
    'H100-SXM',
    'A100',
    'A100-80GB',
    'RTX4080',
    'p5.48xlarge',
    'r',
    '',
    '0',
    '-1',
    '1',
    '2',
    '8.0',
  ),
  fc.string({ maxLength: 12 }),
)
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`

describe('importing offers', () => {
  test('every row is behind an offer or among the skips, once, and the answer is a catalog', () => {
    const row = fc.array(cell, { minLength: 10, maxLength: 10 })
    const likely = fc
      .record({
        instance: fc.constantFrom('a', 'b', 'c: "d" #e', '{x}', "it's", '- y', 'z\nz'),
        gpu: fc.constantFrom('L4', 'L40S', 'H100-SXM', 'T4'),
        count: fc.constantFrom('1', '2', '8'),
        price: fc.double({ min: 0.01, max: 100, noNaN: true }),
        region: fc.constantFrom('r', 's', 'null', '1e3', '&a *b'),
      })
      .map(({ instance, gpu, count, price, region }) => [
        instance,
        gpu,
        count,
        '8',
        '64',
        '',
        String(price),
        '',
        region,
        '',
      ])
    fc.assert(
      fc.property(fc.array(fc.oneof(row, likely, likely), { maxLength: 20 }), (rows) => {
        const result = imported('x.csv', skypilotCsv(...rows.map((each) => each.map(quoted).join(','))), {
          provider: 'acme',
        })
        const total = result.read.reduce((sum, { rows: count }) => sum + count, 0)
        expect(result.used + result.skips.length).toBe(total)
        const [file] = result.files
        if (file === undefined) return
        // What is written is read back as the same offers, by the schema and the checks of the catalog.
        const text = offersYaml(file)
        const catalog = buildCatalog([{ path: 'acme.yaml', relativePath: 'offers/acme.yaml', text }], shipped)
        const own = [...catalog.offers.values()].filter(({ provider }) => provider === 'acme')
        expect(own).toHaveLength(file.offers.length)
        for (const offer of file.offers)
          expect(catalog.offers.get(`acme/${offer.instance}/${offer.region}`)).toMatchObject({ ...offer })
      }),
      { numRuns: 200 },
    )
  })

  test('fifty thousand rows take less than two seconds', () => {
    const rows = Array.from(
      { length: 50_000 },
      (_, index) =>
        `p5.${index % 60}xlarge,H100-SXM,8,192,2048,"{'Gpus': [{'Name': 'H100', 'MemoryInfo': {'SizeInMiB': 81920}}]}",${40 + (index % 7)},${10 + (index % 5)},region-${index % 30},zone-${index % 90}`,
    )
    const text = skypilotCsv(...rows)
    const started = performance.now()
    const result = imported('x.csv', text, { provider: 'acme' })
    expect(performance.now() - started).toBeLessThan(2000)
    expect(result.files[0]?.offers).toHaveLength(60)
  })
})
