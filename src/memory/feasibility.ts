import type { Engine } from '../catalog/engine.ts'
import type { Attention } from '../catalog/model.ts'
import type { Quantization } from '../catalog/quantization.ts'
import type { ModelTensors, Tensor } from '../model/tensors.ts'
import { count } from '../units.ts'
import { paddedVocabulary } from './weights.ts'

export interface Degrees {
  readonly tensorParallel: number
  readonly pipelineParallel: number
  readonly expertParallel: number
}

/** What is known of an engine or a trainer that splits a model. */
export type SplittingProgram = Pick<Engine, 'name' | 'parallelism' | 'weight_files'>

/**
 * Why a format cannot be split this way, or null. Scales belong to groups of input channels, so a matrix that is split along its
 * inputs must leave whole groups on each rank. MXFP4 kernels pad instead.
 */
export function divisibilityProblem(
  tensors: ModelTensors,
  quantization: Quantization,
  { tensorParallel, expertParallel }: Omit<Degrees, 'pipelineParallel'>,
): string | null {
  const group = quantization.group_size
  if (group === null || quantization.gguf !== undefined || quantization.padding === 'mxfp4') return null
  for (const kind of tensors.kinds) {
    for (const tensor of kind.tensors) {
      if (quantization.bits[tensor.class] === undefined || !isProjection(tensor)) continue
      const inputs = tensor.inputs / inputSplit(tensor, kind.mlp.kind === 'moe', tensorParallel, expertParallel)
      if (inputs % group !== 0) {
        return `${quantization.id} groups ${group} input channels: ${tensor.name} has ${count(inputs)} on a rank`
      }
    }
  }
  return null
}

/** The matrices every recipe quantises. Small ones beside them (step sizes, gates) stay 16-bit where they do not fit a group. */
function isProjection(tensor: Tensor): boolean {
  return tensor.class === 'expert' || (tensor.lora !== null && tensor.lora !== 'other')
}

/** Ranks that share the inputs of a matrix. Down projections of experts are split along their inputs, the others along outputs. */
function inputSplit(tensor: Tensor, isMoe: boolean, tensorParallel: number, expertParallel: number): number {
  if (tensor.shard === 'row') return tensorParallel
  if (isMoe && tensor.shard === 'expert' && tensor.name.endsWith('down_proj')) {
    return Math.max(1, tensorParallel / expertParallel)
  }
  return 1
}

/**
 * Why an engine refuses these degrees of parallelism for a model, or null: tensor parallelism divides heads, vocabulary and MLP width;
 * kv heads divide it or are divided by it; expert parallelism divides the experts; no more stages than layers.
 */
export function parallelismProblem(
  tensors: ModelTensors,
  engine: SplittingProgram,
  { tensorParallel, pipelineParallel, expertParallel }: Degrees,
): string | null {
  const { parallelism, name } = engine
  if (tensorParallel > 1 && !parallelism.tensor) return `${name} has no tensor parallelism`
  if (pipelineParallel > 1 && !parallelism.pipeline) return `${name} has no pipeline parallelism`
  if (pipelineParallel > tensors.layerCount)
    return `${pipelineParallel} pipeline stages for ${tensors.layerCount} layers`
  const experts = expertProblem(tensors, engine, tensorParallel, expertParallel)
  if (experts !== null) return experts
  if (tensorParallel === 1) return null
  const vocabulary = paddedVocabulary(tensors.architecture.vocabulary_size)
  if (vocabulary % tensorParallel !== 0) {
    return `tensor parallel ${tensorParallel} does not divide the padded vocabulary of ${count(vocabulary)}`
  }
  for (const { attention, mlp } of tensors.kinds) {
    const heads = headProblem(attention, tensorParallel)
    if (heads !== null) return heads
    const dense = mlp.kind === 'dense' ? mlp.intermediate_size : mlp.kind === 'moe' ? mlp.shared_intermediate_size : 0
    if (dense % tensorParallel !== 0)
      return `tensor parallel ${tensorParallel} does not divide the MLP width ${count(dense)}`
    const inside = Math.max(1, tensorParallel / expertParallel)
    if (mlp.kind === 'moe' && mlp.intermediate_size % inside !== 0) {
      return `tensor parallel ${inside} inside an expert does not divide its width ${count(mlp.intermediate_size)}`
    }
  }
  return null
}

function expertProblem(
  tensors: ModelTensors,
  { name, parallelism }: Pick<Engine, 'name' | 'parallelism'>,
  tensorParallel: number,
  expertParallel: number,
): string | null {
  if (expertParallel === 1) return null
  if (parallelism.expert === 'none') return `${name} has no expert parallelism`
  if (!tensors.kinds.some((kind) => kind.mlp.kind === 'moe')) return 'the model has no experts to spread'
  if (parallelism.expert === 'all-ranks' && expertParallel !== tensorParallel) {
    return `${name} spreads experts over all ${tensorParallel} ranks or none`
  }
  if (tensorParallel % expertParallel !== 0)
    return `expert parallel ${expertParallel} does not divide tensor parallel ${tensorParallel}`
  for (const { mlp } of tensors.kinds) {
    if (mlp.kind === 'moe' && mlp.experts % expertParallel !== 0) {
      return `expert parallel ${expertParallel} does not divide ${mlp.experts} experts`
    }
  }
  return null
}

function headProblem(attention: Attention, tensorParallel: number): string | null {
  const heads = headsOf(attention)
  if (heads !== null && heads % tensorParallel !== 0) {
    return `tensor parallel ${tensorParallel} does not divide ${heads} attention heads`
  }
  if (attention.kind !== 'softmax' && attention.kind !== 'cross') return null
  const kvHeads = attention.kv_heads
  if (kvHeads % tensorParallel !== 0 && tensorParallel % kvHeads !== 0) {
    return `tensor parallel ${tensorParallel} and ${kvHeads} kv heads do not divide each other`
  }
  return null
}

function headsOf(attention: Attention): number | null {
  switch (attention.kind) {
    case 'softmax':
    case 'mla':
    case 'compressed':
    case 'cross':
    case 'kimi-delta':
    case 'mamba2':
    case 'lightning':
      return attention.heads
    case 'gated-deltanet':
      return attention.v_heads
    case 'mamba1':
    case 'short-conv':
    case 'linear':
    case 'none':
      return null
  }
}
