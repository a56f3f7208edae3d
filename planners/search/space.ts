/**
 * A search space as data: variables with domains, constraints with names and reasons. Knows nothing of GPUs.
 *
 * Variables are bound in the order in which they are declared. A domain may depend on variables bound before it
 * (`offer` depends on `gpu`), which is why it is a function of the assignment.
 */
export interface Variable<A> {
  readonly name: string
  /** Values for the assignment so far. Called once per node; must not depend on unbound variables. */
  domain(assignment: A): readonly unknown[]
  /** Names of the variables that the domain depends on. Absent: the domain is the same everywhere. */
  readonly dependsOn?: readonly string[]
  /** Writes a value into the assignment. */
  bind(assignment: A, value: never): void
}

/** What a failed constraint says: by how much it is missed, in the constraint's unit. 0 = satisfied. */
export interface Constraint<A> {
  readonly name: string
  /** One sentence for the person who asks why a configuration fell out. */
  readonly reason: string
  /** Of the violation; absent for refusals, which have no size. */
  readonly unit?: string
  /** The constraint is checked as soon as these are bound. */
  readonly needs: readonly string[]
  /**
   * How far the assignment misses the constraint, in `unit`; 0 or less when it holds. `Infinity` for a refusal that has
   * no size (an engine that does not run on a GPU).
   */
  violation(assignment: A): number
  /** The limit itself, to judge a violation relative to it; absent for refusals. */
  limit?(assignment: A): number
  /** True when checking it is the evaluation of the configuration itself (memory, latency), not a rule of form. */
  readonly evaluates?: boolean
}

/** Something computed once its variables are bound, before the constraints of that level are checked. */
export interface Derivation<A> {
  readonly needs: readonly string[]
  compute(assignment: A): void
}

export interface Space<A> {
  readonly variables: readonly Variable<A>[]
  readonly derivations: readonly Derivation<A>[]
  readonly constraints: readonly Constraint<A>[]
}

/** Per level of the tree: what is computed and checked once that level's variable is bound. */
export interface Level<A> {
  readonly variable: Variable<A>
  readonly derivations: readonly Derivation<A>[]
  readonly constraints: readonly Constraint<A>[]
  /** A later domain depends on this variable. */
  readonly decidesDomains: boolean
}

/**
 * Sorts derivations and constraints to the first level at which everything they need is bound.
 * @throws Error when a name is unknown: a mistake in the planner, not in the input.
 */
export function levelsOf<A>(space: Space<A>): Level<A>[] {
  const position = positionsOf(space)
  const levelFor = (needs: readonly string[], what: string): number => {
    let deepest = 0
    for (const name of needs) {
      const index = position.get(name)
      if (index === undefined) throw new Error(`${what} needs the unknown variable ${name}`)
      deepest = Math.max(deepest, index)
    }
    return deepest
  }
  return space.variables.map((variable, index) => ({
    variable,
    derivations: space.derivations.filter((derivation) => levelFor(derivation.needs, 'a derivation') === index),
    constraints: space.constraints.filter((constraint) => levelFor(constraint.needs, constraint.name) === index),
    decidesDomains: space.variables.some((later) => later.dependsOn?.includes(variable.name) === true),
  }))
}

function positionsOf<A>(space: Space<A>): Map<string, number> {
  return new Map(space.variables.map((variable, index) => [variable.name, index]))
}

/**
 * Makes the function that counts the complete assignments below a node whose variables up to `depth` are bound. Independent
 * domains multiply; a domain that depends on an unbound variable is summed over that variable's values.
 */
export function subtreeSizes<A>(space: Space<A>): (assignment: A, depth: number) => number {
  const { variables } = space
  const position = positionsOf(space)
  /** Depth from which a variable's domain is known. */
  const known = variables.map((variable) =>
    Math.max(0, ...(variable.dependsOn ?? []).map((name) => (position.get(name) ?? 0) + 1)),
  )
  const size = (assignment: A, depth: number): number => {
    let product = 1
    for (let index = depth; index < variables.length; index++) {
      if (known[index]! > depth) return sum(assignment, depth)
      product *= variables[index]!.domain(assignment).length
    }
    return product
  }
  const sum = (assignment: A, depth: number): number => {
    const variable = variables[depth]!
    let total = 0
    for (const value of variable.domain(assignment)) {
      variable.bind(assignment, value as never)
      total += size(assignment, depth + 1)
    }
    return total
  }
  return size
}
