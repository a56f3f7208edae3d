import type { TensorClass } from '../catalog/quantization.ts'
import { activeTensorParameters, type ModelTensors, type Tensor, tensorParameters } from './tensors.ts'

/** Parameters of a model, each figure a sum over its tensors. */
export interface ParameterCounts {
  /** Text and vision; draft (MTP) heads are never counted. A tied table counts once. */
  readonly total: number
  readonly text: number
  readonly vision: number
  /** What one text token uses, with the embedding table and the output head (Mixtral, Qwen3 publish this). */
  readonly active: number
  /** The same without the input embedding, unless the head is the embedding (gpt-oss publishes this). */
  readonly activeWithoutInputEmbedding: number
  /** The token embedding table alone. */
  readonly embedding: number
  /** What the output head multiplies with: V x H, also where it is the embedding table. */
  readonly head: number
  /** Routed experts with their biases. */
  readonly routedExperts: number
  /** Matrices of the layers that every token multiplies with: attention, dense and shared MLP, router. */
  readonly linear: number
}

/** Sums the tensors of a model. */
export function countParameters(model: ModelTensors): ParameterCounts {
  let text = 0
  let vision = 0
  let tables = 0
  let embedding = 0
  let active = 0
  let routedExperts = 0
  let linear = 0
  forEachTensor(model, (tensor, layers) => {
    const parameters = tensorParameters(tensor) * layers
    if (tensor.class === 'vision') vision += parameters
    else text += parameters
    if (tensor.class === 'embedding') tables += parameters
    if (tensor.name === 'embed_tokens') embedding += parameters
    if (isRoutedExpert(tensor.class)) routedExperts += parameters
    if (layers > 0 && isMatrix(tensor)) linear += parameters
    active += activeTensorParameters(tensor) * layers
  })
  active += tables
  const { hidden_size: hidden, vocabulary_size: vocabulary } = model.architecture
  return {
    total: text + vision,
    text,
    vision,
    active,
    activeWithoutInputEmbedding: model.tied ? active : active - embedding,
    embedding,
    head: hidden * vocabulary,
    routedExperts,
    linear,
  }
}

/** Calls `visit` once for each distinct tensor with the number of layers that hold it; 1 for tensors outside the layers. */
export function forEachTensor(model: ModelTensors, visit: (tensor: Tensor, layers: number) => void): void {
  for (const tensor of model.first) visit(tensor, 1)
  for (const kind of model.kinds) {
    for (const tensor of kind.tensors) visit(tensor, kind.layers)
  }
  for (const tensor of model.last) visit(tensor, 1)
}

/** Parameters by tensor class, whole model: what a weight format multiplies its bits with. */
export function parametersByClass(model: ModelTensors): Partial<Record<TensorClass, number>> {
  const sums: Partial<Record<TensorClass, number>> = {}
  forEachTensor(model, (tensor, layers) => {
    sums[tensor.class] = (sums[tensor.class] ?? 0) + tensorParameters(tensor) * layers
  })
  return sums
}

function isRoutedExpert(kind: TensorClass): boolean {
  return kind === 'expert' || kind === 'expert_bias'
}

function isMatrix(tensor: Tensor): boolean {
  return tensor.class === 'linear' || (tensor.class === 'router' && tensor.inputs > 1)
}
