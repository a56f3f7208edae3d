import { type Catalog, find } from '../../../src/catalog/catalog.ts'
import type { Quantization } from '../../../src/catalog/quantization.ts'
import type { Support } from '../../../src/catalog/support.ts'
import { divisibilityProblem, parallelismProblem } from '../../../src/memory/feasibility.ts'
import { type Board, type EngineChoice, isLoadedBy, isNative } from './choices.ts'
import type { OracleModel } from './model.ts'
import type { Split } from './replica-types.ts'
import type { ServeWish } from './wish.ts'

/** Whether the engine's release runs on the GPU at all: vendor, kind of device, compute capability. */
export function isRunnable({ engine, release }: EngineChoice, { gpu }: Board): boolean {
  if (!engine.vendors.includes(gpu.vendor) || !engine.kinds.includes(gpu.kind)) return false
  const least = release.min_compute_capability ?? engine.min_compute_capability
  return least === null || gpu.compute_capability === null || gpu.compute_capability >= least
}

/** Whether the weights can be had in this format and run here. */
export function isFormatUsable(
  wish: ServeWish,
  catalog: Catalog,
  model: OracleModel,
  { engine }: EngineChoice,
  { gpu }: Board,
  format: Quantization,
  weightSupport: Support,
): boolean {
  if (!isLoadedBy(format, engine)) return false
  if (format.only_native && !isNative(format, model)) return false
  if (weightSupport.level === 'refused') return false
  // Who names the formats gets them; a search of all leaves out what repeats another and what nobody publishes.
  if (wish.search?.quantization !== undefined) return true
  const repeats = format.searched_only_without
  if (repeats !== undefined && gpu.formats[repeats]) return false
  return !isPointlessCopy(catalog, model, format)
}

/**
 * A model that is released quantised is quantised again only to a format that saves at least a quarter of its bits (the reason that
 * `requantised` gives to readers).
 */
function isPointlessCopy(catalog: Catalog, model: OracleModel, format: Quantization): boolean {
  const released = model.native === undefined ? undefined : find(catalog, 'quantizations', model.native)
  if (released === undefined || format.id === released.id || format.holds_exactly?.includes(released.id)) return false
  const bits = (of: Quantization): number => of.bits.expert ?? of.bits.linear ?? of.other_bits
  return bits(format) > 0.75 * bits(released)
}

/** Whether the model can be split so: over heads, layers, experts and quantisation groups, as the engine does it. */
export function isSplittable(model: OracleModel, { engine }: EngineChoice, { gpu }: Board, split: Split): boolean {
  const { tensorParallel, pipelineParallel, expertParallel } = split
  if (tensorParallel > gpu.interconnect.domain_size) return false
  if (model.tensors === null) {
    // Of a model known by its size nothing says what divides; the engine's own abilities still count.
    if (expertParallel > 1) return false
    if (tensorParallel > 1 && !engine.parallelism.tensor) return false
    return pipelineParallel === 1 || engine.parallelism.pipeline
  }
  if (parallelismProblem(model.tensors, engine, split) !== null) return false
  return divisibilityProblem(model.tensors, split.quantization, split) === null
}
