import {
  type Catalog,
  find,
  gpusNamed,
  names,
  offerSets,
  providers,
  type Subject,
  subjectNames,
} from '../catalog/catalog.ts'
import { didYouMean } from '../catalog/suggest.ts'
import type { Diagnostic, Path } from './diagnostic.ts'
import type { Locate } from './yaml.ts'

/** Collects errors with their places while a scenario is checked against the catalog. */
export class Checker {
  readonly diagnostics: Diagnostic[] = []
  readonly catalog: Catalog
  private readonly locate: Locate

  constructor(catalog: Catalog, locate: Locate) {
    this.catalog = catalog
    this.locate = locate
  }

  /** What messages call the document; references in it are relative to that. */
  get file(): string {
    return this.locate([]).file
  }

  error(path: Path, message: string, hint?: string, target: 'value' | 'key' = 'value'): void {
    const position = this.locate(path, target)
    this.diagnostics.push({ severity: 'error', path, message, position, ...(hint === undefined ? {} : { hint }) })
  }

  /** The id or alias must be known. Returns the id proper. */
  entry(subject: Subject, name: string, path: Path, others: readonly string[] = []): string | undefined {
    const entry = find(this.catalog, subject, name)
    if (entry !== undefined) return entry.id
    if (others.includes(name)) return name
    this.unknown(subjectNames[subject], name, path, [...names(this.catalog, subject), ...others])
    return undefined
  }

  /** Each id or alias of a list must be known. Returns the ids proper, each once. */
  entries(subject: Subject, list: readonly string[], path: Path): string[] {
    const ids = list.map((name, index) => this.entry(subject, name, [...path, index]))
    return [...new Set(ids.filter((id) => id !== undefined))]
  }

  /** GPUs by id, generation or vendor. Returns all GPU ids that the list stands for. */
  gpus(list: readonly string[], path: Path): string[] {
    const found = list.flatMap((name, index) => {
      const ids = gpusNamed(this.catalog, name)
      if (ids.length === 0) {
        const all = [...this.catalog.gpus.values()]
        const known = [
          ...all.map((gpu) => gpu.id),
          ...all.map((gpu) => gpu.generation),
          ...all.map((gpu) => gpu.vendor),
        ]
        this.unknown('GPU, generation or vendor', name, [...path, index], known)
      }
      return ids
    })
    return [...new Set(found)]
  }

  providers(list: readonly string[], path: Path): void {
    const known = providers(this.catalog)
    for (const [index, name] of list.entries()) {
      if (!known.includes(name)) this.unknown('provider', name, [...path, index], known)
    }
  }

  offerSets(list: readonly string[], path: Path): void {
    const known = offerSets(this.catalog)
    for (const [index, name] of list.entries()) {
      if (!known.includes(name)) this.unknown('set of offers', name, [...path, index], known)
    }
  }

  unknown(what: string, name: string, path: Path, known: readonly string[], target: 'value' | 'key' = 'value'): void {
    const few = known.length > 0 && known.length <= 8 ? `known: ${known.join(', ')}` : undefined
    this.error(path, `unknown ${what} ${JSON.stringify(name)}`, didYouMean(name, known) ?? few, target)
  }
}
