import type { Plan, ServeResult } from '../result/plan.ts'
import { count } from '../units.ts'
import { COMPARISON, comparisonRow } from './comparison.ts'
import { blocks, bullets, details, escaped, markdownTable } from './markdown/blocks.ts'
import { derivationDetails, launchDetails, memoryDetails, targetsTable } from './markdown/plan.ts'
import { printable } from './printable.ts'
import { MARKS } from './style.ts'
import { planSentence } from './text/answer.ts'
import { CONSIDERED, consideredRow } from './text/considered.ts'
import { fixText, noPlanSentence } from './text/no-plan.ts'
import { priceDate } from './text/notes.ts'
import { searchedRows, searchedSummary } from './text/searched.ts'
import { missed } from './words.ts'

export interface MarkdownOptions {
  /** Adds the arithmetic of every figure; the result must have been planned with `explain`. */
  readonly explain?: boolean
}

/** Results for a pull request: headline, targets and plans open, the rest folded away; several end with a comparison. */
export function markdownReport(results: readonly ServeResult[], options: MarkdownOptions = {}): string {
  const shown = printable(results)
  const parts = shown.flatMap((result) => section(result, options.explain === true))
  if (shown.length > 1) parts.push('## Comparison', markdownTable(COMPARISON, shown.map(comparisonRow)))
  return blocks(parts)
}

function section(result: ServeResult, explain: boolean): string[] {
  const { best } = result
  const shown = best ?? result.near_misses[0]?.plan ?? null
  return [
    `## ${escaped(result.scenario)}`,
    ...(best === null ? noPlan(result) : [headline(MARKS.good, planSentence(best))]),
    ...(shown === null ? [] : targetsTable(shown)),
    ...(best === null ? [] : [plans(result, best), ...cheaper(result)]),
    ...(shown === null ? [] : [memoryDetails(shown)]),
    details('What was searched', `${escaped(searchedSummary(result))}\n\n${searchedTable(result)}`),
    details('Assumptions, warnings and prices', notes(result)),
    ...(explain && shown !== null ? derivationDetails(shown) : []),
    ...(best === null ? [] : [launchDetails(best)]),
  ]
}

function headline(mark: string, sentence: string): string {
  return `${mark} **${escaped(sentence)}**`
}

function noPlan(result: ServeResult): string[] {
  const parts = [headline(MARKS.bad, noPlanSentence(result))]
  const [miss] = result.near_misses
  if (miss === undefined) return parts
  parts.push(`Closest: ${escaped(`${planSentence(miss.plan)}; ${missed(miss.violations)}`)}`)
  if (miss.fixes.length > 0) parts.push(`Single changes that give a plan:\n\n${bullets(miss.fixes.map(fixText))}`)
  return parts
}

function plans(result: ServeResult, best: Plan): string {
  const rows = [best, ...result.alternatives].map((plan) => [
    plan === best ? MARKS.good : '',
    ...consideredRow(plan, best),
  ])
  return markdownTable([{ title: '' }, ...CONSIDERED], rows)
}

function cheaper({ near_misses }: ServeResult): string[] {
  if (near_misses.length === 0) return []
  const sentences = near_misses.map(({ plan, violations }) => `${planSentence(plan)}: ${missed(violations)}`)
  return [`Cheaper, but:\n\n${bullets(sentences)}`]
}

function searchedTable(result: ServeResult): string {
  return markdownTable(
    [{ title: 'configurations', align: 'right' }, { title: 'by' }, { title: 'because' }],
    [
      ...searchedRows(result).map((row) => [count(row.count), row.name, row.reason]),
      [count(result.search.feasible), 'feasible', 'fits and meets every target'],
    ],
  )
}

function notes(result: ServeResult): string {
  return bullets([
    ...result.warnings.map((warning) => `Warning: ${warning}`),
    ...result.assumptions,
    `Prices: ${priceDate(result)}`,
  ])
}
