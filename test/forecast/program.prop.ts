import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { poolsOf } from '../../planners/forecast/pools.ts'
import type { ForecastProblem, Source } from '../../planners/forecast/problem.ts'
import { programOf } from '../../planners/forecast/program.ts'
import { mulberry32 } from '../../planners/forecast/random.ts'
import { isSolved, solveForecast } from '../../planners/forecast/solve.ts'
import { solveLarge } from '../../planners/forecast/solve-large.ts'
import { moreThan } from '../fuzz/draws.ts'
import { leastUsd } from './enumeration.ts'
import { hourly, monthNames, NEVER, owned, problem, reserved, serving, training } from './problems.ts'

/* Small random forecasts against an enumeration of everything that could be done. */

const EXACT = { gap: 0, timeLimitSeconds: 30 }
/** More machines than all workloads together need. */
const MOST_BOUGHT = 7

/** Two kinds of machines, a reservation or two, sometimes owned nodes, quotas, a cap, sources that not everyone may use. */
function randomProblem(seed: number): ForecastProblem {
  const random = mulberry32(seed)
  const whole = (from: number, to: number): number => from + Math.floor(random() * (to - from + 1))
  const chance = (share: number): boolean => random() < share
  const months = whole(1, 3)
  const trend = 0.8 + 0.4 * random()
  const trended = (source: Source): Source => ({
    ...source,
    usdPerMonth: source.usdPerMonth.map((usd, t) => usd * trend ** t),
  })
  const limits = chance(0.4) ? [{ gpus: whole(1, 4), requirement: 'quota' }] : []
  const limited = () => (limits.length > 0 && chance(0.5) ? [0] : [])
  const sources: Source[] = []
  for (const kind of [0, 1]) {
    const usd = whole(50, 200)
    if (chance(0.9)) sources.push(trended(hourly(kind, usd, months, { limits: limited() })))
    if (chance(0.3)) sources.push(trended(hourly(kind, usd * 0.6, months, { trains: false, limits: limited() })))
  }
  const term = whole(1, months)
  sources.push(trended(reserved(whole(0, 1), whole(20, 150), term, months, { limits: limited() })))
  if (chance(0.5)) {
    const existing = whole(0, 1)
    sources.push(trended(owned(whole(0, 1), whole(10, 80), whole(1, 30), months, { existing, mayBuy: whole(0, 1) })))
  }
  // Some machines of the first kind have a network: they also serve as a third kind, on which replicas span machines.
  const isNetworked = chance(0.4)
  for (const [index, source] of sources.entries()) {
    if (isNetworked && source.kind === 0 && chance(0.6)) sources[index] = { ...source, serves: [0, 2] }
  }
  const all = [...sources.keys()]
  const some = () => (chance(0.7) ? all : all.filter(() => chance(0.7)))
  const need = () => Array.from({ length: months }, () => (chance(0.1) ? NEVER : whole(1, 2)))
  const needs = () => (isNetworked ? [need(), need(), need()] : [need(), need()])
  const workloads = [
    serving('a', needs(), some()),
    ...(chance(0.5) ? [serving('b', needs(), some())] : []),
    ...(chance(0.5)
      ? [
          training(
            't',
            Array.from({ length: months }, () => 2.5 * random()),
            [
              { kind: 0, machines: whole(1, 2), hours: whole(20, 400) },
              { kind: 1, machines: 1, hours: whole(20, 400) },
            ],
            some(),
          ),
        ]
      : []),
    ...(chance(0.2)
      ? [
          training(
            'u',
            Array.from({ length: months }, () => 1),
            [{ kind: 0, machines: 1, hours: 300 }],
            all,
          ),
        ]
      : []),
  ]
  const cap = chance(0.3) ? whole(150, 500) : null
  return problem({ months, sources, workloads, limits, monthlyCapUsd: cap })
}

describe('a forecast of a few machines and months', () => {
  it('costs what the cheapest of all possibilities costs, or is impossible where none is possible', async () => {
    let possible = 0
    let impossible = 0
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 }), async (seed) => {
        const random = randomProblem(seed)
        const least = leastUsd(random, MOST_BOUGHT)
        const result = await solveForecast(random, monthNames(random.months), EXACT)
        if (!isSolved(result)) {
          expect(result.status).toBe('infeasible')
          expect(least).toBe(Number.POSITIVE_INFINITY)
          impossible++
          return
        }
        expect(Math.abs(result.ledger.usd - least)).toBeLessThan(1e-5 * Math.max(1, least))
        possible++
      }),
      { numRuns: 250, seed: 5 },
    )
    // Both answers were tried in earnest.
    expect(possible).toBeGreaterThan(moreThan(100))
    expect(impossible).toBeGreaterThan(moreThan(10))
  }, 300_000)

  it('costs the same whether what cannot win is dropped first or not', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 }), async (seed) => {
        const random = randomProblem(seed)
        const names = monthNames(random.months)
        const pruned = await solveForecast(random, names, EXACT)
        const whole = await solveForecast(random, names, EXACT, false)
        expect(pruned.status).toBe(whole.status)
        if (!isSolved(pruned) || !isSolved(whole)) return
        expect(Math.abs(pruned.ledger.usd - whole.ledger.usd)).toBeLessThan(1e-5 * whole.ledger.usd)
      }),
      { numRuns: 150, seed: 6 },
    )
  }, 300_000)

  it('is solved in stages within the gap that is proved', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 }), async (seed) => {
        const random = randomProblem(seed)
        const names = monthNames(random.months)
        const pools = poolsOf(random)
        const program = programOf(random, pools, names)
        if (program.uncarried !== null) return
        const staged = await solveLarge(program, random.months, { gap: 0.05, timeLimitSeconds: 30 })
        const least = await solveForecast(random, names, EXACT)
        if (!isSolved(least)) {
          expect(staged.status).toBe('infeasible')
          return
        }
        if (!('objective' in staged) || !('objective' in least.outcome)) throw new Error('no objective')
        expect(staged.bound ?? Number.NEGATIVE_INFINITY).toBeLessThanOrEqual(
          least.outcome.objective * (1 + 1e-6) + 1e-6,
        )
        expect(staged.objective).toBeGreaterThanOrEqual(least.outcome.objective * (1 - 1e-6) - 1e-6)
        expect(staged.objective).toBeLessThanOrEqual(least.outcome.objective * 1.0527 + 1e-6)
      }),
      { numRuns: 150, seed: 7 },
    )
  }, 300_000)

  it('bills every dollar to a workload or to idle commitments', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 }), async (seed) => {
        const random = randomProblem(seed)
        const result = await solveForecast(random, monthNames(random.months), EXACT)
        if (!isSolved(result)) return
        for (const { usd, byWorkload, idleUsd, bills } of result.ledger.months) {
          const carried = byWorkload.reduce((sum, each) => sum + each, idleUsd)
          expect(Math.abs(carried - usd)).toBeLessThan(1e-5 * Math.max(1, usd))
          expect(Math.abs(bills.reduce((sum, bill) => sum + bill.usd, 0) - usd)).toBeLessThan(1e-9 * Math.max(1, usd))
          if (random.monthlyCapUsd !== null) expect(usd).toBeLessThanOrEqual(random.monthlyCapUsd * (1 + 1e-6))
          for (const each of byWorkload) expect(each).toBeGreaterThanOrEqual(0)
        }
        const { outcome, ledger } = result
        if (!('objective' in outcome)) throw new Error('no objective')
        // The ledger is the program's objective with what is paid in any case, but for the ten thousandth that breaks ties.
        const fixed = random.sources.reduce((sum, { existing, existingUsdPerMonth: usd }) => sum + existing * usd, 0)
        expect(Math.abs(outcome.objective + fixed * random.months - ledger.usd)).toBeLessThan(0.01)
      }),
      { numRuns: 150, seed: 8 },
    )
  }, 300_000)
})
