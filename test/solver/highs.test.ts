import type { Highs, Model } from 'highs'
import { expect, test, vi } from 'vitest'
import { highsSolver, highsWith } from '../../planners/solver/highs.ts'
import { solveWith } from '../../planners/solver/solve.ts'
import { instance } from './instances.ts'

/** What happened to the real module, which stands behind. */
const seen = vi.hoisted(() => ({ loads: 0, models: [] as Model[], crash: false }))

vi.mock('highs', async (importOriginal) => {
  const { default: load } = await importOriginal<{ default: () => Promise<Highs> }>()
  const watched = async () => {
    seen.loads += 1
    const highs = await load()
    const withModel = (use: (model: Model) => unknown) =>
      highs.withModel((model) => {
        seen.models.push(model)
        if (seen.crash) throw new Error('memory access out of bounds')
        return use(model)
      })
    return { constants: highs.constants, infinity: highs.infinity, withModel }
  }
  return { default: watched }
})

const limits = { timeLimitSeconds: 20, gap: 0 }
const program = instance('cover', 1, 2, 4)
const isDisposed = (model: Model): boolean => {
  try {
    model.getObjectiveValue()
    return false
  } catch (error) {
    return (error as Error).name === 'HighsDisposedError'
  }
}

test('the module is loaded at the first solve, once, even by two at the same time; every model is disposed of', async () => {
  expect(seen.loads).toBe(0)
  await Promise.all([highsSolver.solve(program, limits), highsSolver.solve(program, limits)])
  await highsSolver.solve(program, limits)
  expect(seen.loads).toBe(1)
  expect(seen.models.map(isDisposed)).toEqual([true, true, true])
})

test('a crash is no answer, costs the instance, and the next solve has a new one', async () => {
  const before = await solveWith([highsSolver], program, limits)
  seen.crash = true
  expect(await solveWith([highsSolver], program, limits)).toMatchObject({
    status: 'unknown',
    why: 'HiGHS failed: memory access out of bounds',
  })
  seen.crash = false
  const loads = seen.loads
  expect(await solveWith([highsSolver], program, limits)).toEqual(before)
  expect(seen.loads).toBe(loads + 1)
  expect(seen.models.every(isDisposed)).toBe(true)
})

test('an option of HiGHS is passed on, an unknown one is no answer', async () => {
  const program = instance('mix', 1, 6, 16)
  const outcome = await solveWith([highsWith({ mip_max_improving_sols: 1 })], program, limits)
  expect(outcome).toMatchObject({ status: 'feasible' })
  expect(await solveWith([highsWith({ no_such_option: 1 })], program, limits)).toMatchObject({ status: 'unknown' })
})
