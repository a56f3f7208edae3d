/** A point with two costs to be kept small, e.g. dollars and seconds. */
export interface ParetoPoint<T> {
  readonly x: number
  readonly y: number
  readonly value: T
}

/**
 * The non-dominated points seen so far, sorted by x ascending and y strictly descending.
 * `prefer` decides between two values with equal x and y, so the front does not depend on the order of arrival.
 */
export class ParetoFront<T> {
  readonly #points: ParetoPoint<T>[] = []
  readonly #prefer: (candidate: T, incumbent: T) => boolean

  constructor(prefer: (candidate: T, incumbent: T) => boolean) {
    this.#prefer = prefer
  }

  get points(): readonly ParetoPoint<T>[] {
    return this.#points
  }

  /** Index of the first point with x above the given one. */
  #after(x: number): number {
    let low = 0
    let high = this.#points.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#points[middle]!.x <= x) low = middle + 1
      else high = middle
    }
    return low
  }

  /** True when some point is no worse in both and better in one: nothing at or beyond (x, y) can enter. */
  dominates(x: number, y: number): boolean {
    const before = this.#points[this.#after(x) - 1]
    if (before === undefined) return false
    return before.y < y || (before.y === y && before.x < x)
  }

  /** Adds the value unless it is dominated; drops what it dominates. Returns true when it entered. */
  add(x: number, y: number, value: () => T): boolean {
    if (this.dominates(x, y)) return false
    const at = this.#after(x)
    const before = this.#points[at - 1]
    if (before !== undefined && before.x === x && before.y === y) {
      const made = value()
      if (!this.#prefer(made, before.value)) return false
      this.#points[at - 1] = { x, y, value: made }
      return true
    }
    // Points from the insertion place on that are no better in y fall out, and so does one of equal x.
    let from = at
    while (from > 0 && this.#points[from - 1]!.x === x) from--
    let until = at
    while (until < this.#points.length && this.#points[until]!.y >= y) until++
    this.#points.splice(from, until - from, { x, y, value: value() })
    return true
  }
}
