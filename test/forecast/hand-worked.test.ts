import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { conflictOf } from '../../planners/forecast/breaks.ts'
import { breakEvenMonths } from '../../planners/forecast/commitments.ts'
import { fewestChanges } from '../../planners/forecast/configurations.ts'
import { compound, monthAfter, monthsFrom } from '../../planners/forecast/months.ts'
import type { ForecastProblem } from '../../planners/forecast/problem.ts'
import { mulberry32, normals } from '../../planners/forecast/random.ts'
import { isSolved, type Solved, solveForecast } from '../../planners/forecast/solve.ts'
import { hourly, monthNames, NEVER, owned, problem, reserved, serving, training } from './problems.ts'

const EXACT = { gap: 0, timeLimitSeconds: 30 }

async function solved(given: ForecastProblem): Promise<Solved> {
  const result = await solveForecast(given, monthNames(given.months), EXACT)
  return isSolved(result) ? result : expect.fail(`it is ${result.status}`)
}

describe('one workload on one kind of machine, 100 a month on demand', () => {
  const onDemand = (months: number) => hourly(0, 100, months)
  const one = (needs: number[], sources: number[]) => serving('one', [needs], sources)

  it('is reserved where the term costs less than the months of use', async () => {
    // 3 x 60 = 180 against 3 x 100.
    const months = 3
    const cheap = problem({
      months,
      sources: [onDemand(3), reserved(0, 60, 3, 3)],
      workloads: [one([1, 1, 1], [0, 1])],
    })
    expect((await solved(cheap)).ledger.usd).toBeCloseTo(180, 6)
    expect((await solved(cheap)).decisions.bought).toEqual([{ source: 1, month: 0, machines: 1 }])
    // 3 x 101 = 303.
    const dear = problem({ ...cheap, sources: [onDemand(3), reserved(0, 101, 3, 3)] })
    expect((await solved(dear)).ledger.usd).toBeCloseTo(300, 6)
    expect((await solved(dear)).decisions.bought).toEqual([])
  })

  it('counts a term to its end: a machine for the last month alone is rented', async () => {
    // The second machine: 100 on demand, or 60 in the last month and 120 after it.
    const given = problem({
      months: 3,
      sources: [onDemand(3), reserved(0, 60, 3, 3)],
      workloads: [one([1, 1, 2], [0, 1])],
    })
    const { ledger, decisions } = await solved(given)
    expect(ledger.usd).toBeCloseTo(280, 6)
    expect(ledger.beyondUsd).toBe(0)
    expect(ledger.months.map(({ usd }) => usd)).toEqual([60, 60, 160])
    expect(decisions.bought).toHaveLength(1)
    // Signed at 20 in the last month the term costs 60, less than the rent: 20 in it and 40 after it.
    const falling = reserved(0, 30, 3, 3, { usdPerMonth: [30, 30, 20] })
    const cheaper = await solved(problem({ ...given, sources: [onDemand(3), falling] }))
    expect(cheaper.ledger.usd).toBeCloseTo(90 + 60, 6)
    expect(cheaper.ledger.beyondUsd).toBeCloseTo(40, 6)
    expect(cheaper.ledger.months.map(({ usd }) => usd)).toEqual([30, 30, 50])
  })

  it('moves with growth to a larger machine where that is cheaper, and back', async () => {
    // One machine of 100 carries a month, or one of 250 three times as much.
    const given = problem({
      months: 4,
      sources: [onDemand(4), hourly(1, 250, 4)],
      workloads: [
        serving(
          'one',
          [
            [1, 2, 3, 2],
            [1, 1, 1, 1],
          ],
          [0, 1],
        ),
      ],
    })
    const { ledger, decisions } = await solved(given)
    expect(ledger.months.map(({ usd }) => usd)).toEqual([100, 200, 250, 200])
    expect(decisions.ways[0]!.map((way) => way.type === 'hourly' && way.source)).toEqual([0, 0, 1, 0])
  })

  it('buys a node where depreciation and electricity stay below the rent', async () => {
    // Three months of 30 + 10 for each of two machines; a third may not be bought.
    const given = problem({
      months: 3,
      sources: [onDemand(3), owned(0, 30, 10, 3, { mayBuy: 2 })],
      workloads: [one([2, 2, 3], [0, 1])],
    })
    const { ledger, decisions } = await solved(given)
    expect(ledger.usd).toBeCloseTo(3 * 2 * 40 + 100, 6)
    expect(decisions.bought).toEqual([{ source: 1, month: 0, machines: 2 }])
  })

  it('pays for owned nodes used or not, for electricity only where they are used', async () => {
    // Four nodes at 30: 120 a month; one is used, at 10, rather than rented.
    const given = problem({
      months: 1,
      sources: [onDemand(1), owned(0, 30, 10, 1, { existing: 4 })],
      workloads: [one([1], [0, 1])],
    })
    const { ledger } = await solved(given)
    expect(ledger.usd).toBeCloseTo(130, 6)
    expect(ledger.months[0]!.byWorkload[0]).toBeCloseTo(40, 6)
    expect(ledger.months[0]!.idleUsd).toBeCloseTo(90, 6)
    // Electricity dearer than rent: they stand still.
    const dear = await solved(problem({ ...given, sources: [onDemand(1), owned(0, 30, 101, 1, { existing: 4 })] }))
    expect(dear.ledger.usd).toBeCloseTo(220, 6)
  })

  it('keeps a cap by another way, at a price, and says which requirements conflict where it cannot', async () => {
    // Reserved months cost 60, 720 in all against 200 on demand; a cap of 80 forbids the rent of 100.
    const given = problem({
      months: 2,
      sources: [onDemand(2), reserved(0, 60, 12, 2)],
      workloads: [one([1, 1], [0, 1])],
    })
    expect((await solved(given)).ledger.usd).toBeCloseTo(200, 6)
    const capped = await solved({ ...given, monthlyCapUsd: 80 })
    expect(capped.ledger.usd).toBeCloseTo(720, 6)
    expect(capped.ledger.months.map(({ usd }) => usd)).toEqual([60, 60])
    const impossible = await solveForecast({ ...given, monthlyCapUsd: 50 }, monthNames(2), EXACT)
    if (isSolved(impossible)) throw new Error('a cap below every price')
    expect(impossible.status).toBe('infeasible')
    const conflict = await conflictOf(impossible, monthNames(2), EXACT)
    expect(conflict?.minimal).toBe(true)
    expect(conflict?.requirements).toContain('workload one')
    expect(conflict?.requirements.some((each) => each.startsWith('monthly_cap in 2027-'))).toBe(true)
  })

  it('keeps a quota by renting the rest elsewhere', async () => {
    // Cheap machines of kind 0 are limited to two GPUs; the third comes from the dear source of the same kind.
    const given = problem({
      months: 1,
      sources: [hourly(0, 50, 1, { limits: [0] }), onDemand(1)],
      limits: [{ gpus: 2, requirement: 'quota' }],
      workloads: [one([3], [0, 1])],
    })
    expect((await solved(given)).ledger.usd).toBeCloseTo(200, 6)
    const only = problem({ ...given, workloads: [one([3], [0])] })
    expect((await solveForecast(only, monthNames(1), EXACT)).status).toBe('infeasible')
  })

  it('has no plan where a month has no way', async () => {
    const given = problem({ months: 2, sources: [onDemand(2)], workloads: [one([1, NEVER], [0])] })
    const result = await solveForecast(given, monthNames(2), EXACT)
    if (isSolved(result)) throw new Error('the second month has no way')
    expect(await conflictOf(result, monthNames(2), EXACT)).toEqual({
      requirements: ['workload one in 2027-02'],
      minimal: true,
    })
  })
})

describe('training', () => {
  const runs = (hours: number, number: number) => training('runs', [number], [{ kind: 0, machines: 2, hours }], [0, 1])

  it('is paid by the hour: machines x hours x runs', async () => {
    // 2 machines x 36.5 hours x 5 runs = 365 machine-hours, half a machine-month of 100.
    const given = problem({
      months: 1,
      sources: [hourly(0, 100, 1), reserved(0, 99, 12, 1)],
      workloads: [runs(36.5, 5)],
    })
    expect((await solved(given)).ledger.usd).toBeCloseTo(50, 6)
  })

  it('takes turns on owned machines that stand idle, as many as the widest run needs', async () => {
    // Two owned machines at 10 of electricity a month: 0.5 machine-months cost 5. With one machine the runs are rented.
    const own = (existing: number) => [hourly(0, 100, 1), owned(0, 0, 10, 1, { existing })]
    const two = problem({ months: 1, sources: own(2), workloads: [runs(36.5, 5)] })
    expect((await solved(two)).ledger.usd).toBeCloseTo(5, 6)
    expect((await solved(problem({ ...two, sources: own(1) }))).ledger.usd).toBeCloseTo(50, 6)
    // Serving keeps one of the two: the other is not enough for a run of two.
    const busy = problem({ ...two, workloads: [...two.workloads, serving('one', [[1]], [0, 1])] })
    expect((await solved(busy)).ledger.usd).toBeCloseTo(50 + 10, 6)
    // Two workloads of 500 hours do not fit one after the other into 730: one is rented, 1000 / 730 x 100.
    const both = problem({ ...two, workloads: [runs(500, 1), { ...runs(500, 1), name: 'others' }] })
    expect((await solved(both)).ledger.usd).toBeCloseTo((1000 / 730) * 110, 6)
    // Alone beyond a month: two at a time need four machines.
    const long = problem({ months: 1, sources: own(4), workloads: [runs(500, 2)] })
    expect((await solved(long)).ledger.usd).toBeCloseTo((2000 / 730) * 10, 6)
    expect((await solved(problem({ ...long, sources: own(3) }))).ledger.usd).toBeCloseTo((2000 / 730) * 100, 6)
  })
})

describe('machines that two workloads share', () => {
  it('cost each what it uses, and what stands idle nobody', async () => {
    // Three reserved at 60 for two months; a uses 1 and 1, b 2 and 1.
    const given = problem({
      months: 2,
      sources: [hourly(0, 1000, 2), reserved(0, 60, 2, 2)],
      workloads: [serving('a', [[1, 1]], [0, 1]), serving('b', [[2, 1]], [0, 1])],
    })
    const { ledger } = await solved(given)
    expect(ledger.usd).toBeCloseTo(360, 6)
    expect(ledger.months[0]!.byWorkload).toEqual([60, 120])
    expect(ledger.months[1]!.byWorkload).toEqual([60, 60])
    expect(ledger.months.map(({ idleUsd }) => idleUsd)).toEqual([0, 60])
  })
})

describe('break-even', () => {
  it('is the term over the rent where prices stay', () => {
    expect(breakEvenMonths(720, 100, 0, 0)).toBeCloseTo(7.2, 9)
    // An own node saves the rent less its electricity: 720 / 90.
    expect(breakEvenMonths(720, 100, 10, 0)).toBeCloseTo(8, 9)
    expect(breakEvenMonths(720, 10, 10, 0)).toBeNull()
  })

  it('comes later where rents fall: 100 + 90 + 81 + ... reach 720 in the thirteenth month', () => {
    // The first twelve sum to 717.5704636..., the thirteenth is 28.2429536481: 2.4295364 / 28.2429536 of it.
    expect(breakEvenMonths(720, 100, 0, -10)).toBeCloseTo(12.086, 3)
    // All of them together come to 1000.
    expect(breakEvenMonths(1001, 100, 0, -10)).toBeNull()
  })
})

describe('months and draws', () => {
  it('counts months over the end of a year', () => {
    expect(monthsFrom('2027-11', 3)).toEqual(['2027-11', '2027-12', '2028-01'])
    expect(monthAfter('2027-01', 35)).toBe('2029-12')
    expect(compound(10, 3)).toEqual([1, 1.1, 1.1 ** 2])
  })

  it('draws the published numbers of mulberry32, and normal ones of mean 0 and deviation 1', () => {
    const uniform = mulberry32(1)
    expect([uniform(), uniform(), uniform()]).toEqual([0.6270739405881613, 0.002735721180215478, 0.5274470399599522])
    const normal = normals(mulberry32(7))
    const draws = Array.from({ length: 100_000 }, normal)
    const mean = draws.reduce((sum, each) => sum + each, 0) / draws.length
    const variance = draws.reduce((sum, each) => sum + (each - mean) ** 2, 0) / draws.length
    expect(Math.abs(mean)).toBeLessThan(0.01)
    expect(Math.abs(variance - 1)).toBeLessThan(0.02)
    // 1.2816 is the ninetieth percentile of the normal distribution.
    expect(draws.filter((each) => each < 1.2816).length / draws.length).toBeCloseTo(0.9, 2)
  })
})

describe('the fewest changes', () => {
  it('are as few as any choice has', () => {
    const months = fc.array(fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1 }), {
      minLength: 1,
      maxLength: 6,
    })
    const changes = (ids: readonly string[]) => ids.filter((id, t) => t > 0 && id !== ids[t - 1]).length
    fc.assert(
      fc.property(months, (given) => {
        const chosen = fewestChanges(given.map((ids) => ids.map((id) => ({ id })))).map(({ id }) => id)
        expect(chosen).toHaveLength(given.length)
        for (const [t, id] of chosen.entries()) expect(given[t]).toContain(id)
        const all = given.reduce<string[][]>((rows, ids) => rows.flatMap((row) => ids.map((id) => [...row, id])), [[]])
        expect(changes(chosen)).toBe(Math.min(...all.map(changes)))
      }),
    )
  })
})
