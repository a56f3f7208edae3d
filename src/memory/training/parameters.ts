import { shardedParameters } from '../../model/shard.ts'
import { type ModelTensors, type Tensor, tensorParameters } from '../../model/tensors.ts'
import { type Stage, stageKinds } from '../stages.ts'

/** Parameters on one rank. Experts are kept apart: other ranks hold copies of them less often than of the rest. */
export interface Parameters {
  readonly dense: number
  readonly expert: number
}

/** What one rank of a stage holds of the model, after division by tensor and expert parallelism. Parameters. */
export interface StageParameters {
  readonly all: Parameters
  /** Matrices of the layers: what a quantised base quantises. */
  readonly matrices: Parameters
  /** The output head as a matrix of its own; 0 on other stages and where it is the embedding table. */
  readonly head: number
  /** Embedding, head and whatever else lies outside the layers, without vision towers. */
  readonly outer: number
  /** The largest table outside the layers. */
  readonly largestTable: number
  /** The largest layer, and its matrices. */
  readonly largestBlock: number
  readonly largestBlockMatrices: number
  /** Entries of the largest matrix of a layer. */
  readonly largestMatrix: number
  /** Rows and columns of all matrices, and entries of vectors: what a factored second moment keeps. */
  readonly factored: number
}

export interface StageParameterOptions {
  readonly tensors: ModelTensors
  readonly stage: Stage
  readonly tensorParallel: number
  readonly expertParallel: number
  readonly pipelineParallel: number
  /** The trainer keeps a head of its own where the checkpoint ties it to the embedding. */
  readonly untiesEmbeddings: boolean
}

/** Sums the tensors of a stage as one rank holds them. A tied table is on both ends of a pipeline. */
export function stageParameters(options: StageParameterOptions): StageParameters {
  const { tensors, stage, tensorParallel, expertParallel } = options
  const onRank = (tensor: Tensor) => shardedParameters(tensor, tensorParallel, expertParallel)
  const sum = { dense: 0, expert: 0, matrixDense: 0, matrixExpert: 0, head: 0, outer: 0, factored: 0 }
  const largest = { table: 0, block: 0, blockMatrices: 0, matrix: 0 }
  for (const { kind, layers } of stageKinds(tensors, stage)) {
    let block = 0
    let blockMatrices = 0
    for (const tensor of kind.tensors) {
      const parameters = onRank(tensor)
      const isExpert = tensor.class === 'expert' || tensor.class === 'expert_bias'
      block += parameters
      sum[isExpert ? 'expert' : 'dense'] += parameters * layers
      sum.factored += factoredEntries(tensor, parameters) * layers
      if (!isMatrix(tensor)) continue
      blockMatrices += parameters
      sum[isExpert ? 'matrixExpert' : 'matrixDense'] += parameters * layers
      largest.matrix = Math.max(largest.matrix, parameters / copiesOnRank(tensor, expertParallel))
    }
    largest.block = Math.max(largest.block, block)
    largest.blockMatrices = Math.max(largest.blockMatrices, blockMatrices)
  }
  for (const tensor of outerTensors(options)) {
    const parameters = onRank(tensor)
    sum.dense += parameters
    sum.factored += factoredEntries(tensor, parameters)
    if (tensor.class === 'vision') continue
    sum.outer += parameters
    largest.table = Math.max(largest.table, parameters)
    if (tensor.class === 'head' && tensor.inputs > 1) sum.head += parameters
  }
  return {
    all: { dense: sum.dense, expert: sum.expert },
    matrices: { dense: sum.matrixDense, expert: sum.matrixExpert },
    head: sum.head,
    outer: sum.outer,
    largestTable: largest.table,
    largestBlock: largest.block,
    largestBlockMatrices: largest.blockMatrices,
    largestMatrix: largest.matrix,
    factored: sum.factored,
  }
}

/** Tensors outside the layers that a stage holds. */
function outerTensors({ tensors, stage, pipelineParallel, untiesEmbeddings }: StageParameterOptions): Tensor[] {
  const outer = [...(stage.first ? tensors.first : []), ...(stage.last ? tensors.last : [])]
  if (!stage.last || !tensors.tied) return outer
  const table = tensors.first.find((tensor) => tensor.name === 'embed_tokens')
  if (table === undefined || (pipelineParallel === 1 && !untiesEmbeddings)) return outer
  // As a head it is a matrix: hidden inputs, a row of the table for each output.
  return [...outer, { ...table, class: 'head', inputs: table.outputs, outputs: table.inputs }]
}

function isMatrix(tensor: Tensor): boolean {
  return (tensor.class === 'linear' || tensor.class === 'expert') && tensor.inputs > 1
}

function copiesOnRank(tensor: Tensor, expertParallel: number): number {
  return tensor.shard === 'expert' ? Math.ceil(tensor.copies / expertParallel) : tensor.copies
}

function factoredEntries(tensor: Tensor, onRank: number): number {
  if (tensor.inputs === 1 || tensor.outputs === 1) return onRank
  return ((tensor.inputs + tensor.outputs) * tensor.copies * onRank) / tensorParameters(tensor)
}
