import type { AttentionOf } from '../catalog/model.ts'

/** Layers that keep one state a sequence instead of a cache that grows. */
export type Recurrent = AttentionOf<'gated-deltanet' | 'kimi-delta' | 'mamba1' | 'mamba2' | 'lightning' | 'short-conv'>

/** Elements of the two parts of a recurrent state in one layer. */
export interface RecurrentState {
  /** Width of the convolution window's channels, all ranks. */
  readonly convolutionChannels: number
  /** Earlier tokens the convolution needs: kernel - 1. */
  readonly convolutionTokens: number
  /** Elements of the state proper. */
  readonly stateElements: number
}

/** Engines keep the state in fp32 (`mamba_ssm_dtype`, Qwen3.5 and Nemotron-3 configs) and the convolution in the model's 16 bit. */
const STATE_BYTES = 4
const CONVOLUTION_BYTES = 2

/** Shapes of the state of one layer and sequence; Mamba-2 groups fewer than `tp` are replicated up to one a rank. */
export function recurrentState(attention: Recurrent, hiddenSize: number, tensorParallel = 1): RecurrentState {
  switch (attention.kind) {
    case 'gated-deltanet': {
      const { k_heads: keyHeads, k_dim: keyDim, v_heads: valueHeads, v_dim: valueDim } = attention
      return {
        convolutionChannels: 2 * keyHeads * keyDim + valueHeads * valueDim,
        convolutionTokens: attention.conv - 1,
        stateElements: valueHeads * valueDim * keyDim,
      }
    }
    case 'kimi-delta': {
      const width = attention.heads * attention.head_dim
      return {
        convolutionChannels: 3 * width,
        convolutionTokens: attention.conv - 1,
        stateElements: width * attention.head_dim,
      }
    }
    case 'mamba1': {
      const inner = attention.expand * hiddenSize
      return {
        convolutionChannels: inner,
        convolutionTokens: attention.conv - 1,
        stateElements: inner * attention.state,
      }
    }
    case 'mamba2': {
      const inner = attention.heads * attention.head_dim
      const groups = Math.max(attention.groups, tensorParallel)
      return {
        convolutionChannels: inner + 2 * groups * attention.state,
        convolutionTokens: attention.conv - 1,
        stateElements: inner * attention.state,
      }
    }
    case 'lightning':
      return {
        convolutionChannels: 0,
        convolutionTokens: 0,
        stateElements: attention.heads * attention.head_dim ** 2,
      }
    case 'short-conv':
      return { convolutionChannels: hiddenSize, convolutionTokens: attention.kernel - 1, stateElements: 0 }
  }
}

/**
 * Bytes of state of one layer and sequence on one rank:
 * `[channels x (kernel - 1 + draftTokens) x 2 + state x 4] / tp`, as vLLM's Mamba page sizes have it.
 */
export function recurrentStateBytes(
  attention: Recurrent,
  tensorParallel: number,
  hiddenSize: number,
  draftTokens = 0,
): number {
  const shape = recurrentState(attention, hiddenSize, tensorParallel)
  const tokens = shape.convolutionTokens + draftTokens
  const convolution = shape.convolutionChannels * tokens * CONVOLUTION_BYTES
  return (convolution + shape.stateElements * STATE_BYTES) / tensorParallel
}
