import { describe, expect, it } from 'vitest'
import { expanded, inBlocks, partsWithFixed } from '../../planners/forecast/coarse.ts'
import type { ForecastProgram } from '../../planners/forecast/program.ts'
import { isLarge, LARGE_INTEGERS } from '../../planners/forecast/solve-large.ts'
import type { Way, WayVariable } from '../../planners/forecast/ways.ts'
import { ProgramBuilder } from '../../planners/solver/program.ts'

/* Programs that are made smaller: one decision for several months, and parts that share nothing once something is fixed. */

const hour = (source: number, run: number | null = null): Way => ({
  type: 'hourly',
  source,
  run,
  usd: 1,
  machineMonths: 1,
  machines: 1,
  kind: 0,
})
const pool = (c: number): Way => ({ type: 'pool', class: c, machines: 1 })
const runs = (group: number, run: number, lane: boolean): Way => ({
  type: 'committed',
  group,
  run,
  lane,
  machines: 1,
  hours: 1,
  usd: 0,
})

/** A program whose variables are the ways of one workload, month by month, and one that counts machines; each month one way is gone. */
function choices(months: readonly (readonly Way[])[]): ForecastProgram {
  const builder = new ProgramBuilder('minimize')
  const machines = builder.variable('machines', { objective: 5, integer: true })
  const ways = months.flatMap((list, month) => {
    const own = list.map((way, index): WayVariable => {
      const variable = builder.variable(`${month} ${index}`, {
        objective: 10 * month + index + 1,
        integer: true,
        upper: 1,
      })
      return { workload: 0, month, way, variable }
    })
    builder.constraint(
      `one way in ${month}`,
      own.map(({ variable }) => [variable, 1] as const),
      { lower: 1, upper: 1 },
    )
    builder.constraint(`machines in ${month}`, [...own.map(({ variable }) => [variable, 1] as const), [machines, -1]], {
      upper: month,
    })
    return own
  })
  return { program: builder.build(), ways } as unknown as ForecastProgram
}

describe('months in blocks', () => {
  it('go one way: its cost is that of all its months, and rows that say the same are one', () => {
    const { program, of } = inBlocks(
      choices([
        [hour(0), pool(0)],
        [hour(1), pool(0)],
        [hour(2), pool(0)],
      ]),
      3,
      2,
    )
    // Two months in a block, one alone: the hour of any source is the same way of serving.
    expect(of).toEqual([0, 1, 2, 1, 2, 3, 4])
    expect(program.variables.map(({ objective }) => objective)).toEqual([5, 1 + 11, 2 + 12, 21, 22])
    expect(program.constraints.map(({ terms, upper }) => [terms, upper])).toEqual([
      [
        [
          [1, 1],
          [2, 1],
        ],
        1,
      ],
      [
        [
          [1, 1],
          [2, 1],
          [0, -1],
        ],
        0,
      ],
      [
        [
          [1, 1],
          [2, 1],
          [0, -1],
        ],
        1,
      ],
      [
        [
          [3, 1],
          [4, 1],
        ],
        1,
      ],
      [
        [
          [3, 1],
          [4, 1],
          [0, -1],
        ],
        2,
      ],
    ])
    expect(expanded({ program, of }, [7, 1, 0, 0, 1])).toEqual([7, 1, 0, 1, 0, 0, 1])
  })
  it('lose a way that is not there in each of their months', () => {
    const { of } = inBlocks(
      choices([
        [hour(0), pool(0)],
        [hour(0), pool(1)],
      ]),
      2,
      2,
    )
    expect(of).toEqual([0, 1, null, 1, null])
    expect(
      expanded(
        inBlocks(
          choices([
            [hour(0), pool(0)],
            [hour(0), pool(1)],
          ]),
          2,
          2,
        ),
        [3, 1],
      ),
    ).toEqual([3, 1, 0, 1, 0])
    // Each month a block of its own loses nothing.
    expect(
      inBlocks(
        choices([
          [hour(0), pool(0)],
          [hour(0), pool(1)],
        ]),
        2,
        1,
      ).of,
    ).toEqual([0, 1, 2, 3, 4])
  })
  it('tell apart runs by source, group, way and turns, and services by class', () => {
    const apart = (one: Way, other: Way) => inBlocks(choices([[one], [other]]), 2, 2).of[1] === null
    expect(apart(hour(0), hour(1))).toBe(false)
    expect(apart(hour(0, 0), hour(1, 0))).toBe(true)
    expect(apart(hour(0, 0), hour(0, 1))).toBe(false)
    expect(apart(pool(0), pool(1))).toBe(true)
    expect(apart(runs(0, 0, true), runs(0, 0, true))).toBe(false)
    expect(apart(runs(0, 0, true), runs(1, 0, true))).toBe(true)
    expect(apart(runs(0, 0, true), runs(0, 1, true))).toBe(true)
    expect(apart(runs(0, 0, true), runs(0, 0, false))).toBe(true)
  })
  it('keep a row that nothing is left in where it does not hold', () => {
    const { program } = inBlocks(choices([[pool(0)], [pool(1)]]), 2, 2)
    // One way of none is impossible; no machines are no more than there are.
    expect(program.constraints.map(({ name, terms }) => [name, terms])).toEqual([
      ['one way in 0', []],
      ['machines in 0', [[0, -1]]],
      ['machines in 1', [[0, -1]]],
    ])
  })
})

describe('parts with some variables fixed', () => {
  /** a + b >= 4 - c, d - e <= 2 c, f alone, and a row of c alone. */
  function chain() {
    const builder = new ProgramBuilder('minimize')
    const [a, b, c, d, e, f] = ['a', 'b', 'c', 'd', 'e', 'f'].map((name, index) =>
      builder.variable(name, { objective: index + 1 }),
    ) as [number, number, number, number, number, number]
    builder.constraint(
      'one',
      [
        [a, 1],
        [b, 1],
        [c, 1],
      ],
      { lower: 4 },
    )
    builder.constraint(
      'two',
      [
        [d, 1],
        [e, -1],
        [c, -2],
      ],
      { upper: 2 },
    )
    builder.constraint('three', [[c, 1]], { upper: 9 })
    return { program: builder.build(), c, f }
  }

  it('share no variable, and count what is fixed in their bounds', () => {
    const { program, c } = chain()
    const parts = partsWithFixed(program, new Map([[c, 3]]))
    expect(parts.map((part) => part.program.variables.map(({ name }) => name))).toEqual([['a', 'b'], ['d', 'e'], ['f']])
    expect(
      parts.map((part) => part.program.constraints.map(({ terms, lower, upper }) => [terms, lower, upper])),
    ).toEqual([
      [
        [
          [
            [0, 1],
            [1, 1],
          ],
          1,
          null,
        ],
      ],
      [
        [
          [
            [0, 1],
            [1, -1],
          ],
          null,
          8,
        ],
      ],
      [],
    ])
    expect(parts.map(({ of }) => of)).toEqual([
      [0, 1, null, null, null, null],
      [null, null, null, 0, 1, null],
      [null, null, null, null, null, 0],
    ])
  })
  it('are one where nothing is fixed but what stands alone', () => {
    const { program, f } = chain()
    const parts = partsWithFixed(program, new Map([[f, 1]]))
    expect(parts.map((part) => part.program.variables.map(({ name }) => name))).toEqual([['a', 'b', 'c', 'd', 'e']])
    expect(parts[0]?.program.constraints.map(({ name, lower, upper }) => [name, lower, upper])).toEqual([
      ['one', 4, null],
      ['two', null, 2],
      ['three', null, 9],
    ])
  })
})

describe('a large program', () => {
  const of = (whole: number, parts = 0) => ({
    sense: 'minimize' as const,
    constraints: [],
    variables: Array.from({ length: whole + parts }, (_, index) => ({
      name: `${index}`,
      objective: 1,
      lower: 0,
      upper: null,
      integer: index < whole,
    })),
  })
  it('is one of more whole numbers than branch and bound is quick with', () => {
    expect(isLarge(of(LARGE_INTEGERS))).toBe(false)
    expect(isLarge(of(LARGE_INTEGERS + 1))).toBe(true)
    expect(isLarge(of(10, LARGE_INTEGERS))).toBe(false)
  })
})
