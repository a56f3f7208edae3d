import type { ServeResult } from '../result/plan.ts'
import { printable } from './printable.ts'
import { styleFor } from './style.ts'
import { type Column, table } from './table.ts'
import { format, usdCell } from './words.ts'

/** One scenario of several in the figures that people compare. */
export interface Comparison {
  readonly scenario: string
  readonly status: ServeResult['status']
  readonly gpu: string | null
  readonly gpus: number | null
  readonly format: string | null
  readonly usd_per_hour: number | null
  readonly usd_per_month: number | null
  readonly usd_per_million_tokens: number | null
}

export function compare({ scenario, status, best }: ServeResult): Comparison {
  return {
    scenario,
    status,
    gpu: best?.placement.gpu ?? null,
    gpus: best?.placement.gpus ?? null,
    format: best === null ? null : format(best.configuration, true),
    usd_per_hour: best?.cost.usd_per_hour ?? null,
    usd_per_month: best?.cost.usd_per_month ?? null,
    usd_per_million_tokens: best?.cost.usd_per_million_tokens ?? null,
  }
}

export const COMPARISON: readonly Column[] = [
  { title: 'scenario', least: 12 },
  { title: 'GPUs', least: 16 },
  { title: 'format', least: 8 },
  { title: '$/h', align: 'right' },
  { title: '$/month', align: 'right' },
  { title: '$/M tokens', align: 'right' },
  { title: 'status' },
]

/** One scenario as cells under {@link COMPARISON}. */
export function comparisonRow(result: ServeResult): string[] {
  const row = compare(result)
  return [
    row.scenario,
    row.gpu === null ? '-' : `${row.gpus}x ${row.gpu}`,
    row.format ?? '-',
    usdCell(row.usd_per_hour),
    usdCell(row.usd_per_month),
    usdCell(row.usd_per_million_tokens),
    row.status === 'optimal' ? 'ok' : 'no plan',
  ]
}

/** The scenarios side by side within 80 columns. */
export function comparisonText(results: readonly ServeResult[], options: { readonly color: boolean }): string {
  const style = styleFor(options.color)
  const [titles, ...lines] = table(COMPARISON, printable(results).map(comparisonRow))
  const marked = lines.map((line, index) => (results[index]!.status === 'optimal' ? line : style.bad(line)))
  return `${[style.title('Comparison'), style.faint(titles!), ...marked].join('\n')}\n`
}
