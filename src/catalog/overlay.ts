import { inputError } from '../scenario/diagnostic.ts'
import {
  byId,
  type Catalog,
  type CatalogData,
  catalogFromData,
  type Entries,
  type Physics,
  type Subject,
  subjects,
} from './catalog.ts'
import type { Layer } from './compile.ts'
import { contentHash, listHash } from './hash.ts'

/**
 * The base with a layer over it: an entry with a known id (for offers: provider, instance and region) replaces, others add.
 * Only subjects that the layer touches are hashed again. Throws {@link InputError} when no layer brings the physics constants.
 */
export function mergeLayer(base: Catalog | undefined, layer: Layer): Catalog {
  const physics: Partial<Physics> = { ...base?.physics, ...layer.physics }
  if (physics.serving === undefined) throw inputError('the catalog lacks physics/serving.yaml')
  if (physics.trainingMemory === undefined) throw inputError('the catalog lacks physics/training-memory.yaml')
  if (physics.training === undefined) throw inputError('the catalog lacks physics/training.yaml')
  if (physics.accuracy === undefined) throw inputError('the catalog lacks physics/accuracy.yaml')
  const complete: Physics = {
    serving: physics.serving,
    training: physics.training,
    trainingMemory: physics.trainingMemory,
    accuracy: physics.accuracy,
  }
  const hashes: Record<string, string> = { ...base?.hashes }
  const lists: Partial<Record<Subject, readonly Entries[Subject][]>> = {}
  for (const subject of subjects) {
    const added = [...layer.entries[subject].values()].map(({ entry }) => entry)
    if (base !== undefined && added.length === 0) {
      lists[subject] = [...base[subject].values()]
      continue
    }
    const merged = new Map<string, Entries[Subject]>(base?.[subject])
    for (const entry of added) merged.set(entry.id, entry)
    const sorted = [...merged.values()].sort(byId)
    lists[subject] = sorted
    hashes[subject] = listHash(sorted)
  }
  if (base === undefined || Object.keys(layer.physics).length > 0) hashes.physics = contentHash(complete)
  return catalogFromData({
    ...(lists as { [S in Subject]: Entries[S][] }),
    physics: complete,
    hashes,
  } satisfies CatalogData)
}
