import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { isDirectory } from '../io/entry.ts'
import { isVisible } from '../visible.ts'

/** YAML files and folders whose path begins with what was typed, as they would be typed on; folders end in a slash. */
export function scenarioFiles(typed: string): string[] {
  const slash = typed.lastIndexOf('/') + 1
  const folder = typed.slice(0, slash)
  const start = typed.slice(slash)
  try {
    return (
      readdirSync(folder === '' ? '.' : folder, { withFileTypes: true })
        .filter(({ name }) => name.startsWith(start) && (start.startsWith('.') || !name.startsWith('.')))
        .flatMap((entry) => {
          const path = `${folder}${entry.name}`
          const isFolder = entry.isDirectory() || (entry.isSymbolicLink() && isDirectory(join(folder, entry.name)))
          if (isFolder) return [`${path}/`]
          return /\.ya?ml$/.test(entry.name) ? [path] : []
        })
        // Scripts read one candidate a line, and a shell shows it as it is: what a terminal cannot show is typed by hand.
        .filter(isVisible)
        .sort()
    )
  } catch {
    // What cannot be listed has nothing to offer.
    return []
  }
}
