import { type Catalog, type Entries, find, names, type Subject, subjectNames } from '../src/catalog/catalog.ts'
import { didYouMean } from '../src/catalog/suggest.ts'
import { inputError } from '../src/scenario/diagnostic.ts'

/**
 * The catalog entry that a flag names.
 * @throws InputError with the nearest id where there is none.
 */
export function entryNamed<S extends Subject>(catalog: Catalog, subject: S, id: string, flag: string): Entries[S] {
  const entry = find(catalog, subject, id)
  if (entry !== undefined) return entry
  const hint = didYouMean(id, names(catalog, subject))
  throw inputError(`${flag} ${JSON.stringify(id)}: no such ${subjectNames[subject]}`, hint ? { hint } : {})
}
