import { type Catalog, find, type Subject, subjects } from '../catalog/catalog.ts'
import { yamlText } from '../yaml-text.ts'
import { json } from './json.ts'

/** Everything of that id or alias, by subject: `fp8` is a weight format and a KV-cache format. Empty where nothing is. */
export function entriesNamed(catalog: Catalog, id: string): Partial<Record<Subject, object>> {
  const found: Partial<Record<Subject, object>> = {}
  for (const subject of subjects) {
    const entry = find(catalog, subject, id)
    if (entry !== undefined) found[subject] = entry
  }
  return found
}

/** All fields with their sources, as in the catalog file. */
export function showEntries(found: Partial<Record<Subject, object>>, format: 'text' | 'json'): string {
  return format === 'json' ? json(found) : yamlText(found, { lineWidth: 0 })
}
