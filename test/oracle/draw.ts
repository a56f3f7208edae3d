import fc from 'fast-check'

/** Evenly spread: fast-check would prefer the ends of a range, so the first and last item of every list. */
const evenWhole = (min: number, max: number): fc.Arbitrary<number> => fc.noBias(fc.integer({ min, max }))

/**
 * Random choices in the order in which a scenario is written down, from one seed; fast-check shrinks what fails towards
 * the first item of every list and towards keys that are left out.
 */
export class Draw {
  readonly #draw: fc.GeneratorValue

  constructor(draw: fc.GeneratorValue) {
    this.#draw = draw
  }

  /** True in so many of a hundred cases. */
  chance(percent: number): boolean {
    return this.whole(0, 99) >= 100 - percent
  }

  /** A whole number, both ends included. */
  whole(min: number, max: number): number {
    return this.#draw(evenWhole, min, max)
  }

  /** A number between two above zero, as often in one order of magnitude as in another, with four digits. */
  scale(min: number, max: number): number {
    return Number((min * (max / min) ** (this.whole(0, 10_000) / 10_000)).toPrecision(4))
  }

  one<T>(items: readonly T[]): T {
    const item = items[this.whole(0, items.length - 1)]
    if (item === undefined) throw new Error('nothing to draw from')
    return item
  }

  /** Different items in any order, at least `least` of them where there are so many. */
  some<T>(items: readonly T[], least: number, most: number): T[] {
    const left = [...items]
    const length = this.whole(Math.min(least, left.length), Math.min(most, left.length))
    return Array.from({ length }, () => left.splice(this.whole(0, left.length - 1), 1)).flat()
  }

  /** The key with a value in so many of a hundred cases, else nothing: to be spread into an object. */
  maybe<K extends string, T>(percent: number, key: K, value: () => T): { [Name in K]?: T } {
    if (!this.chance(percent)) return {}
    return { [key]: value() } as { [Name in K]?: T }
  }
}
