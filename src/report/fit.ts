import { fitResult } from '../result/worked-out.ts'
import { count } from '../units.ts'
import { csv } from './csv.ts'
import { json } from './json.ts'
import { type AnyPlan, kindOf } from './kinds/index.ts'
import { blocks, bullets, details, escaped, markdownTable } from './markdown/blocks.ts'
import { derivationDetails, launchDetails, memoryDetails } from './markdown/plan.ts'
import { printable } from './printable.ts'
import { styleFor } from './style.ts'
import type { Column } from './table.ts'
import { explain } from './text/explain.ts'
import { memoryBars } from './text/memory.ts'
import { assumptions, launch, warnings } from './text/notes.ts'
import { join, type TextOptions } from './text.ts'
import { label, placementText } from './words.ts'
import { pad, wrap } from './wrap.ts'

/** The most that fits a GPU: each quantity at its largest, the others as given. */
export interface Fit {
  readonly gpu: string
  readonly capacityBytes: number
  readonly rows: readonly { readonly name: string; readonly value: number; readonly given: string }[]
  readonly plan: AnyPlan
  readonly assumptions: readonly string[]
  readonly warnings: readonly string[]
}

/** Titles of the table of what fits; the same in every format. */
export const FIT: readonly Column[] = [{ title: 'largest' }, { title: 'value', align: 'right' }, { title: 'with' }]

/** True when not even the smallest context and a single sequence fit. */
export function fitsNothing(fit: Fit): boolean {
  return fit.rows.every((row) => row.value <= 0)
}

/** One quantity as cells under {@link FIT}. */
export function fitRow({ name, value, given }: Fit['rows'][number]): string[] {
  return [label(name), value > 0 ? count(value) : 'none', given]
}

export function fitText(model: string, fit: Fit, options: TextOptions): string {
  const style = styleFor(options.color)
  const shown = printable(fit)
  return join([
    wrap(fitSentence(printable(model), shown)).map(style.title),
    [style.title('Largest'), ...shown.rows.flatMap(largest)],
    memoryBars(shown.plan, style),
    [...assumptions(shown.assumptions, style), ...warnings(shown.warnings, style)],
    ...(options.explain === true ? explain(shown.plan, style) : []),
    ...(fitsNothing(fit) ? [] : [launch(shown.plan, style)]),
  ])
}

function largest(each: Fit['rows'][number]): string[] {
  const [name = '', value = '', given = ''] = fitRow(each)
  return wrap(given, `  ${pad(name, NAME_COLUMNS)}${pad(value, VALUE_COLUMNS, 'right')}  `)
}

const NAME_COLUMNS = 16
const VALUE_COLUMNS = 10

/** What was asked, in one sentence. */
export function fitSentence(model: string, { plan }: Fit): string {
  return `${model}: the most that fits ${placementText(plan)}, ${kindOf(plan).how(plan)}`
}

export function fitJson(model: string, fit: Fit): string {
  return json(fitResult(model, fit))
}

export function fitCsv(model: string, { gpu, rows }: Fit): string {
  return csv([
    ['model', 'gpu', 'largest', 'value', 'unit', 'given'],
    ...rows.map((each) => [model, gpu, each.name, each.value, UNITS[each.name] ?? null, each.given]),
  ])
}

/** What the quantities count. */
const UNITS: Readonly<Record<string, string>> = {
  context: 'tokens',
  sequence_length: 'tokens',
  concurrency: 'sequences',
  micro_batch: 'sequences',
}

export function fitMarkdown(model: string, fit: Fit, options: { readonly explain?: boolean } = {}): string {
  const shown = printable(fit)
  return blocks([
    `## ${escaped(fitSentence(model, shown))}`,
    markdownTable(FIT, shown.rows.map(fitRow)),
    memoryDetails(shown.plan),
    details(
      'Assumptions and warnings',
      bullets([...shown.warnings.map((each) => `Warning: ${each}`), ...shown.assumptions]),
    ),
    ...(options.explain === true ? derivationDetails(shown.plan) : []),
    ...(fitsNothing(fit) ? [] : [launchDetails(shown.plan)]),
  ])
}
