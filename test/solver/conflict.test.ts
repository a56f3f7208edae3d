import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findConflict } from '../../planners/solver/conflict.ts'
import { type LinearProgram, ProgramBuilder } from '../../planners/solver/program.ts'
import { solve } from '../../planners/solver/solve.ts'
import { instance } from './instances.ts'
import { bruteForce, smallPrograms } from './small-programs.ts'

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

test('of 100 infeasible programs, each conflict is infeasible and none of its members can be left out', async () => {
  const infeasible = smallPrograms.filter((program) => bruteForce(program) === null)
  await fc.assert(
    fc.asyncProperty(infeasible, async (program) => {
      const conflict = await findConflict(program, exact)
      const members = new Set(conflict?.requirements)
      expect(conflict?.minimal).toBe(true)
      const has = async (kept: (name: string) => boolean) => (await solve(keeping(program, kept), exact)).status
      expect(await has((name) => members.has(name))).toBe('infeasible')
      for (const left of members) {
        expect(await has((name) => members.has(name) && name !== left)).not.toBe('infeasible')
      }
    }),
    { seed: 20270102, numRuns: 100 },
  )
})

test('one demand that no quota can meet among 60 workloads is found', async () => {
  const program = instance('cover', 5, 60, 5)
  const constraints = program.constraints.map((row) => (row.name === 'demand 41' ? { ...row, lower: 1e8 } : row))
  const conflict = await findConflict({ ...program, constraints }, { ...exact, gap: 0.01 })
  expect(conflict?.minimal).toBe(true)
  expect(conflict?.requirements).toContain('demand 41')
  expect(conflict?.requirements.filter((name) => !name.startsWith('quota'))).toEqual(['demand 41'])
})
