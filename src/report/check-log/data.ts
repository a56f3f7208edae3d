import { Document, isMap } from 'yaml'
import { agreement, type CheckedFigure, type LogCheck } from '../../logs/check.ts'
import type { WrittenRecord } from '../../measurements/record.ts'
import { resultVersion } from '../../result/version.ts'
import { documentText } from '../../yaml-text.ts'
import { csv } from '../csv.ts'
import { json } from '../json.ts'
import { rounded } from '../validation/words.ts'
import { assumedSentences } from './words.ts'

/** Everything that was found and predicted, with the record ready to keep. Differences are predicted over logged less one. */
export function checkLogJson(check: LogCheck): string {
  const { log, record, prediction, figures } = check
  const predicted = figures.flatMap(({ quantity, predicted: value }) =>
    value === null ? [] : [[quantity, rounded(value)]],
  )
  return json({
    version: resultVersion,
    engine: { name: log.engine, version: check.subject.version },
    model: record.model,
    gpu: record.gpu,
    gpus: record.gpus,
    configuration: 'configuration' in record ? record.configuration : {},
    outcome: log.outcome,
    failure: log.failure,
    logged: { model: log.models[0] ?? null, gpu: log.gpu, device_gib: log.deviceGib, ...log.figures },
    lines: log.lines,
    predicted: {
      ...Object.fromEntries(predicted),
      ...(prediction?.fits === undefined ? {} : { fits: prediction.fits }),
      ...(prediction?.fitsWithHeadroom === undefined ? {} : { fits_with_headroom: prediction.fitsWithHeadroom }),
    },
    difference: Object.fromEntries(
      figures.flatMap((figure) => {
        const share = relative(figure)
        return share === null ? [] : [[figure.quantity, rounded(share)]]
      }),
    ),
    agreement: agreement(check),
    skipped: check.skipped,
    notes: log.notes,
    assumptions: assumedSentences(check),
    record,
  })
}

/** A row a figure that the log gives. */
export function checkLogCsv(check: LogCheck): string {
  const { log, record, figures } = check
  return csv([
    ['engine', 'version', 'model', 'gpu', 'gpus', 'outcome', 'quantity', 'logged', 'predicted', 'difference', 'line'],
    ...figures.map((figure) => {
      const share = relative(figure)
      const predicted = figure.predicted === null ? null : rounded(figure.predicted)
      const subject = [
        log.engine,
        check.subject.version,
        check.subject.model.id,
        record.gpu,
        record.gpus ?? 1,
        log.outcome,
      ]
      return [
        ...subject,
        figure.quantity,
        figure.logged,
        predicted,
        share === null ? null : rounded(share),
        figure.line,
      ]
    }),
  ])
}

function relative({ logged, predicted }: CheckedFigure): number | null {
  return predicted === null || logged === 0 ? null : (predicted - logged) / Math.abs(logged)
}

/**
 * The record as an item of the list `records:` in a file of measurements; `whole` puts that key above it, so that it is such a file.
 */
export function recordYaml(record: WrittenRecord, { whole }: { readonly whole: boolean }): string {
  const document = new Document([record])
  const item = document.get(0)
  if (isMap(item)) for (const { value } of item.items) if (isMap(value)) value.flow = true
  const text = documentText(document, { lineWidth: 0, flowCollectionPadding: true })
  return whole ? `records:\n${text}` : text
}

/** The record as JSON, in the form of a whole file of measurements: YAML reads it too. */
export function recordJson(record: WrittenRecord): string {
  return json({ records: [record] })
}
