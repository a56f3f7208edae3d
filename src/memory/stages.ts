import type { LayerKind, ModelTensors } from '../model/tensors.ts'

/** Consecutive layers that one GPU (or one tensor-parallel group of GPUs) holds. */
export interface Stage {
  readonly index: number
  readonly firstLayer: number
  /** How many layers; 0 on a device that holds only the output head, or nothing. */
  readonly layers: number
  /** Holds the embedding and the vision tower. */
  readonly first: boolean
  /** Holds the final norm and the output head. */
  readonly last: boolean
}

function toStages(layersOfStage: readonly number[]): Stage[] {
  let firstLayer = 0
  return layersOfStage.map((layers, index) => {
    const stage = { index, firstLayer, layers, first: index === 0, last: index === layersOfStage.length - 1 }
    firstLayer += layers
    return stage
  })
}

/**
 * Layers by pipeline stage: `floor(L / pp)` each, and the remainder one each to the stages counted back from the last but one,
 * because the last stage also holds the head (vLLM `get_pp_indices`).
 * @throws RangeError where there are more stages than layers.
 */
export function pipelineStages(layerCount: number, pipelineParallel: number): Stage[] {
  if (pipelineParallel > layerCount)
    throw new RangeError(`${pipelineParallel} pipeline stages for ${layerCount} layers`)
  const layers = new Array<number>(pipelineParallel).fill(Math.floor(layerCount / pipelineParallel))
  const remainder = layerCount % pipelineParallel
  for (let back = 0; back < remainder; back++) {
    const stage = pipelineParallel - 2 - back
    layers[stage] = (layers[stage] ?? 0) + 1
  }
  return toStages(layers)
}

/**
 * llama.cpp `--split-mode layer` over equal devices: of L + 1 items (the head is item L) item i goes to device
 * `floor(i x N / (L + 1))`. The token embedding stays on the host.
 * @throws RangeError where there are more devices than items.
 */
export function layerSplit(layerCount: number, devices: number): Stage[] {
  const items = layerCount + 1
  if (devices > items) throw new RangeError(`${devices} devices for ${layerCount} layers and a head`)
  const layers = new Array<number>(devices).fill(0)
  for (let layer = 0; layer < layerCount; layer++) {
    const device = Math.floor((layer * devices) / items)
    layers[device] = (layers[device] ?? 0) + 1
  }
  return toStages(layers)
}

/** Layers of a stage that are of one kind. */
export interface StageKind {
  readonly kind: LayerKind
  readonly layers: number
  /** The value that `classify` gave these layers. */
  readonly class: boolean
}

/** Layers of a stage by kind, and by a further yes-or-no property of their index where one is given. */
export function stageKinds(
  tensors: ModelTensors,
  stage: Stage,
  classify: (layer: number) => boolean = () => false,
): StageKind[] {
  const counts = new Array<number>(2 * tensors.kinds.length).fill(0)
  for (let layer = stage.firstLayer; layer < stage.firstLayer + stage.layers; layer++) {
    const index = 2 * (tensors.kindOfLayer[layer] ?? 0) + (classify(layer) ? 1 : 0)
    counts[index] = (counts[index] ?? 0) + 1
  }
  return tensors.kinds.flatMap((kind, index) =>
    [false, true].flatMap((yes) => {
      const layers = counts[2 * index + (yes ? 1 : 0)] ?? 0
      return layers === 0 ? [] : [{ kind, layers, class: yes }]
    }),
  )
}
