import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { findConflict } from '../../planners/solver/conflict.ts'
import { type LinearProgram, ProgramBuilder, type Term } from '../../planners/solver/program.ts'
import { solve } from '../../planners/solver/solve.ts'
import { moreThan } from '../fuzz/draws.ts'
import { instance, random } from './instances.ts'
import { bruteForce, programsWithRequirements } from './small-programs.ts'

/** What the real solves ended with. */
const statuses = vi.hoisted((): string[] => [])
vi.mock('../../planners/solver/solve.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../planners/solver/solve.ts')>()
  const watched: typeof original.solve = async (...asked) => {
    const outcome = await original.solve(...asked)
    statuses.push(outcome.status)
    return outcome
  }
  return { ...original, solve: watched }
})

const exact = { timeLimitSeconds: 20, gap: 0 }

/** The program with only the requirements that are kept. */
function keeping(program: LinearProgram, kept: (requirement: string) => boolean): LinearProgram {
  const constraints = program.constraints.filter(({ requirement }) => requirement === null || kept(requirement))
  return { ...program, constraints }
}

/** Two workloads on eight GPUs: the chat needs 5, the batch 4 with a spare; the budget would pay for 9. */
function fleet(requirementOfSpare: string | null = 'spare'): LinearProgram {
  const builder = new ProgramBuilder('minimize')
  const chat = builder.variable('chat', { objective: 1, integer: true })
  const batch = builder.variable('batch', { objective: 1, integer: true })
  builder.constraint('budget', [[chat, 2], [batch, 2]], { upper: 18 }) // biome-ignore format: a row of terms
  builder.constraint('chat rate', [[chat, 100]], { lower: 450 })
  builder.constraint('batch rate', [[batch, 100]], { lower: 300 })
  builder.constraint('gpus', [[chat, 1], [batch, 1]], { upper: 8 }) // biome-ignore format: a row of terms
  builder.constraint('spare', [[batch, 1]], { lower: 4 }, requirementOfSpare)
  return builder.build()
}

describe('what conflicts', () => {
  test('5 + 4 GPUs are more than 8; the budget and the batch rate are not to blame', async () => {
    expect(await findConflict(fleet(), exact)).toEqual({ requirements: ['chat rate', 'gpus', 'spare'], minimal: true })
  })

  test('a row that nobody could waive is not named', async () => {
    expect(await findConflict(fleet(null), exact)).toEqual({ requirements: ['chat rate', 'gpus'], minimal: true })
  })

  test('rows of one requirement stand and fall together', async () => {
    expect(await findConflict(fleet('batch rate'), exact)).toEqual({
      requirements: ['chat rate', 'batch rate', 'gpus'],
      minimal: true,
    })
  })

  test('a conflict of whole numbers alone: 4.5 + 4.5 GPUs would do, 5 + 5 do not', async () => {
    const builder = new ProgramBuilder('minimize')
    const a = builder.variable('a', { integer: true })
    const b = builder.variable('b', { integer: true })
    builder.constraint('a rate', [[a, 100]], { lower: 450 })
    builder.constraint('b rate', [[b, 100]], { lower: 450 })
    builder.constraint('gpus', [[a, 1], [b, 1]], { upper: 9 }) // biome-ignore format: a row of terms
    builder.constraint('quota', [[a, 1]], { upper: 6 })
    expect(await findConflict(builder.build(), exact)).toEqual({
      requirements: ['a rate', 'b rate', 'gpus'],
      minimal: true,
    })
  })

  test('where the fixed rows conflict alone, no requirement is named', async () => {
    const program = fleet()
    const constraints = program.constraints.map((row) => ({ ...row, requirement: null }))
    expect(await findConflict({ ...program, constraints }, exact)).toEqual({ requirements: [], minimal: true })
  })

  test('a program with a point has no conflict', async () => {
    expect(
      await findConflict(
        keeping(fleet(), (name) => name !== 'gpus'),
        exact,
      ),
    ).toBeNull()
  })

  test('what cannot be told within the limits is not called a conflict', async () => {
    expect(await findConflict(instance('fixed', 3, 20, 25), { timeLimitSeconds: 0.01, gap: 0.01 })).toBeNull()
  })
})

test('of 300 infeasible programs, each conflict is infeasible and none of its members can be left out, by all points', async () => {
  const seen = { none: 0, several: 0, shared: 0, withFixed: 0 }
  const infeasible = programsWithRequirements.filter((program) => bruteForce(program) === null)
  await fc.assert(
    fc.asyncProperty(infeasible, async (program) => {
      const conflict = await findConflict(program, exact)
      if (conflict === null) throw new Error('no conflict was found')
      const members = new Set(conflict.requirements)
      expect(conflict.minimal).toBe(true)
      // In the order of the program, each once, none that it does not have.
      const order = [...new Set(program.constraints.map(({ requirement }) => requirement))]
      expect(conflict.requirements).toEqual(order.filter((each) => each !== null && members.has(each)))

      const has = (rows: LinearProgram) => bruteForce(rows) !== null
      expect(has(keeping(program, (name) => members.has(name)))).toBe(false)
      for (const left of members) {
        expect(has(keeping(program, (name) => members.has(name) && name !== left))).toBe(true)
      }
      // Rows that nobody could waive stay: many conflicts are none without them.
      const waived = { ...program, constraints: program.constraints.filter(({ requirement }) => requirement !== null) }
      if (members.size > 0 && has(keeping(waived, (name) => members.has(name)))) seen.withFixed += 1
      if (members.size === 0) seen.none += 1
      if (members.size > 1) seen.several += 1
      if (conflict.requirements.some((name) => name.startsWith('shared'))) seen.shared += 1
    }),
    { seed: 20270102, numRuns: 300 },
  )
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(moreThan(15))
})

test('where a limit stops the proof that a member is needed, the conflict is not called minimal', async () => {
  // Six sums of 51 yes-or-no numbers that nobody waives, each to be half of all: too hard for one node, with or without a point.
  const next = random(1)
  const builder = new ProgramBuilder('minimize')
  const chosen = Array.from({ length: 51 }, (_, i) => builder.variable(`x${i}`, { integer: true, upper: 1 }))
  for (let row = 0; row < 6; row += 1) {
    const terms = chosen.map((index): Term => [index, Math.floor(100 * next())])
    const half = Math.floor(terms.reduce((sum, [, weight]) => sum + weight, 0) / 2)
    builder.constraint(`half ${row}`, terms, { lower: half, upper: half }, null)
  }
  const all = chosen.map((index): Term => [index, 1])
  builder.constraint('many', all, { lower: 27 })
  builder.constraint('few', all, { upper: 24 })
  expect(await findConflict(builder.build(), { ...exact, nodes: 1 })).toEqual({
    requirements: ['many', 'few'],
    minimal: false,
  })
})

test('one demand that no quota can meet among 60 workloads is found', async () => {
  const program = instance('cover', 5, 60, 5)
  const constraints = program.constraints.map((row) => (row.name === 'demand 41' ? { ...row, lower: 1e8 } : row))
  const conflict = await findConflict({ ...program, constraints }, { ...exact, gap: 0.01 })
  expect(conflict?.minimal).toBe(true)
  expect(conflict?.requirements).toContain('demand 41')
  expect(conflict?.requirements.filter((name) => !name.startsWith('quota'))).toEqual(['demand 41'])
})

test('a search whose solves stay undecided is broken off: two seconds each for 30 members would be a minute', async () => {
  const program = instance('fleet', 1, 30, 27)
  const constraints = program.constraints.map((row) => {
    if (row.name.startsWith('seat')) return { ...row, requirement: null }
    return row.name.startsWith('quota') ? { ...row, upper: 100 } : row
  })
  statuses.length = 0
  const start = performance.now()
  const conflict = await findConflict({ ...program, constraints }, { timeLimitSeconds: 2, gap: 0.01 })
  expect(performance.now() - start).toBeLessThan(20_000)
  expect(conflict?.minimal).toBe(false)
  expect(statuses.filter((status) => status === 'unknown')).toHaveLength(10)
  // What is named conflicts all the same.
  const members = new Set(conflict?.requirements)
  const named = keeping({ ...program, constraints }, (name) => members.has(name))
  expect(await solve(named, exact)).toMatchObject({ status: 'infeasible' })
})
