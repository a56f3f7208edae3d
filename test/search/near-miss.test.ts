import { describe, expect, it, test } from 'vitest'
import {
  byCloseness,
  type CloseMiss,
  ClosestBranches,
  missBySetting,
  smallestChange,
  violationsOf,
} from '../../planners/search/near-miss.ts'
import type { SortKey } from '../../planners/search/ranking.ts'
import type { Constraint } from '../../planners/search/space.ts'

/** A machine with a price and a weight. */
interface Machine {
  readonly price: number
  readonly weight: number
}

const limit = (name: string, unit: string, most: number, of: (a: Machine) => number): Constraint<Machine> => ({
  name,
  unit,
  reason: name,
  needs: [],
  violation: (a) => of(a) - most,
  limit: () => most,
})
const price = limit('price', 'usd', 100, (a) => a.price)
const weight = limit('weight', 'kg', 10, (a) => a.weight)
/** The same limit as `weight`, by a bound that says too little. */
const lightest: Constraint<Machine> = { ...weight, violation: (a) => (a.weight - 10) / 2 }

describe('limits that are missed', () => {
  it('each by how much, and the largest share: 20 of 100, 5 of 10', () => {
    expect(violationsOf([price, weight], { price: 120, weight: 15 })).toEqual({
      violations: [
        { constraint: 'price', by: 20, unit: 'usd' },
        { constraint: 'weight', by: 5, unit: 'kg' },
      ],
      share: 0.5,
    })
    expect(violationsOf([weight, price], { price: 190, weight: 15 })?.share).toBe(0.9)
  })
  it('what just holds is not missed', () => {
    expect(violationsOf([price, weight], { price: 100, weight: 10 })).toEqual({ violations: [], share: 0 })
    expect(violationsOf([price, weight], { price: 90, weight: 10.5 })?.violations).toHaveLength(1)
  })
  it('a refusal has no size, so nothing comes close', () => {
    const refusal: Constraint<Machine> = { name: 'colour', unit: '', reason: '', needs: [], violation: () => Infinity }
    expect(violationsOf([price, refusal], { price: 120, weight: 1 })).toBeNull()
  })
  it('a constraint without a limit is missed whole', () => {
    const { limit: _, ...whole } = weight
    expect(violationsOf([whole], { price: 0, weight: 12 })?.share).toBe(1)
  })
  it('a limit that is checked twice is told once, where it stood first, by its larger miss', () => {
    const missed = [{ constraint: 'weight', by: 6, unit: 'kg' }]
    const at = { price: 0, weight: 16 }
    expect(violationsOf([lightest, weight], at)).toEqual({ violations: missed, share: 0.6 })
    expect(violationsOf([weight, lightest], at)).toEqual({ violations: missed, share: 0.6 })
    expect(violationsOf([weight, weight], at)).toEqual({ violations: missed, share: 0.6 })
    expect(violationsOf([lightest, price, weight], { price: 150, weight: 16 })?.violations).toEqual([
      ...missed,
      { constraint: 'price', by: 50, unit: 'usd' },
    ])
  })
})

describe('the closest branch of each slot', () => {
  const kept = (...given: readonly (readonly [slot: string, share: number, key: SortKey, name: string])[]) => {
    const closest = new ClosestBranches<string>()
    let copies = 0
    for (const [slot, share, key, name] of given) {
      closest.consider(slot, share, key, () => {
        copies += 1
        return name
      })
    }
    return { names: closest.assignments(), copies }
  }
  it('by its share, then by its key, then the first', () => {
    expect(kept(['a', 0.5, [2], 'x'], ['a', 0.4, [9], 'y'], ['a', 0.6, [1], 'z']).names).toEqual(['y'])
    expect(kept(['a', 0.5, [2], 'x'], ['a', 0.5, [1], 'y'], ['a', 0.5, [3], 'z']).names).toEqual(['y'])
    expect(kept(['a', 0.5, [2], 'x'], ['a', 0.5, [2], 'y']).names).toEqual(['x'])
  })
  it('slots do not compete, and what is not kept is not copied', () => {
    const { names, copies } = kept(
      ['a', 0.5, [2], 'x'],
      ['b', 0.9, [2], 'y'],
      ['a', 0.7, [1], 'z'],
      ['b', 0.9, [2], 'w'],
    )
    expect(names).toEqual(['x', 'y'])
    expect(copies).toBe(2)
  })
})

describe('a configuration that another setting makes possible', () => {
  const found = (assignment: Machine) => ({ assignment })
  it('misses the setting where it misses nothing else', () => {
    const candidate = found({ price: 90, weight: 9 })
    expect(missBySetting({ found: candidate, setting: 'search.gpus' }, [price, weight])).toEqual({
      candidate,
      violations: [{ constraint: 'search.gpus', by: 1, unit: 'setting' }],
      share: 0,
    })
  })
  it('misses what it misses', () => {
    const { violations, share } = missBySetting({ found: found({ price: 120, weight: 9 }), setting: 'x' }, [
      price,
      weight,
    ])
    expect([violations.map(({ constraint }) => constraint), share]).toEqual([['price'], 0.2])
  })
  it('or all of it, where something refuses', () => {
    const refusal = { ...price, violation: () => Infinity }
    const { violations, share } = missBySetting({ found: found({ price: 120, weight: 9 }), setting: 'x' }, [refusal])
    expect([violations, share]).toEqual([[{ constraint: 'x', by: 1, unit: 'setting' }], 1])
  })
})

test('closest: fewest limits missed, then the smallest share, then the key', () => {
  const miss = (
    name: string,
    number: number,
    share: number,
    key: number,
  ): CloseMiss<{ name: string; key: SortKey }> => ({
    candidate: { name, key: [key] },
    violations: Array.from({ length: number }, () => ({ constraint: 'c', by: 1, unit: 'u' })),
    share,
  })
  const all = [miss('a', 2, 0.1, 1), miss('b', 1, 0.5, 1), miss('c', 1, 0.4, 2), miss('d', 1, 0.4, 1)]
  const names = (list: typeof all) => list.toSorted(byCloseness).map(({ candidate }) => candidate.name)
  expect(names(all)).toEqual(['d', 'c', 'b', 'a'])
  expect(names(all.toReversed())).toEqual(['d', 'c', 'b', 'a'])
})

describe('the smallest of several changes that is enough', () => {
  /** Changes of 1 to `most`, of which those from `enough` on have an outcome. */
  const found = (most: number, enough: number) => {
    const tried: number[] = []
    const changes = Array.from({ length: most }, (_, index) => () => index + 1)
    const answer = smallestChange(changes, (size) => {
      tried.push(size)
      return size >= enough ? `with ${size}` : null
    })
    return { answer, tried }
  }
  test.each([1, 2, 3, 4, 5, 7, 8, 16, 33])('of %i', (most) => {
    for (let enough = 1; enough <= most; enough += 1) {
      const { answer, tried } = found(most, enough)
      expect(answer).toEqual({ index: enough - 1, found: `with ${enough}` })
      // Each at most once, and not many.
      expect(new Set(tried).size).toBe(tried.length)
      expect(tried.length).toBeLessThanOrEqual(2 + Math.ceil(Math.log2(most)))
    }
  })
  it('none, where the largest is not enough or there is no change', () => {
    expect(found(5, 6)).toEqual({ answer: null, tried: [5] })
    expect(found(0, 1)).toEqual({ answer: null, tried: [] })
  })
})
