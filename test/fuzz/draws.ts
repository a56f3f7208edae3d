/** A mutant that lives through one draw in this many of the usual ones would cost too much to try with all. */
const FEW = 10

/**
 * How many random inputs a test tries: few where every change runs it, many under `npm run fuzz`, very few for each mutant.
 * @param usual draws in the tests
 * @param many draws of a fuzzing run
 */
export function draws(usual: number, many: number): number {
  switch (process.env.GPU_PLAN_FUZZ) {
    case 'many':
      return many
    case 'few':
      return Math.ceil(usual / FEW)
    default:
      return usual
  }
}

/** Where drawing starts. `GPU_PLAN_SEED` tries other inputs; what fails prints its seed. */
export const SEED = Number(process.env.GPU_PLAN_SEED ?? 20_261_121)

/**
 * How many draws of a kind a test must have seen, or it would hold on nothing. Any number will do for each mutant: there the time of a
 * property is limited (test/mutation-setup.ts).
 */
export function moreThan(usual: number): number {
  return process.env.GPU_PLAN_FUZZ === 'few' ? -1 : usual
}

/** How many draws of a kind a test may have seen at most; likewise. */
export function lessThan(usual: number): number {
  return process.env.GPU_PLAN_FUZZ === 'few' ? Number.POSITIVE_INFINITY : usual
}
