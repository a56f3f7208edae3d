import type { HostConstants } from '../catalog/engine.ts'
import type { Gpu } from '../catalog/gpu.ts'
import type { Generation, Kernel, Link, ServingPhysics } from '../catalog/performance.ts'
import type { KvFormat, Quantization } from '../catalog/quantization.ts'
import type { ModelProfile } from './profile.ts'
import type { WeightBits } from './weight-bits.ts'

/** One replica of a model on one kind of GPU. */
export interface ServingSystem {
  readonly profile: ModelProfile
  readonly gpu: Gpu
  readonly generation: Generation
  /** How the GPUs of a tensor-parallel group are joined. */
  readonly link: Link
  readonly quantization: Quantization
  /** Stored bits of what a step reads (`weightBits`). */
  readonly weightBits: WeightBits
  readonly kv: KvFormat
  /** Kernels of the linear layers, of the routed experts, and of 16-bit tensors. */
  readonly kernel: Kernel
  readonly expertKernel: Kernel
  readonly plainKernel: Kernel
  readonly host: HostConstants
  readonly llamaCpp: boolean
  readonly physics: ServingPhysics
  readonly tensorParallel: number
  readonly pipelineParallel: number
  readonly expertParallel: number
  /**
   * Copies of the attention, each with its own part of the requests, over which the experts of one replica are spread (attention data
   * parallelism); 1 where absent.
   */
  readonly attentionCopies?: number
}

/** The requests that a replica sees. Lengths are averages. */
export interface ServingLoad {
  readonly inputTokens: number
  readonly outputTokens: number
  /** Share of the input found in the prefix cache, 0 to 1. */
  readonly prefixCached: number
  /** Tokens of one prefill pass (max_num_batched_tokens, n_ubatch). */
  readonly chunkTokens: number
}

/** Steady state of a replica with a number of requests in flight. Seconds and tokens per second. */
export interface ServingSpeed {
  ttftSeconds: number
  tpotSeconds: number
  /** From arrival to last token. */
  requestSeconds: number
  outputTokensPerSecond: number
  requestsPerSecond: number
  /** Share of the time in which the prompt processor is busy; above the limit the queue has no steady state. */
  promptUtilization: number
  /** Wait of a prompt for those before it, part of the time to first token. */
  queueSeconds: number
}

/** Terms of one forward pass in seconds, for explanations. */
export interface StepTerms {
  readonly linear: number
  readonly head: number
  readonly experts: number
  readonly kv: number
  readonly promptAttention: number
  readonly wait: number
  readonly reduce: number
  readonly exchange: number
  readonly handover: number
  readonly fixed: number
  readonly total: number
}

export function emptySpeed(): ServingSpeed {
  return {
    ttftSeconds: 0,
    tpotSeconds: 0,
    requestSeconds: 0,
    outputTokensPerSecond: 0,
    requestsPerSecond: 0,
    promptUtilization: 0,
    queueSeconds: 0,
  }
}

/** The terms of a pass that does nothing. */
export function noTime(): StepTerms {
  return {
    linear: 0,
    head: 0,
    experts: 0,
    kv: 0,
    promptAttention: 0,
    wait: 0,
    reduce: 0,
    exchange: 0,
    handover: 0,
    fixed: 0,
    total: 0,
  }
}
