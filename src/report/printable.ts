import { visible, visibleLines } from '../visible.ts'

/** The one text of a result that has lines of its own: the command that starts a plan. */
const OF_LINES = 'launch'

/**
 * The same plain value with all its texts as a person may be shown them: a name from a scenario or a catalog must not steer the
 * reader's terminal, break a table or hide what it is.
 */
export function printable<T>(value: T): T {
  return clean(value, '') as T
}

function clean(value: unknown, key: string): unknown {
  if (typeof value === 'string') return key === OF_LINES ? visibleLines(value) : visible(value)
  if (Array.isArray(value)) return value.map((each) => clean(each, key))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [visible(name), clean(each, name)]))
}
