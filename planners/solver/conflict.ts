import type { LinearProgram, ProgramConstraint } from './program.ts'
import { type SolveOptions, solve } from './solve.ts'

/** Requirements that cannot all hold. */
export interface Conflict {
  /** In the order in which they first appear in the program; empty where the rows that nobody could waive conflict alone. */
  readonly requirements: readonly string[]
  /** True where it is proved that any one of them could be met by waiving one; false where a limit stopped a proof. */
  readonly minimal: boolean
}

type IsInfeasible = (kept: ReadonlySet<string>) => Promise<boolean | null>

function requirementsOf(constraints: readonly ProgramConstraint[]): string[] {
  return [...new Set(constraints.flatMap(({ requirement }) => (requirement === null ? [] : [requirement])))]
}

/** The program of the kept requirements with nothing to optimise: only whether it has a point is asked. */
function restricted(program: LinearProgram, kept: ReadonlySet<string>, relaxed: boolean): LinearProgram {
  return {
    sense: 'minimize',
    variables: program.variables.map((variable) => ({
      ...variable,
      objective: 0,
      integer: variable.integer && !relaxed,
    })),
    constraints: program.constraints.filter(({ requirement }) => requirement === null || kept.has(requirement)),
  }
}

/**
 * Deletion filter (Chinneck and Dravnieks, "Locating minimal infeasible constraint sets in linear programs", ORSA Journal on
 * Computing 3 (1991)): leaves out one requirement after the other, for good where the rest still conflicts. Tries runs of
 * several first, halved while they fail, so that few members among many requirements cost few solves.
 */
async function filtered(requirements: readonly string[], isInfeasible: IsInfeasible): Promise<Conflict> {
  let kept = [...requirements]
  let minimal = true
  let run = Math.max(1, Math.floor(kept.length / 2))
  let position = 0
  while (position < kept.length) {
    const without = [...kept.slice(0, position), ...kept.slice(position + run)]
    const infeasible = await isInfeasible(new Set(without))
    if (infeasible === true) {
      kept = without
    } else if (run > 1 && kept.length - position > 1) {
      run = Math.floor(run / 2)
    } else {
      if (infeasible === null) minimal = false
      position += 1
      run = Math.max(1, Math.floor((kept.length - position) / 2))
    }
  }
  return { requirements: kept, minimal }
}

/**
 * Finds a set of requirements that cannot all hold, such that without any one of them the others can ("smallest" in the sense
 * that nothing can be left out; another conflict may have fewer members). Later requirements stay rather than earlier ones.
 * Where already fractions cannot meet the requirements, most are left out on the relaxation, which is quick to solve.
 *
 * @returns null where the program has a point, or where no limit sufficed to tell.
 */
export async function findConflict(program: LinearProgram, options: SolveOptions): Promise<Conflict | null> {
  const infeasibility =
    (relaxed: boolean): IsInfeasible =>
    async (kept) => {
      const { status } = await solve(restricted(program, kept, relaxed), options)
      return status === 'unknown' ? null : status === 'infeasible'
    }
  let requirements: readonly string[] = requirementsOf(program.constraints)
  if ((await infeasibility(true)(new Set(requirements))) === true) {
    requirements = (await filtered(requirements, infeasibility(true))).requirements
  } else if ((await infeasibility(false)(new Set(requirements))) !== true) {
    return null
  }
  return filtered(requirements, infeasibility(false))
}
