/** A decision of the program: a number between two bounds, whole where `integer`. */
export interface ProgramVariable {
  readonly name: string
  /** What one unit adds to the objective. */
  readonly objective: number
  readonly integer: boolean
  /** Null where there is no lower bound. */
  readonly lower: number | null
  /** Null where there is no upper bound. */
  readonly upper: number | null
}

/** A variable, by its index, and its coefficient. */
export type Term = readonly [variable: number, coefficient: number]

/** `lower <= sum of coefficient x variable <= upper`; equal bounds make an equation, null leaves a side open. */
export interface ProgramConstraint {
  readonly name: string
  readonly terms: readonly Term[]
  readonly lower: number | null
  readonly upper: number | null
  /**
   * What the person asked for that this row states: rows of one requirement stand or fall together when a conflict is
   * looked for. Null for rows that nobody could waive (a replica needs its GPUs).
   */
  readonly requirement: string | null
}

/** A mixed-integer linear program. Data only: indices of `terms` point into `variables`. */
export interface LinearProgram {
  readonly sense: 'minimize' | 'maximize'
  readonly variables: readonly ProgramVariable[]
  readonly constraints: readonly ProgramConstraint[]
}

/** A program that no solver should see: a defect of the planner that built it, never of the user's input. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError'
}

/**
 * Largest magnitude of a coefficient or bound. HiGHS takes matrix entries from here on for infinite (its option
 * large_matrix_value), and double precision has no digit left behind the point.
 */
const LARGEST = 1e15

function checkNumber(value: number, what: string): void {
  if (!Number.isFinite(value)) throw new ProgramError(`${what} is ${value}`)
  if (Math.abs(value) >= LARGEST) throw new ProgramError(`${what} is ${value}: 1e15 or more is no quantity`)
}

function checkBounds(lower: number | null, upper: number | null, what: string): void {
  if (lower !== null) checkNumber(lower, `lower bound of ${what}`)
  if (upper !== null) checkNumber(upper, `upper bound of ${what}`)
  if (lower !== null && upper !== null && lower > upper) {
    throw new ProgramError(`${what} lies between ${lower} and ${upper}: the bounds are swapped`)
  }
}

function checkVariable({ name, objective, lower, upper }: ProgramVariable): void {
  checkNumber(objective, `objective coefficient of variable "${name}"`)
  checkBounds(lower, upper, `variable "${name}"`)
}

function checkConstraint({ name, terms, lower, upper }: ProgramConstraint, variables: number): void {
  if (terms.length === 0) throw new ProgramError(`constraint "${name}" has no terms`)
  if (lower === null && upper === null) throw new ProgramError(`constraint "${name}" has no bound`)
  checkBounds(lower, upper, `constraint "${name}"`)
  const seen = new Set<number>()
  for (const [variable, coefficient] of terms) {
    if (!Number.isInteger(variable) || variable < 0 || variable >= variables) {
      throw new ProgramError(`constraint "${name}" names variable ${variable}, of ${variables}`)
    }
    if (seen.has(variable)) throw new ProgramError(`constraint "${name}" names variable ${variable} twice`)
    seen.add(variable)
    checkNumber(coefficient, `coefficient of variable ${variable} in constraint "${name}"`)
  }
}

function checkUnique(names: readonly { readonly name: string }[], what: string): void {
  const seen = new Set<string>()
  for (const { name } of names) {
    if (seen.has(name)) throw new ProgramError(`two ${what} are called "${name}"`)
    seen.add(name)
  }
}

/**
 * Refuses what solvers take silently and answer wrongly: numbers that are not finite, rows without terms, unknown variables.
 * @throws ProgramError
 */
export function checkProgram({ variables, constraints }: LinearProgram): void {
  checkUnique(variables, 'variables')
  checkUnique(constraints, 'constraints')
  for (const variable of variables) checkVariable(variable)
  for (const constraint of constraints) checkConstraint(constraint, variables.length)
}

/** Puts a program together; every method throws a `ProgramError` at the line that builds the bad row. */
export class ProgramBuilder {
  readonly #sense: LinearProgram['sense']
  readonly #variables: ProgramVariable[] = []
  readonly #constraints: ProgramConstraint[] = []

  constructor(sense: LinearProgram['sense']) {
    this.#sense = sense
  }

  /**
   * Adds a variable: continuous, from 0 up and free of cost unless said otherwise.
   * @returns its index, for terms and to read its value.
   */
  variable(name: string, options: Partial<Omit<ProgramVariable, 'name'>> = {}): number {
    const variable = { name, objective: 0, integer: false, lower: 0, upper: null, ...options }
    checkVariable(variable)
    return this.#variables.push(variable) - 1
  }

  /**
   * Adds a row. Terms of one variable are added up and those with coefficient 0 left out.
   * @param requirement what the row stands for in a conflict, its name unless given; null where it cannot be waived.
   */
  constraint(
    name: string,
    terms: Iterable<Term>,
    bounds: { readonly lower?: number | null; readonly upper?: number | null },
    requirement: string | null = name,
  ): void {
    const sums = new Map<number, number>()
    for (const [variable, coefficient] of terms) sums.set(variable, (sums.get(variable) ?? 0) + coefficient)
    const merged = [...sums].filter(([, coefficient]) => coefficient !== 0)
    const constraint = { name, terms: merged, lower: bounds.lower ?? null, upper: bounds.upper ?? null, requirement }
    checkConstraint(constraint, this.#variables.length)
    this.#constraints.push(constraint)
  }

  /** @throws ProgramError where two variables or two constraints share a name. */
  build(): LinearProgram {
    const program = { sense: this.#sense, variables: [...this.#variables], constraints: [...this.#constraints] }
    checkProgram(program)
    return program
  }
}

/** The program with fractions allowed everywhere: quick to solve, and nothing of the program itself is better. */
export function relaxation(program: LinearProgram): LinearProgram {
  return { ...program, variables: program.variables.map((variable) => ({ ...variable, integer: false })) }
}
