import type { Catalog } from '../../catalog/catalog.ts'
import type { Confidence, OfferFile } from '../../catalog/offer.ts'
import { inputError } from '../../scenario/diagnostic.ts'
import { readCsv } from './csv.ts'
import { offerFiles } from './entries.ts'
import { offerForms } from './forms/index.ts'
import { choose, type RegionChoice, shapesOf } from './shapes.ts'
import { tableOf } from './table.ts'
import type { Drop, ImportContext, OfferForm, Sighting, Skip } from './types.ts'

export interface ImportOptions {
  readonly catalog: Catalog
  readonly provider: string | null
  /** Id of the form of every file; null: by its header. */
  readonly form: string | null
  readonly regions: RegionChoice
  readonly gpuNames: ReadonlyMap<string, string>
  readonly confidence: Confidence | null
  /** Day that dates prices without one, YYYY-MM-DD. */
  readonly asOf: string
}

/** What became of the rows of price lists. */
export interface OfferImport {
  /** One a provider, in order. */
  readonly files: readonly OfferFile[]
  readonly read: readonly { readonly file: string; readonly form: string; readonly rows: number }[]
  /** Rows behind the offers: several zones or repetitions make one offer. */
  readonly used: number
  readonly skips: readonly Skip[]
  readonly drops: readonly Drop[]
}

/**
 * Reads price lists into offers of the catalog. Pure: same texts, same offers. Every row is either behind an offer or among the skips.
 * @throws InputError for a file of no known form, an unreadable CSV, an unknown provider, a decimal comma.
 */
export function importOffers(
  texts: readonly { readonly file: string; readonly text: string }[],
  options: ImportOptions,
): OfferImport {
  const context: ImportContext = {
    catalog: options.catalog,
    provider: options.provider,
    gpuNames: options.gpuNames,
    confidence: options.confidence,
  }
  const sightings: Sighting[] = []
  const skips: Skip[] = []
  const drops: Drop[] = []
  const read: { file: string; form: string; rows: number }[] = []
  for (const { file, text } of texts) {
    const table = tableOf(readCsv(text, file), file)
    const form = formOf(table.columns, file, options.form)
    const reading = form.read(table, context)
    // One by one: a list of a hundred thousand is more than a call takes as arguments.
    for (const sighting of reading.sightings) sightings.push(sighting)
    for (const drop of reading.drops) drops.push(drop)
    for (const skip of reading.skips) skips.push(skip)
    for (const { line, cells } of table.ragged) {
      const detail = `${cells} cells, the header has ${table.columns.length}`
      skips.push({ reason: 'ragged', file, line, subject: '', detail })
    }
    read.push({ file, form: form.id, rows: table.rows.length + table.ragged.length })
  }
  const chosen = shapesOf(sightings, options.catalog).map((shape) => {
    const { chosen: regions, skips: others } = choose(shape, options.regions)
    for (const skip of others) skips.push(skip)
    return { shape, regions }
  })
  const lines = chosen.flatMap(({ regions }) => regions.flatMap((region) => region.sightings.flatMap(placesOf)))
  return {
    files: offerFiles(chosen, options.catalog, options),
    read,
    used: new Set(lines).size,
    skips,
    drops,
  }
}

function placesOf({ file, lines }: Sighting): string[] {
  return lines.map((line) => `${file}:${line}`)
}

function formOf(columns: readonly string[], file: string, wanted: string | null): OfferForm {
  const form =
    wanted === null ? offerForms.find((each) => each.recognises(columns)) : offerForms.find(({ id }) => id === wanted)
  if (form === undefined) {
    throw inputError(`no known form of price list: the header is ${columns.slice(0, 12).join(', ')}`, {
      position: { file, line: 1 },
      hint: `known are ${offerForms.map(({ name }) => name).join(', ')}; docs/prices.md lists their columns`,
    })
  }
  if (wanted !== null && !form.recognises(columns)) {
    throw inputError(`the file is no ${form.name}: the header is ${columns.slice(0, 12).join(', ')}`, {
      position: { file, line: 1 },
    })
  }
  return form
}
