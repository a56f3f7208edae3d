import { type Catalog, get } from '../catalog/catalog.ts'
import { newestRelease, releaseRange } from '../catalog/support.ts'
import type { Place } from './parameters.ts'

/** A constant as people call it: what it belongs to, `vLLM 0.22 and later`, and its own name, `host step_seconds`. */
export interface ConstantName {
  readonly owner: string
  readonly name: string
}

export function constantName({ subject, id, path }: Place, catalog: Catalog): ConstantName {
  const words = (from: number): string => path.slice(from).join(' ')
  switch (subject) {
    case 'engines': {
      const engine = get(catalog, 'engines', id)
      return { owner: `${engine.name} ${rangeOf(id, path, catalog)}`, name: words(2) }
    }
    case 'physics':
      return { owner: 'Training between GPUs', name: words(0) }
    case 'gpus':
      return { owner: get(catalog, 'gpus', id).name, name: words(1) }
    default:
      return { owner: get(catalog, subject, id).name, name: words(0) }
  }
}

function rangeOf(id: string, path: Place['path'], catalog: Catalog): string {
  const release = get(catalog, 'engines', id).releases[Number(path[1])]
  if (release === undefined) throw new Error(`${id} has no release ${path[1]}`)
  return releaseRange(release)
}

/** Which plans take a release that own runs moved: those of the newest release by default, of an earlier one only when told. */
export function releaseNotes(places: readonly Place[], catalog: Catalog): string[] {
  const notes = places
    .filter(({ subject }) => subject === 'engines')
    .map(({ id, path }) => {
      const engine = get(catalog, 'engines', id)
      const release = engine.releases[Number(path[1])]
      const range = `${engine.name} ${rangeOf(id, path, catalog)}`
      return release === newestRelease(engine)
        ? `The constants hold for every version of ${range}.`
        : `Plans take ${range} only where the scenario says engine_version: "${release?.from}"; else they take the newest release, which stays as shipped.`
    })
  return [...new Set(notes)]
}
