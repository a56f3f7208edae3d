import type { Trust } from '../catalog/facts.ts'
import { count, gib } from '../units.ts'

/** Names of the things that occupy a GPU; fixed, because results and outside checks rely on them. */
export type TermName =
  | 'weights'
  | 'kv_cache'
  | 'activations'
  | 'graphs'
  | 'communication'
  | 'runtime'
  | 'gradients'
  | 'optimizer'
  | 'master_weights'
  | 'loss'
  | 'gather_buffers'
  | 'adapters'

/** One thing that occupies a GPU. */
export interface Term {
  readonly name: TermName
  readonly bytes: number
  readonly source: Trust
  /** The arithmetic with its numbers. A closure, so that a search pays nothing for explanations nobody reads. */
  readonly formula: () => string
}

/** Sum of the terms, bytes. */
export function totalBytes(terms: readonly Term[]): number {
  let sum = 0
  for (const term of terms) sum += term.bytes
  return sum
}

/** The memory of one GPU as named terms. There is no total beside the sum of them. */
export class Ledger {
  /** Which GPU, e.g. `stage 2 of 4`. */
  readonly gpu: string
  readonly terms: readonly Term[]

  constructor(gpu: string, terms: readonly Term[]) {
    this.gpu = gpu
    this.terms = terms
  }

  get totalBytes(): number {
    return totalBytes(this.terms)
  }

  /** Bytes under one name; 0 where the ledger has no such term. */
  bytesOf(name: TermName): number {
    return totalBytes(this.terms.filter((term) => term.name === name))
  }

  /** One line a term and the total; with `explain` each line carries its arithmetic. */
  lines(explain = false): string[] {
    const lines = this.terms.map((term) => {
      const line = `${term.name}: ${gib(term.bytes, 3)} (${count(term.bytes)} B, ${term.source})`
      return explain ? `${line} = ${term.formula()}` : line
    })
    return [...lines, `total: ${gib(this.totalBytes, 3)} (${count(this.totalBytes)} B)`]
  }

  /**
   * The ledger with the largest total; of equals the first.
   * @throws RangeError where the list is empty.
   */
  static fullest(ledgers: readonly Ledger[]): Ledger {
    const [first, ...others] = ledgers
    if (first === undefined) throw new RangeError('no ledger to compare')
    return others.reduce((fullest, ledger) => (ledger.totalBytes > fullest.totalBytes ? ledger : fullest), first)
  }
}
