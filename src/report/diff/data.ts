import type { Diff } from '../../diff/diff.ts'
import type { DiffDocument } from '../../diff/document.ts'
import type { Judgement } from '../../diff/gate.ts'
import { resultVersion } from '../../result/version.ts'
import { csv } from '../csv.ts'
import type { Cell } from '../csv-fields.ts'
import { json } from '../json.ts'

/** One document: the comparisons in order, each with what its gates say. */
export function diffJson(diffs: readonly Diff[], judgements: readonly (readonly Judgement[])[]): string {
  return json<DiffDocument>({
    version: resultVersion,
    identical: diffs.every((diff) => diff.identical),
    diffs: diffs.map((diff, index) => ({ ...diff, gates: judgements[index] ?? [] })),
  })
}

/** A row a price and a row a change; the unit of the numbers stands in its own column. */
export function diffCsv(diffs: readonly Diff[]): string {
  const rows = diffs.flatMap(({ scenario, money, changes }): Cell[][] => [
    ...money.map((line) => [
      scenario,
      'money',
      line.figure,
      'changed',
      line.old,
      line.new,
      line.delta,
      line.share,
      line.unit,
    ]),
    ...changes.map((each) => [
      scenario,
      each.section,
      each.key,
      each.change,
      each.old,
      each.new,
      each.delta,
      each.share,
      each.unit,
    ]),
  ])
  return csv([['scenario', 'section', 'key', 'change', 'old', 'new', 'delta', 'delta_share_of_old', 'unit'], ...rows])
}
