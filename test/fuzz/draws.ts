/**
 * How many random inputs a test tries: few where every change runs it, many under `npm run fuzz`.
 * @param usual draws in the tests
 * @param many draws of a fuzzing run
 */
export const draws = (usual: number, many: number): number => (process.env.GPU_PLAN_FUZZ === 'many' ? many : usual)

/** Where drawing starts. `GPU_PLAN_SEED` tries other inputs; what fails prints its seed. */
export const SEED = Number(process.env.GPU_PLAN_SEED ?? 20_261_121)
