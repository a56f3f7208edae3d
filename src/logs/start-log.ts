import type { Figures } from '../measurements/validation.ts'

/** Engines whose start-up logs are understood, by catalog id. */
export type LogEngine = 'vllm' | 'sglang' | 'llama.cpp'

/** Figures that a start-up log may give, as records of measurements name them: GiB of one GPU, and tokens of the whole engine. */
export const logQuantities = [
  'weights_gib',
  'kv_cache_gib',
  'kv_tokens',
  'activations_gib',
  'runtime_gib',
  'graphs_gib',
] as const satisfies readonly (keyof Figures)[]
export type LogQuantity = (typeof logQuantities)[number]
export type LogFigures = Partial<Record<LogQuantity, number>>

/** Settings that decide memory, as far as the log states them. Formats as the engine writes them. */
export interface StartFlags {
  quantization?: string
  dtype?: string
  kv_cache?: string
  tensor_parallel?: number
  pipeline_parallel?: number
  data_parallel?: number
  expert_parallel?: number
  /** The engine's share of the GPU: --gpu-memory-utilization, --mem-fraction-static. */
  utilization?: number
  context?: number
  max_sequences?: number
  max_batched_tokens?: number
  eager?: boolean
}

/** Why a start failed: the line that says so. */
export interface Failure {
  readonly line: number
  readonly text: string
}

/** One start of a server, the last that a log holds. */
export interface StartLog {
  readonly engine: LogEngine
  readonly version: string | null
  /** Names that the log gives the model (hub name, path, served name, name in the file), surest first. */
  readonly models: readonly string[]
  /** The GPU as its driver calls it. */
  readonly gpu: string | null
  /** GPUs that the server uses, all together. */
  readonly gpus: number | null
  /** Memory of one GPU as the engine reads it, GiB. */
  readonly deviceGib: number | null
  readonly flags: StartFlags
  /** Of the rank that leaves the least room. The room may be negative where the start was refused. */
  readonly figures: LogFigures
  /** Number of the line (from 1) that gave a figure. */
  readonly lines: LogFigures
  readonly outcome: 'ok' | 'oom' | 'rejected'
  readonly failure: Failure | null
  /** What a reader of the comparison must know, in sentences. */
  readonly notes: readonly string[]
  /** Why the memory model cannot express this start, or null. */
  readonly unmodelled: string | null
}
