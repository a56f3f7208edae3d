import type { Engine, EngineRelease } from '../catalog/engine.ts'
import type { Gpu } from '../catalog/gpu.ts'
import type { KvFormat, Quantization, SupportLevel } from '../catalog/quantization.ts'
import type { ModelTensors } from '../model/tensors.ts'
import type { Ledger, Term } from './ledger.ts'
import type { LinkKind } from './runtime.ts'

/** A configuration whose memory does not depend on the load: everything that can be computed once. */
export interface ServingMemoryOptions {
  readonly tensors: ModelTensors
  /** Format of the checkpoint. */
  readonly quantization: Quantization
  /** How this GPU runs it in this engine; `expandsTo` is the format whose bytes are then in memory. */
  readonly support: { readonly level: SupportLevel; readonly kernel?: string; readonly expandsTo?: Quantization }
  readonly kv: KvFormat
  readonly engine: Engine
  readonly release: EngineRelease
  readonly gpu: Gpu
  readonly linkKind: LinkKind
  /** The replica spans machines. */
  readonly multiNode: boolean
  readonly tensorParallel: number
  readonly pipelineParallel: number
  readonly expertParallel: number
  /** The engine's share of the device (vLLM), of free memory (SGLang) or of what is left after load (TensorRT-LLM); llama.cpp has none. */
  readonly utilization: number | null
  /** Share of the device that stays free beyond everything counted. */
  readonly headroomFraction: number
  /** No CUDA graphs. */
  readonly eager?: boolean
  /** Speculative tokens a step (they lengthen recurrent states). */
  readonly draftTokens?: number
}

/** What one replica must hold. */
export interface ServingLoad {
  /** Sequences a step may hold: the engine's flag, which sizes sampler buffers and graphs. */
  readonly maxSequences: number
  /** Tokens a step may hold: the engine's flag, which sizes activations. */
  readonly maxBatchedTokens: number
  /** Longest sequence, tokens: one of it must fit. */
  readonly context: number
  /** Sequences held at once ... */
  readonly sequences: number
  /** ... of this many tokens each. */
  readonly sequenceTokens: number
}

/** Memory of the fullest GPU, bytes. One object is written again and again: copy what must last. */
export interface ServingMemoryResult {
  /** The load fits every GPU within the engine's budget and the headroom. */
  fits: boolean
  /** By how much the tighter limit is missed on the GPU that misses it most; 0 where the load fits. */
  shortfallBytes: number
  /** Sum of the ledger's terms. */
  totalBytes: number
  /** Device minus total; negative where the load exceeds the device. */
  freeBytes: number
  /** What the load takes of the KV cache: the larger of the sequences together and the longest alone. */
  kvBytes: number
  /** What the engine leaves for the KV cache. */
  poolBytes: number
  /** The device as the driver reports it. */
  capacityBytes: number
  /** kvBytes / poolBytes of the GPU with the least room. Large and finite where there is no pool at all. */
  kvUtilization: number
}

/** Memory of one configuration under any load. */
export interface ServingMemory {
  /** Weights of the fullest stage, one GPU. */
  readonly weightsBytes: number
  /** Total of the smallest load: no load needs less. */
  readonly minimumBytes: number
  readonly capacityBytes: number
  /** Why the engine would refuse to start whatever the load, or null. */
  readonly problem: string | null
  /** Evaluates a load into `into`, by default an object owned by this configuration. */
  evaluate(load: ServingLoad, into?: ServingMemoryResult): ServingMemoryResult
  /** Most sequences of `sequenceTokens` that fit beside nothing else, up to `maxSequences`; 0 where none does. */
  largestSequences(load: Omit<ServingLoad, 'sequences'>): number
  /** Longest context that `sequences` sequences can all reach at once, up to `longest`; 0 where none does. */
  largestContext(load: Omit<ServingLoad, 'context' | 'sequenceTokens'>, longest: number): number
  /** Terms of the fullest GPU; they add up to `totalBytes` of the same load. */
  ledger(load: ServingLoad): readonly Term[]
  /** All distinct GPUs of the replica. */
  ledgers(load: ServingLoad): readonly Ledger[]
  /** Tokens that the engine would print as its capacity at start. */
  printedTokens(load: ServingLoad): number
}

/** A result object to write into. */
export function emptyResult(capacityBytes: number): ServingMemoryResult {
  return {
    fits: false,
    shortfallBytes: 0,
    totalBytes: 0,
    freeBytes: 0,
    kvBytes: 0,
    poolBytes: 0,
    capacityBytes,
    kvUtilization: 0,
  }
}

/** The largest whole n in [0, most] that `holds`, for a condition that once false stays false; 0 where 1 does not hold. */
export function largestWhere(most: number, holds: (n: number) => boolean): number {
  let low = 0
  let high = Math.floor(most)
  while (low < high) {
    const middle = low + Math.ceil((high - low) / 2)
    if (holds(middle)) low = middle
    else high = middle - 1
  }
  return low
}
