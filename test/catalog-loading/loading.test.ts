import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Catalog, catalogToData, find, get, gpusNamed, names, subjects } from '../../src/catalog/catalog.ts'
import { checkCatalog, checkDefaults, daysBetween } from '../../src/catalog/check.ts'
import { buildCatalog, type CatalogFile } from '../../src/catalog/compile.ts'
import { canonicalJson, contentHash, fnv1a64 } from '../../src/catalog/hash.ts'
import { didYouMean, editDistance, nearest } from '../../src/catalog/suggest.ts'
import { loadCatalog, readCatalogFiles, readCompiled } from '../../src/io/load-catalog.ts'
import { writeCompiled } from '../../src/io/write-compiled.ts'

const overlayFolder = new URL('../fixtures/overlay', import.meta.url).pathname
const shippedFolder = new URL('../../catalogs', import.meta.url).pathname

let files: CatalogFile[]
let shipped: Catalog
const folder = mkdtempSync(join(tmpdir(), 'gpu-plan-'))
beforeAll(() => {
  files = readCatalogFiles(shippedFolder)
  shipped = buildCatalog(files)
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('compiled catalogs', () => {
  it('equal their sources', () => {
    writeCompiled(folder, shipped)
    const compiled = readCompiled(folder)
    expect(compiled.hash).toBe(shipped.hash)
    expect(compiled).toEqual(shipped)
    for (const subject of subjects) expect(contentHash(catalogToData(compiled)[subject])).toBe(compiled.hashes[subject])
  })

  it('do not depend on the order of files', () => {
    expect(buildCatalog([...files].reverse())).toEqual(shipped)
  })

  it('hold every subject, in the order of ids', () => {
    for (const subject of subjects) {
      const ids = [...shipped[subject].keys()]
      expect(ids.length, subject).toBeGreaterThan(0)
      expect(ids).toEqual([...ids].sort())
    }
  })

  it('know entries by id and alias, GPUs by generation and vendor', () => {
    expect(find(shipped, 'quantizations', 'awq')?.id).toBe('awq-int4')
    expect(get(shipped, 'gpus', 'h100-sxm-80gb').generation).toBe('hopper')
    expect(find(shipped, 'gpus', 'h100')).toBeUndefined()
    expect(() => get(shipped, 'gpus', 'h100')).toThrow('no GPU "h100" in the catalog')
    expect(names(shipped, 'quantizations')).toContain('awq')
    expect(gpusNamed(shipped, 'hopper')).toContain('h200-sxm-141gb')
    expect(gpusNamed(shipped, 'amd')).toContain('mi300x')
    expect(gpusNamed(shipped, 'l4')).toEqual(['l4'])
    expect(gpusNamed(shipped, 'nobody')).toEqual([])
  })
})

describe('a directory over the shipped catalog', () => {
  it('replaces what has the same id and adds the rest', async () => {
    const own = await loadCatalog([overlayFolder])
    expect(own.gpus.size).toBe(shipped.gpus.size + 1)
    expect(own.gpus.get('own-gpu')?.memory.usable_gib).toBe(79)
    expect(own.offers.get('cellar/rack-1/cellar')?.owned?.capex_usd).toBe(300_000)
    // One shipped price replaced, two offers added.
    expect(own.offers.size).toBe(shipped.offers.size + 2)
    expect(shipped.offers.get('runpod/1x_B200_SECURE/multi')?.usd_per_hour['on-demand']).not.toBe(5)
    expect(own.offers.get('runpod/1x_B200_SECURE/multi')).toMatchObject({
      usd_per_hour: { 'on-demand': 5 },
      price_as_of: '2026-11-21',
    })
    expect(own.offers.get('runpod/1x_B200_SECURE/moon')?.usd_per_hour['on-demand']).toBe(50)
  })

  it('changes the hash of what it touches and nothing else', async () => {
    const own = await loadCatalog([overlayFolder])
    expect(own.hash).not.toBe(shipped.hash)
    const changed = Object.keys(own.hashes).filter((subject) => own.hashes[subject] !== shipped.hashes[subject])
    expect(changed.sort()).toEqual(['gpus', 'offers'])
    expect(own.models).toEqual(shipped.models)
  })

  it('given twice is the same as once, and the shipped catalog over itself changes nothing', async () => {
    const once = await loadCatalog([overlayFolder])
    expect((await loadCatalog([overlayFolder, overlayFolder])).hash).toBe(once.hash)
    expect(buildCatalog(files, shipped).hash).toBe(shipped.hash)
  })

  it('takes values in place of texts', () => {
    const value = {
      provider: 'mine',
      as_of: '2026-11',
      offers: [
        {
          instance: 'a',
          gpu: 'l4',
          gpu_count: 1,
          region: 'x',
          confidence: 'high',
          source: 's',
          usd_per_hour: { spot: 1 },
        },
      ],
    }
    const own = buildCatalog([{ path: 'mine', relativePath: 'mine', value }], shipped)
    expect(own.offers.get('mine/a/x')).toMatchObject({
      provider: 'mine',
      set: null,
      price_as_of: '2026-11',
      kind: 'cloud',
    })
  })

  it('a set of offers keeps apart from the general ones', () => {
    const text = `provider: runpod\nset: special\nas_of: 2026-11\noffers:
  - { instance: 1x_B200_SECURE, gpu: b200-sxm, gpu_count: 1, region: multi, usd_per_hour: { on-demand: 1 }, confidence: high, source: s }`
    const own = buildCatalog([{ path: 'a.yaml', relativePath: 'a.yaml', text }], shipped)
    expect(own.offers.get('runpod/1x_B200_SECURE/multi@special')?.set).toBe('special')
    expect(own.offers.get('runpod/1x_B200_SECURE/multi')).toEqual(shipped.offers.get('runpod/1x_B200_SECURE/multi'))
  })
})

describe('catalog check', () => {
  const rows = (prices: string[]): CatalogFile => ({
    path: 'a.yaml',
    relativePath: 'offers/a.yaml',
    text: `provider: mine\nas_of: 2026-11-20\noffers:\n${prices
      .map(
        (price, index) =>
          `  - { instance: i${index}, gpu: own-gpu, gpu_count: 2, link: nvlink4, region: r, confidence: high, source: s, ${price} }`,
      )
      .join('\n')}`,
  })
  const options = { asOf: '2026-11-21', ...checkDefaults }
  const findings = (prices: string[]) => {
    const gpu = readCatalogFiles(overlayFolder).filter(({ relativePath }) => relativePath === 'gpus/own.yaml')
    const catalog = buildCatalog([...gpu, rows(prices)], shipped)
    return checkCatalog(catalog, options).filter(({ id }) => id.startsWith('mine/'))
  }

  it('finds prices far from the median of their GPU', () => {
    // Per GPU-hour: 2, 2.5, 3, 0.8 and 13; median 2.5; 0.8 is 0.32 of it and passes, 13 is 5.2 times it.
    const found = findings([4, 5, 6, 1.6, 26].map((price) => `usd_per_hour: { on-demand: ${price} }`))
    expect(found).toEqual([
      {
        kind: 'suspicious-price',
        id: 'mine/i4/r',
        message: 'on-demand costs $13.00 per GPU-hour, 5.2 times the median $2.50 of own-gpu',
      },
    ])
  })

  it('finds stale and future dates, and shapes offered twice', () => {
    const found = findings([
      'as_of: 2025-11-20, usd_per_hour: { spot: 1 }',
      'as_of: 2025-11-21, usd_per_hour: { spot: 2 }',
      'as_of: 2027-01, usd_per_hour: { spot: 3 }',
      'usd_per_hour: { spot: 4 }',
      'usd_per_hour: { spot: 4 }',
    ])
    expect(found.map(({ kind, id }) => `${kind} ${id}`)).toEqual([
      'stale-price mine/i0/r',
      'unknown-date mine/i2/r',
      'duplicate-offer mine/i4/r',
    ])
    expect(found[0]?.message).toBe('the price of 2025-11-20 is 366 days old, more than 365')
  })

  it('counts days, months from their first day', () => {
    expect(daysBetween('2026-03', '2026-04-01')).toBe(31)
    expect(daysBetween('2024-02-28', '2024-03-01')).toBe(2)
  })
})

describe('hash', () => {
  it('is FNV-1a with 64 bits', () => {
    // Test vectors of Fowler, Noll and Vo (RFC 9923; http://www.isthe.com/chongo/tech/comp/fnv/).
    expect(fnv1a64('')).toBe('cbf29ce484222325')
    expect(fnv1a64('a')).toBe('af63dc4c8601ec8c')
    expect(fnv1a64('foobar')).toBe('85944171f73967e8')
  })

  it('agrees with exact integer arithmetic', () => {
    const exact = (text: string): string => {
      let hash = 0xcbf29ce484222325n
      for (const byte of new TextEncoder().encode(text))
        hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn
      return hash.toString(16).padStart(16, '0')
    }
    for (const text of ['x'.repeat(1000), '\u00e9\u{1f600}', canonicalJson({ b: [1, null], a: 'x' })])
      expect(fnv1a64(text)).toBe(exact(text))
  })

  it('does not see the order of keys, but of lists', () => {
    expect(contentHash({ a: 1, b: 2 })).toBe(contentHash({ b: 2, a: 1 }))
    expect(contentHash([1, 2])).not.toBe(contentHash([2, 1]))
    expect(canonicalJson({ b: undefined, a: [true, 'x'] })).toBe('{"a":[true,"x"]}')
  })
})

describe('suggestions', () => {
  it('count edits, a swap of neighbours as one', () => {
    expect(editDistance('hopper', 'hoper')).toBe(1)
    expect(editDistance('fp8', 'pf8')).toBe(1)
    expect(editDistance('kitten', 'sitting')).toBe(3)
    expect(editDistance('', 'abc')).toBe(3)
  })

  it('prefer the nearest, then beginnings, and say nothing for a stranger', () => {
    expect(nearest('h100', ['h200-sxm-141gb', 'h100-sxm-80gb', 'l4'])).toEqual(['h100-sxm-80gb'])
    expect(nearest('l40', ['l4', 'l40s', 'a40'], 2)).toEqual(['l4', 'a40'])
    expect(nearest('70b', ['llama-3-70b', 'llama-3-8b'])).toEqual(['llama-3-70b'])
    expect(didYouMean('zzzzzz', ['hopper', 'ada'])).toBeUndefined()
    expect(didYouMean('', ['hopper'])).toBeUndefined()
    expect(didYouMean('x'.repeat(100_000), ['hopper'])).toBeUndefined()
  })
})
