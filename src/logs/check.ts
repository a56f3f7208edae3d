import type { Catalog } from '../catalog/catalog.ts'
import { predictRecord } from '../measurements/predict.ts'
import type { WrittenRecord } from '../measurements/record.ts'
import type { Prediction } from '../measurements/validation.ts'
import { checkedRecord, type LogOrigin, recordOf } from './record.ts'
import { type LogQuantity, logQuantities, type StartLog } from './start-log.ts'
import { type Given, type StartSubject, startSubject } from './subject.ts'

/** A figure of a log beside the model's. */
export interface CheckedFigure {
  readonly quantity: LogQuantity
  readonly logged: number
  /** Number of the line that gave it. */
  readonly line: number
  readonly predicted: number | null
}

/** A start-up log held against the memory model. */
export interface LogCheck {
  readonly log: StartLog
  readonly subject: StartSubject
  readonly record: WrittenRecord
  /** In the order of the ledger; only what the log gives. */
  readonly figures: readonly CheckedFigure[]
  readonly prediction: Prediction | null
  /** Why there is no prediction, or null. */
  readonly skipped: string | null
  /** The tokens are predicted from the room that the log prints: the arithmetic of blocks and pages, apart from the room's own. */
  readonly tokensFromRoom: boolean
}

/**
 * What the model says of a start beside what the log says.
 * @throws InputError where model, GPU or formats are not surely known.
 */
export function checkLog(log: StartLog, given: Given, origin: LogOrigin, catalog: Catalog): LogCheck {
  const subject = startSubject(log, given, catalog)
  const record = recordOf(log, subject, origin)
  const answer = log.unmodelled === null ? predictRecord(checkedRecord(record), catalog) : { skipped: log.unmodelled }
  const prediction = 'skipped' in answer ? null : answer
  return {
    log,
    subject,
    record,
    prediction,
    skipped: 'skipped' in answer ? answer.skipped : null,
    tokensFromRoom: prediction !== null && isFromRoom(log),
    figures: logQuantities.flatMap((quantity): CheckedFigure[] => {
      const logged = log.figures[quantity]
      if (logged === undefined) return []
      const line = log.lines[quantity] ?? 0
      return [{ quantity, logged, line, predicted: prediction?.figures[quantity] ?? null }]
    }),
  }
}

/** llama.cpp prints the context it allocates; stages of a pipeline have rooms of their own. */
function isFromRoom({ engine, figures, flags }: StartLog): boolean {
  const both = figures.kv_cache_gib !== undefined && figures.kv_cache_gib >= 0 && figures.kv_tokens !== undefined
  return both && engine !== 'llama.cpp' && (flags.pipeline_parallel ?? 1) === 1
}

/** How the outcome of a start and the prediction go together. */
export type Agreement = 'agrees' | 'agrees-tightly' | 'started-unexpectedly' | 'failed-unexpectedly' | 'unknown'

/**
 * `agrees-tightly`: it started, and would not with the share that plans keep free. Out of memory counts as a failure that only the
 * verdict without headroom can contradict: with headroom the plan would have refused it.
 */
export function agreement({ log, prediction }: LogCheck): Agreement {
  if (prediction?.fits === undefined) return 'unknown'
  const { fits, fitsWithHeadroom = fits } = prediction
  if (log.outcome === 'ok') return fitsWithHeadroom ? 'agrees' : fits ? 'agrees-tightly' : 'started-unexpectedly'
  return fits && fitsWithHeadroom ? 'failed-unexpectedly' : 'agrees'
}
