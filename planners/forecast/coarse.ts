import type { LinearProgram, ProgramConstraint, ProgramVariable, Term } from '../solver/program.ts'
import type { ForecastProgram } from './program.ts'
import type { Way } from './ways.ts'

/** A program with fewer decisions, every point of which is a point of the whole one. */
export interface Reduced {
  readonly program: LinearProgram
  /** Its variables by those of the whole program; null where one is 0. */
  readonly of: readonly (number | null)[]
}

/** A name by which ways of different months are the same decision. */
function lasting(way: Way): string {
  if (way.type === 'hourly') return way.run === null ? 'hourly' : `hourly ${way.source}`
  if (way.type === 'pool') return `pool ${way.class}`
  return `runs ${way.group} ${way.run} ${way.lane}`
}

/**
 * The program in which every workload goes the same way in all months of a block: far fewer decisions, and seldom much dearer, since growth
 * changes little in a few months and commitments last a year. A way that is not there in each month of a block is left out of it.
 */
export function inBlocks({ program, ways }: ForecastProgram, months: number, blockMonths: number): Reduced {
  const blocks = new Map<string, { variables: number[]; months: number }>()
  for (const { workload, month, way, variable } of ways) {
    const block = Math.floor(month / blockMonths)
    const name = `${workload} ${block} ${lasting(way)}`
    const known = blocks.get(name)
    if (known) known.variables.push(variable)
    else {
      const length = Math.min(blockMonths, months - block * blockMonths)
      blocks.set(name, { variables: [variable], months: length })
    }
  }
  const leader = new Map<number, number | null>()
  for (const { variables, months: length } of blocks.values()) {
    for (const variable of variables) leader.set(variable, variables.length === length ? variables[0]! : null)
  }
  return reduced(program, (variable) => (leader.has(variable) ? leader.get(variable)! : variable))
}

/** @param leaderOf the variable whose value another one takes; null where it is 0 */
function reduced(program: LinearProgram, leaderOf: (variable: number) => number | null): Reduced {
  const place = new Map<number, number>()
  const variables: ProgramVariable[] = []
  const of = program.variables.map((variable, index) => {
    const leader = leaderOf(index)
    if (leader === null) return null
    const known = place.get(leader)
    if (known === undefined) {
      place.set(leader, variables.length)
      return variables.push(variable) - 1
    }
    const first = variables[known]!
    variables[known] = { ...first, objective: first.objective + variable.objective }
    return known
  })
  const seen = new Set<string>()
  const constraints = program.constraints.flatMap((constraint): ProgramConstraint[] => {
    const sums = new Map<number, number>()
    for (const [variable, coefficient] of constraint.terms) {
      const own = of[variable]
      if (own !== null && own !== undefined) sums.set(own, (sums.get(own) ?? 0) + coefficient)
    }
    const terms = [...sums].filter(([, coefficient]): boolean => coefficient !== 0) as Term[]
    if (terms.length === 0 && isHeld(constraint, 0)) return []
    // Choices of a block are the same row in each of its months.
    const text = JSON.stringify([terms, constraint.lower, constraint.upper])
    if (seen.has(text)) return []
    seen.add(text)
    return [{ ...constraint, terms }]
  })
  return { program: { ...program, variables, constraints }, of }
}

function isHeld({ lower, upper }: ProgramConstraint, value: number): boolean {
  return (lower === null || lower <= value) && (upper === null || value <= upper)
}

/** Values of the whole program's variables by those of a reduced one. */
export function expanded({ of }: Reduced, values: readonly number[]): number[] {
  return of.map((own) => (own === null ? 0 : values[own]!))
}

/** Parts of a program that share no variable once some are fixed: each may be solved alone. */
export function partsWithFixed(program: LinearProgram, fixed: ReadonlyMap<number, number>): Reduced[] {
  const parent = program.variables.map((_, index) => index)
  const root = (index: number): number => {
    let at = index
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]!]!
      at = parent[at]!
    }
    return at
  }
  for (const { terms } of program.constraints) {
    const free = terms.filter(([variable]) => !fixed.has(variable))
    for (const [variable] of free) parent[root(variable)] = root(free[0]![0])
  }
  const parts = new Map<number, { variables: number[]; constraints: ProgramConstraint[] }>()
  for (const index of program.variables.keys()) {
    if (fixed.has(index)) continue
    const at = root(index)
    const part = parts.get(at)
    if (part) part.variables.push(index)
    else parts.set(at, { variables: [index], constraints: [] })
  }
  for (const constraint of program.constraints) {
    const free = constraint.terms.filter(([variable]) => !fixed.has(variable))
    const [first] = free
    if (first === undefined) continue
    const given = constraint.terms.reduce((sum, [v, coefficient]) => sum + coefficient * (fixed.get(v) ?? 0), 0)
    const { lower, upper } = constraint
    parts.get(root(first[0]))!.constraints.push({
      ...constraint,
      terms: free,
      lower: lower === null ? null : lower - given,
      upper: upper === null ? null : upper - given,
    })
  }
  return [...parts.values()].map(({ variables, constraints }) => {
    const place = new Map(variables.map((variable, index) => [variable, index]))
    return {
      program: {
        ...program,
        variables: variables.map((variable) => program.variables[variable]!),
        constraints: constraints.map((each) => ({
          ...each,
          terms: each.terms.map(([variable, coefficient]): Term => [place.get(variable)!, coefficient]),
        })),
      },
      of: program.variables.map((_, index) => place.get(index) ?? null),
    }
  })
}
