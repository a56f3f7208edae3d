import type { Finding } from '../catalog/check.ts'
import type { OfferImport } from '../importing/offers/index.ts'
import { type Drop, dropReasons, type Skip, type SkipReason, skipReasons } from '../importing/offers/types.ts'
import { resultVersion } from '../result/version.ts'
import { count } from '../units.ts'
import type { OffersImportDocument } from './catalog-documents.ts'
import { json } from './json.ts'
import { printable } from './printable.ts'
import { MARKS } from './style.ts'
import { table } from './table.ts'
import { wrap } from './wrap.ts'

/** Examples of a reason that the text shows; the data lists every row. */
const EXAMPLES = 3

/** What became of the rows of price lists, for standard error: imported, skipped by reason with the first examples, left out. */
export function importText(result: OfferImport, findings: readonly Finding[], asOf: string): string {
  const lines = result.read.map(({ file, form, rows }) => printable(`${file}: ${form}, ${number(rows, 'row')}`))
  for (const { provider, offers } of result.files)
    lines.push(`${MARKS.good} ${provider}: ${number(offers.length, 'offer')}`)
  lines.push(`${number(result.used, 'row')} behind them; prices without a day of their own are dated ${asOf}`)
  const groups = grouped(result.skips)
  if (groups.length > 0) {
    lines.push('', `Skipped: ${number(result.skips.length, 'row')}`)
    const rows = groups.map(({ reason, skips }) => [reason, count(skips.length), examplesOf(skips)])
    lines.push(...table([{ title: 'reason' }, { title: 'rows', align: 'right' }, { title: 'first', least: 20 }], rows))
    lines.push(...groups.flatMap(({ reason }) => wrap(`${reason}: ${skipReasons[reason]}`, '  ')))
  }
  const drops = groupedBy(result.drops, ({ reason, pricing }) => `${pricing} ${dropReasons[reason]}`)
  if (drops.length > 0) {
    lines.push('', `Prices left out of rows that were read: ${count(result.drops.length)}`)
    for (const [what, all] of drops) {
      lines.push(...wrap(`${count(all.length)} ${what}, first ${place(all[0])}`, `${MARKS.item} `))
    }
  }
  if (findings.length > 0) {
    lines.push('', 'Look at these before planning with them')
    for (const { kind, id, message } of findings)
      lines.push(...wrap(printable(`${kind} ${id}: ${message}`), `${MARKS.warning} `))
  }
  return `${lines.join('\n')}\n`
}

/** The same as data, with every row that was skipped and every price that was left out. */
export function importJson(result: OfferImport, findings: readonly Finding[], asOf: string): string {
  return json<OffersImportDocument>({
    version: resultVersion,
    as_of: asOf,
    read: result.read,
    rows_used: result.used,
    files: result.files,
    skipped: grouped(result.skips).map(({ reason, skips }) => ({
      reason,
      meaning: skipReasons[reason],
      rows: skips.length,
      list: skips.map(({ file, line, subject, detail }) => ({ file, line, subject, detail: detail ?? null })),
    })),
    left_out_prices: result.drops.map(({ reason, pricing, file, line, subject }) => ({
      reason,
      meaning: dropReasons[reason],
      pricing,
      file,
      line,
      subject,
    })),
    findings,
  })
}

function grouped(skips: readonly Skip[]): { reason: SkipReason; skips: Skip[] }[] {
  return groupedBy(skips, ({ reason }) => reason).map(([reason, all]) => ({ reason: reason as SkipReason, skips: all }))
}

/** Most frequent first, then by name, so that equal inputs print equally. */
function groupedBy<T>(items: readonly T[], key: (item: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(key(item))
    if (group === undefined) groups.set(key(item), [item])
    else group.push(item)
  }
  return [...groups].sort(([a, left], [b, right]) => right.length - left.length || (a < b ? -1 : 1))
}

/** The first rows of each kind of detail, as `line 12 (H100: a or b)`. */
function examplesOf(skips: readonly Skip[]): string {
  const details = groupedBy(skips, ({ detail, subject }) => detail ?? subject)
  const shown = details.slice(0, EXAMPLES).map(([what, all]) => {
    const times = all.length > 1 ? ` x${count(all.length)}` : ''
    return `${what}${times} (line ${all[0]?.line ?? 0})`.trim()
  })
  return printable(`${shown.join(', ')}${details.length > EXAMPLES ? ', ...' : ''}`)
}

function number(value: number, what: string): string {
  return `${count(value)} ${what}${value === 1 ? '' : 's'}`
}

function place(drop: Drop | undefined): string {
  return drop === undefined ? '' : printable(`${drop.subject} at line ${drop.line}`)
}
