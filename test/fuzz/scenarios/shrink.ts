import type { Written } from './document.ts'
import { at, pathsOf, remove } from './mutate.ts'

/** Documents tried on the way to a smaller one, and how long: what fails by being slow would be tried for hours. */
const MOST_TRIES = 300
const MOST_MILLISECONDS = 60_000

/** The document, and the files beside it, without whatever it fails without. */
export async function smaller(written: Written, fails: (smaller: Written) => Promise<boolean>): Promise<Written> {
  let small = written
  let tries = 0
  const start = performance.now()
  let found = true
  while (found) {
    found = false
    const { value, files } = small
    // Whole branches come before what is in them; the document itself stays.
    for (const path of pathsOf({ value, files }).filter(({ length }) => length > 1)) {
      if (tries === MOST_TRIES || performance.now() - start > MOST_MILLISECONDS) return small
      tries += 1
      const rest = structuredClone({ value, files })
      remove(at(rest, path.slice(0, -1)), path.at(-1) as string | number)
      if (!(await fails({ ...small, ...rest }))) continue
      small = { ...small, ...rest }
      found = true
      break
    }
  }
  return small
}
