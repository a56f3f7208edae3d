/**
 * Answers kept per object (a model), for as long as that object lives. A search asks the same of a model thousands of times:
 * weights depend on six of its variables, and not on the GPU or the price. Keys are compared by identity.
 */
export class Remembered<T> {
  readonly #answers = new WeakMap<object, Map<unknown, unknown>>()

  /** The answer for these keys, made on the first call. `keys` must always have the same length. */
  recall(owner: object, keys: readonly unknown[], make: () => T): T {
    let level = this.#answers.get(owner)
    if (level === undefined) {
      level = new Map()
      this.#answers.set(owner, level)
    }
    const last = keys.length - 1
    for (let index = 0; index < last; index++) {
      let next = level.get(keys[index]) as Map<unknown, unknown> | undefined
      if (next === undefined) {
        next = new Map()
        level.set(keys[index], next)
      }
      level = next
    }
    if (level.has(keys[last])) return level.get(keys[last]) as T
    const answer = make()
    level.set(keys[last], answer)
    return answer
  }
}
