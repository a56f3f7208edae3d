import { describe, expect, it } from 'vitest'
import { hourlyWays, lanesOf, mostMachines, poolsOf } from '../../planners/forecast/pools.ts'
import type { ForecastProblem, Source } from '../../planners/forecast/problem.ts'
import { waysOf } from '../../planners/forecast/ways.ts'
import { hourly, NEVER, owned, problem, reserved, serving, training } from './problems.ts'

/* What is dropped before a forecast is solved, what stands together, and the ways that are left, by hand. */

const MONTHS = 2
const one = (sources: readonly number[], needs: readonly (readonly number[])[] = [[1, 1]]) =>
  serving('one', needs, sources)

function forecast(
  sources: readonly Source[],
  more: Partial<ForecastProblem> = {},
  workloads: ForecastProblem['workloads'] = [one([...sources.keys()])],
): ForecastProblem {
  return problem({ months: MONTHS, sources: [...sources], workloads: [...workloads], ...more })
}

const quota = (gpus: number) => ({ gpus, requirement: `limit of ${gpus}` })

describe('the cheapest way by the hour', () => {
  it('is the one of least dollars, of equal ones the first, among those without a limit', () => {
    const sources = [hourly(0, 100, 2, { limits: [0] }), hourly(0, 130, 2), hourly(0, 120, 2), hourly(0, 120, 2)]
    const { hourly: found } = poolsOf(forecast(sources, { limits: [quota(1)] }))
    expect(found[0]?.map((way) => [way?.source, way?.usd])).toEqual([
      [2, 120],
      [2, 120],
    ])
  })
  it('counts machines of the kind that the source serves as; where none can carry it there is none', () => {
    const sources = [hourly(0, 100, 2), hourly(1, 60, 2)]
    const workload = serving(
      'one',
      [
        [3, NEVER],
        [4, NEVER],
      ],
      [0, 1],
    )
    const { hourly: found } = poolsOf(forecast(sources, {}, [workload]))
    expect(found[0]).toEqual([{ usd: 240, source: 1, machineMonths: 4, machines: 4, run: null, kind: 1 }, null])
  })
  it('of runs is machines x hours x runs / 730, on as many at once as a month needs', () => {
    // 100 runs of 14.6 hours are two months of hours: two at once, each on three machines.
    const runs = training('runs', [100, 1], [{ kind: 0, machines: 3, hours: 14.6 }], [0])
    const sources = [hourly(0, 10, 2)]
    const [first, second] = [0, 1].map((t) => hourlyWays(forecast(sources, {}, [runs]), runs, t)[0])
    expect(first).toMatchObject({ machines: 6, run: 0, kind: 0, source: 0 })
    expect(first?.machineMonths).toBeCloseTo(6, 9)
    expect(first?.usd).toBeCloseTo(60, 9)
    expect(second?.machines).toBe(3)
    expect(second?.usd).toBeCloseTo((3 * 14.6 * 10) / 730, 9)
  })
  it('of runs is on machines that train, are of their kind and are paid by the hour', () => {
    const sources = [hourly(0, 1, 2, { trains: false }), hourly(1, 1, 2), reserved(0, 1, 2, 2), hourly(0, 9, 2)]
    const runs = training('runs', [1, 1], [{ kind: 0, machines: 1, hours: 1 }], [0, 1, 2, 3])
    expect(hourlyWays(forecast(sources, {}, [runs]), runs, 0).map(({ source }) => source)).toEqual([3])
  })
})

describe('lanes', () => {
  it.each([
    [1, 1, 1],
    [73, 10, 1],
    [74, 10, 2],
    [146, 10, 2],
    [0.1, 100, 1],
  ])('%d runs of %d hours go on in %d', (runs, hours, lanes) => {
    expect(lanesOf(runs, hours)).toBe(lanes)
  })
})

describe('commitments that are left', () => {
  const committed = (
    sources: readonly Source[],
    more: Partial<ForecastProblem> = {},
    workloads?: ForecastProblem['workloads'],
  ) => poolsOf(forecast(sources, more, workloads)).committed

  it('are reserved ones, and owned ones that are there or may be bought', () => {
    const sources = [
      hourly(0, 100, 2),
      reserved(0, 50, 2, 2),
      owned(0, 10, 5, 2),
      owned(0, 10, 5, 2, { existing: 1 }),
      owned(0, 10, 5, 2, { mayBuy: 1 }),
    ]
    expect(committed(sources)).toEqual([1, 3, 4])
  })
  it('somebody may use', () => {
    expect(committed([reserved(0, 50, 2, 2), reserved(0, 60, 2, 2)], {}, [one([1])])).toEqual([1])
  })
  it('are the cheaper of a kind and a term; of equal ones the first', () => {
    expect(committed([reserved(0, 50, 2, 2), reserved(0, 40, 2, 2)])).toEqual([1])
    expect(committed([reserved(0, 50, 2, 2), reserved(0, 50, 2, 2)])).toEqual([0])
  })
  it.each<[string, Source, Source, Partial<ForecastProblem>]>([
    ['cheaper in another month', reserved(0, 50, 2, 2, { usdPerMonth: [40, 60] }), reserved(0, 50, 2, 2), {}],
    ['of another term', reserved(0, 40, 2, 2), reserved(0, 50, 1, 2), {}],
    ['of another kind', reserved(0, 40, 2, 2), reserved(1, 50, 2, 2), {}],
    ['that train where the cheaper ones do not', reserved(0, 40, 2, 2, { trains: false }), reserved(0, 50, 2, 2), {}],
    [
      'out of the limit of the cheaper ones',
      reserved(0, 40, 2, 2, { limits: [0] }),
      reserved(0, 50, 2, 2),
      { limits: [quota(1)] },
    ],
    ['that are owned', owned(0, 40, 0, 2, { existing: 1 }), reserved(0, 50, 2, 2), {}],
  ])('stay beside those that are %s', (_, first, second, more) => {
    const both = [
      one(
        [0, 1],
        [
          [1, 1],
          [1, 1],
        ],
      ),
    ]
    expect(committed([first, second], more, both)).toEqual([0, 1])
    expect(committed([second, first], more, both)).toEqual([0, 1])
  })
  it('stay where the cheaper ones are not for everyone', () => {
    const sources = [reserved(0, 40, 2, 2), reserved(0, 50, 2, 2)]
    expect(committed(sources, {}, [one([0, 1]), serving('two', [[1, 1]], [1])])).toEqual([0, 1])
    expect(committed(sources, {}, [one([0, 1]), serving('two', [[1, 1]], [0])])).toEqual([0])
  })
  it('go where another kind by the hour is cheaper for everyone in every month', () => {
    const either = (
      more: readonly (readonly number[])[] = [
        [1, 1],
        [1, 1],
      ],
    ) => [serving('one', more, [0, 1])]
    expect(committed([hourly(0, 100, 2), reserved(1, 101, 2, 2)], {}, either())).toEqual([])
    expect(committed([hourly(0, 100, 2), reserved(1, 100, 2, 2)], {}, either())).toEqual([1])
    // Two machines of the committed kind do what one does by the hour.
    const twice = either([
      [1, 1],
      [2, 2],
    ])
    expect(committed([hourly(0, 100, 2), reserved(1, 60, 2, 2)], {}, twice)).toEqual([])
    expect(committed([hourly(0, 100, 2), reserved(1, 40, 2, 2)], {}, twice)).toEqual([1])
    // In one month it pays.
    const later = hourly(0, 100, 2, { usdPerMonth: [100, 200] })
    expect(committed([later, reserved(1, 120, 2, 2)], {}, either())).toEqual([1])
    // In one month nothing else carries it.
    expect(
      committed(
        [hourly(0, 100, 2), reserved(1, 120, 2, 2)],
        {},
        either([
          [1, NEVER],
          [1, 1],
        ]),
      ),
    ).toEqual([1])
    expect(
      committed(
        [hourly(0, 100, 2), reserved(1, 120, 2, 2)],
        {},
        either([
          [1, NEVER],
          [1, NEVER],
        ]),
      ),
    ).toEqual([])
    // Nothing can be rented by the hour.
    expect(committed([reserved(0, 1000, 2, 2)])).toEqual([0])
    // A node that is there costs its electricity only.
    expect(committed([hourly(0, 100, 2), owned(1, 500, 90, 2, { existing: 1 })], {}, either())).toEqual([1])
    expect(committed([hourly(0, 100, 2), owned(1, 500, 110, 2, { existing: 1 })], {}, either())).toEqual([])
    // A term that began when it was cheap may still run.
    const rising = hourly(0, 100, 2, { usdPerMonth: [80, 100] })
    const term = (months: number) => reserved(1, 90, months, 2, { usdPerMonth: [90, 110] })
    expect(committed([rising, term(2)], {}, either())).toEqual([1])
    expect(committed([rising, term(1)], {}, either())).toEqual([])
    // Machines of the kind itself can be rented as cheaply as the other: a commitment may stand idle for others.
    expect(committed([hourly(0, 100, 2), reserved(0, 101, 2, 2)])).toEqual([1])
    // Another workload can use nothing else.
    const both = [
      ...either(),
      serving(
        'two',
        [
          [NEVER, NEVER],
          [1, 1],
        ],
        [0, 1],
      ),
    ]
    expect(committed([hourly(0, 100, 2), reserved(1, 101, 2, 2)], {}, both)).toEqual([1])
  })
  it('of runs are measured by machines x hours', () => {
    const runs = training(
      'runs',
      [73, 73],
      [
        { kind: 0, machines: 1, hours: 10 },
        { kind: 1, machines: 2, hours: 10 },
      ],
      [0, 1],
    )
    expect(committed([hourly(0, 100, 2), reserved(1, 60, 2, 2)], {}, [runs])).toEqual([])
    expect(committed([hourly(0, 100, 2), reserved(1, 49, 2, 2)], {}, [runs])).toEqual([1])
  })
  it('are all kept where nothing is to be dropped', () => {
    expect(poolsOf(forecast([hourly(0, 1, 2), reserved(0, 50, 2, 2), reserved(0, 60, 2, 2)]), false).committed).toEqual(
      [1, 2],
    )
  })
})

describe('what stands together', () => {
  it('groups of one kind, one cost of running and the same users', () => {
    const sources = [
      reserved(0, 50, 2, 2),
      reserved(0, 45, 1, 2),
      owned(0, 10, 5, 2, { existing: 1 }),
      reserved(0, 40, 3, 2),
    ]
    const workloads = [one([0, 1, 2, 3]), serving('two', [[1, 1]], [0, 1, 2])]
    const { groups } = poolsOf(forecast(sources, {}, workloads), false)
    expect(groups).toEqual([
      { kind: 0, sources: [0, 1], runningUsdPerMonth: 0 },
      { kind: 0, sources: [2], runningUsdPerMonth: 5 },
      { kind: 0, sources: [3], runningUsdPerMonth: 0 },
    ])
  })
  it('classes draw on what costs least to run first, then rent the cheapest', () => {
    const sources = [
      owned(0, 10, 5, 2, { existing: 1 }),
      reserved(0, 50, 2, 2),
      hourly(0, 120, 2),
      hourly(0, 100, 2, { limits: [0] }),
      hourly(0, 130, 2),
      hourly(0, 110, 2, { limits: [0] }),
    ]
    const workloads = [
      one([0, 1, 2, 3, 4, 5]),
      serving('two', [[2, 2]], [0, 1, 2, 3, 4, 5]),
      serving('three', [[1, 1]], [2]),
    ]
    const { classes } = poolsOf(forecast(sources, { limits: [quota(1)] }, workloads), false)
    expect(classes).toEqual([{ kind: 0, groups: [1, 0], hourly: [3, 2], members: [0, 1] }])
  })
  it('of sources that are equal the first is rented', () => {
    const sources = [reserved(0, 1, 2, 2), hourly(0, 100, 2), hourly(0, 100, 2)]
    expect(poolsOf(forecast(sources)).classes).toEqual([{ kind: 0, groups: [0], hourly: [1], members: [0] }])
  })
})

describe('the most machines of use', () => {
  it('are those of the month that needs most, of all who may use them', () => {
    const sources = [reserved(0, 50, 2, 2), reserved(1, 50, 2, 2)]
    const workloads = [
      one(
        [0, 1],
        [
          [2, 3],
          [NEVER, 9],
        ],
      ),
      serving('two', [[4, 1]], [0]),
      training(
        'runs',
        [146, 10],
        [
          { kind: 0, machines: 2, hours: 10 },
          { kind: 0, machines: 1, hours: 1 },
        ],
        [0],
      ),
    ]
    const given = forecast(sources, {}, workloads)
    // First month: 2 + 4 + 2 lanes of 2; second: 3 + 1 + 2.
    expect(mostMachines(given, 0)).toBe(10)
    expect(mostMachines(given, 1)).toBe(9)
  })
})

describe('the ways of a workload in a month', () => {
  const kindsOf = (given: ForecastProblem, w = 0, t = 0) => {
    const pools = poolsOf(given, false)
    return waysOf(given, pools, w, t).map((way) =>
      way.type === 'hourly'
        ? `hour ${way.source}`
        : way.type === 'pool'
          ? `class ${way.class} x ${way.machines}`
          : `group ${way.group} run ${way.run} x ${way.machines} ${way.lane ? 'in turns' : 'alone'} ${Math.round(way.usd)}`,
    )
  }

  it('the cheapest hour, and the classes that it is a member of', () => {
    const sources = [hourly(0, 100, 2), reserved(0, 50, 2, 2), hourly(1, 40, 2, { limits: [0] })]
    const given = forecast(sources, { limits: [quota(1)] }, [
      one(
        [0, 1, 2],
        [
          [1, 1],
          [2, NEVER],
        ],
      ),
      serving('two', [[3, 3]], [0]),
    ])
    expect(kindsOf(given)).toEqual(['hour 0', 'class 0 x 1', 'class 1 x 2'])
    expect(kindsOf(given, 0, 1)).toEqual(['hour 0', 'class 0 x 1'])
    expect(kindsOf(given, 1)).toEqual(['hour 0'])
  })
  it('no class that only rents at the price of the cheapest hour', () => {
    const rented = (usd: number) =>
      kindsOf(
        forecast([hourly(0, 100, 2), hourly(1, usd, 2, { limits: [0] })], { limits: [quota(1)] }, [
          one(
            [0, 1],
            [
              [1, 1],
              [1, 1],
            ],
          ),
        ]),
      )
    expect(rented(99)).toEqual(['hour 0', 'class 0 x 1'])
    expect(rented(100)).toEqual(['hour 0'])
  })
  it('no class that another of fewer dollars, GPUs and limits replaces', () => {
    const two = (more: Partial<Source>, machines = 1) =>
      kindsOf(
        forecast(
          [hourly(0, 40, 2, { limits: [0] }), hourly(1, 50, 2, { limits: [0], ...more })],
          { limits: [quota(1), quota(9)] },
          [
            one(
              [0, 1],
              [
                [machines, 1],
                [1, 1],
              ],
            ),
          ],
        ),
      )
    expect(two({})).toEqual(['class 0 x 1'])
    expect(two({ limits: [0, 1] })).toEqual(['class 0 x 1'])
    expect(two({ limits: [1] })).toEqual(['class 0 x 1', 'class 1 x 1'])
    expect(two({ usdPerMonth: [40, 40] })).toEqual(['class 0 x 1'])
    expect(two({ usdPerMonth: [30, 30] })).toEqual(['class 1 x 1'])
    // Two machines of $40 against one of $50.
    expect(two({}, 2)).toEqual(['class 1 x 1'])
    // More GPUs at the same dollars.
    expect(two({ usdPerMonth: [80, 80] }, 2)).toEqual(['class 0 x 2', 'class 1 x 1'].slice(1))
  })
  it('runs in turns where a month holds them, alone where it does not', () => {
    const runs = training(
      'runs',
      [73, 74],
      [
        { kind: 0, machines: 2, hours: 10 },
        { kind: 1, machines: 1, hours: 1 },
      ],
      [0, 1, 2],
    )
    const sources = [owned(0, 10, 365, 2, { existing: 2 }), reserved(1, 5, 2, 2), hourly(0, 900, 2)]
    const given = forecast(sources, {}, [runs])
    // 2 machines x 730 hours at $365 a month of electricity; one machine for 73 hours that costs none.
    expect(kindsOf(given)).toEqual(['hour 2', 'group 0 run 0 x 2 in turns 730', 'group 1 run 1 x 1 in turns 0'])
    expect(kindsOf(given, 0, 1)).toEqual(['hour 2', 'group 0 run 0 x 4 alone 740', 'group 1 run 1 x 1 in turns 0'])
  })
  it('runs on limited machines where they are cheaper, each of no other limits', () => {
    const runs = training('runs', [73, 73], [{ kind: 0, machines: 1, hours: 10 }], [0, 1, 2, 3, 4])
    const limited = (usd: number, limits: number[]) => hourly(0, usd, 2, { limits })
    const sources = [hourly(0, 100, 2), limited(90, [0]), limited(80, [0, 1]), limited(95, [1]), limited(110, [1])]
    expect(kindsOf(forecast(sources, { limits: [quota(1), quota(2)] }, [runs]))).toEqual([
      'hour 0',
      'hour 1',
      'hour 2',
      'hour 3',
    ])
    const same = [hourly(0, 100, 2), limited(90, [0]), limited(90, [0]), limited(95, [0]), limited(90, [0, 1])]
    expect(kindsOf(forecast(same, { limits: [quota(1), quota(2)] }, [runs]))).toEqual(['hour 0', 'hour 1'])
  })
})
