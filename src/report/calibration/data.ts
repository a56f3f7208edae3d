import type { ErrorRow } from '../../calibration/folds.ts'
import type { OwnCalibration } from '../../calibration/own.ts'
import { resultVersion } from '../../result/version.ts'
import { csv } from '../csv.ts'
import { json } from '../json.ts'
import { printable } from '../printable.ts'
import { rounded } from '../validation/words.ts'
import type { CalibrationDocument } from './document.ts'
import { planCommand, title } from './words.ts'

/** Everything that was found; errors as shares, the bias signed (median), `kept` null where a constant or law moved. */
export function calibrationJson(calibration: OwnCalibration): string {
  const shown = printable(calibration)
  const { asOf, source, given, used, skipped, laws, constants, notes, files } = shown
  return json<CalibrationDocument>({
    version: resultVersion,
    as_of: asOf,
    output: source,
    records: given,
    used,
    skipped,
    laws: laws.map(({ law, records, kept, errors }) => ({
      law,
      records,
      kept,
      errors: errors.map(({ figure, count, before, after, heldOut }) => ({
        figure,
        count,
        before: errorOf(before),
        after: errorOf(after),
        held_out: errorOf(heldOut),
      })),
    })),
    constants: constants.map(({ law, place, owner, name, from, to, records, kept }) => ({
      law,
      owner,
      name,
      subject: place.subject,
      id: place.id,
      path: place.path.join('.'),
      from: rounded(from),
      to: rounded(to),
      records,
      kept,
    })),
    notes,
    files: files.map(({ path }) => path),
    command: files.length === 0 ? null : planCommand(shown),
  })
}

function errorOf({ median, p90, bias }: ErrorRow): { median: number; p90: number; bias: number } {
  return { median: rounded(median), p90: rounded(p90), bias: rounded(bias) }
}

/** A row a constant that the runs decide a figure of; `kept` is empty where it moved. */
export function calibrationCsv(calibration: OwnCalibration): string {
  const { constants } = printable(calibration)
  return csv([
    ['law', 'constant', 'path', 'from', 'to', 'change', 'records', 'kept'],
    ...constants.map((constant) => {
      const { law, place, from, to, records, kept } = constant
      return [
        law,
        title(constant),
        `${place.subject}/${place.id} ${place.path.join('.')}`,
        rounded(from),
        rounded(to),
        rounded(to / from - 1),
        records,
        kept,
      ]
    }),
  ])
}
