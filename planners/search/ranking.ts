/** Compares two sort keys entry by entry; numbers ascending, strings by code point. */
export type SortKey = readonly (number | string)[]

export function compareKeys(a: SortKey, b: SortKey): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    const left = a[index]!
    const right = b[index]!
    if (left === right) continue
    return left < right ? -1 : 1
  }
  return a.length - b.length
}

interface Ranked<T> {
  readonly key: SortKey
  readonly value: T
}

/**
 * The best value of each group, and through it the best of all and the runners-up. Alternatives that differ from the winner
 * in nothing a reader cares about would crowd out the others, so one value stands for its group.
 */
export class GroupRanking<T> {
  readonly #groups = new Map<string, Ranked<T>>()
  readonly #wanted: number
  /** Objective of the last group that still enters the result; Infinity until enough groups are known. */
  #threshold = Number.POSITIVE_INFINITY

  /** @param wanted how many groups the result shows, the best included. */
  constructor(wanted: number) {
    this.#wanted = wanted
  }

  /**
   * True when a value of this group with an objective of at least `objective` cannot change the result: its group has a
   * better one already, or enough better groups exist. Equal objectives may still win a tie, so they are not ruled out.
   */
  rulesOut(group: string, objective: number): boolean {
    if (objective > this.#threshold) return true
    const own = this.#groups.get(group)
    return own !== undefined && objective > (own.key[0] as number)
  }

  /** @returns true when the value became the best of its group. */
  offer(group: string, key: SortKey, value: () => T): boolean {
    const own = this.#groups.get(group)
    if (own !== undefined && compareKeys(key, own.key) >= 0) return false
    this.#groups.set(group, { key, value: value() })
    if (this.#groups.size >= this.#wanted) {
      const objectives = [...this.#groups.values()].map((ranked) => ranked.key[0] as number).sort((a, b) => a - b)
      this.#threshold = objectives[this.#wanted - 1] ?? Number.POSITIVE_INFINITY
    }
    return true
  }

  /** Best first; at most the wanted number. */
  ranked(): T[] {
    return [...this.#groups.values()]
      .sort((a, b) => compareKeys(a.key, b.key))
      .slice(0, this.#wanted)
      .map((ranked) => ranked.value)
  }
}
