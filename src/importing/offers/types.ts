import type { Catalog } from '../../catalog/catalog.ts'
import type { Confidence, OfferEntry, Pricing } from '../../catalog/offer.ts'
import type { Table } from './table.ts'

/** Ways of renting that a price list can hold. */
export type ListPricing = Exclude<Pricing, 'owned'>

/** Why a row became no offer, with the sentence that the report says of it. */
export const skipReasons = {
  ragged: 'more or fewer cells than the header',
  'no-accelerator': 'a machine without accelerator',
  'unknown-gpu': 'the catalog has no such GPU',
  'ambiguous-gpu': 'the name stands for several GPUs of the catalog (--gpu NAME=ID says which)',
  'contradictory-gpu': 'what the row says of its GPU does not agree',
  'gpu-count': 'not a whole number of GPUs',
  'no-name': 'no instance or provider',
  'no-price': 'no price above zero',
  'negative-price': 'a price below zero',
  'unreadable-price': 'the price is no number',
  'sentinel-price': 'the price stands for "unknown"',
  'no-region': 'no region: not in stock',
  'no-machine': 'machine and accelerator stand in rows of their own, and one of them is missing',
  'open-shape': 'goes into a machine of your choice: no one price',
  'several-hosts': 'a slice over several hosts',
  'not-on-demand': 'sold by calendar or reservation only',
  currency: 'not in US dollars',
  'unreadable-value': 'a value that cannot be read',
  'other-region': 'another region of a shape that is imported (--regions all takes every one)',
  'region-not-asked': 'not one of the regions of --regions',
} as const
export type SkipReason = keyof typeof skipReasons

/** A row that became no offer. */
export interface Skip {
  readonly reason: SkipReason
  readonly file: string
  readonly line: number
  /** What the row is about: `p5.48xlarge us-east-1`. */
  readonly subject: string
  /** What is special about this row, where the reason alone does not say it. */
  readonly detail?: string
}

/** Why a price of a row that became an offer was left out, with the sentence of the report. */
export const dropReasons = {
  zero: 'price of zero, which stands for "not sold that way"',
  'spot-not-below-on-demand': 'price not below on-demand, so it is unknown',
  sentinel: 'price that stands for "unknown"',
} as const
export type DropReason = keyof typeof dropReasons

/** A price that was left out of an offer. */
export interface Drop {
  readonly reason: DropReason
  readonly pricing: ListPricing
  readonly file: string
  readonly line: number
  readonly subject: string
}

/** One row that prices a shape in a zone, or in a region. */
export interface Sighting {
  readonly file: string
  /** Lines of the file that speak of it: a machine and its accelerator may stand apart. */
  readonly lines: readonly number[]
  readonly provider: string
  readonly instance: string
  readonly gpu: string
  readonly gpuCount: number
  readonly vcpus: number | null
  readonly ramGb: number | null
  readonly region: string
  /** US dollars an hour for the whole instance. At least one. */
  readonly usdPerHour: Readonly<Partial<Record<ListPricing, number>>>
  readonly source: string
  readonly notes: readonly string[]
  /** Fields that only some lists state; absent = taken from the catalog or its rules. */
  readonly stated: Readonly<
    Partial<Pick<OfferEntry, 'link' | 'network_gbit_per_second' | 'confidence' | 'kind' | 'as_of' | 'max_instances'>>
  >
}

/** What reading one file gave. Every row of the file is in exactly one of sightings and skips. */
export interface Reading {
  readonly sightings: readonly Sighting[]
  readonly skips: readonly Skip[]
  readonly drops: readonly Drop[]
}

/** What the user said, and what the catalog knows. */
export interface ImportContext {
  readonly catalog: Catalog
  /** The provider that the user named; null: from the file's name, or its column. */
  readonly provider: string | null
  /** Names of GPUs in the file that the user explained: name -> catalog id. */
  readonly gpuNames: ReadonlyMap<string, string>
  /** Confidence of clouds' own prices. */
  readonly confidence: Confidence | null
}

/** A form of price list: how it is recognised and read. Adding one is a file and an entry in `forms/index.ts`. */
export interface OfferForm {
  readonly id: string
  /** In the words of a message: `SkyPilot vms.csv`. */
  readonly name: string
  /** Whether a header is of this form. */
  recognises(columns: readonly string[]): boolean
  /** @throws InputError for a file that cannot be imported at all. */
  read(table: Table, context: ImportContext): Reading
}
