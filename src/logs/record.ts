import { type MeasuredRecord, recordSchema, type WrittenRecord } from '../measurements/record.ts'
import { inputError } from '../scenario/diagnostic.ts'
import { issuesToDiagnostics } from '../scenario/located.ts'
import { type LogFigures, logQuantities, type StartLog } from './start-log.ts'
import type { StartSubject } from './subject.ts'

/** Group of the records that users read from their own logs. */
const OWN_GROUP = 'own-runs'

/** Where a log comes from, for the record. */
export interface LogOrigin {
  /** Name under which messages speak of the file. */
  readonly file: string
}

/** The start as a record of measurements, keys in the order of the documented form. Absent keys were not in the log. */
export function recordOf(log: StartLog, subject: StartSubject, { file }: LogOrigin): WrittenRecord {
  const { flags } = log
  const { model, gpu, gpus, quantization, kvCache, version } = subject
  const configuration = {
    quantization,
    kv_cache: kvCache,
    tensor_parallel: flags.tensor_parallel,
    pipeline_parallel: flags.pipeline_parallel,
    expert_parallel: flags.expert_parallel,
    data_parallel: above(1, flags.data_parallel),
    utilization: flags.utilization,
    context: flags.context,
    max_sequences: log.engine === 'llama.cpp' ? above(1, flags.max_sequences) : flags.max_sequences,
    max_batched_tokens: flags.max_batched_tokens,
    eager: flags.eager === true ? true : undefined,
  }
  return {
    id: idOf(log, subject),
    source: `start-up log ${file}`,
    group: OWN_GROUP,
    ...(log.notes.length === 0 ? {} : { note: log.notes.join(' ') }),
    kind: 'serving-memory',
    model: model.id,
    gpu: gpu.id,
    gpus,
    engine: { name: log.engine, ...(version === null ? {} : { version }) },
    configuration: defined(configuration),
    measured: measuredOf(log.figures),
    ...(log.outcome === 'ok' ? {} : { outcome: log.outcome }),
  }
}

/**
 * The record as readers of measurements see it: checked, defaults filled in.
 * @throws InputError for figures that no record may hold.
 */
export function checkedRecord(record: WrittenRecord): MeasuredRecord {
  const checked = recordSchema.safeParse(record)
  if (checked.success) return checked.data
  const [issue] = issuesToDiagnostics(checked.error.issues, record, recordSchema, () => ({ file: '' }))
  throw inputError(`the log states what no start has: ${issue?.message}`, {
    hint: 'lines of several processes may have run into each other',
  })
}

/** Figures that a record may hold: a refused start prints how much room was missing, which is no room. */
function measuredOf(figures: LogFigures): LogFigures {
  return Object.fromEntries(
    logQuantities.flatMap((quantity) => {
      const logged = figures[quantity]
      if (logged === undefined || logged < 0) return []
      const value = Number(logged.toFixed(GIB_DIGITS))
      return quantity === 'weights_gib' && value === 0 ? [] : [[quantity, value]]
    }),
  )
}

/** Digits after the point: no log prints more, and MiB turned into GiB has no end. */
const GIB_DIGITS = 4

/** `vllm-0.24.0-qwen3.6-35b-a3b-nvfp4-rtx-5090-x1-131072`: what tells two starts of one cluster apart. */
function idOf({ engine, flags, outcome }: StartLog, { model, gpu, gpus, quantization, version }: StartSubject): string {
  const { context, utilization } = flags
  const parts = [
    engine,
    version,
    model.id,
    quantization,
    gpu.id,
    `x${gpus}`,
    context,
    utilization,
    outcome === 'ok' ? null : outcome,
  ]
  return parts.filter((part) => part !== null && part !== undefined).join('-')
}

function above(least: number, value: number | undefined): number | undefined {
  return value !== undefined && value > least ? value : undefined
}

function defined<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
}
