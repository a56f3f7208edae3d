import { describe, expect, test } from 'vitest'
import { highsSolver } from '../../planners/solver/highs.ts'
import { type LinearProgram, ProgramBuilder } from '../../planners/solver/program.ts'
import { solveWith, UnverifiedSolution } from '../../planners/solver/solve.ts'
import type { Solver, SolverAnswer } from '../../planners/solver/solver.ts'
import { findViolation, objectiveOf, pastBound, tidied } from '../../planners/solver/verify.ts'
import { instance } from './instances.ts'

/** Two kinds of machine, whole, and a routed load: y <= 300 n + 600 m, y = 900, n + m >= 3; cost 2 n + 5 m. */
function machines() {
  const builder = new ProgramBuilder('minimize')
  const n = builder.variable('n', { objective: 2, integer: true, upper: 10 })
  const m = builder.variable('m', { objective: 5, integer: true })
  const y = builder.variable('y')
  builder.constraint('capacity', [[y, 1], [n, -300], [m, -600]], { upper: 0 }) // biome-ignore format: a row of terms
  builder.constraint('demand', [[y, 1]], { lower: 900, upper: 900 })
  builder.constraint('spare', [[n, 1], [m, 1]], { lower: 3 }) // biome-ignore format: a row of terms
  return builder.build()
}

describe('a point is checked against the program', () => {
  test('a point that satisfies it passes; the objective is recomputed: 2 x 3 = 6', () => {
    expect(findViolation(machines(), [3, 0, 900])).toBeNull()
    expect(objectiveOf(machines(), [3, 0, 900])).toBe(6)
  })

  test.each([
    ['length', '', [3, 0]],
    ['number', 'y', [3, 0, Number.NaN]],
    ['integrality', 'n', [3.00001, 0, 900]],
    ['bound', 'n', [11, 0, 900]],
    ['bound', 'm', [4, -1, 900]],
    ['constraint', 'capacity', [2, 0, 900]],
    ['constraint', 'demand', [4, 0, 900.01]],
    ['constraint', 'spare', [1, 1, 900]],
  ])('a tampered value is found: %s %s', (kind, name, values) => {
    expect(findViolation(machines(), values)).toMatchObject({ kind, name })
  })

  test('a row may be missed by a millionth of its largest term: 900 x 1e-6, not more', () => {
    expect(findViolation(machines(), [3, 0, 900.0008])).toBeNull()
    expect(findViolation(machines(), [3, 0, 900.0011])).toMatchObject({ name: 'capacity' })
  })

  test('whole numbers become exactly whole, values a hair outside go to their bound', () => {
    expect(tidied(machines(), [2.9999995, -1e-9, 900])).toEqual([3, 0, 900])
    expect(tidied(machines(), [2.5, -1, 900])).toEqual([2.5, -1, 900])
  })
})

describe('a claimed solution that fails is never returned', () => {
  const claims = (name: Solver['name'], ...answers: SolverAnswer[]): Solver => {
    const left = [...answers]
    return { name, solve: async () => left.shift() ?? { status: 'unknown', why: 'nothing left to say' } }
  }
  const solution = (values: number[], bound: number | null = 6): SolverAnswer => ({ status: 'solution', values, bound })
  const limits = { timeLimitSeconds: 1, gap: 0 }

  test('by the only solver it is a defect', async () => {
    const solving = solveWith([claims('highs', solution([2, 0, 900]))], machines(), limits)
    await expect(solving).rejects.toThrow(UnverifiedSolution)
  })

  test('by the first solver the next one is asked', async () => {
    const solvers = [claims('javascript-lp-solver', solution([2, 0, 900])), claims('highs', solution([3, 0, 900]))]
    expect(await solveWith(solvers, machines(), limits)).toEqual({
      solver: 'highs',
      variables: 3,
      constraints: 3,
      gaveUp: [{ solver: 'javascript-lp-solver', why: 'the point it returned breaks constraint "capacity" by 300' }],
      status: 'optimal',
      values: [3, 0, 900],
      objective: 6,
      bound: 6,
      relativeGap: 0,
    })
  })

  test('that there is no solution counts only from the last solver', async () => {
    const solvers = [claims('javascript-lp-solver', { status: 'infeasible' }), claims('highs', solution([3, 0, 900]))]
    expect(await solveWith(solvers, machines(), limits)).toMatchObject({ solver: 'highs', status: 'optimal' })
  })

  test('a bound further off than the gap makes it feasible, not optimal: (6 - 5.7) / 6 = 5 %', async () => {
    const by = async (gap: number) =>
      solveWith([claims('highs', solution([3, 0, 900], 5.7))], machines(), { ...limits, gap })
    expect(await by(0.01)).toMatchObject({ status: 'feasible', bound: 5.7 })
    expect(await by(0.05)).toMatchObject({ status: 'optimal', bound: 5.7 })
  })

  test('a point better than the bound that was proved is a contradiction, not a proof', async () => {
    const solving = solveWith([claims('highs', solution([3, 0, 900], 6.5))], machines(), limits)
    await expect(solving).rejects.toThrow(new UnverifiedSolution('highs: the point it returned is better by 0.5 than the bound it gave')) // biome-ignore format: one line
    const hair = await solveWith([claims('highs', solution([3, 0, 900], 6 + 1e-9))], machines(), limits)
    expect(hair).toMatchObject({ status: 'optimal', bound: 6, relativeGap: 0 })
  })

  test('without a bound there is no gap', async () => {
    const outcome = await solveWith([claims('highs', solution([3, 0, 900], null))], machines(), limits)
    expect(outcome).toMatchObject({ status: 'feasible', bound: null, relativeGap: null })
  })

  test('where rounding breaks a row, the continuous variables are solved again', async () => {
    // 2.9999995 machines carry 899.99985, three carry 900; 0.0000005 of 1e6 a machine is half a unit too many.
    const builder = new ProgramBuilder('maximize')
    const n = builder.variable('n', { integer: true, objective: -1 })
    const y = builder.variable('y', { objective: 1 })
    builder.constraint('capacity', [[y, 1], [n, -1e6]], { upper: 0 }) // biome-ignore format: a row of terms
    const solver = claims('highs', solution([5e-7, 0.5], 1), solution([0, 0], 0))
    expect(await solveWith([solver], builder.build(), limits)).toMatchObject({ values: [0, 0], objective: 0 })
  })

  test.each([
    [{ timeLimitSeconds: 0, gap: 0 }, /time limit of 0/],
    [{ timeLimitSeconds: Number.NaN, gap: 0 }, /time limit of NaN/],
    [{ timeLimitSeconds: 1, gap: 1 }, /gap of 1/],
    [{ timeLimitSeconds: 1, gap: -0.1 }, /gap of -0.1/],
    [{ timeLimitSeconds: 1, gap: 0, nodes: 0.5 }, /0.5 nodes/],
  ])('refuses limits that mean nothing: %o', async (bad, message) => {
    await expect(solveWith([claims('highs')], machines(), bad)).rejects.toThrow(message)
  })
})

test('a value changed in an answer of HiGHS is noticed, wherever it stands', async () => {
  const program = instance('mix', 1, 3, 6)
  const answer = await highsSolver.solve(program, { timeLimitSeconds: 20, gap: 0.01 })
  if (answer.status !== 'solution') throw new Error(`it was ${answer.status}`)
  let noticed = 0
  for (const [index, { integer }] of program.variables.entries()) {
    const values = answer.values.map((value, at) => (at === index ? value + (integer ? 0.5 : -1) : value))
    const tampered: Solver = { name: 'highs', solve: async () => ({ ...answer, values }) }
    // Continuous variables are solved again with the whole numbers fixed, by the same solver, which insists.
    const solving = solveWith([tampered], program, { timeLimitSeconds: 20, gap: 0.01 })
    await expect(solving, `variable ${index}`).rejects.toThrow(UnverifiedSolution)
    noticed += 1
  }
  expect(noticed).toBe(54)
})

test('the same of both senses: a bound counts as passed by more than a hundred-thousandth of the size of the objective', () => {
  const bounded = (sense: LinearProgram['sense']) => {
    const builder = new ProgramBuilder(sense)
    builder.variable('x', { objective: 100 })
    return builder.build()
  }
  expect(pastBound(bounded('minimize'), 99.998, 100)).toBeCloseTo(0.002, 9)
  expect(pastBound(bounded('minimize'), 99.9995, 100)).toBe(0)
  expect(pastBound(bounded('minimize'), 100.002, 100)).toBe(0)
  expect(pastBound(bounded('maximize'), 100.002, 100)).toBeCloseTo(0.002, 9)
  expect(pastBound(bounded('maximize'), 99.998, 100)).toBe(0)
})
