import fc from 'fast-check'
import { type LinearProgram, ProgramBuilder } from '../../planners/solver/program.ts'

interface Column {
  objective: number
  lower: number
  span: number
  /** Bounds as rows instead of bounds of a variable that is free, or open at one side. */
  open: 'closed' | 'below' | 'above' | 'free'
}
interface Row {
  coefficients: number[]
  kind: 'at most' | 'at least' | 'equal' | 'between'
  bound: number
  width: number
}

const column: fc.Arbitrary<Column> = fc.record({
  objective: fc.integer({ min: -9, max: 9 }),
  lower: fc.integer({ min: -3, max: 2 }),
  span: fc.integer({ min: 0, max: 4 }),
  open: fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom<Column['open'][]>('closed', 'below', 'above') },
    { weight: 1, arbitrary: fc.constant<Column['open']>('free') },
  ),
})
const row: fc.Arbitrary<Row> = fc.record({
  coefficients: fc.array(fc.integer({ min: -5, max: 7 }), { minLength: 4, maxLength: 4 }),
  kind: fc.constantFrom('at most', 'at least', 'equal', 'between'),
  bound: fc.integer({ min: -8, max: 12 }),
  width: fc.integer({ min: 0, max: 5 }),
})

function boundsOf({ kind, bound, width }: Row): { lower?: number; upper?: number } {
  if (kind === 'at most') return { upper: bound }
  if (kind === 'at least') return { lower: bound }
  return { lower: bound, upper: bound + (kind === 'equal' ? 0 : width) }
}

function programOf(sense: LinearProgram['sense'], columns: readonly Column[], rows: readonly Row[]): LinearProgram {
  const builder = new ProgramBuilder(sense)
  columns.forEach(({ objective, lower, span, open }, index) => {
    const upper = lower + span
    builder.variable(`x${index}`, {
      objective,
      integer: true,
      lower: open === 'below' || open === 'free' ? null : lower,
      upper: open === 'above' || open === 'free' ? null : upper,
    })
    // An open side is closed by a row, so that all points can still be gone through.
    if (open !== 'closed') builder.constraint(`range ${index}`, [[index, 1]], { lower, upper })
  })
  rows.forEach((each, index) => {
    const terms = columns.map((_, variable) => [variable, each.coefficients[variable]!] as const)
    if (terms.some(([, coefficient]) => coefficient !== 0)) builder.constraint(`row ${index}`, terms, boundsOf(each))
  })
  return builder.build()
}

/** Up to four whole variables of at most five values each: at most 625 points. */
export const smallPrograms: fc.Arbitrary<LinearProgram> = fc
  .tuple(
    fc.constantFrom('minimize' as const, 'maximize' as const),
    fc.array(column, { minLength: 1, maxLength: 4 }),
    fc.array(row, { minLength: 0, maxLength: 4 }),
  )
  .map(([sense, columns, rows]) => programOf(sense, columns, rows))

/** A row that some point satisfies, a point of its own, so that rows conflict with each other and seldom with themselves. */
interface KeptRow extends Row {
  /** The point, each value as steps from the lower bound. */
  at: number[]
  requirement: 'own' | 'shared a' | 'shared b' | null
}
const keptRow: fc.Arbitrary<KeptRow> = fc
  .tuple(
    row,
    fc.array(fc.nat(4), { minLength: 4, maxLength: 4 }),
    fc.constantFrom('own', 'own', 'own', 'own', 'own', 'shared a', 'shared b', null),
  )
  .map(([each, at, requirement]) => ({ ...each, at, requirement }))

/**
 * Programs of bounded whole variables and up to nine rows, each a requirement of its own, one that rows share, or none (null).
 * Whatever rows are left out, all points can be gone through.
 */
export const programsWithRequirements: fc.Arbitrary<LinearProgram> = fc
  .tuple(fc.array(column, { minLength: 2, maxLength: 4 }), fc.array(keptRow, { minLength: 2, maxLength: 9 }))
  .map(([columns, rows]) => {
    const closed = columns.map((each): Column => ({ ...each, open: 'closed' }))
    const kept = rows.map(({ coefficients, at, ...each }) => {
      const sum = closed.reduce((s, { lower, span }, i) => s + coefficients[i]! * (lower + Math.min(at[i]!, span)), 0)
      return { ...each, coefficients, bound: sum }
    })
    const program = programOf('minimize', closed, kept)
    const constraints = program.constraints.map((each) => {
      const { requirement } = rows[Number(each.name.slice('row '.length))]!
      return { ...each, requirement: requirement === 'own' ? each.name : requirement }
    })
    return { ...program, constraints }
  })

/** @returns the best objective over all points with values from -3 to 6, null where none satisfies the program. */
export function bruteForce({ sense, variables, constraints }: LinearProgram): number | null {
  let best: number | null = null
  const values = variables.map(() => 0)
  const visit = (index: number): void => {
    if (index < variables.length) {
      const { lower, upper } = variables[index]!
      for (let value = Math.max(-3, lower ?? -3); value <= Math.min(6, upper ?? 6); value += 1) {
        values[index] = value
        visit(index + 1)
      }
      return
    }
    for (const { terms, lower, upper } of constraints) {
      let activity = 0
      for (const [variable, coefficient] of terms) activity += coefficient * values[variable]!
      if ((lower !== null && activity < lower) || (upper !== null && activity > upper)) return
    }
    const objective = variables.reduce((sum, variable, at) => sum + variable.objective * values[at]!, 0)
    if (best === null || (sense === 'minimize' ? objective < best : objective > best)) best = objective
  }
  visit(0)
  return best
}
