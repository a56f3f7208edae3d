import { describe, expect, test } from 'vitest'
import { diffOf, type Side } from '../../src/diff/diff.ts'
import { changesBetween, sentenceChanges } from '../../src/diff/fact.ts'
import { pairsOf } from '../../src/diff/pairs.ts'
import { resultBook } from '../../src/diff/price-book.ts'
import { looksLikeResult, readResults } from '../../src/diff/read-result.ts'
import { diffCsv, diffJson } from '../../src/report/diff/data.ts'
import { diffMarkdown } from '../../src/report/diff/markdown.ts'
import { diffText } from '../../src/report/diff/text.ts'
import type { ServeResult } from '../../src/result/plan.ts'
import { InputError } from '../../src/scenario/diagnostic.ts'
import { examplePlan, exampleResult, infeasibleResult } from '../report/fixtures.ts'
import { exampleResult as trainResult } from '../report/train-fixtures.ts'

const side = (result: Side['result'], prices = resultBook(result)): Side => ({ file: 'a.json', result, prices })

/** One instance of 8 GPUs at $9.96/h becomes `instances` at `usd` an hour each. */
function priced(usd: number, instances: number, changes: Partial<ServeResult> = {}): ServeResult {
  const plan = examplePlan()
  const hour = usd * instances
  return exampleResult({
    best: {
      ...plan,
      placement: { ...plan.placement, instances, gpus: 8 * instances },
      cost: { ...plan.cost, usd_per_hour: hour, usd_per_month: hour * 730, usd_per_million_tokens: hour / 24.3 },
    },
    ...changes,
  })
}

describe('money', () => {
  test('is stated on both sides with its difference and its share', () => {
    const { money } = diffOf(side(priced(10, 1)), side(priced(12, 1)))
    expect(money.map(({ figure, old, new: next, delta, share }) => [figure, old, next, delta, share])).toEqual([
      ['usd_per_hour', 10, 12, 2, 0.2],
      ['usd_per_month', 7300, 8760, 1460, 0.2],
      ['usd_per_million_tokens', 10 / 24.3, 12 / 24.3, expect.closeTo(2 / 24.3, 9), 0.2],
    ])
  })

  test('is split: 1 instance at $10 to 2 at $8 is -$2 by price (1 x -$2) and +$8 by configuration (1 more x $8)', () => {
    const { effects } = diffOf(side(priced(10, 1)), side(priced(8, 2)))
    expect(effects).toEqual({
      figure: 'usd_per_hour',
      price_usd: -2,
      configuration_usd: 8,
      basis: 'old at new prices',
    })
  })

  test('where the new side does not sell the old offer, the new plan is priced at the old prices', () => {
    const old = priced(10, 1)
    const next = priced(7, 2)
    const other = { ...next.best!, placement: { ...next.best!.placement, offer: 'runpod/x/eu' } }
    const moved = { ...next, best: other, alternatives: [], pareto: [], near_misses: [] }
    const knows = (offer: string): number | null => (offer === 'runpod/x/eu' ? 6 : 10)
    // $14 now; at the old price of $6 it would have been $12: +$2 by configuration against $10, +$2 by price.
    expect(diffOf(side(old, knows), side(moved)).effects).toEqual({
      figure: 'usd_per_hour',
      price_usd: 2,
      configuration_usd: 2,
      basis: 'new at old prices',
    })
    // Where neither knows the other's offer nothing is claimed.
    expect(
      diffOf(
        side(old, () => null),
        side(moved),
      ).effects,
    ).toBeNull()
  })

  test('the two effects add up to the difference, whatever the prices', () => {
    for (const [usd, instances] of [
      [3.3, 3],
      [9.96, 1],
      [0.1, 7],
      [123.456, 2],
    ] as const) {
      const { effects, money } = diffOf(side(priced(9.96, 1)), side(priced(usd, instances)))
      expect(effects!.price_usd + effects!.configuration_usd).toBeCloseTo(money[0]!.delta!, 9)
    }
  })
})

describe('changes', () => {
  test('a result and itself have none', () => {
    const diff = diffOf(side(exampleResult()), side(exampleResult()))
    expect(diff.identical).toBe(true)
    expect(diff.changes).toEqual([])
    expect(diffText([diff], [[]], { color: false })).toBe('serve-70b: no changes\n')
    expect(diffMarkdown([diff], [[]])).toContain('No changes: serve-70b')
  })

  test('name what differs, with numbers for programs', () => {
    const plan = examplePlan()
    const next = exampleResult({
      best: {
        ...plan,
        configuration: { ...plan.configuration, kv_cache: 'fp8' },
        memory: { ...plan.memory, terms: plan.memory.terms.filter(({ name }) => name !== 'graphs') },
      },
    })
    const { changes, identical } = diffOf(side(exampleResult()), side(next))
    expect(identical).toBe(false)
    expect(changes).toEqual([
      {
        change: 'changed',
        section: 'configuration',
        key: 'kv_cache',
        old: 'bf16',
        new: 'fp8',
        delta: null,
        share: null,
        unit: '',
      },
      {
        change: 'removed',
        section: 'memory',
        key: 'graphs',
        old: 2 ** 29,
        new: null,
        delta: null,
        share: null,
        unit: 'bytes',
      },
    ])
  })

  test('the last digits of a sum are no change', () => {
    const fact = (value: number) => [{ section: 's', key: 'k', value, unit: '' }]
    expect(changesBetween(fact(0.1 + 0.2), fact(0.3))).toEqual([])
    expect(changesBetween(fact(1), fact(1 + 1e-6))).toHaveLength(1)
  })

  test('assumptions are known by what stands before their colon, or by all of it where that occurs twice', () => {
    const changes = sentenceChanges(
      'assumptions',
      ['utilization: 90%', 'prices: medium', 'prices: 365 days', 'gone: x'],
      ['utilization: 85%', 'prices: medium', 'prices: 60 days'],
    )
    expect(changes.map(({ change, key, old, new: next }) => [change, key, old, next])).toEqual([
      ['changed', 'utilization', '90%', '85%'],
      ['removed', 'prices: 365 days', '', null],
      ['removed', 'gone', 'x', null],
      ['added', 'prices: 60 days', null, ''],
    ])
  })

  test('a plan against no plan is a difference too, both ways', () => {
    const lost = diffOf(side(exampleResult()), side(infeasibleResult()))
    expect(diffText([lost], [[]], { color: false })).toMatch(/^serve-70b: \$9\.96\/h -> no plan\n/)
    expect(lost.changes).toContainEqual(expect.objectContaining({ key: 'status', old: 'optimal', new: 'infeasible' }))
    const won = diffOf(side(infeasibleResult()), side(exampleResult()))
    expect(diffText([won], [[]], { color: false })).toMatch(/^serve-70b: no plan -> \$9\.96\/h\n/)
    expect(won.effects).toBeNull()
    // Figures that nothing stands beside are not listed: what the plan stands on is.
    expect(new Set(won.changes.map(({ section }) => section))).toEqual(
      new Set(['answer', 'placement', 'configuration', 'missed by the closest']),
    )
  })
})

describe('reports', () => {
  const old = exampleResult()
  const hostile = '<img src=x>|`*[a](javascript:b) \u001b[31m'
  const next = priced(14, 2, { scenario: hostile, warnings: [hostile], catalog: { hash: 'b', prices_as_of: null } })
  const diff = diffOf(side(old), side(next))

  test('text is at most 80 columns wide and carries no control characters of a name', () => {
    const text = diffText([diff, diff], [[], []], { color: false })
    expect(text.split('\n').filter((line) => [...line].length > 80)).toEqual([])
    expect(text).not.toContain('\u001b')
    expect(text).toMatch(/^an hour +\$9\.96 +\$28\.00 +\+\$18\.04 +\+181\.1%$/m)
    expect(text).toMatch(/^~ GPUs +8 -> 16 \(\+100%\)$/m)
  })

  test('markdown escapes what a name could do, opens with the price and folds the rest', () => {
    const text = diffMarkdown([diff], [[]])
    expect(text).not.toContain('<img')
    expect(text).toContain('&lt;img')
    expect(text).toContain('\\$9.96/h -&gt; \\$28.00/h')
    expect(text).toContain('<details><summary>What changed: ')
    expect(text.indexOf('28.00')).toBeLessThan(text.indexOf('<details>'))
  })

  test('JSON carries every change, CSV a row for each', () => {
    const data = JSON.parse(diffJson([diff], [[]]))
    expect(data.version).toBe(1)
    expect(data.diffs[0].changes).toHaveLength(diff.changes.length)
    const rows = diffCsv([diff]).split('\r\n')
    expect(rows[0]).toBe('scenario,section,key,change,old,new,delta,delta_share_of_old,unit')
    expect(rows).toHaveLength(1 + diff.money.length + diff.changes.length + 1)
  })
})

describe('saved results', () => {
  test('are read back as they were written, one or several', () => {
    const one = JSON.parse(JSON.stringify(exampleResult()))
    expect(looksLikeResult(one)).toBe(true)
    expect(looksLikeResult({ kind: 'serve', model: 'x' })).toBe(false)
    expect(readResults(one, 'a.json')).toEqual([exampleResult()])
    const several = JSON.parse(
      JSON.stringify({ version: 1, results: [exampleResult(), trainResult()], comparison: [] }),
    )
    expect(readResults(several, 'a.json').map((each) => each.kind)).toEqual(['serve', 'train'])
  })

  test('of a newer version are refused in a sentence; keys that a later program added are not', () => {
    const one = JSON.parse(JSON.stringify(exampleResult()))
    expect(() => readResults({ ...one, version: 2 }, 'a.json')).toThrow(/^a\.json: the result is of version 2/)
    expect(readResults({ ...one, later: 1 }, 'a.json')).toHaveLength(1)
    delete one.best.cost.usd_per_hour
    expect(() => readResults(one, 'a.json')).toThrow(/best\.cost\.usd_per_hour/)
    expect(() => readResults({ version: 1, results: [] }, 'a.json')).toThrow(/holds no results/)
    expect(() => readResults({ placement: {} }, 'a.json')).toThrow(/is an estimate/)
    expect(() => readResults({ version: 1, kind: 'recipe', status: 'x' }, 'a.json')).toThrow(InputError)
  })
})

describe('pairs', () => {
  test('one against one whatever they are called; of several those of one name; the rest against nothing', () => {
    const named = (scenario: string) => side(exampleResult({ scenario }))
    expect(pairsOf([named('a')], [named('b')])).toHaveLength(1)
    const pairs = pairsOf([named('a'), named('b')], [named('b'), named('c')])
    const shown = pairs.map(({ old, new: next }) => [old.result?.scenario ?? null, next.result?.scenario ?? null])
    expect(shown).toEqual([
      ['b', 'b'],
      [null, 'c'],
      ['a', null],
    ])
    const absent = diffOf(pairs[1]!.old, pairs[1]!.new)
    expect([absent.identical, absent.changes, absent.money[0]!.new]).toEqual([false, [], 9.96])
    const texts = pairs.map((pair) => diffText([diffOf(pair.old, pair.new)], [[]], { color: false }).split('\n')[0])
    expect(texts).toEqual(['b: no changes', 'c: new, $9.96/h', 'a: gone, was $9.96/h'])
  })

  test('kinds must match', () => {
    expect(() => pairsOf([side(exampleResult())], [side(trainResult())])).toThrow(
      /a train cannot be compared with a serve/,
    )
  })
})
