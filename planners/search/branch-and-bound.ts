import { type Constraint, levelsOf, type Space, subtreeSizes } from './space.ts'

/** What a search counted. `evaluated + pruned + rejectedBeforeEvaluation = space`. */
export interface SearchCounts {
  space: number
  /** Combinations that reached evaluation, whether they passed it or not. */
  evaluated: number
  /** Combinations skipped because a bound proved that they cannot enter the result, by bound. */
  pruned: Record<string, number>
  /** Combinations refused, by the first constraint that refused them. */
  rejected: Record<string, number>
  /** The part of `rejected` that fell before evaluation. */
  rejectedBeforeEvaluation: number
  /** Complete assignments that satisfy every constraint and were handed to `accept`. */
  feasible: number
}

export interface SearchOptions<A> {
  /**
   * Name of a bound that proves that nothing below this node can enter the result, or null. Called after the constraints
   * of a level, with the variables up to `level` bound. Never called when `exhaustive`.
   */
  bound(assignment: A, level: number): string | null
  /** A complete assignment that satisfies every constraint. */
  accept(assignment: A): void
  /** A branch that died, with the violated constraint and by how much: the near misses are picked from these. */
  reject?(assignment: A, level: number, constraint: Constraint<A>, violation: number): void
  /** Switches pruning by bounds off. Constraints still refuse, since they define the feasible set. */
  exhaustive: boolean
}

/**
 * Depth-first search over a declared space. Exact: a branch is left out only when a constraint refuses it or a bound proves
 * that it cannot enter the result, and every leaf is counted under the reason it fell out.
 */
export function search<A>(space: Space<A>, assignment: A, options: SearchOptions<A>): SearchCounts {
  const levels = levelsOf(space)
  const sizeBelow = subtreeSizes(space)
  const counts: SearchCounts = {
    space: sizeBelow(assignment, 0),
    evaluated: 0,
    pruned: {},
    rejected: {},
    rejectedBeforeEvaluation: 0,
    feasible: 0,
  }
  /** A constraint that evaluates marks its level: everything that passes the levels before it reaches evaluation. */
  const evaluationLevel = levels.findIndex((level) => level.constraints.some((constraint) => constraint.evaluates))
  const lastLevel = levels.length - 1

  const descend = (depth: number): void => {
    const level = levels[depth]!
    const { variable, derivations, constraints, decidesDomains } = level
    const domain = variable.domain(assignment)
    // One size serves all values of this level unless a later domain depends on this variable.
    let size = -1
    for (const value of domain) {
      variable.bind(assignment, value as never)
      if (decidesDomains || size < 0) size = sizeBelow(assignment, depth + 1)
      if (size === 0) continue
      for (const derivation of derivations) derivation.compute(assignment)
      let refused: Constraint<A> | null = null
      let by = 0
      let evaluating = evaluationLevel >= 0 && depth > evaluationLevel
      for (const constraint of constraints) {
        if (constraint.evaluates) evaluating = true
        by = constraint.violation(assignment)
        if (by > 0) {
          refused = constraint
          break
        }
      }
      if (refused !== null) {
        counts.rejected[refused.name] = (counts.rejected[refused.name] ?? 0) + size
        if (evaluating) counts.evaluated += size
        else counts.rejectedBeforeEvaluation += size
        options.reject?.(assignment, depth, refused, by)
        continue
      }
      if (!options.exhaustive) {
        const bound = options.bound(assignment, depth)
        if (bound !== null) {
          counts.pruned[bound] = (counts.pruned[bound] ?? 0) + size
          continue
        }
      }
      if (depth === lastLevel) {
        counts.evaluated += 1
        counts.feasible += 1
        options.accept(assignment)
      } else {
        descend(depth + 1)
      }
    }
  }
  descend(0)
  return counts
}
