import type { TensorClass } from '../catalog/quantization.ts'

/**
 * How a tensor is divided over the ranks of a tensor-parallel group.
 *
 * - `column`, `row`: by the tensor-parallel degree `tp`, along the outputs or the inputs.
 * - `kv`: by heads, `max(1, ceil(kvHeads / tp))` of them on a rank: beyond `tp = kvHeads` heads are replicated.
 * - `vocabulary`: by `tp`, along the vocabulary.
 * - `expert`: whole experts over the expert-parallel degree `ep`, and inside each expert by `tp / ep`.
 * - `replicated`: whole on every rank.
 */
export type Shard = 'column' | 'row' | 'kv' | 'vocabulary' | 'expert' | 'replicated'

/** The linear projection a LoRA adapter would sit on, in the names of trainers' target lists. */
export type LoraTarget = 'q' | 'k' | 'v' | 'o' | 'gate' | 'up' | 'down' | 'other'

/** One weight tensor (or `copies` equal ones) of one layer, or of the part of a model outside its layers. */
export interface Tensor {
  readonly name: string
  readonly class: TensorClass
  /** Matrix dimensions; a vector has 1 input. */
  readonly inputs: number
  readonly outputs: number
  /** How many of this shape one layer holds (routed experts: all of them). */
  readonly copies: number
  /** How many a token multiplies with (routed experts: those chosen); 0 for table look-ups. May be a mean, so not whole. */
  readonly activeCopies: number
  readonly shard: Shard
  /** Heads a `kv` tensor consists of. */
  readonly kvHeads?: number
  /** Null: no adapter is put here (vectors, router, routed experts, tables). */
  readonly lora: LoraTarget | null
}

/** Parameters of a tensor with all its copies. */
export function tensorParameters(tensor: Tensor): number {
  return tensor.inputs * tensor.outputs * tensor.copies
}

/** Parameters of a tensor that one token multiplies with. */
export function activeTensorParameters(tensor: Tensor): number {
  return tensor.inputs * tensor.outputs * tensor.activeCopies
}

/** A projection that every token multiplies with, in `copies` equal copies. */
export function linear(
  name: string,
  inputs: number,
  outputs: number,
  shard: Exclude<Shard, 'kv' | 'expert'>,
  lora: LoraTarget | null = 'other',
  copies = 1,
): Tensor {
  return { name, class: 'linear', inputs, outputs, copies, activeCopies: copies, shard, lora }
}

/** A key or value projection (or its bias, `inputs` 1): divided by heads. */
export function kvLinear(name: string, inputs: number, kvHeads: number, headDim: number, lora: 'k' | 'v'): Tensor {
  const outputs = kvHeads * headDim
  return { name, class: 'linear', inputs, outputs, copies: 1, activeCopies: 1, shard: 'kv', kvHeads, lora }
}

/** Norm weights, biases, sinks, gates: vectors that formats leave at 16 bit. */
export function vector(name: string, outputs: number, shard: Exclude<Shard, 'kv'> = 'replicated', copies = 1): Tensor {
  return { name, class: 'norm', inputs: 1, outputs, copies, activeCopies: copies, shard, lora: null }
}

/** A vector that follows the key/value heads. */
export function kvVector(name: string, kvHeads: number, headDim: number): Tensor {
  return { ...vector(name, kvHeads * headDim), shard: 'kv', kvHeads }
}

/** Convolutions, decay and step vectors of recurrent layers; divided with the heads they belong to. */
export function state(name: string, inputs: number, outputs: number): Tensor {
  return { name, class: 'state', inputs, outputs, copies: 1, activeCopies: 1, shard: 'column', lora: null }
}
