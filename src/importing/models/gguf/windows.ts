import { entryOf } from '../../../table.ts'
import type { Window } from '../parts/softmax.ts'
import type { Metadata } from './header.ts'

/**
 * Every how many layers one sees everything, where the file does not say: `swa_period` of each architecture's load_arch_hparams
 * (ggml-org/llama.cpp src/models/*.cpp). The last of each period is the one.
 */
const PERIODS: Readonly<Record<string, number>> = {
  gemma2: 2,
  gemma3: 6,
  gemma3n: 5,
  cohere2: 4,
  exaone4: 4,
  olmo2: 4,
  afmoe: 4,
  'gpt-oss': 2,
  llama4: 4,
}

/** Chunks of Llama 4 in place of windows: `n_attn_chunk` (llama.cpp src/models/llama4.cpp). */
const CHUNKED: Readonly<Record<string, number>> = { llama4: 8192 }

/** The window of a layer, or why it is not known. */
export function windowAt(metadata: Metadata, layer: number): { window?: Window; unknown?: string } {
  const { architecture } = metadata
  const chunk = entryOf(CHUNKED, architecture)
  const size = chunk ?? metadata.maybeCount('attention.sliding_window')
  if (size === undefined) return {}
  const pattern = metadata.raw('attention.sliding_window_pattern')
  const mode = chunk === undefined ? 'sliding' : 'chunked'
  if (Array.isArray(pattern) && pattern.length > 0) {
    const slides = pattern[layer % pattern.length]
    return slides === true || slides === 1 ? { window: { size, mode } } : {}
  }
  const period = typeof pattern === 'number' ? pattern : entryOf(PERIODS, architecture)
  if (period === undefined) {
    return {
      unknown: `a window of ${size} tokens is named, but not for which layers: all are counted as seeing everything`,
    }
  }
  // No period: every layer slides; a period of 1: none does (llama_hparams::set_swa_pattern).
  const slides = period === 0 || layer % period < period - 1
  return slides ? { window: { size, mode } } : {}
}
