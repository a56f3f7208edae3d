import { departures, type JsonSchema } from './departures.ts'

/** A schema with a definition for each document. */
export interface DocumentsSchema {
  readonly definitions: Readonly<Record<string, JsonSchema>>
}

/**
 * What a change of the schema takes from those who rely on the old one, in sentences; nothing where it only adds.
 * Whoever reads what is printed finds every key there, required where it was, of a type at least as narrow. And the program still
 * reads what it saved: of the `saved` documents, every one that the old schema describes is one of the new schema too.
 */
export function breaksOf(old: DocumentsSchema, next: DocumentsSchema, saved: readonly string[]): string[] {
  const documents = Object.entries(old.definitions)
  const found = documents.flatMap(([name, before]) => {
    const after = next.definitions[name]
    if (after === undefined) return [`${name}: the document is gone`]
    const printed = departures({ schema: after, root: next }, { schema: before, root: old }, { everyKey: true })
    const read = saved.includes(name)
      ? departures({ schema: before, root: old }, { schema: after, root: next }, { everyKey: false })
      : []
    return [
      ...printed.map((each) => `${name}${each}`),
      ...read.map((each) => `${name}${each}, so that old files are not read any more`),
    ]
  })
  // A part of several forms of a document is told once.
  return [...new Set(found)]
}
