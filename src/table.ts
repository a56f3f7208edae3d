/**
 * An entry of a table by a name that a file or a person chose; undefined where the table itself has none. Every object also answers to
 * `constructor`, `toString` and other names that it inherits.
 */
export function entryOf<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}
