import { elementsOf, type GgufTensor } from './header.ts'

/**
 * Tensors of one layer (or of the part outside the layers), by name without `blk.N.`. What a description takes up is marked, so that
 * nothing is left out unseen.
 */
export class Tensors {
  readonly #tensors = new Map<string, GgufTensor>()
  readonly #taken = new Set<string>()

  add(name: string, tensor: GgufTensor): void {
    this.#tensors.set(name, tensor)
  }

  /** Whether a tensor is there, with its suffix or without: `attn_q` is `attn_q.weight`. */
  has(name: string): boolean {
    return this.#find(name) !== undefined
  }

  /** Dimension `index` of a tensor, which is marked as described. */
  dimension(name: string, index: number): number | undefined {
    const found = this.#find(name)
    if (found === undefined) return undefined
    this.#taken.add(found.key)
    return found.tensor.shape[index]
  }

  /** Marks tensors that are there as described. */
  take(...names: readonly string[]): void {
    for (const name of names) {
      const found = this.#find(name)
      if (found !== undefined) this.#taken.add(found.key)
    }
  }

  /** How many of the tensors are there; they are marked. */
  countOf(names: readonly string[]): number {
    this.take(...names)
    return names.filter((name) => this.has(name)).length
  }

  /** What no description took up. */
  left(): { names: string[]; elements: number } {
    const rest = [...this.#tensors].filter(([key]) => !this.#taken.has(key))
    return { names: rest.map(([key]) => key), elements: rest.reduce((sum, [, tensor]) => sum + elementsOf(tensor), 0) }
  }

  #find(name: string): { key: string; tensor: GgufTensor } | undefined {
    for (const key of [name, `${name}.weight`]) {
      const tensor = this.#tensors.get(key)
      if (tensor !== undefined) return { key, tensor }
    }
    return undefined
  }
}

const BLOCK = /^blk\.(\d+)\.(.+)$/

/** Tables that are computed from the configuration, not learned: their elements are no parameters. */
const COMPUTED = /^rope_(freqs|factors_long|factors_short)\b|\.attn_rot_embd\b/

/** The tensors of a file, apart by layer. */
export function byLayer(tensors: readonly GgufTensor[]): { layers: Tensors[]; outer: Tensors } {
  const layers: Tensors[] = []
  const outer = new Tensors()
  for (const tensor of tensors) {
    if (COMPUTED.test(tensor.name)) continue
    const match = BLOCK.exec(tensor.name)
    if (match === null) outer.add(tensor.name, tensor)
    else {
      const index = Number(match[1])
      layers[index] ??= new Tensors()
      layers[index].add(match[2] ?? '', tensor)
    }
  }
  return { layers, outer }
}
