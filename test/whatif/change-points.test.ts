import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findChanges, isWide, type Range, type Search } from '../../src/whatif/change-points.ts'

const SEARCH: Search = { points: 5, also: [], tolerance: 0.001, most: 1000 }

/** Which step of a staircase a value stands on: 0 below the first edge, 1 from it on, ... */
const step =
  (...edges: readonly number[]) =>
  (at: number): number =>
    edges.filter((edge) => at >= edge).length

const find = (range: Range, look: (at: number) => number, search: Partial<Search> = {}) =>
  findChanges(range, { ...SEARCH, ...search }, look, (a, b) => a === b)

describe('change points', () => {
  test('of whole numbers are exact', () => {
    const { changes, samples } = find({ from: 4000, to: 128_000, whole: true }, step(23_457))
    expect(changes).toEqual([{ below: 23_456, from: 23_457 }])
    // Five points, then at most as many halvings as the widest first stretch holds: log2 of 55,000 is below 16.
    expect(samples.length).toBeLessThanOrEqual(5 + 16)
  })

  test('of fractions lie within the tolerance', () => {
    const { changes } = find({ from: 0.7, to: 1.3, whole: false }, step(1.0416))
    expect(changes).toHaveLength(1)
    const [{ below, from }] = changes as [{ below: number; from: number }]
    expect(below).toBeLessThan(1.0416)
    expect(from).toBeGreaterThanOrEqual(1.0416)
    expect((from - below) / from).toBeLessThanOrEqual(0.001)
  })

  test('several within one first stretch are all found where its ends differ', () => {
    const { changes } = find({ from: 0, to: 1000, whole: true }, step(301, 302, 330, 400), { points: 2 })
    expect(changes.map(({ from }) => from)).toEqual([301, 302, 330, 400])
  })

  test('what comes and goes between two points that agree is not seen, and more points see it', () => {
    const island = (at: number): number => (at >= 10 && at < 20 ? 1 : 0)
    const range = { from: 0, to: 100, whole: true }
    expect(find(range, island).changes).toEqual([])
    expect(find(range, island, { points: 21 }).changes).toEqual([
      { below: 9, from: 10 },
      { below: 19, from: 20 },
    ])
  })

  test('the most looks are kept, and that some changes are only roughly known is said', () => {
    const { samples, changes, stopped } = find({ from: 0, to: 1e6, whole: true }, step(2e5, 7e5), { most: 8 })
    expect(samples).toHaveLength(8)
    expect(stopped).toBe(true)
    expect(changes).toHaveLength(2)
    expect(find({ from: 0, to: 1e6, whole: true }, step(2e5, 7e5)).stopped).toBe(false)
  })

  test('nothing is looked at twice, today is looked at, and wide ranges go by factors', () => {
    const seen: number[] = []
    const look = (at: number): number => {
      seen.push(at)
      return 0
    }
    find({ from: 1, to: 16, whole: true }, look, { also: [7] })
    expect(seen.sort((a, b) => a - b)).toEqual([1, 2, 4, 7, 8, 16])
    expect(isWide({ from: 0, to: 100 })).toBe(false)
    expect(isWide({ from: -5, to: 100 })).toBe(false)
  })

  test('every edge of a staircase is found, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 5000 }), { minLength: 0, maxLength: 8 }),
        fc.integer({ min: 2, max: 9 }),
        (edges, points) => {
          const { changes } = find({ from: 0, to: 5000, whole: true }, step(...edges), { points })
          expect(changes.map(({ from }) => from)).toEqual([...edges].sort((a, b) => a - b))
          for (const { below, from } of changes) expect(from - below).toBe(1)
        },
      ),
    )
  })
})
