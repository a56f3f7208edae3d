import type { Engine, MemoryConstants } from '../catalog/engine.ts'
import type { Trust } from '../catalog/facts.ts'
import { BYTES_PER_GIB, count } from '../units.ts'
import type { LayerWidths } from './layer-widths.ts'

/** Bytes of the 16-bit values that engines compute with, and of the 32-bit ones of llama.cpp. */
const BYTES_16 = 2
const BYTES_32 = 4

/** Peak of temporary tensors on one rank of one stage. */
export interface Activations {
  /** @param contextCells cells of the whole context; only llama.cpp's buffer depends on it */
  bytes(maxSequences: number, maxBatchedTokens: number, contextCells: number): number
  explain(maxSequences: number, maxBatchedTokens: number, contextCells: number): string
  readonly source: Trust
}

export interface ActivationOptions {
  readonly widths: LayerWidths
  readonly engine: Pick<Engine, 'accounting'>
  readonly memory: MemoryConstants
  readonly tensorParallel: number
  readonly expertParallel: number
  readonly pipelineParallel: number
  /** 1 where matrix products take 8-bit activations: they are kept beside the 16-bit ones. */
  readonly activationBytes: number
  /** Experts in a packed layout (MXFP4) need one workspace only. */
  readonly packedExperts: boolean
}

/** Activation peak in the engine's own terms. */
export function activations(options: ActivationOptions): Activations {
  switch (options.engine.accounting) {
    case 'utilization':
    case 'fraction-of-free':
      return profiledPeak(options)
    case 'fraction-after-load':
      return engineWorkspace(options)
    case 'whole-context':
      return computeBuffer(options)
  }
}

/**
 * vLLM's profiled peak, T batched tokens and S sequences:
 * `max(forward, sampler) + base`; `forward = 2 T H 2 + max(T 3 I 2 / tp [+ T I / tp], T 2 (n + 2k) d 2 / tp) + experts + vision`;
 * `sampler = c S V + T H 2 + experts + vision` on ranks that hold the head. Logits are gathered, so the sampler does not divide by tp.
 */
function profiledPeak(options: ActivationOptions): Activations {
  const { widths, memory, tensorParallel: tp } = options
  const { hidden, vocabulary } = widths
  const eightBit = options.activationBytes === 1 ? 1 : 0
  const mlp = (widths.mlp * (3 * BYTES_16 + eightBit)) / tp
  const attention = (2 * widths.attention * BYTES_16) / tp
  const kept = expertWorkspace(options) + visionBytes(widths)
  const forwardPerToken = 2 * hidden * BYTES_16 + Math.max(mlp, attention) + kept
  const samplerPerToken = hidden * BYTES_16 + kept
  const samplerPerSequence = memory.sampler_bytes.value * vocabulary
  const base = Math.round(memory.activation_base_gib.value * BYTES_PER_GIB)
  const forward = (batched: number) => batched * forwardPerToken
  const sampler = (sequences: number, batched: number) =>
    vocabulary === 0 ? 0 : Math.min(sequences, batched) * samplerPerSequence + batched * samplerPerToken
  return {
    bytes: (sequences, batched) => Math.round(Math.max(forward(batched), sampler(sequences, batched))) + base,
    explain: (sequences, batched) =>
      `max(forward ${count(batched)} tokens x ${count(forwardPerToken)} B, sampler ${memory.sampler_bytes.value} B x ` +
      `${count(Math.min(sequences, batched))} sequences x ${count(vocabulary)} + ${count(batched)} x ${count(samplerPerToken)} B) ` +
      `+ ${count(base)} B`,
    source: memory.sampler_bytes.records > 0 ? 'fitted' : 'assumed',
  }
}

/** Modular MoE kernels keep two workspaces a token: `t max(2 Im / tp, H) 2` and `t max(Im / tp, H) 2`; packed experts the first only. */
function expertWorkspace({ widths, memory, tensorParallel, expertParallel, packedExperts }: ActivationOptions): number {
  if (!memory.expert_workspace || widths.expertsPerToken === 0) return 0
  const inner = widths.expertWidth / Math.max(1, tensorParallel / expertParallel)
  const first = Math.max(2 * inner, widths.expertHidden)
  const second = packedExperts ? 0 : Math.max(inner, widths.expertHidden)
  return widths.expertsPerToken * (first + second) * BYTES_16
}

/** Outputs of the vision encoder and the pixels of the image it is profiled with. */
function visionBytes(widths: LayerWidths): number {
  return widths.vision ? (widths.hidden + widths.imageValuesPerToken) * BYTES_16 : 0
}

/** TensorRT-LLM: `T (3 I / tp + 6 H) 2 + c S V + base`. An order of magnitude, as its docs do not publish the layout. */
function engineWorkspace({ widths, memory, tensorParallel }: ActivationOptions): Activations {
  const mlp = Math.max(widths.mlp, widths.expertWidth * widths.expertsPerToken)
  const perToken = ((3 * mlp) / tensorParallel + 6 * widths.hidden) * BYTES_16
  const perSequence = memory.sampler_bytes.value * widths.vocabulary
  const base = Math.round(memory.activation_base_gib.value * BYTES_PER_GIB)
  return {
    bytes: (sequences, batched) => Math.round(batched * perToken + Math.min(sequences, batched) * perSequence) + base,
    explain: (sequences, batched) =>
      `${count(batched)} tokens x ${count(perToken)} B + ${count(Math.min(sequences, batched))} sequences x ${count(perSequence)} B + ${count(base)} B`,
    source: 'assumed',
  }
}

/**
 * llama.cpp's compute buffer for a micro-batch of b tokens and a context of C cells, fp32: the largest of `(V + H) b`, `(2 I + 2 H) b`
 * and the attention, `n C b + C b + 4 H b` (flash attention: `C b / 2 + 4 H b`). With several devices each keeps further copies of the
 * inputs: `3 C b + 4 H b`.
 */
function computeBuffer({ widths, memory, pipelineParallel }: ActivationOptions): Activations {
  const { hidden, vocabulary, heads } = widths
  const mlp = Math.max(widths.mlp, widths.expertWidth * widths.expertsPerToken)
  const fixed = Math.max(vocabulary + hidden, 2 * mlp + 2 * hidden) * BYTES_32
  const attentionBase = 4 * hidden * BYTES_32
  const perCell = memory.flash_attention === false ? (heads + 1) * BYTES_32 : BYTES_16
  const copies = pipelineParallel > 1 ? 1 : 0
  const base = Math.round(memory.activation_base_gib.value * BYTES_PER_GIB)
  const perToken = (cells: number) =>
    Math.max(fixed, perCell * cells + attentionBase) + copies * (3 * cells * BYTES_32 + attentionBase)
  return {
    bytes: (_sequences, batched, cells) => Math.round(batched * perToken(cells)) + base,
    explain: (_sequences, batched, cells) =>
      `${count(batched)} tokens x max(${count(fixed)} B, ${count(perCell)} B x ${count(cells)} cells + ${count(attentionBase)} B)` +
      (copies === 0 ? '' : ` + input copies ${count(batched)} x ${count(3 * cells * BYTES_32 + attentionBase)} B`),
    source: memory.activation_base_gib.records > 0 ? 'fitted' : 'assumed',
  }
}
