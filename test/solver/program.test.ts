import { expect, test } from 'vitest'
import { checkProgram, ProgramBuilder, ProgramError } from '../../planners/solver/program.ts'

function withVariable(): ProgramBuilder {
  const builder = new ProgramBuilder('minimize')
  builder.variable('x')
  return builder
}

test('a variable starts at zero, continuous, without cost and without end', () => {
  expect(withVariable().build().variables).toEqual([{ name: 'x', objective: 0, integer: false, lower: 0, upper: null }])
})

test('terms of one variable are added up, those that cancel are left out', () => {
  const builder = withVariable()
  const y = builder.variable('y')
  builder.constraint('row', [[0, 2], [y, 3], [0, -2]], { lower: 1 }) // biome-ignore format: a row of terms
  expect(builder.build().constraints).toEqual([
    { name: 'row', terms: [[1, 3]], lower: 1, upper: null, requirement: 'row' },
  ])
})

test.each([
  ['a coefficient that is no number', (b: ProgramBuilder) => b.constraint('r', [[0, Number.NaN]], { lower: 1 }), /NaN/],
  ['an infinite coefficient', (b: ProgramBuilder) => b.constraint('r', [[0, 1 / 0]], { lower: 1 }), /Infinity/],
  [
    'a coefficient HiGHS takes for infinite',
    (b: ProgramBuilder) => b.constraint('r', [[0, 1e15]], { lower: 1 }),
    /1e15/,
  ],
  ['an infinite bound', (b: ProgramBuilder) => b.constraint('r', [[0, 1]], { upper: 1 / 0 }), /Infinity/],
  ['a row without terms', (b: ProgramBuilder) => b.constraint('r', [], { lower: 1 }), /no terms/],
  ['a row of zeros', (b: ProgramBuilder) => b.constraint('r', [[0, 0]], { lower: 1 }), /no terms/],
  ['a row without bounds', (b: ProgramBuilder) => b.constraint('r', [[0, 1]], {}), /no bound/],
  ['a row with swapped bounds', (b: ProgramBuilder) => b.constraint('r', [[0, 1]], { lower: 2, upper: 1 }), /swapped/],
  ['an unknown variable', (b: ProgramBuilder) => b.constraint('r', [[1, 1]], { lower: 1 }), /variable 1, of 1/],
  ['a variable by half', (b: ProgramBuilder) => b.constraint('r', [[0.5, 1]], { lower: 1 }), /variable 0.5/],
  ['an objective that is no number', (b: ProgramBuilder) => b.variable('y', { objective: Number.NaN }), /"y" is NaN/],
  ['a variable with swapped bounds', (b: ProgramBuilder) => b.variable('y', { lower: 1, upper: 0 }), /swapped/],
])('refuses %s', (_, build, message) => {
  const builder = withVariable()
  expect(() => build(builder)).toThrow(ProgramError)
  expect(() => build(builder)).toThrow(message)
})

test('refuses names that are not unique', () => {
  const builder = withVariable()
  builder.variable('x')
  expect(() => builder.build()).toThrow('two variables are called "x"')
})

test('a program put together by hand is checked like a built one', () => {
  const program = withVariable().build()
  const row = { name: 'r', terms: [[0, 1], [0, 1]] as const, lower: 1, upper: null, requirement: null } // biome-ignore format: a row of terms
  expect(() => checkProgram({ ...program, constraints: [row] })).toThrow('names variable 0 twice')
})
