import type { Architecture } from '../../../catalog/model.ts'
import { countParameters } from '../../../model/parameters.ts'
import { describeModel } from '../../../model/tensors.ts'
import { count, percent } from '../../../units.ts'
import type { Check } from '../imported.ts'
import { bitsOfType } from './formats.ts'
import { elementsOf, type GgufTensor } from './header.ts'

/** A share of parameters by which the description may differ from the file. */
const TOLERANCE = 1e-3

/** Parameters of the file against those of the description. */
export function parameterCheck(tensors: readonly GgufTensor[], architecture: Architecture, layers: number): Check {
  const own = tensors.filter(({ name }) => !isTable(name) && (layerOf(name) ?? 0) < layers)
  const stored = elements(own)
  const derived = countParameters(describeModel(architecture)).total
  if (stored === derived) return { ok: true, text: `parameters: ${count(stored)} in the file, exactly as described` }
  const difference = Math.abs(stored - derived) / stored
  return {
    ok: difference <= TOLERANCE,
    text: `parameters: ${count(stored)} in the file, ${count(derived)} described: ${percent(difference, 3)} apart`,
  }
}

function layerOf(name: string): number | undefined {
  const match = /^blk\.(\d+)\./.exec(name)
  return match === null ? undefined : Number(match[1])
}

function isTable(name: string): boolean {
  return /^rope_/.test(name) || name.includes('.attn_rot_embd')
}

/** Elements of all tensors. */
export function elements(tensors: readonly GgufTensor[]): number {
  return tensors.reduce((sum, tensor) => sum + elementsOf(tensor), 0)
}

/** Bytes of all tensors by their types; undefined where a type is not known. */
export function weightBytes(tensors: readonly GgufTensor[]): number | undefined {
  let bits = 0
  for (const tensor of tensors) {
    const each = bitsOfType(tensor.type)
    if (each === undefined) return undefined
    bits += each * elementsOf(tensor)
  }
  return bits / 8
}
