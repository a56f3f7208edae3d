import { relativeGap, type SolveOutcome } from '../solver/outcome.ts'
import { type LinearProgram, relaxation } from '../solver/program.ts'
import { type SolveOptions, solve } from '../solver/solve.ts'
import { findViolation, objectiveOf, tidied } from '../solver/verify.ts'
import { expanded, inBlocks, partsWithFixed, type Reduced } from './coarse.ts'
import type { ForecastProgram } from './program.ts'

/** Integers from which on branch and bound alone takes longer than anyone waits. */
export const LARGE_INTEGERS = 2000

/** Whether a program is solved in stages. */
export function isLarge({ variables }: LinearProgram): boolean {
  return variables.filter(({ integer }) => integer).length > LARGE_INTEGERS
}

/** Rounds of improvement in turns: each ends no dearer than it began, and few ever help after the second. */
const ROUNDS = 3
/** Part of the time limit that a stage may take. */
const STAGE_SHARE = 0.2
/** Slack of bounds that floating point needs. */
const ROUNDING = 1e-9

/**
 * Solves a large forecast in stages. A bound comes from the program without whole numbers, which is solved at once. A point comes from the
 * program in which no workload changes its way; then in turns the commitments are kept, so that the months are independent and each is
 * solved alone, and the ways are kept, so that the commitments are. Only where the two are farther apart than the gap asked for, branch
 * and bound on the whole program is tried for the rest.
 *
 * The point is checked against the whole program, every row of it.
 */
export async function solveLarge(
  forecast: ForecastProgram,
  months: number,
  options: SolveOptions,
): Promise<SolveOutcome> {
  const { program } = forecast
  const stage = { ...options, timeLimitSeconds: options.timeLimitSeconds * STAGE_SHARE }
  const relaxed = await solve(relaxation(program), { ...options, gap: 0 })
  if (relaxed.status === 'infeasible' || relaxed.status === 'unbounded') return relaxed
  const bound = 'bound' in relaxed && relaxed.bound !== null ? relaxed.bound : null
  const near = (values: readonly number[] | null): boolean =>
    values !== null && bound !== null && (gapOf(program, values, bound) ?? 1) <= options.gap

  let best = await solveReduced(program, inBlocks(forecast, months, months), stage)
  for (let round = 0; round < ROUNDS && best !== null && !near(best); round++) {
    const before: number = objectiveOf(program, best)
    best = await improved(program, best, bought(forecast), stage)
    if (near(best)) break
    best = await improved(program, best, chosen(forecast), stage)
    if (objectiveOf(program, best) >= before * (1 - ROUNDING)) break
  }
  const size = { variables: program.variables.length, constraints: program.constraints.length, gaveUp: [] }
  if (best !== null && near(best)) return outcomeOf(program, best, bound, options.gap, size)

  const whole = await solve(program, { ...options, timeLimitSeconds: options.timeLimitSeconds / 2 })
  const isPoint = whole.status === 'optimal' || whole.status === 'feasible'
  if (!isPoint && best === null) return whole
  const bounds = [bound, isPoint ? whole.bound : null].filter((each) => each !== null)
  const proved = bounds.length === 0 ? null : Math.max(...bounds)
  const found = isPoint && (best === null || whole.objective < objectiveOf(program, best))
  const values = found ? whole.values : best
  return values === null ? whole : outcomeOf(program, values, proved, options.gap, size)
}

function gapOf(program: LinearProgram, values: readonly number[], bound: number): number | null {
  const objective = objectiveOf(program, values)
  return relativeGap(objective, Math.min(bound, objective))
}

function outcomeOf(
  program: LinearProgram,
  values: readonly number[],
  bound: number | null,
  gap: number,
  size: { readonly variables: number; readonly constraints: number; readonly gaveUp: readonly never[] },
): SolveOutcome {
  const objective = objectiveOf(program, values)
  const common = { solver: 'highs' as const, ...size, values, objective }
  if (bound === null) return { ...common, status: 'feasible', bound, relativeGap: null }
  const proved = Math.min(bound, objective)
  const own = relativeGap(objective, proved)
  return own !== null && own <= gap + ROUNDING
    ? { ...common, status: 'optimal', bound: proved, relativeGap: own }
    : { ...common, status: 'feasible', bound: proved, relativeGap: own }
}

/** A point of the whole program by a reduced one; null where none was found. */
async function solveReduced(program: LinearProgram, reduced: Reduced, options: SolveOptions): Promise<number[] | null> {
  // A row without terms that does not hold: nothing goes the same way all the time.
  if (reduced.program.constraints.some(({ terms }) => terms.length === 0)) return null
  const outcome = await solve(reduced.program, { ...options, gap: options.gap / 4 })
  if (outcome.status !== 'optimal' && outcome.status !== 'feasible') return null
  return checked(program, expanded(reduced, outcome.values))
}

function checked(program: LinearProgram, values: readonly number[]): number[] | null {
  const point = tidied(program, values)
  return findViolation(program, point) === null ? point : null
}

/** The point with some variables kept and the rest solved again, part by part; the point itself where that is no cheaper. */
async function improved(
  program: LinearProgram,
  point: readonly number[],
  kept: readonly number[],
  options: SolveOptions,
): Promise<number[]> {
  const fixed = new Map(kept.map((variable) => [variable, point[variable]!]))
  const next = [...point]
  for (const part of partsWithFixed(program, fixed)) {
    const outcome = await solve(part.program, { ...options, gap: options.gap / 10 })
    if (outcome.status !== 'optimal' && outcome.status !== 'feasible') continue
    for (const [variable, own] of part.of.entries()) if (own !== null) next[variable] = outcome.values[own]!
  }
  const better = checked(program, next)
  return better !== null && objectiveOf(program, better) < objectiveOf(program, point) ? better : [...point]
}

function bought(forecast: ForecastProgram): number[] {
  return [...forecast.bought.values()].flat()
}

function chosen(forecast: ForecastProgram): number[] {
  return forecast.ways.map(({ variable }) => variable)
}
