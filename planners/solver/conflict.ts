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
 * Solves that may end undecided before the search for members to leave out is broken off. Each may take this part of the time
 * limit, so that together they take no longer than the limit.
 */
const UNDECIDED_SOLVES = 10

/**
 * Deletion filter (Chinneck and Dravnieks, "Locating minimal infeasible constraint sets in linear programs", ORSA Journal on
 * Computing 3 (1991)): leaves out one requirement after the other, for good where the rest still conflicts. May try runs of
 * several first, halved while they fail, so that few members among many requirements cost few solves.
 */
async function filtered(
  requirements: readonly string[],
  inRuns: boolean,
  isInfeasible: IsInfeasible,
): Promise<Conflict> {
  const longest = (left: number) => (inRuns ? Math.max(1, Math.floor(left / 2)) : 1)
  let kept = [...requirements]
  let minimal = true
  let undecided = 0
  let run = longest(kept.length)
  let position = 0
  while (position < kept.length) {
    if (undecided === UNDECIDED_SOLVES) return { requirements: kept, minimal: false }
    const without = [...kept.slice(0, position), ...kept.slice(position + run)]
    const infeasible = await isInfeasible(new Set(without))
    if (infeasible === null) undecided += 1
    if (infeasible === true) {
      kept = without
    } else if (run > 1 && kept.length - position > 1) {
      run = infeasible === null ? 1 : Math.floor(run / 2)
    } else {
      if (infeasible === null) minimal = false
      position += 1
      run = longest(kept.length - position)
    }
  }
  return { requirements: kept, minimal }
}

/**
 * Finds a set of requirements that cannot all hold, such that without any one of them the others can ("smallest" in the sense
 * that nothing can be left out; another conflict may have fewer members). Later requirements stay rather than earlier ones.
 * Where already fractions cannot meet the requirements, most are left out on the relaxation, which is quick to solve.
 *
 * @param options its time limit holds for the proof that there is a conflict, and once more for all solves together that end
 * undecided while members are left out; members left untried stay, and the conflict is not called minimal.
 * @returns null where the program has a point, or where no limit sufficed to tell.
 */
export async function findConflict(program: LinearProgram, options: SolveOptions): Promise<Conflict | null> {
  const infeasibility =
    (relaxed: boolean, timeLimitSeconds: number): IsInfeasible =>
    async (kept) => {
      const { status } = await solve(restricted(program, kept, relaxed), { ...options, timeLimitSeconds })
      return status === 'unknown' ? null : status === 'infeasible'
    }
  const whole = options.timeLimitSeconds
  const part = whole / UNDECIDED_SOLVES
  const requirements = requirementsOf(program.constraints)
  if ((await infeasibility(true, whole)(new Set(requirements))) === true) {
    const few = await filtered(requirements, true, infeasibility(true, part))
    // Fractions can do without any of these already: whole numbers seldom can without several.
    return filtered(few.requirements, false, infeasibility(false, part))
  }
  if ((await infeasibility(false, whole)(new Set(requirements))) !== true) return null
  return filtered(requirements, true, infeasibility(false, part))
}
