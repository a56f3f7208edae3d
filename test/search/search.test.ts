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

  test('each combination is counted once, under the reason that it fell out for', () => {
    // Shops sell 2, 1 and 3 kinds of boxes, in numbers of 1, 2, 3, 5: 24 combinations.
    const problem: Toy = { boxes: [[4, 1], [9], [1, 2, 3], [7]], numbers: [1, 2, 3, 5], capacity: 12 }
    const { counts } = solve(problem, true)
    // Shop 3 is closed: 4 of 28. Enough are 4x2, 4x3, 4x5 | 9x1, 9x2, 9x3, 9x5 | 2x3, 2x5, 3x2, 3x3, 3x5.
    expect(counts).toEqual({
      space: 28,
      evaluated: 24,
      pruned: {},
      rejected: { odd_shop: 4, enough: 12 },
      rejectedBeforeEvaluation: 4,
      feasible: 12,
    })
  })

  test('whatever is refused from the level of evaluation on was evaluated, and what bounds cut below it was not', () => {
    const rule = (name: string, needs: string[], refuses: (a: Pick) => boolean, evaluates?: boolean) => ({
      name,
      needs,
      reason: name,
      unit: 'pieces',
      ...(evaluates === undefined ? {} : { evaluates }),
      violation: (a: Pick) => (refuses(a) ? 2 : 0),
    })
    const space: Space<Pick> = {
      ...spaceOf({
        boxes: [
          [1, 2],
          [1, 2],
        ],
        numbers: [1, 2, 3],
        capacity: 0,
      }),
      constraints: [
        rule('shop', ['shop'], (a) => a.shop === 9),
        // Level of the number: a rule of form, then the evaluation, then another rule.
        rule('first', ['number'], (a) => a.number === 1),
        rule('weight', ['number'], (a) => a.number === 3, true),
        rule('late', ['shop', 'number'], (a) => a.shop === 1 && a.number === 2),
        rule('last', ['box', 'number'], (a) => a.box === 2),
      ],
    }
    const seen: string[] = []
    const counts = search(
      space,
      { shop: -1, box: -1, number: -1 },
      {
        exhaustive: true,
        bound: () => expect.fail('asked for a bound'),
        accept: (a) => seen.push(`takes ${a.shop} ${a.number} ${a.box}`),
        reject: (a, level, { name }, by) => seen.push(`${name} by ${by} at level ${level}: ${a.shop} ${a.number}`),
      },
    )
    expect(seen).toEqual([
      'first by 2 at level 1: 0 1',
      'takes 0 2 1',
      'last by 2 at level 2: 0 2',
      'weight by 2 at level 1: 0 3',
      'first by 2 at level 1: 1 1',
      'late by 2 at level 1: 1 2',
      'weight by 2 at level 1: 1 3',
    ])
    expect(counts).toEqual({
      space: 12,
      // 2 in shop 0, its two of weight, and in shop 1 two that came late and two of weight.
      evaluated: 8,
      pruned: {},
      rejected: { first: 4, weight: 4, late: 2, last: 1 },
      rejectedBeforeEvaluation: 4,
      feasible: 1,
    })
  })

  test('a space in which nothing is evaluated', () => {
    const { variables } = spaceOf({ boxes: [[1, 2], []], numbers: [1], capacity: 0 })
    const levels: number[] = []
    const counts = search<Pick>(
      { variables, derivations: [], constraints: [] },
      { shop: 0, box: 0, number: 0 },
      {
        exhaustive: false,
        bound: (a, level) => {
          levels.push(level)
          return a.box === 2 ? 'too_large' : null
        },
        accept: () => undefined,
      },
    )
    // The second shop sells nothing: it is not looked into.
    expect(levels).toEqual([0, 1, 2, 2])
    expect(counts).toEqual({
      space: 2,
      evaluated: 1,
      pruned: { too_large: 1 },
      rejected: {},
      rejectedBeforeEvaluation: 0,
      feasible: 1,
    })
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

test('keys: numbers upwards, texts by code point, the shorter first', () => {
  expect(compareKeys([1, 'a'], [1, 'b'])).toBe(-1)
  expect(compareKeys([2, 'a'], [1, 'b'])).toBe(1)
  expect(compareKeys([10], [9])).toBe(1)
  expect(compareKeys(['Z'], ['a'])).toBe(-1)
  expect(compareKeys([1, 2], [1, 2])).toBe(0)
  expect(compareKeys([1], [1, 2])).toBe(-1)
  expect(compareKeys([1, 2, 0], [1, 2])).toBe(1)
  expect(compareKeys([], [])).toBe(0)
})

describe('ranking by group', () => {
  test('rules out what is dearer than the last that is shown, or than its own group, and no tie', () => {
    const ranking = new GroupRanking<string>(2)
    expect(ranking.rulesOut('a', 1e9)).toBe(false)
    expect(ranking.offer('a', [5, 'x'], () => 'a5')).toBe(true)
    expect([ranking.rulesOut('a', 5), ranking.rulesOut('a', 5.1), ranking.rulesOut('b', 1e9)]).toEqual([
      false,
      true,
      false,
    ])
    expect(ranking.offer('b', [8, 'x'], () => 'b8')).toBe(true)
    // Two are known: nothing beyond 8 is shown.
    expect([ranking.rulesOut('c', 8), ranking.rulesOut('c', 8.1), ranking.rulesOut('b', 8)]).toEqual([
      false,
      true,
      false,
    ])
    expect(ranking.offer('b', [8, 'x'], () => expect.fail('made for nothing'))).toBe(false)
    expect(ranking.offer('b', [8, 'y'], () => expect.fail('made for nothing'))).toBe(false)
    expect(ranking.offer('b', [8, 'w'], () => 'b8 by its name')).toBe(true)
    expect(ranking.ranked()).toEqual(['a5', 'b8 by its name'])
    expect(ranking.offer('c', [6, 'x'], () => 'c6')).toBe(true)
    expect([ranking.rulesOut('d', 6), ranking.rulesOut('d', 6.1), ranking.rulesOut('b', 7)]).toEqual([
      false,
      true,
      true,
    ])
    expect(ranking.ranked()).toEqual(['a5', 'c6'])
  })

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
