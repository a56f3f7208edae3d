import type { ConfigKeys } from '../family.ts'
import type { Fields } from '../fields.ts'
import { typeAt } from './part.ts'
import type { Window, Windows } from './softmax.ts'

/** Names of layer kinds in `layer_types` (transformers configuration_utils.py, ALLOWED_LAYER_TYPES). */
export const SLIDING = 'sliding_attention'
export const FULL = 'full_attention'
const CHUNKED = 'chunked_attention'

/**
 * `sliding_window` for every layer; null: none (Mistral, Phi-3). The files of Mistral write the key whenever the class has one.
 * @param absent the class default where the key itself is left out
 */
export function windowEverywhere(absent?: number): Windows {
  return {
    read(fields) {
      if (fields.raw('sliding_window') === undefined)
        return fields.mentions('sliding_window') ? undefined : sliding(absent)
      return sliding(fields.maybeCount('sliding_window'))
    },
    write: ([first]) => ({ sliding_window: first?.size ?? null }),
  }
}

/** Qwen2 and heirs: `use_sliding_window` turns on windows from layer `max_window_layers` on (configuration_qwen2.py). */
export const windowFromLayer: Windows = {
  read(fields, index, layers) {
    if (fields.has('layer_types')) return byTypes(fields, index, layers, () => undefined)
    if (!fields.flag('use_sliding_window', false) || index < fields.whole('max_window_layers')) return undefined
    return sliding(fields.maybeCount('sliding_window'))
  },
  write(windows) {
    if (windows.every((window) => window === undefined)) return { use_sliding_window: false, sliding_window: null }
    return { use_sliding_window: true, ...writeTypes(windows) }
  },
}

/** `layer_types`, or by `rule` where files older than that key leave it to the class. */
export function windowByTypes(rule: (fields: Fields, index: number) => string | undefined = () => undefined): Windows {
  return {
    read: (fields, index, layers) => byTypes(fields, index, layers, rule),
    write: (windows) => writeTypes(windows),
  }
}

/** Full attention in every `sliding_window_pattern`-th layer, a number (Gemma 3, Cohere 2) or letters such as LLLG (EXAONE 4). */
export function everyNth(absent: number | undefined): (fields: Fields, index: number) => string | undefined {
  return (fields, index) => {
    const pattern = fields.raw('sliding_window_pattern')
    if (typeof pattern === 'string' && pattern !== '') {
      return pattern[index % pattern.length]?.toUpperCase() === 'G' ? FULL : SLIDING
    }
    const every = fields.maybeCount('sliding_window_pattern', '_sliding_window_pattern') ?? absent
    if (every === undefined) return undefined
    return (index + 1) % every === 0 ? FULL : SLIDING
  }
}

function byTypes(
  fields: Fields,
  index: number,
  layers: number,
  rule: (fields: Fields, index: number) => string | undefined,
): Window | undefined {
  const type = typeAt(fields, 'layer_types', index, layers, (each) => rule(fields, each))
  if (type === SLIDING) return sliding(fields.count('sliding_window', 'sliding_window_size'))
  if (type === CHUNKED) return { size: fields.count('attention_chunk_size'), mode: 'chunked' }
  return undefined
}

function writeTypes(windows: readonly (Window | undefined)[]): ConfigKeys {
  const first = windows.find((window) => window !== undefined)
  const types = windows.map((window) => (window === undefined ? FULL : window.mode === 'sliding' ? SLIDING : CHUNKED))
  const size =
    first?.mode === 'chunked' ? { attention_chunk_size: first.size } : { sliding_window: first?.size ?? null }
  return { layer_types: types, ...size }
}

function sliding(size: number | undefined): Window | undefined {
  return size === undefined ? undefined : { size, mode: 'sliding' }
}
