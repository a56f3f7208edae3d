import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

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
          const isFolder = entry.isDirectory() || (entry.isSymbolicLink() && leadsToFolder(join(folder, entry.name)))
          if (isFolder) return [`${path}/`]
          return /\.ya?ml$/.test(entry.name) ? [path] : []
        })
        // Scripts read one candidate a line.
        .filter((path) => !path.includes('\n'))
        .sort()
    )
  } catch {
    // What cannot be listed has nothing to offer.
    return []
  }
}

function leadsToFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
