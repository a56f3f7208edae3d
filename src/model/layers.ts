import type { Architecture } from '../catalog/model.ts'

/** An architecture whose layer ranges do not describe each layer exactly once. */
export class LayerRangeError extends Error {}

/**
 * Layer indices of a range text: `0-79`, `5-61/6` (every sixth from 5), or several joined by commas, in the order written.
 * @throws LayerRangeError where the text is not a range or runs backwards.
 */
export function parseLayerRange(text: string): number[] {
  const indices: number[] = []
  for (const part of text.split(',')) {
    const match = /^(\d+)(?:-(\d+)(?:\/(\d+))?)?$/.exec(part)
    if (match === null) throw new LayerRangeError(`"${part}" is not a layer range such as 0-79 or 5-61/6`)
    const first = Number(match[1])
    const last = match[2] === undefined ? first : Number(match[2])
    const step = match[3] === undefined ? 1 : Number(match[3])
    if (last < first) throw new LayerRangeError(`layer range "${part}" runs backwards`)
    if (step < 1) throw new LayerRangeError(`layer range "${part}" has step 0`)
    if (last >= MOST_LAYERS) throw new LayerRangeError(`layer range "${part}" is longer than ${MOST_LAYERS} layers`)
    for (let index = first; index <= last; index += step) indices.push(index)
  }
  return indices
}

/** Guards against a typing error that would ask for a billion layers; the deepest model known has 162. */
const MOST_LAYERS = 100_000

/** Layers of each group and the group of each layer. */
export interface LayerKinds {
  readonly layerCount: number
  /** Index into `architecture.layers` for each layer. */
  readonly groupOfLayer: readonly number[]
  /** Layers in each group. */
  readonly groupSizes: readonly number[]
}

/**
 * Resolves the layer ranges of an architecture.
 * @throws LayerRangeError where a layer of 0..L-1 is missing or in two groups.
 */
export function layerKinds(architecture: Pick<Architecture, 'layers'>): LayerKinds {
  const groupOfLayer: (number | undefined)[] = []
  const groupSizes: number[] = []
  architecture.layers.forEach((group, index) => {
    const indices = parseLayerRange(group.layers)
    groupSizes.push(indices.length)
    for (const layer of indices) {
      if (groupOfLayer[layer] !== undefined) throw new LayerRangeError(`layer ${layer} is in two groups`)
      groupOfLayer[layer] = index
    }
  })
  return {
    layerCount: groupOfLayer.length,
    groupOfLayer: Array.from(groupOfLayer, (group, layer) => {
      if (group === undefined) throw new LayerRangeError(`layer ${layer} is in no group`)
      return group
    }),
    groupSizes,
  }
}

/** What is wrong with the layer ranges, for catalog checks; undefined where nothing is. */
export function layerRangeProblem(architecture: Pick<Architecture, 'layers'>): string | undefined {
  try {
    layerKinds(architecture)
    return undefined
  } catch (error) {
    if (error instanceof LayerRangeError) return error.message
    throw error
  }
}
