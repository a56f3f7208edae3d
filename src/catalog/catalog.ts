import type { Accuracy } from './accuracy.ts'
import type { Engine } from './engine.ts'
import type { Gpu } from './gpu.ts'
import { contentHash } from './hash.ts'
import type { Model } from './model.ts'
import type { Offer } from './offer.ts'
import type { Generation, Kernel, Link, ServingPhysics } from './performance.ts'
import type { KvFormat, Quantization } from './quantization.ts'
import type { Trainer } from './trainer.ts'
import type { TrainingMemoryPhysics } from './training-memory.ts'
import type { TrainingPhysics } from './training-physics.ts'

/** What a catalog holds of each subject. The names are those of the compiled files and of {@link Catalog}. */
export interface Entries {
  gpus: Gpu
  models: Model
  offers: Offer
  quantizations: Quantization
  kvFormats: KvFormat
  engines: Engine
  trainers: Trainer
  kernels: Kernel
  generations: Generation
  links: Link
}
export type Subject = keyof Entries

export const subjects = [
  'gpus',
  'models',
  'offers',
  'quantizations',
  'kvFormats',
  'engines',
  'trainers',
  'kernels',
  'generations',
  'links',
] as const satisfies readonly Subject[]

/** A subject in the words of messages. */
export const subjectNames: Readonly<Record<Subject, string>> = {
  gpus: 'GPU',
  models: 'model',
  offers: 'offer',
  quantizations: 'quantization',
  kvFormats: 'KV-cache format',
  engines: 'engine',
  trainers: 'trainer',
  kernels: 'kernel',
  generations: 'GPU generation',
  links: 'link',
}

/** Constants that belong to no single GPU, kernel or engine. */
export interface Physics {
  serving: ServingPhysics
  training: TrainingPhysics
  trainingMemory: TrainingMemoryPhysics
  /** Errors of predictions against runs that took no part in the fit. */
  accuracy: Accuracy
}

/**
 * All facts, by id and in the order of ids (so that the order of files never decides between equal plans).
 * Checked when made: every id that an entry names exists.
 */
export type Catalog = { readonly [S in Subject]: ReadonlyMap<string, Entries[S]> } & {
  readonly physics: Physics
  /** Hash of each subject and of the physics: what {@link hash} is made of. */
  readonly hashes: Readonly<Record<string, string>>
  /** 64-bit hash (16 hex digits) of everything held; the same content has the same hash whatever files it came from. */
  readonly hash: string
}

/** A catalog as plain JSON values: what the build writes and the program starts from. Entries sorted by id. */
export type CatalogData = { readonly [S in Subject]: readonly Entries[S][] } & {
  readonly physics: Physics
  readonly hashes: Readonly<Record<string, string>>
}

/** Order of plain code units: the same on every machine and in every locale. */
export function byId(a: { id: string }, b: { id: string }): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}

/** Hash of the hashes of the parts. */
export function combinedHash(hashes: Readonly<Record<string, string>>): string {
  return contentHash(hashes)
}

/** Puts plain data into maps. No checks: the data was checked when it was compiled. */
export function catalogFromData(data: CatalogData): Catalog {
  const maps = Object.fromEntries(
    subjects.map((subject) => {
      const entries: readonly { id: string }[] = data[subject]
      return [subject, new Map(entries.map((entry) => [entry.id, entry]))]
    }),
  ) as unknown as { [S in Subject]: ReadonlyMap<string, Entries[S]> }
  return { ...maps, physics: data.physics, hashes: data.hashes, hash: combinedHash(data.hashes) }
}

/** The inverse of {@link catalogFromData}. */
export function catalogToData(catalog: Catalog): CatalogData {
  const lists = Object.fromEntries(subjects.map((subject) => [subject, [...catalog[subject].values()]])) as unknown as {
    [S in Subject]: Entries[S][]
  }
  return { ...lists, physics: catalog.physics, hashes: catalog.hashes }
}

/** The entry with this id or alias; undefined when there is none. */
export function find<S extends Subject>(catalog: Catalog, subject: S, idOrAlias: string): Entries[S] | undefined {
  const entries = catalog[subject] as ReadonlyMap<string, Entries[S]>
  const direct = entries.get(idOrAlias)
  if (direct !== undefined) return direct
  for (const entry of entries.values()) if (aliasesOf(entry).includes(idOrAlias)) return entry
  return undefined
}

/** The entry with this id or alias. Throws when there is none: for ids that were checked before, so a defect of the program. */
export function get<S extends Subject>(catalog: Catalog, subject: S, idOrAlias: string): Entries[S] {
  const entry = find(catalog, subject, idOrAlias)
  if (entry === undefined) throw new Error(`no ${subjectNames[subject]} "${idOrAlias}" in the catalog`)
  return entry
}

/** Every name that {@link find} accepts: ids first, then aliases. */
export function names(catalog: Catalog, subject: Subject): string[] {
  const entries: ReadonlyMap<string, object> = catalog[subject]
  return [...entries.keys(), ...[...entries.values()].flatMap(aliasesOf)]
}

function aliasesOf(entry: object): readonly string[] {
  return 'aliases' in entry && Array.isArray(entry.aliases) ? entry.aliases : []
}

/** Ids of the GPUs that a name in `search.gpus` stands for: one id, a generation ("hopper") or a vendor ("amd"). */
export function gpusNamed(catalog: Catalog, name: string): string[] {
  if (catalog.gpus.has(name)) return [name]
  return [...catalog.gpus.values()].filter((gpu) => gpu.generation === name || gpu.vendor === name).map((gpu) => gpu.id)
}

/** Providers that sell something, in order. */
export function providers(catalog: Catalog): string[] {
  return [...new Set([...catalog.offers.values()].map((offer) => offer.provider))].sort()
}

/** Names of the offer sets that take part only when asked for. */
export function offerSets(catalog: Catalog): string[] {
  const named = [...catalog.offers.values()].map((offer) => offer.set).filter((set) => set !== null)
  return [...new Set(named)].sort()
}
