import type { Trainer } from '../../catalog/trainer.ts'
import type { TimedConfiguration } from './input.ts'

/**
 * How often each part of the work is done in a micro-step, in forward passes. Counted: linear layers take one forward pass, one for
 * the gradient of their input, one for that of their weights if these are trained, and one more if the forward is recomputed.
 */
export interface Passes {
  readonly linear: number
  /** Fused attention: backward is 2.5 times forward (FlashAttention-2, arXiv 2307.08691). */
  readonly attention: number
  /** Matrix products of attention that is not fused: two forward, four backward. */
  readonly attentionProducts: number
  /** Head and loss are never recomputed. */
  readonly head: number
  /** Element-wise work against a step without recomputation: forward is a third of it. */
  readonly elementwise: number
  /** All-reduces of a tensor-parallel layer. */
  readonly allReduces: number
  readonly trainsWeights: boolean
}

const FUSED_ATTENTION_BACKWARD = 2.5

/**
 * Passes by method and recomputation. Selective recomputation is what the trainer means by it: Megatron recomputes core attention
 * (arXiv 2205.05198); the others keep attention and every second matrix product and recompute the rest, as torchtitan does.
 */
export function passes(configuration: TimedConfiguration, activations: Trainer['activations']): Passes {
  const { method, activationCheckpointing } = configuration
  const trains = method === 'full' ? 1 : 0
  const whole = activationCheckpointing === 'full'
  const selective = activationCheckpointing === 'selective'
  const coreAttention = selective && activations === 'megatron'
  const everySecond = selective && activations !== 'megatron'
  return {
    linear: 2 + trains + (whole ? 1 : everySecond ? 0.5 : 0),
    attention: 1 + FUSED_ATTENTION_BACKWARD + (whole || coreAttention ? 1 : 0),
    attentionProducts: 6 + (whole || coreAttention ? 2 : 0),
    head: 2 + trains,
    elementwise: whole || everySecond ? 4 / 3 : 1,
    allReduces: whole ? 6 : 4,
    trainsWeights: method === 'full',
  }
}
