/**
 * What `make` returns, made when a test first looks at it. What stands in a `describe` or a `beforeAll` belongs to no test, so mutation
 * testing could not tell which tests reach it and would try every mutant with all of them.
 */
export function lazily<T extends object>(make: () => T): T {
  let made: T | undefined
  const it = (): T => {
    made ??= make()
    return made
  }
  return new Proxy({} as T, {
    get(_, key) {
      const value: unknown = Reflect.get(it(), key)
      return typeof value === 'function' ? value.bind(it()) : value
    },
    has: (_, key) => Reflect.has(it(), key),
    ownKeys: () => Reflect.ownKeys(it()),
    getOwnPropertyDescriptor(_, key) {
      const found = Reflect.getOwnPropertyDescriptor(it(), key)
      return found && { ...found, configurable: true }
    },
  })
}
