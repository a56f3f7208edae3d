import type { KvFormat } from '../catalog/quantization.ts'
import type { KvSpec } from '../model/kv.ts'

/** Bytes of one layer's cache that decoding one token reads, one sequence, one rank. */
export function cacheBytesRead(
  spec: KvSpec,
  kv: KvFormat,
  context: number,
  window: number,
  sparseTokens: number,
): number {
  const perHead = spec.heads * 2 * kv.bytes_per_token_and_head
  // Compressed attention reads an entry for every few tokens of the whole context, and the raw tokens of the window.
  const compressed = spec.kind === 'compressed'
  const tokens = compressed ? context : Math.min(context, window, sparseTokens)
  const raw = compressed ? (spec.windowElementsPerToken ?? 0) * Math.min(context, window) : 0
  return (
    (tokens * spec.elementsPerToken + raw) * kv.bytes_per_element +
    tokens * perHead +
    context * (spec.fixedBytesPerToken ?? 0)
  )
}

/**
 * Mean number of context tokens that a prompt token attends to. Causal attention sees half of a whole prompt on average; a
 * cached prefix is looked back at without being recomputed; inside a window w shorter than the prompt it is w(1 - w/(2I)).
 */
export function meanLookBack(input: number, fresh: number, window: number): number {
  const full = input - fresh / 2
  return input <= window ? full : Math.min(full, window * (1 - window / (2 * input)))
}
