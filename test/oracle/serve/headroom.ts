import type { Accuracy, AccuracyRow } from '../../../src/catalog/accuracy.ts'
import type { Catalog } from '../../../src/catalog/catalog.ts'
import { amountOf } from '../scenario.ts'
import type { Board, EngineChoice } from './choices.ts'
import type { OracleModel } from './model.ts'
import type { ServeWish } from './wish.ts'

/** Share of each GPU kept free where the scenario says nothing (README: "headroom: 5% of each GPU kept free"). */
const USUAL_HEADROOM = 0.05

/** Share of each GPU that stays free beyond everything counted. */
export function headroomOf(
  { headroom }: ServeWish,
  catalog: Catalog,
  model: OracleModel,
  { engine }: EngineChoice,
  { gpu }: Board,
): number {
  if (headroom === undefined) return USUAL_HEADROOM
  if (headroom !== 'p95') return amountOf(headroom)
  const low = lowestRoom(catalog.physics.accuracy, engine.id, gpu, model.profile.experts > 0)
  return Math.max(0, -low)
}

/**
 * `p95`: as much as 19 of 20 held-out runs of this kind needed beyond the prediction (README, on bands). Of the groups of runs the
 * closest that there is counts (docstring of `bandOf`, src/accuracy/band.ts): the same engine on GPUs of this generation, the engine
 * anywhere, this generation under any engine, all runs.
 */
function lowestRoom(
  accuracy: Accuracy,
  engine: string,
  gpu: { readonly id: string; readonly generation: string },
  experts: boolean,
): number {
  const { generation } = gpu
  const rows = accuracy.rows.filter((row) => row.figure === 'serving_memory')
  const isEngineKnown = rows.some((row) => row.program === engine)
  const isGpuKnown = accuracy.gpus.serving_memory?.includes(gpu.id) === true
  const leftOut: AccuracyRow['left_out'][] = isEngineKnown
    ? isGpuKnown
      ? ['source', 'model']
      : ['gpu']
    : ['program', 'source']
  const closest: [string | undefined, string | undefined, boolean | undefined][] = [
    [engine, generation, experts],
    [engine, undefined, experts],
    [engine, undefined, undefined],
    [undefined, generation, experts],
    [undefined, undefined, experts],
    [undefined, undefined, undefined],
  ]
  for (const [program, where, what] of closest) {
    for (const which of leftOut) {
      for (const row of rows) {
        if (row.left_out !== which) continue
        if (row.program !== program || row.generation !== where || row.experts !== what) continue
        const isMeasured = isGpuKnown || accuracy.generations.serving_memory?.includes(generation) === true
        // Nobody measured this generation: the band is wider by a factor, counted in factors.
        return isMeasured ? row.low : (1 + row.low) ** accuracy.unmeasured_generation_factor - 1
      }
    }
  }
  throw new Error('no record of held-out starts')
}
