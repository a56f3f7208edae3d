import { type ModelTensors, type Tensor, tensorParameters } from './tensors.ts'

/** Parameters of the largest block, of what lies outside blocks, and the hidden size. */
export function largestOf(model: ModelTensors): { hidden: number; block: number; outer: number } {
  const sum = (tensors: readonly Tensor[]) => tensors.reduce((total, tensor) => total + tensorParameters(tensor), 0)
  return {
    hidden: model.architecture.hidden_size,
    block: Math.max(...model.kinds.map((kind) => sum(kind.tensors))),
    outer: sum(model.first) + sum(model.last),
  }
}
