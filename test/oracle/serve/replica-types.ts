import type { KvFormat, Quantization } from '../../../src/catalog/quantization.ts'

/** How one replica holds the model. */
export interface Split {
  readonly quantization: Quantization
  readonly kv: KvFormat
  readonly tensorParallel: number
  readonly pipelineParallel: number
  readonly expertParallel: number
}

/** Tokens of the mean request, and of the longest that must be servable. */
export interface Lengths {
  readonly input: number
  readonly output: number
  readonly prefixCached: number
  readonly context: number
}
