import type { Catalog } from '../../catalog/catalog.ts'
import type { Offer } from '../../catalog/offer.ts'
import { formsIn, holds, ofForms, readGpuName } from './gpu-name.ts'
import type { ImportContext, SkipReason } from './types.ts'

/** What a row says of its GPU. */
export interface Evidence {
  readonly provider: string
  readonly instance: string
  /** The name of the GPU, as the list writes it. */
  readonly name: string
  readonly count: number
  /** Another name of the same GPU in the row, as in SkyPilot's `GpuInfo`. */
  readonly otherName?: string
  /**
   * Gigabytes a GPU, each a way to read what the row states: some lists give the memory of one GPU, others that of all, some in MiB,
   * others in GB.
   */
  readonly gigabytes?: readonly number[]
  /** The memory that the plain name means where the list has another name for the other size: SkyPilot's `A100` is the one of 40 GB. */
  readonly plainNames?: Readonly<Record<string, number>>
}

export type Identified =
  | { readonly ok: true; readonly gpu: string; readonly known: Offer | null }
  | { readonly ok: false; readonly reason: SkipReason; readonly detail: string }

/**
 * The GPU of a row. Its name, the form factor in the name of the instance, the memory and a shape of the catalog each leave some
 * candidates; only where they leave exactly one is that the GPU. Nothing is taken for likely.
 */
export function identify(evidence: Evidence, context: ImportContext): Identified {
  const { catalog } = context
  const known = knownOffers(catalog, evidence.provider, evidence.instance)
  const told = context.gpuNames.get(evidence.name)
  if (told !== undefined) return { ok: true, gpu: told, known: known.find((offer) => offer.gpu === told) ?? null }

  const named = readGpuName(evidence.name, catalog.gpus)
  if (named.candidates.length === 0) return { ok: false, reason: 'unknown-gpu', detail: evidence.name }
  const forms = formsIn(evidence.instance)
  let left = named.candidates.filter((id) => ofForms(id, forms))
  if (left.length === 0)
    return contradiction(`it is called ${evidence.name}, but the instance names ${forms.join(', ')}`)

  if (evidence.otherName !== undefined) {
    const other = readGpuName(evidence.otherName, catalog.gpus).candidates
    const both = left.filter((id) => other.includes(id))
    // An unknown second name says nothing; a known one must agree.
    if (other.length > 0 && both.length === 0)
      return contradiction(`it is called ${evidence.name} and ${evidence.otherName}`)
    if (both.length > 0) left = both
  }

  const stated = evidence.gigabytes ?? []
  if (stated.length > 0) {
    const holding = left.filter((id) => stated.some((gigabytes) => holds(catalog.gpus.get(id), gigabytes)))
    if (holding.length === 0)
      return contradiction(`no ${evidence.name} has ${stated.map((each) => Math.round(each)).join(' or ')} GB`)
    left = holding
  }
  const plain = named.gigabytes === null ? evidence.plainNames?.[evidence.name.toUpperCase()] : undefined
  if (plain !== undefined) left = left.filter((id) => holds(catalog.gpus.get(id), plain))
  if (left.length === 0)
    return contradiction(`${evidence.name} means ${plain} GB there, but the row states another memory`)

  const sameCount = known.filter((offer) => offer.gpu_count === evidence.count)
  const [only, ...others] = left
  if (only !== undefined && others.length === 0) {
    const clash = sameCount.length > 0 && !sameCount.some((offer) => offer.gpu === only)
    if (clash) return contradiction(`the catalog lists ${evidence.instance} with ${sameCount[0]?.gpu}, not ${only}`)
    return { ok: true, gpu: only, known: sameCount.find((offer) => offer.gpu === only) ?? null }
  }
  const settled = [...new Set(sameCount.map((offer) => offer.gpu).filter((id) => left.includes(id)))]
  if (settled.length === 1 && settled[0] !== undefined) {
    const [gpu] = settled
    return { ok: true, gpu, known: sameCount.find((offer) => offer.gpu === gpu) ?? null }
  }
  return { ok: false, reason: 'ambiguous-gpu', detail: `${evidence.name}: ${left.join(' or ')}` }
}

function contradiction(detail: string): Identified {
  return { ok: false, reason: 'contradictory-gpu', detail }
}

/** Offers of the catalog of this provider and shape, in any region, under its name or its name with a memory after it. */
export function knownOffers(catalog: Catalog, provider: string, instance: string): readonly Offer[] {
  let shapes = indexes.get(catalog)
  if (shapes === undefined) {
    shapes = new Map()
    for (const offer of catalog.offers.values()) {
      if (offer.set !== null) continue
      const key = shapeKey(offer.provider, offer.instance.replace(/ \([^)]*\)$/, ''))
      shapes.set(key, [...(shapes.get(key) ?? []), offer])
    }
    indexes.set(catalog, shapes)
  }
  return shapes.get(shapeKey(provider, instance)) ?? []
}

/** A price list asks for tens of thousands of shapes; the catalog is walked once. */
const indexes = new WeakMap<Catalog, Map<string, Offer[]>>()

function shapeKey(provider: string, instance: string): string {
  return `${provider}\n${instance}`
}
