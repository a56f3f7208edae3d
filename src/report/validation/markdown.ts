import type { Validation } from '../../measurements/validation.ts'
import { count } from '../../units.ts'
import { blocks, bullets, details, escaped, markdownTable } from '../markdown/blocks.ts'
import { printable } from '../printable.ts'
import { counted } from '../words.ts'
import {
  BREAKDOWN_CELLS,
  breakdownTable,
  type Cells,
  overallTable,
  recordsTable,
  sidesText,
  verdictTable,
  wrongCalls,
} from './cells.ts'
import { errorsByKind, type KindErrors, leftOut, type Miss, verdicts, worst } from './overview.ts'
import { headline } from './text.ts'
import { kindTitles, quantityWords, signedError } from './words.ts'

/** The same for a pull request: what records share, and the records themselves, are folded. */
export function validationMarkdown(validation: Validation, options: { readonly records?: boolean } = {}): string {
  const shown = printable(validation)
  return blocks([
    '## Predictions against measured runs',
    escaped(headline(shown)),
    ...errorsByKind(shown).flatMap(kindBlocks),
    ...verdictBlocks(shown),
    ...worstBlocks(worst(shown.records)),
    ...leftOutBlocks(shown),
    ...(options.records === true ? [details('Records', tableOf(recordsTable(shown.records)))] : []),
  ])
}

function kindBlocks({ kind, records, overall, breakdowns }: KindErrors): string[] {
  const title = kindTitles[kind]
  return [
    `### ${title}, ${counted(records, 'run')}`,
    tableOf(overallTable(overall)),
    ...breakdowns.map((breakdown) =>
      details(`${title} by ${breakdown.dimension}: ${BREAKDOWN_CELLS}`, tableOf(breakdownTable(breakdown))),
    ),
  ]
}

function verdictBlocks({ records }: Validation): string[] {
  const all = verdicts(records)
  if (all.length === 0) return []
  const wrong = all.map(wrongCalls).filter((sentence) => sentence !== null)
  return ['### Whether runs start', tableOf(verdictTable(all)), ...(wrong.length === 0 ? [] : [bullets(wrong)])]
}

function worstBlocks(misses: readonly Miss[]): string[] {
  if (misses.length === 0) return []
  const head = [
    { title: 'record' },
    { title: 'quantity' },
    { title: 'error', align: 'right' },
    { title: 'figures' },
    { title: 'model, GPU, engine' },
  ] as const
  const rows = misses.map((miss) => [
    miss.record.id,
    quantityWords(miss.quantity).title,
    signedError(miss.signed),
    sidesText(miss),
    `${miss.record.model}, ${miss.record.gpu}, ${miss.record.engine}`,
  ])
  return ['### Furthest off', 'At most three of a kind and quantity.', markdownTable(head, rows)]
}

function leftOutBlocks({ records }: Validation): string[] {
  const reasons = leftOut(records)
  if (reasons.length === 0) return []
  return [
    '### Left out',
    bullets(reasons.map(({ reason, ids }) => `${count(ids.length)}: ${reason}: ${ids.join(', ')}`)),
  ]
}

function tableOf({ head, rows }: Cells): string {
  return markdownTable(head, rows)
}
