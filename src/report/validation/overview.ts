import type { RecordKind } from '../../measurements/record.ts'
import type { SummaryRow, ValidatedRecord, Validation } from '../../measurements/validation.ts'
import { quantityWords, recordKinds } from './words.ts'

/** Whether any figure or verdict of the record could be held against the model. */
export function isCompared({ skipped, error }: ValidatedRecord): boolean {
  return skipped === undefined && Object.values(error).some((each) => each !== undefined)
}

/** Groups of fewer records say nothing of their own. */
const LEAST_RECORDS = 3

/** The errors of one kind by what records share, a line a group. */
export interface Breakdown {
  /** `engine`, `gpu`, `method`, `model`, `source`. */
  readonly dimension: string
  readonly quantities: readonly string[]
  /** Most records first. A quantity that a group lacks is null. */
  readonly groups: readonly { readonly name: string; readonly rows: readonly (SummaryRow | null)[] }[]
}

export interface KindErrors {
  readonly kind: RecordKind
  /** Records with anything to compare. */
  readonly records: number
  /** Over all records of the kind, a row a quantity. */
  readonly overall: readonly SummaryRow[]
  readonly breakdowns: readonly Breakdown[]
}

/** Errors by kind in the order of the kinds; a kind without any is left out. Verdicts are no share and stand in {@link verdicts}. */
export function errorsByKind({ records, summary }: Validation): KindErrors[] {
  return recordKinds.flatMap((kind) => {
    const rows = summary.filter((row) => row.kind === kind && !isVerdict(row.quantity))
    if (rows.length === 0) return []
    const own = records.filter((record) => record.kind === kind && isCompared(record))
    const overall = rows.filter((row) => row.group === ALL)
    const groups = rows.filter((row) => row.group !== ALL && split(row.group).dimension !== OUTCOME)
    return [{ kind, records: own.length, overall, breakdowns: breakdowns(groups, overall) }]
  })
}

const ALL = 'all'
/** How runs ended is the subject of the verdicts. */
const OUTCOME = 'outcome'

function isVerdict(quantity: string): boolean {
  return quantity.startsWith('fits')
}

/** A dimension in which all records agree says nothing beside the whole and is left out. */
function breakdowns(rows: readonly SummaryRow[], overall: readonly SummaryRow[]): Breakdown[] {
  const worth = rows.filter((row) => row.count >= LEAST_RECORDS && quantityWords(row.quantity).headline)
  const isWhole = (row: SummaryRow | null): boolean =>
    row === null || overall.some(({ quantity, count }) => quantity === row.quantity && count === row.count)
  const all = distinct(worth.map((row) => split(row.group).dimension)).map((dimension) => {
    const own = worth.filter((row) => split(row.group).dimension === dimension)
    const quantities = distinct(own.map((row) => row.quantity))
    const groups = distinct(own.map((row) => row.group)).map((group) => ({
      name: split(group).name,
      rows: quantities.map((quantity) => own.find((row) => row.group === group && row.quantity === quantity) ?? null),
    }))
    return { dimension, quantities, groups: groups.sort((a, b) => most(b.rows) - most(a.rows)) }
  })
  return all.filter(({ groups }) => groups.length > 1 || !groups.every(({ rows }) => rows.every(isWhole)))
}

function most(rows: readonly (SummaryRow | null)[]): number {
  return Math.max(...rows.map((row) => row?.count ?? 0))
}

/** `engine vllm` -> engine, vllm. */
function split(group: string): { dimension: string; name: string } {
  const blank = group.indexOf(' ')
  return blank === -1
    ? { dimension: group, name: group }
    : { dimension: group.slice(0, blank), name: group.slice(blank + 1) }
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)]
}

/** How often a kind's runs that started, or failed, are called rightly. */
export interface Verdict {
  readonly kind: RecordKind
  /** Whether these runs started. */
  readonly started: boolean
  readonly runs: number
  /** Called rightly with nothing held back. */
  readonly right: number
  /** Called rightly with the headroom that plans keep by default; null where no prediction says so. */
  readonly rightWithHeadroom: number | null
  /** Called wrongly with nothing held back. */
  readonly wrong: readonly ValidatedRecord[]
}

export function verdicts(records: readonly ValidatedRecord[]): Verdict[] {
  return recordKinds.flatMap((kind) => [true, false].flatMap((started) => verdict(kind, started, records)))
}

function verdict(kind: RecordKind, started: boolean, records: readonly ValidatedRecord[]): Verdict[] {
  const runs = records.filter(
    (record) =>
      record.kind === kind &&
      record.skipped === undefined &&
      record.predicted.fits !== undefined &&
      (record.measured.outcome === 'ok') === started,
  )
  if (runs.length === 0) return []
  const wrong = runs.filter((record) => record.predicted.fits !== started)
  const judged = runs.filter((record) => record.predicted.fits_with_headroom !== undefined)
  const rightWithHeadroom = judged.filter((record) => record.predicted.fits_with_headroom === started).length
  return [
    {
      kind,
      started,
      runs: runs.length,
      right: runs.length - wrong.length,
      rightWithHeadroom: judged.length === runs.length ? rightWithHeadroom : null,
      wrong,
    },
  ]
}

/** A record by the figure that it misses most. */
export interface Miss {
  readonly record: ValidatedRecord
  readonly quantity: string
  /** Absent for an error that is not of a figure. */
  readonly predicted: number | undefined
  readonly measured: number | undefined
  readonly error: number
  readonly signed: number
}

/**
 * Records whose figures people plan by are furthest off, each once, the worst first. Misses of one quantity tend to have one cause:
 * so many of each kind and quantity show it.
 */
export function worst(records: readonly ValidatedRecord[], most = 10, mostOfQuantity = 3): Miss[] {
  const misses = records.flatMap((record) => comparisons(record).filter(isPlannedBy).sort(byError).slice(0, 1))
  const taken = new Map<string, number>()
  const chosen = misses.sort(byError).filter(({ record, quantity }) => {
    const key = `${record.kind} ${quantity}`
    const before = taken.get(key) ?? 0
    taken.set(key, before + 1)
    return before < mostOfQuantity
  })
  return chosen.slice(0, most)
}

function isPlannedBy({ quantity }: Miss): boolean {
  return quantityWords(quantity).headline
}

/** Ties in the order of ids, so that the order of files decides nothing. */
function byError(a: Miss, b: Miss): number {
  return b.error - a.error || (a.record.id < b.record.id ? -1 : a.record.id > b.record.id ? 1 : 0)
}

/** Every figure of the record that has an error. A room that is held against the GPU's memory shows the rooms themselves. */
export function comparisons(record: ValidatedRecord): Miss[] {
  if (record.skipped !== undefined) return []
  const { error, signed } = record
  return Object.entries(error).flatMap(([quantity, size]) => {
    if (size === undefined || isVerdict(quantity)) return []
    return [{ record, quantity, ...sides(record, quantity), error: size, signed: signed[quantity] ?? size }]
  })
}

function sides({ predicted, measured }: ValidatedRecord, quantity: string): Pick<Miss, 'predicted' | 'measured'> {
  const figures = quantity === 'kv_cache_of_gpu' ? 'kv_cache_gib' : quantity
  const at = (values: Readonly<Record<string, unknown>>): number | undefined => {
    const value = Object.hasOwn(values, figures) ? values[figures] : undefined
    return typeof value === 'number' ? value : undefined
  }
  return { predicted: at({ ...predicted }), measured: at({ ...measured }) }
}

/** Records that could not be compared under their reasons, most frequent first. */
export function leftOut(records: readonly ValidatedRecord[]): { readonly reason: string; readonly ids: string[] }[] {
  const byReason = new Map<string, string[]>()
  for (const record of records) {
    if (isCompared(record)) continue
    const reason = record.skipped ?? 'nothing that was measured is predicted'
    byReason.set(reason, [...(byReason.get(reason) ?? []), record.id])
  }
  return [...byReason].map(([reason, ids]) => ({ reason, ids })).sort((a, b) => b.ids.length - a.ids.length)
}
