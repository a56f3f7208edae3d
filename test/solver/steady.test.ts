import { expect, test } from 'vitest'
import { ProgramBuilder } from '../../planners/solver/program.ts'
import { steadied } from '../../planners/solver/steady.ts'

/** A program of one row; `last` is what an engine's powers may add to the last digit. */
function program(last: number) {
  const builder = new ProgramBuilder('minimize')
  const x = builder.variable('x', { objective: 1.1999999999999 + last, integer: true, upper: 7 })
  const y = builder.variable('y', { objective: 2, lower: null, upper: 1 / 3 + last })
  builder.constraint(
    'carry',
    [
      [x, 0.3477722677031554 + last],
      [y, 123_456_789_012_345],
    ],
    { lower: 1e-7 + last / 1e6 },
  )
  return builder.build()
}

test('two engines whose powers differ in the last digit build the same program', () => {
  const last = 5.551115123125783e-17
  expect(program(last)).not.toEqual(program(0))
  expect(steadied(program(last))).toEqual(steadied(program(0)))
})

test('whole numbers, open sides and everything else stay as they are; nothing moves by more than the solvers see', () => {
  const given = program(0)
  const { variables, constraints } = steadied(given)
  expect(variables.map(({ lower, upper }) => [lower, upper])).toEqual([
    [0, 7],
    [null, 0.333333333333],
  ])
  expect(constraints[0]).toEqual({
    name: 'carry',
    terms: [
      [0, 0.347772267703],
      [1, 123_456_789_012_345],
    ],
    lower: 1e-7,
    upper: null,
    requirement: 'carry',
  })
  expect(variables[0]?.objective).toBe(1.2)
})
