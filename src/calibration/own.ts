import type { Catalog } from '../catalog/catalog.ts'
import { buildCatalog } from '../catalog/compile.ts'
import { predictRecord } from '../measurements/predict.ts'
import type { MeasuredRecord } from '../measurements/record.ts'
import { type Diagnostic, InputError, inputError } from '../scenario/diagnostic.ts'
import { type ErrorRow, errorsNow, errorTable } from './folds.ts'
import { type OwnLaw, ownLaws } from './own-constants.ts'
import { type FittedConstant, fitLaw, LEAST_RECORDS, recordIds } from './own-fit.ts'
import { type ConstantName, constantName, releaseNotes } from './own-names.ts'
import { ownObservations } from './own-observations.ts'
import { overlayFiles } from './own-overlay.ts'
import type { Grouped } from './serving-observations.ts'

/*
 * A user's own runs against the shipped catalog: each constant that their machines and releases may have for themselves starts at its
 * shipped value, which is its prior too, and moves as far as the runs say. A law keeps its shipped constants unless runs that took no
 * part in the fit are predicted better by the fitted ones.
 */

export interface OwnOptions {
  /** YYYY-MM-DD, for the plans that use the result. */
  readonly asOf: string
  /** What plans name as its source: the directory that it is written to. */
  readonly source: string
}

/** Errors of one kind of figure: shipped constants, fitted ones, and of runs that took no part in the fit. */
export interface OwnErrors {
  readonly figure: string
  readonly count: number
  readonly before: ErrorRow
  readonly after: ErrorRow
  readonly heldOut: ErrorRow
}

export interface OwnLawFit {
  readonly law: OwnLaw
  /** Records with a figure that the law predicts. */
  readonly records: number
  readonly errors: readonly OwnErrors[]
  /** Why its constants stay as shipped; null where they moved. */
  readonly kept: string | null
}

export interface OwnConstant extends ConstantName, Omit<FittedConstant, 'ids'> {
  /** Own records that it decides a figure of. */
  readonly records: number
}

export interface OwnCalibration extends OwnOptions {
  readonly given: number
  /** Records that a law predicts a figure of. */
  readonly used: number
  readonly skipped: readonly { readonly id: string; readonly reason: string }[]
  readonly laws: readonly OwnLawFit[]
  readonly constants: readonly OwnConstant[]
  /** What to heed when planning with the result, in sentences. */
  readonly notes: readonly string[]
  /** Files of a catalog directory; none where nothing moved. */
  readonly files: readonly { readonly path: string; readonly text: string }[]
}

/**
 * Fits what own runs may move of a catalog, and makes the overlay that holds it. The catalog itself is left as it is.
 * @throws InputError for fewer than three records, or where the model can express none of them.
 */
export function calibrateToOwn(
  records: readonly MeasuredRecord[],
  catalog: Catalog,
  options: OwnOptions,
): OwnCalibration {
  if (records.length < LEAST_RECORDS) {
    throw inputError(`a calibration takes at least ${LEAST_RECORDS} records, got ${records.length}`, {
      hint: 'plan check-log --record keeps the start of a server, plan validate compares single runs',
    })
  }
  const before = new Map(ownLaws.map((law) => [law, ownObservations(law, records, catalog)]))
  const { used, skipped } = sorted(records, [...before.values()].flat(), catalog)
  if (used === 0) throw new InputError(refusals(skipped))
  const working = structuredClone(catalog)
  const fits = ownLaws.map((law) => fitLaw(law, records, working))
  const constants = fits.flatMap((each) => each.constants)
  const moved = constants.filter(({ kept }) => kept === null)
  const files = overlayFiles(
    moved.map(({ place, to, ids }) => ({ place, value: to, records: ids })),
    catalog,
    options,
  )
  // Errors are those of the files as a plan reads them.
  const checked = files.length === 0 ? catalog : buildCatalog(files, catalog)
  return {
    ...options,
    given: records.length,
    used,
    skipped,
    laws: fits.flatMap(({ law, kept, out }): OwnLawFit[] => {
      const shipped = before.get(law) ?? []
      if (shipped.length === 0) return []
      return [
        {
          law,
          kept,
          records: recordIds(shipped).size,
          errors: errorsOf(shipped, ownObservations(law, records, checked), out),
        },
      ]
    }),
    constants: constants.map(({ ids, place, ...rest }) => ({
      ...rest,
      place,
      ...constantName(place, catalog),
      records: ids.size,
    })),
    notes: releaseNotes(
      moved.map(({ place }) => place),
      catalog,
    ),
    files: files.map(({ path, text }) => ({ path, text })),
  }
}

/** A line a reason, with the records that it holds for. */
function refusals(skipped: OwnCalibration['skipped']): Diagnostic[] {
  const reasons = new Map<string, string[]>()
  for (const { id, reason } of skipped) reasons.set(reason, [...(reasons.get(reason) ?? []), id])
  return [...reasons].map(([reason, ids]) => ({
    severity: 'error',
    path: [],
    message: `no record can be used: ${reason}: ${ids.join(', ')}`,
  }))
}

/** How many records say something of a constant, and why the others do not. */
function sorted(
  records: readonly MeasuredRecord[],
  observations: readonly Grouped[],
  catalog: Catalog,
): Pick<OwnCalibration, 'used' | 'skipped'> {
  const ids = recordIds(observations)
  const skipped = records
    .filter(({ id }) => !ids.has(id))
    .map((record) => {
      const prediction = predictRecord(record, catalog)
      const reason =
        'skipped' in prediction
          ? prediction.skipped
          : record.outcome === 'ok'
            ? 'no figure of it depends on a constant that can be fitted (requests queue, or only counted sizes were measured)'
            : 'the run did not start, which gives no figure to fit to'
      return { id: record.id, reason }
    })
  return { used: ids.size, skipped }
}

function errorsOf(
  before: readonly Grouped[],
  after: readonly Grouped[],
  out: ReadonlyMap<string, number>,
): OwnErrors[] {
  const held = Float64Array.from(before, ({ id }) => out.get(id) ?? Number.NaN)
  const fitted = errorTable(after, errorsNow(after))
  const heldRows = errorTable(before, held)
  return errorTable(before, errorsNow(before)).flatMap((row) => {
    const own = fitted.find(({ table }) => table === row.table)
    const left = heldRows.find(({ table }) => table === row.table)
    if (own === undefined || left === undefined) return []
    return [{ figure: row.table, count: row.count, before: row, after: own, heldOut: left }]
  })
}
