import { describe, expect, test } from 'vitest'
import { javascriptLpSolver, SMALL_PROGRAM } from '../../planners/solver/javascript-lp-solver.ts'
import type { SolverName } from '../../planners/solver/outcome.ts'
import { type LinearProgram, ProgramBuilder, ProgramError } from '../../planners/solver/program.ts'
import { routeOf, solve, solveWith } from '../../planners/solver/solve.ts'
import { instance } from './instances.ts'

const exact = { timeLimitSeconds: 20, gap: 0 }
const BOTH: readonly SolverName[] = ['javascript-lp-solver', 'highs']

/** The workshop of the readme of highs: chairs at 30, tables at 50, 40 hours of carpentry, 50 of finishing: 20 and 10 pay 1100. */
function workshop(): LinearProgram {
  const builder = new ProgramBuilder('maximize')
  const chairs = builder.variable('chairs', { objective: 30, integer: true })
  const tables = builder.variable('tables', { objective: 50, integer: true })
  builder.constraint('carpentry', [[chairs, 1], [tables, 2]], { upper: 40 }) // biome-ignore format: a row of terms
  builder.constraint('finishing', [[chairs, 2], [tables, 1]], { upper: 50 }) // biome-ignore format: a row of terms
  return builder.build()
}

/** One offer for eight months, 900 tokens/s a unit: on-demand, spot up to 30 % of the rate, reserved for one or three years. */
function months(): LinearProgram {
  const builder = new ProgramBuilder('minimize')
  const demand = [9132, 10230, 10548, 9900, 11145, 11115, 11199, 11455]
  for (const [month, rate] of demand.entries()) {
    const onDemand = builder.variable(`on-demand ${month}`, { objective: 2297.89, integer: true })
    const spot = builder.variable(`spot ${month}`, { objective: 1372.18, integer: true })
    builder.constraint(`need ${month}`, [[onDemand, 900], [spot, 900]], { lower: rate }) // biome-ignore format: a row of terms
    builder.constraint(`spot ${month}`, [[spot, 0.7], [onDemand, -0.3]], { upper: 0 }) // biome-ignore format: a row of terms
    builder.constraint(`quota ${month}`, [[onDemand, 1], [spot, 1]], { upper: 152 }) // biome-ignore format: a row of terms
  }
  return builder.build()
}

describe.each(BOTH)('%s', (solver) => {
  const options = { ...exact, solver }

  test('the workshop: 20 chairs and 10 tables pay 1100', async () => {
    expect(await solve(workshop(), options)).toEqual({
      solver,
      variables: 2,
      constraints: 2,
      gaveUp: [],
      status: 'optimal',
      values: [20, 10],
      objective: 1100,
      bound: 1100,
      relativeGap: 0,
    })
  })

  test('eight months, by hand: ceil(rate / 900) units, floor(0.3 x units) of them on spot', async () => {
    // Units 11, 12, 12, 11, 13, 13, 13, 13: 98; spot 3, 3, 3, 3, 3, 3, 3, 3: 24. 74 x 2297.89 + 24 x 1372.18 = 202,976.18.
    const outcome = await solve(months(), options)
    expect(outcome.status === 'optimal' && outcome.objective).toBeCloseTo(202976.18, 2)
  })

  test('negative variables and an equation: x + y = -3, x from -5, y from -4 to -1', async () => {
    const builder = new ProgramBuilder('minimize')
    const x = builder.variable('x', { objective: 2, lower: -5 })
    const y = builder.variable('y', { objective: 1, lower: -4, upper: -1, integer: true })
    builder.constraint('sum', [[x, 1], [y, 1]], { lower: -3, upper: -3 }) // biome-ignore format: a row of terms
    // y = -1 leaves x = -2: -5, y = -4 leaves x = 1: -2.
    expect(await solve(builder.build(), options)).toMatchObject({ status: 'optimal', values: [-2, -1], objective: -5 })
  })

  test('requirements that conflict are infeasible', async () => {
    const builder = new ProgramBuilder('minimize')
    const x = builder.variable('x', { integer: true })
    builder.constraint('odd', [[x, 2]], { lower: 3, upper: 3 })
    expect(await solve(builder.build(), options)).toMatchObject({ status: 'infeasible' })
  })

  test('a whole number between 0.2 and 0.8 does not exist', async () => {
    const builder = new ProgramBuilder('minimize')
    builder.variable('x', { integer: true, lower: 0.2, upper: 0.8 })
    expect(await solve(builder.build(), options)).toMatchObject({ status: 'infeasible' })
  })

  test('an objective without end is unbounded', async () => {
    const builder = new ProgramBuilder('maximize')
    const x = builder.variable('x', { objective: 1 })
    const y = builder.variable('y')
    builder.constraint('follows', [[x, 1], [y, -1]], { upper: 3 }) // biome-ignore format: a row of terms
    expect(await solve(builder.build(), options)).toMatchObject({ status: 'unbounded' })
  })

  test('without constraints each variable goes to its better bound', async () => {
    const builder = new ProgramBuilder('maximize')
    builder.variable('x', { objective: 1, upper: 3.5, integer: true })
    builder.variable('y', { objective: -1, lower: -2, upper: 7 })
    expect(await solve(builder.build(), options)).toMatchObject({ status: 'optimal', values: [3, -2], objective: 5 })
  })

  test('an empty program has one point', async () => {
    const empty = new ProgramBuilder('minimize').build()
    expect(await solve(empty, options)).toMatchObject({ status: 'optimal', values: [], objective: 0, relativeGap: 0 })
  })

  test('names that the packages or the language use themselves do no harm', async () => {
    const builder = new ProgramBuilder('minimize')
    const names = ['result', 'feasible', 'bounded', '__proto__', 'constructor', 'toString', 'x0', 'z', '']
    names.push('a name with spaces', 'end', '<= 3', 'st\nsubject to', 'Größe 模型 🚀')
    // The i-th is at least i, at half a dollar more than the one before: all rows bind, 0.5 x sum of i (i + 1).
    names.forEach((name, i) => {
      const index = builder.variable(name, { objective: (i + 1) / 2, integer: i % 2 === 0 })
      builder.constraint(name, [[index, 2]], { lower: 2 * i })
    })
    const outcome = await solve(builder.build(), options)
    expect(outcome).toMatchObject({ status: 'optimal', values: names.map((_, i) => i) })
    expect(outcome.status === 'optimal' && outcome.objective).toBeCloseTo((13 * 14 * 15) / 6, 9)
  })

  test('the same program gives the same bytes', async () => {
    const [first, second] = [await solve(months(), options), await solve(months(), options)]
    expect(JSON.stringify(second)).toBe(JSON.stringify(first))
  })
})

describe('which solver runs', () => {
  const wholes = (integers: number, continuous: number, rows: number): LinearProgram => {
    const builder = new ProgramBuilder('minimize')
    for (let index = 0; index < integers; index += 1) builder.variable(`n${index}`, { integer: true })
    for (let index = 0; index < continuous; index += 1) builder.variable(`y${index}`)
    for (let index = 0; index < rows; index += 1) builder.constraint(`r${index}`, [[0, 1]], { lower: 0 })
    return builder.build()
  }

  test.each([
    ['few whole numbers', wholes(SMALL_PROGRAM.integers, 0, SMALL_PROGRAM.constraints), 'javascript-lp-solver'],
    ['one whole number more', wholes(SMALL_PROGRAM.integers + 1, 0, 1), 'highs'],
    ['one row more', wholes(1, 0, SMALL_PROGRAM.constraints + 1), 'highs'],
    ['few variables of both kinds', wholes(20, SMALL_PROGRAM.mixedVariables - 20, 1), 'javascript-lp-solver'],
    ['one continuous variable more', wholes(20, SMALL_PROGRAM.mixedVariables - 19, 1), 'highs'],
  ])('%s', (_, program, first) => {
    expect(routeOf(program)[0]).toBe(first)
  })

  test('a variable without bounds goes to HiGHS', () => {
    const builder = new ProgramBuilder('minimize')
    builder.variable('x', { lower: null })
    expect(routeOf(builder.build())).toEqual(['highs'])
  })

  test('where the small solver says that there is no solution, HiGHS has the last word', async () => {
    const builder = new ProgramBuilder('minimize')
    const x = builder.variable('x', { upper: 1 })
    builder.constraint('two', [[x, 1]], { lower: 2 })
    expect(await solve(builder.build(), exact)).toMatchObject({
      solver: 'highs',
      status: 'infeasible',
      gaveUp: [{ solver: 'javascript-lp-solver', why: 'it calls the program infeasible' }],
    })
  })

  test('a malformed program reaches no solver', async () => {
    const program = workshop()
    const broken = { ...program, variables: [{ ...program.variables[0]!, objective: Number.NaN }] }
    await expect(solve(broken, exact)).rejects.toThrow(ProgramError)
  })
})

describe('limits', () => {
  /** Degenerate rows on which the simplex of javascript-lp-solver never returns: still none after fifteen times the limit. */
  function endless(): LinearProgram {
    const program = instance('fixed', 2, 6, 13)
    return { ...program, variables: program.variables.map((variable) => ({ ...variable, integer: false })) }
  }

  test('a simplex that runs for ever is thrown out', async () => {
    const outcome = await solve(endless(), { ...exact, solver: 'javascript-lp-solver' })
    expect(outcome).toMatchObject({ status: 'unknown', why: 'the limit of work was reached' })
  })

  test('such programs go to HiGHS, which solves them', async () => {
    expect(routeOf(endless())).toEqual(['highs'])
    expect(await solve(endless(), exact)).toMatchObject({ solver: 'highs', status: 'optimal', relativeGap: 0 })
  })

  test('asked first on such a program, the small solver ends at its limit of work and HiGHS answers', async () => {
    const { highsSolver } = await import('../../planners/solver/highs.ts')
    const outcome = await solveWith([javascriptLpSolver(), highsSolver], endless(), exact)
    expect(outcome).toMatchObject({
      solver: 'highs',
      status: 'optimal',
      relativeGap: 0,
      gaveUp: [{ solver: 'javascript-lp-solver', why: 'the limit of work was reached' }],
    })
  })

  test('on a tableau of a few cells it is the steps that count', async () => {
    // Twice a sum of whole numbers is even: 1,668 steps go through all of them, over 272,000 cells, 1.9 million with the steps.
    const builder = new ProgramBuilder('minimize')
    const ones = Array.from({ length: 8 }, (_, i) =>
      builder.variable(`x${i}`, { objective: 1, integer: true, upper: 1 }),
    )
    builder.constraint(
      'odd',
      ones.map((index) => [index, 2]),
      { lower: 9, upper: 9 },
    )
    const within = (limitCells: number) => solveWith([javascriptLpSolver(limitCells)], builder.build(), exact)
    expect(await within(1e6)).toMatchObject({ status: 'unknown', why: 'the limit of work was reached' })
    expect(await within(3e6)).toMatchObject({ status: 'infeasible' })
  })

  test('past the limit of work HiGHS is asked, whatever the machine', async () => {
    const { highsSolver } = await import('../../planners/solver/highs.ts')
    expect(await solveWith([javascriptLpSolver(20_000), highsSolver], months(), exact)).toMatchObject({
      solver: 'highs',
      status: 'optimal',
      gaveUp: [{ solver: 'javascript-lp-solver', why: 'the limit of work was reached' }],
    })
  })

  test('a limit of nodes returns the best found with its bound, the same each time', async () => {
    const once = () => solve(instance('fixed', 2, 10, 15), { timeLimitSeconds: 60, gap: 1e-4, nodes: 1 })
    const outcome = await once()
    if (outcome.status !== 'feasible' || outcome.bound === null) throw new Error(`it was ${outcome.status}`)
    expect(outcome.bound).toBeLessThan(outcome.objective)
    expect(outcome.relativeGap).toBeCloseTo((outcome.objective - outcome.bound) / outcome.objective, 12)
    expect(JSON.stringify(await once())).toBe(JSON.stringify(outcome))
  })

  test('a limit of time returns the best found with its bound and gap', async () => {
    // Nobody proved the best of this family: at 300 whole numbers HiGHS still looks for it after 10 s, and has points at once.
    const outcome = await solve(instance('cover', 1, 60, 16), { timeLimitSeconds: 1.5, gap: 0 })
    if (outcome.status !== 'feasible' || outcome.bound === null) throw new Error(`it was ${outcome.status}`)
    expect(outcome.bound).toBeLessThan(outcome.objective)
    expect(outcome.relativeGap).toBeCloseTo((outcome.objective - outcome.bound) / outcome.objective, 12)
    expect(outcome.relativeGap).toBeGreaterThan(0)
  })

  test('a limit of time too short for any solution is said', async () => {
    expect(await solve(instance('fixed', 3, 20, 25), { timeLimitSeconds: 0.01, gap: 0.01 })).toMatchObject({
      status: 'unknown',
      why: 'no solution was found within the time limit',
    })
  })

  test('a gap of 1 % is proved, and is no more than asked for', async () => {
    const outcome = await solve(instance('cover', 3, 12, 8), { timeLimitSeconds: 20, gap: 0.01 })
    const best = await solve(instance('cover', 3, 12, 8), exact)
    if (outcome.status !== 'optimal' || best.status !== 'optimal') throw new Error(`it was ${outcome.status}`)
    expect(outcome.relativeGap).toBeLessThanOrEqual(0.01)
    expect(outcome.bound).toBeLessThanOrEqual(best.objective)
    expect(outcome.objective).toBeLessThanOrEqual(best.objective / 0.99)
  })
})
