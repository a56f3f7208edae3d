import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { planText } from '../../planners/index.ts'
import { modelOf } from '../../planners/model.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { documentChanges } from '../../src/lock/document-changes.ts'
import { type Lock, type LockEntry, lockVersion } from '../../src/lock/lock.ts'
import { entryOf, modelLock } from '../../src/lock/make-entry.ts'
import { narrowed } from '../../src/lock/narrowed.ts'
import { repriced } from '../../src/lock/reprice.ts'
import { lockText, readLock } from '../../src/lock/text.ts'
import { changedHashes, verifyPlan, verifyScenario } from '../../src/lock/verify.ts'
import { parseSingle } from '../../src/scenario/single.ts'
import { ROOT, scenario } from '../cli/binary.ts'

const AS_OF = '2026-11-21'
let catalog: Catalog
beforeAll(async () => {
  catalog = await loadCatalog()
})

function entry(text: string, file = 'a.yaml', from = catalog): LockEntry {
  const located = parseSingle(text, file, from, [], AS_OF)
  const result = planText(text, file, from, { asOf: AS_OF })
  return entryOf(file, located, modelOf(located.scenario.model, from), result, from)
}

const lockOf = (...scenarios: LockEntry[]): Lock => ({
  version: lockVersion,
  tool: '0.1.0',
  as_of: AS_OF,
  catalog: { hash: catalog.hash, parts: catalog.hashes },
  scenarios,
})

describe('a lock file', () => {
  test('reads back as it was written, as YAML and as JSON, in one order', () => {
    const lock = lockOf(entry(scenario(), 'b.yaml'), entry(scenario('redundancy: 1\n'), 'a.yaml'))
    const text = lockText(lock, 'yaml')
    expect(readLock(text, 'l').scenarios.map(({ file }) => file)).toEqual(['a.yaml', 'b.yaml'])
    expect(lockText(readLock(text, 'l'), 'yaml')).toBe(text)
    expect(readLock(lockText(lock, 'json'), 'l')).toEqual(readLock(text, 'l'))
    expect(lockText(lockOf(...[...lock.scenarios].reverse()), 'yaml')).toBe(text)
    // Hashes that look like numbers stay texts for whoever reads the file.
    expect(parse(text)).toEqual(JSON.parse(lockText(lock, 'json')))
  })

  test('of a rearranged and commented scenario is the same', () => {
    const lines = scenario().trim().split('\n')
    const rearranged = `# a remark\n${[...lines].reverse().join('\n')}\n`
    expect(entry(rearranged)).toEqual(entry(scenario()))
  })

  test('of a newer program, and any other file, is refused in a sentence with its place', () => {
    const text = lockText(lockOf(entry(scenario())), 'yaml')
    expect(() => readLock(text.replace('version: 1', 'version: 2'), 'l.yaml')).toThrow(
      /^l\.yaml:4:10: the lock file is of version 2; this program reads version 1/,
    )
    expect(() => readLock(scenario(), 'l.yaml')).toThrow(/is no lock file/)
    expect(() => readLock(text.replace('  hash: ', '  hsah: '), 'l.yaml')).toThrow(/l\.yaml:\d+:\d+: .*hsah/)
    expect(() => readLock('a: [', 'l.yaml')).toThrow(/l\.yaml:1:/)
  })

  test('holds the price and date of each offer among the plans', () => {
    const { prices, plan } = entry(scenario())
    const chosen = prices.find(({ offer }) => offer === plan.placement.offer)!
    expect(chosen.usd_per_hour * plan.placement.instances).toBeCloseTo(plan.cost.usd_per_hour!, 9)
    for (const { offer, pricing, usd_per_hour, as_of, from } of prices) {
      const sold = catalog.offers.get(offer)!
      expect([sold.usd_per_hour[pricing as 'on-demand'], sold.price_as_of]).toEqual([usd_per_hour, as_of])
      expect(from).toBe('catalog')
    }
    const own = entry(scenario('prices: { overrides: { cudo/l40s: 0.01 } }\n'))
    expect(own.prices.find(({ offer }) => offer === own.plan.placement.offer)!.from).toBe('user')
  })
})

describe('--locked', () => {
  // Everything that ships and plans one workload: what was locked is what comes out, at another price level too.
  const files = readdirSync(join(ROOT, 'scenarios')).filter((file) => /^(serve|train|article)-.*\.yaml$/.test(file))
  test.each(files)('%s comes out as it was locked, whatever the prices are by then', (file) => {
    const text = readFileSync(join(ROOT, 'scenarios', file), 'utf8')
    if (!/^kind: (serve|train)$/m.test(text)) return
    const result = planText(text, file, catalog, { asOf: AS_OF })
    if (result.best === null) return
    const locked = entry(text, file)
    const scrambled = new Map(
      [...catalog.offers].map(([id, offer], index) => {
        const rent = Object.entries(offer.usd_per_hour).map(([way, usd]) => [way, usd * (1 + (index % 7))])
        return [id, { ...offer, usd_per_hour: Object.fromEntries(rent) }]
      }),
    )
    const one = narrowed(locked, { ...catalog, offers: scrambled }, 'l.yaml')
    const again = planText(text, file, one.catalog, { asOf: AS_OF, set: one.set })
    expect(again.best?.placement).toEqual(result.best.placement)
    expect(again.best?.configuration).toEqual(result.best.configuration)
    expect(again.best?.cost).toEqual(result.best.cost)
    expect(() => verifyPlan(locked, again, 'l.yaml')).not.toThrow()
  })

  test('a scenario that changed is refused with its key, at its place', () => {
    const locked = entry(scenario())
    const now = scenario().replace('context: 4096', 'context: 8192')
    const located = parseSingle(now, 'a.yaml', catalog, [], AS_OF)
    const model = modelOf(located.scenario.model, catalog)
    expect(() => verifyScenario(locked, located, model, 'l.yaml')).toThrow(
      /^a\.yaml:3:10: context is 8192; l\.yaml was locked with 4096/,
    )
    const more = parseSingle(scenario('redundancy: 1\n'), 'a.yaml', catalog, [], AS_OF)
    expect(() => verifyScenario(locked, more, model, 'l.yaml')).toThrow(/redundancy is 1; .* with absent/)
  })

  test('a model that changed is refused with what changed of it; its words may change', () => {
    const locked = entry(scenario())
    const located = parseSingle(scenario(), 'a.yaml', catalog, [], AS_OF)
    const model = modelOf(located.scenario.model, catalog)
    expect(() => verifyScenario(locked, located, { ...model, notes: ['x'], sources: ['y'] }, 'l')).not.toThrow()
    const wider = { ...model, architecture: { ...model.architecture!, hidden_size: 8192 } }
    expect(() => verifyScenario(locked, located, wider, 'l')).toThrow(
      /llama-3\.1-8b is not the one .* architecture differ/,
    )
  })

  test('an offer that is gone, and a plan that comes out different, are refused', () => {
    const locked = entry(scenario())
    expect(() => narrowed(locked, { ...catalog, offers: new Map() }, 'l.yaml')).toThrow(/not in the catalog any more/)
    const other = planText(scenario('redundancy: 2\n'), 'a.yaml', catalog, { asOf: AS_OF })
    expect(() => verifyPlan(locked, other, 'l.yaml')).toThrow(/comes out different: .*replicas 1 -> 3/)
  })
})

describe('priced again', () => {
  const today = (locked: LockEntry, usdPerHour: number | null) => ({
    usdPerHour,
    priceAsOf: '2027-01-01',
    best: null,
    modelKeys: locked.model.keys,
    catalogParts: { ...catalog.hashes, offers: '0000000000000000' },
    tool: '0.1.0',
    scenarioKeys: [],
  })

  test('a quarter more an hour is a quarter more, of serving and of a run', () => {
    for (const text of [scenario(), readFileSync(join(ROOT, 'scenarios', 'train-8b-lora.yaml'), 'utf8')]) {
      const locked = entry(text)
      const before = locked.prices.find(({ offer }) => offer === locked.plan.placement.offer)!.usd_per_hour
      const { share, now_usd, locked_usd, moved } = repriced(lockOf(locked), locked, today(locked, before * 1.25))
      expect(share).toBeCloseTo(0.25, 9)
      expect(now_usd).toBeCloseTo(locked_usd * 1.25, 6)
      expect(moved).toEqual({ catalog: ['offers'], model: [], scenario: [], tool: null })
      expect(repriced(lockOf(locked), locked, today(locked, before)).delta).toBe(0)
      expect(repriced(lockOf(locked), locked, today(locked, null)).now_usd).toBeNull()
    }
  })

  test('hashes that differ are named, with those of one side only', () => {
    expect(changedHashes({ a: '1', b: '2', c: '3' }, { a: '1', b: '4', d: '5' })).toEqual(['b', 'c', 'd'])
    expect(modelLock(modelOf('llama-3.1-8b', catalog)).hash).toMatch(/^[0-9a-f]{16}$/)
  })

  test('documents differ by keys', () => {
    expect(documentChanges({ a: 1, b: { c: [1, 2] } }, { a: 1, b: { c: [1, 3] }, d: null })).toEqual([
      { path: ['b', 'c', 1], old: 2, new: 3 },
      { path: ['d'], old: undefined, new: null },
    ])
    expect(documentChanges({ toString: 1 }, {})).toEqual([{ path: ['toString'], old: 1, new: undefined }])
  })
})
