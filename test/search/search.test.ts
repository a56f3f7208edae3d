import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type SearchCounts, search } from '../../planners/search/branch-and-bound.ts'
import { ParetoFront } from '../../planners/search/pareto.ts'
import { compareKeys, GroupRanking } from '../../planners/search/ranking.ts'
import { levelsOf, type Space, subtreeSizes } from '../../planners/search/space.ts'

/** A toy problem: pick a shop, a box (what a shop sells depends on it), and a number; pay box price x number. */
interface Pick {
  shop: number
  box: number
  number: number
}
interface Toy {
  boxes: number[][]
  numbers: number[]
  capacity: number
}

const toy = fc.record({
  boxes: fc.array(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 0, maxLength: 4 }), {
    minLength: 1,
    maxLength: 4,
  }),
  numbers: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 }),
  capacity: fc.integer({ min: 0, max: 40 }),
})

function spaceOf(problem: Toy): Space<Pick> {
  return {
    variables: [
      {
        name: 'shop',
        domain: () => problem.boxes.map((_, index) => index),
        bind: (a, v: number) => Object.assign(a, { shop: v }),
      },
      { name: 'number', domain: () => problem.numbers, bind: (a, v: number) => Object.assign(a, { number: v }) },
      {
        name: 'box',
        dependsOn: ['shop'],
        domain: (a) => problem.boxes[a.shop]!,
        bind: (a, v: number) => Object.assign(a, { box: v }),
      },
    ],
    derivations: [],
    constraints: [
      {
        name: 'odd_shop',
        reason: 'shop 3 is closed',
        unit: '',
        needs: ['shop'],
        violation: (a) => (a.shop === 3 ? 1 : 0),
      },
      {
        name: 'enough',
        reason: 'boxes must hold the load',
        unit: 'kg',
        needs: ['number', 'box'],
        evaluates: true,
        violation: (a) => problem.capacity - a.number * a.box * 2,
      },
    ],
  }
}

/** Dearer boxes hold more; the price has a fixed part. */
const price = (a: Pick): number => a.number * (a.box + 3)

function solve(problem: Toy, exhaustive: boolean): { best: number[] | null; counts: SearchCounts } {
  let best: number[] | null = null
  const counts = search<Pick>(
    spaceOf(problem),
    { shop: 0, box: 0, number: 0 },
    {
      exhaustive,
      bound: (a, level) => (best !== null && level >= 1 && a.number * 4 > best[0]! ? 'price_bound' : null),
      accept: (a) => {
        const key = [price(a), a.shop, a.number, a.box]
        if (best === null || compareKeys(key, best) < 0) best = key
      },
    },
  )
  return { best, counts }
}

function bruteForce(problem: Toy): { best: number[] | null; feasible: number; space: number } {
  let best: number[] | null = null
  let feasible = 0
  let space = 0
  problem.boxes.forEach((boxes, shop) => {
    for (const number of problem.numbers)
      for (const box of boxes) {
        space++
        if (shop === 3 || number * box * 2 < problem.capacity) continue
        feasible++
        const key = [number * (box + 3), shop, number, box]
        if (best === null || compareKeys(key, best) < 0) best = key
      }
  })
  return { best, feasible, space }
}

const total = (counts: Record<string, number>): number => Object.values(counts).reduce((sum, count) => sum + count, 0)

describe('search', () => {
  test('finds what brute force finds, pruned or not, and its counts add up to the space', () => {
    fc.assert(
      fc.property(toy, (problem) => {
        const expected = bruteForce(problem)
        const exhaustive = solve(problem, true)
        const pruned = solve(problem, false)
        expect(exhaustive.best).toEqual(expected.best)
        expect(pruned.best).toEqual(expected.best)
        expect(exhaustive.counts.feasible).toBe(expected.feasible)
        for (const { counts } of [exhaustive, pruned]) {
          expect(counts.space).toBe(expected.space)
          expect(counts.evaluated + total(counts.pruned) + counts.rejectedBeforeEvaluation).toBe(expected.space)
          expect(total(counts.rejected)).toBeGreaterThanOrEqual(counts.rejectedBeforeEvaluation)
        }
        expect(total(exhaustive.counts.pruned)).toBe(0)
      }),
      { numRuns: 500 },
    )
  })

  test('a constraint is checked at the first level at which everything it needs is bound', () => {
    const levels = levelsOf(spaceOf({ boxes: [[1]], numbers: [1], capacity: 0 }))
    expect(levels.map((level) => level.constraints.map(({ name }) => name))).toEqual([['odd_shop'], [], ['enough']])
  })

  test('a domain that depends on an unbound variable is summed', () => {
    const problem = { boxes: [[1, 2, 3], [4]], numbers: [1, 2], capacity: 0 }
    expect(subtreeSizes(spaceOf(problem))({ shop: 0, box: 0, number: 0 }, 0)).toBe(2 * 3 + 2 * 1)
    expect(subtreeSizes(spaceOf(problem))({ shop: 0, box: 0, number: 0 }, 1)).toBe(6)
  })

  test('an unknown variable in a constraint is a mistake of the planner and thrown', () => {
    const space = spaceOf({ boxes: [[1]], numbers: [1], capacity: 0 })
    const broken = { ...space, constraints: [{ ...space.constraints[0]!, needs: ['colour'] }] }
    expect(() => levelsOf(broken)).toThrow('unknown variable colour')
  })
})

describe('Pareto front', () => {
  const points = fc.array(fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 12 }), fc.nat(99)), {
    maxLength: 40,
  })

  test('holds exactly the non-dominated points, whatever the order of arrival', () => {
    fc.assert(
      fc.property(points, (given) => {
        const dominated = ([x, y]: readonly number[]) =>
          given.some(([a, b]) => a <= x! && b <= y! && (a < x! || b < y!))
        const expected = new Map<string, number>()
        for (const point of given) {
          if (dominated(point)) continue
          const at = `${point[0]} ${point[1]}`
          expected.set(at, Math.min(expected.get(at) ?? 100, point[2]))
        }
        for (const order of [given, [...given].reverse()]) {
          const front = new ParetoFront<number>((a, b) => a < b)
          for (const [x, y, value] of order) front.add(x, y, () => value)
          expect(new Map(front.points.map((p) => [`${p.x} ${p.y}`, p.value]))).toEqual(expected)
          expect(front.points.map((p) => p.x)).toEqual(front.points.map((p) => p.x).toSorted((a, b) => a - b))
        }
      }),
      { numRuns: 500 },
    )
  })

  test('says a bound is dominated only when nothing at or beyond it could enter', () => {
    fc.assert(
      fc.property(points, fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 12 }), (given, x, y) => {
        const front = new ParetoFront<number>(() => false)
        for (const [a, b, value] of given) front.add(a, b, () => value)
        const expected = given.some(([a, b]) => a <= x && b <= y && (a < x || b < y))
        expect(front.dominates(x, y)).toBe(expected)
      }),
      { numRuns: 500 },
    )
  })
})

describe('ranking by group', () => {
  test('keeps the best of each group and the best groups, and rules out only what cannot matter', () => {
    const values = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 0, max: 20 })), {
      maxLength: 30,
    })
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 4 }), (given, wanted) => {
        const pruned = new GroupRanking<number>(wanted)
        const all = new GroupRanking<number>(wanted)
        for (const [group, value] of given) {
          all.offer(group, [value, group], () => value)
          if (!pruned.rulesOut(group, value)) pruned.offer(group, [value, group], () => value)
        }
        expect(pruned.ranked()).toEqual(all.ranked())
        const best = new Map<string, number>()
        for (const [group, value] of given) best.set(group, Math.min(best.get(group) ?? 99, value))
        const expected = [...best].sort((x, y) => compareKeys([x[1], x[0]], [y[1], y[0]])).slice(0, wanted)
        expect(all.ranked()).toEqual(expected.map(([, value]) => value))
      }),
      { numRuns: 500 },
    )
  })
})
