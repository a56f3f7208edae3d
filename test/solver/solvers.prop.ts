import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { highsSolver } from '../../planners/solver/highs.ts'
import { javascriptLpSolver } from '../../planners/solver/javascript-lp-solver.ts'
import type { SolveOutcome } from '../../planners/solver/outcome.ts'
import type { LinearProgram, ProgramVariable } from '../../planners/solver/program.ts'
import { routeOf, solve, solveWith } from '../../planners/solver/solve.ts'
import { moreThan } from '../fuzz/draws.ts'
import { type Family, instance, random } from './instances.ts'
import { bruteForce, smallPrograms } from './small-programs.ts'

const exact = { timeLimitSeconds: 20, gap: 0 }
const SEED = 20270101

function best(outcome: SolveOutcome): number | null | string {
  if (outcome.status === 'optimal') return outcome.objective + 0
  return outcome.status === 'infeasible' ? null : outcome.status
}

describe.each([javascriptLpSolver(), highsSolver])('$name against all points', (solver) => {
  test('500 small programs: equations, ranges, free and negative variables, infeasible ones', async () => {
    let infeasible = 0
    await fc.assert(
      fc.asyncProperty(smallPrograms, async (program) => {
        const expected = bruteForce(program)
        if (expected === null) infeasible += 1
        const outcome = await solveWith([solver], program, exact)
        // The small solver is wrong on free variables, and must say that it does not know.
        if (solver.name === 'javascript-lp-solver' && program.variables.some(isFree)) {
          expect(outcome).toMatchObject({ status: 'unknown' })
        } else {
          expect(best(outcome)).toBe(expected)
        }
      }),
      { seed: SEED, numRuns: 500 },
    )
    // Both kinds were met.
    expect(infeasible).toBeGreaterThan(moreThan(50))
    expect(infeasible).toBeLessThan(450)
  })
})

function isFree({ lower, upper }: ProgramVariable): boolean {
  return lower === null && upper === null
}

/** Expects the same status and objective of both solvers; `answered` unless javascript-lp-solver gave up. */
async function compare(program: LinearProgram): Promise<{ answered: boolean }> {
  const small = await solveWith([javascriptLpSolver()], program, exact)
  if (small.status === 'unknown') return { answered: false }
  const large = await solveWith([highsSolver], program, { ...exact, gap: 1e-7 })
  expect(small.status).toBe(large.status)
  if ('objective' in small && 'objective' in large) {
    expect(Math.abs(small.objective - large.objective)).toBeLessThanOrEqual(1e-6 * Math.abs(large.objective))
  }
  return { answered: true }
}

describe('the solvers against each other', () => {
  const families: readonly [Family, number, number][] = [
    ['cover', 5, 8],
    ['mix', 2, 6],
    ['fixed', 3, 4],
    ['budget', 8, 1],
  ]

  test.each(families)(
    '%s: 15 programs with whole numbers, of the size that goes to the small solver',
    async (family, size, options) => {
      let answered = 0
      for (let seed = 1; seed <= 15; seed += 1) {
        const program = instance(family, seed, size, options)
        expect(routeOf(program)[0]).toBe('javascript-lp-solver')
        if ((await compare(program)).answered) answered += 1
      }
      expect(answered).toBeGreaterThanOrEqual(12)
    },
  )

  test('of 40 programs past the size that goes to the small solver, it answers more than 20, as HiGHS does', async () => {
    const larger: readonly [Family, number, number][] = [
      ['cover', 12, 8],
      ['fleet', 3, 20],
      ['fleet', 6, 12],
      ['forecast', 6, 4],
      ['forecast', 13, 3],
    ]
    let answered = 0
    for (const [family, size, options] of larger) {
      for (let seed = 1; seed <= 8; seed += 1) {
        const program = instance(family, seed, size, options)
        expect(routeOf(program)).toEqual(['highs'])
        if ((await compare(program)).answered) answered += 1
      }
    }
    expect(answered).toBeGreaterThanOrEqual(20)
  })

  test.each(['javascript-lp-solver', 'highs'] as const)('two runs of %s give the same bytes', async (solver) => {
    for (const [family, size, options] of families) {
      const program = instance(family, 16, size, options)
      const first = JSON.stringify(await solve(program, { ...exact, solver }))
      expect(JSON.stringify(await solve(program, { ...exact, solver }))).toBe(first)
    }
  })

  test('quotas cut at random: both find the same programs infeasible', async () => {
    const next = random(7)
    let infeasible = 0
    for (let seed = 1; seed <= 40; seed += 1) {
      const program = instance('cover', seed, 3, 5)
      const factor = 0.05 + 0.3 * next()
      const cut = program.constraints.map((row) =>
        row.upper === null ? row : { ...row, upper: Math.floor(row.upper * factor) },
      )
      const { answered } = await compare({ ...program, constraints: cut })
      const { status } = await solveWith([highsSolver], { ...program, constraints: cut }, exact)
      if (answered && status === 'infeasible') infeasible += 1
    }
    expect(infeasible).toBeGreaterThan(moreThan(5))
    expect(infeasible).toBeLessThan(40)
  })

  test('relaxations of a thousand variables, without whole numbers', async () => {
    for (let seed = 1; seed <= 3; seed += 1) {
      const program = instance('budget', seed, 36, 7)
      const variables = program.variables.map((variable) => ({ ...variable, integer: false }))
      expect(await compare({ ...program, variables })).toEqual({ answered: true })
    }
  })
})
