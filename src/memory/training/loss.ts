import type { Trainer } from '../../catalog/trainer.ts'
import type { TrainingMemoryPhysics } from '../../catalog/training-memory.ts'
import type { ModelTensors } from '../../model/tensors.ts'
import { count } from '../../units.ts'
import type { PreparedConfiguration } from './types.ts'

/** Logits and what cross-entropy keeps of them, on one rank that holds the head. */
export interface LossBlock {
  readonly perToken: number
  readonly explain: () => string
}

/**
 * Loss block, bytes per token: `x V / t` with x by implementation. Full: the trainer's own count, or the compiled loss where it is
 * smaller. Chunked in n parts: 16-bit logits whole and one chunk in fp32; with adapters the head is applied a chunk at a time. Fused
 * (Liger, cut cross-entropy): the input of the head and its gradient, no vocabulary term.
 */
export function lossBlock(
  tensors: ModelTensors,
  configuration: PreparedConfiguration,
  trainer: Trainer,
  physics: TrainingMemoryPhysics,
): LossBlock {
  const { vocabulary_size: vocabulary, hidden_size: hidden, soft_caps: isCapped } = tensors.architecture
  const { tensorParallel, loss } = configuration
  const fused = physics.loss.fused_hidden * hidden
  if (loss === 'fused') return { perToken: fused, explain: () => `${physics.loss.fused_hidden} B x h ${count(hidden)}` }
  const chunks = trainer.loss.chunks
  const isHeadChunked = loss === 'chunked' && configuration.lora !== null
  const cap = isCapped === true ? physics.loss.logit_cap : 0
  const each = (loss === 'chunked' ? chunkedBytes(chunks, isHeadChunked, physics) : fullBytes()) + cap
  const divisor = tensorParallel === 1 ? '' : ` / ${tensorParallel}`
  return {
    perToken: (each * vocabulary) / tensorParallel + (isHeadChunked ? fused : 0),
    explain: () =>
      `${count(each)} B x V ${count(vocabulary)}${divisor}` +
      (isHeadChunked ? ` + ${count(fused)} B of head inputs` : ''),
  }

  function fullBytes(): number {
    const own = trainer.loss.full.value
    return configuration.compile && trainer.activations !== 'megatron' ? Math.min(own, physics.loss.compiled) : own
  }
}

function chunkedBytes(chunks: number, isHeadChunked: boolean, physics: TrainingMemoryPhysics): number {
  const { chunk, chunked_logits: logits } = physics.loss
  return isHeadChunked ? chunk / chunks ** 2 : logits + chunk / chunks
}
