import { count } from '../units.ts'
import { verdictSentence } from './accuracy.ts'
import { comparisonTables } from './comparison.ts'
import { type AnyPlan, type AnyResult, kindOf } from './kinds/index.ts'
import { blocks, bullets, details, escaped, markdownTable } from './markdown/blocks.ts'
import { derivationDetails, launchDetails, memoryDetails, targetsTable } from './markdown/plan.ts'
import { printable } from './printable.ts'
import { MARKS } from './style.ts'
import { planSentence } from './text/answer.ts'
import { cheapestFirst } from './text/considered.ts'
import { frontPlans } from './text/front.ts'
import { fixText, noPlanSentence } from './text/no-plan.ts'
import { priceDate } from './text/notes.ts'
import { searchedRows, searchedSummary } from './text/searched.ts'
import { missed } from './words.ts'

export interface MarkdownOptions {
  /** Adds the arithmetic of every figure; the result must have been planned with `explain`. */
  readonly explain?: boolean
}

/** Results for a pull request: headline, targets and plans open, the rest folded away; several end with a comparison. */
export function markdownReport(results: readonly AnyResult[], options: MarkdownOptions = {}): string {
  const shown = printable(results)
  const parts = shown.flatMap((result) => section(result, options.explain === true))
  if (shown.length > 1) {
    parts.push(
      ...comparisonTables(shown).flatMap(({ title, head, rows }) => [`## ${title}`, markdownTable(head, rows)]),
    )
  }
  return blocks(parts)
}

function section(result: AnyResult, explain: boolean): string[] {
  const { best } = result
  const shown = best ?? result.near_misses[0]?.plan ?? null
  return [
    `## ${escaped(result.scenario)}`,
    ...(best === null ? noPlan(result) : [headline(MARKS.good, planSentence(best))]),
    ...(best === null ? [] : verdict(best)),
    ...(shown === null ? [] : targetsTable(shown)),
    ...(best === null ? [] : [plans(best, [best, ...result.alternatives]), ...front(result, best), ...cheaper(result)]),
    ...(shown === null ? [] : [memoryDetails(shown)]),
    details('What was searched', `${escaped(searchedSummary(result))}\n\n${searchedTable(result)}`),
    details('Assumptions, warnings and prices', notes(result)),
    ...(explain && shown !== null ? derivationDetails(shown) : []),
    ...(best === null ? [] : [launchDetails(best)]),
  ]
}

function verdict(plan: AnyPlan): string[] {
  const sentence = verdictSentence(plan)
  return sentence === null ? [] : [escaped(sentence)]
}

function headline(mark: string, sentence: string): string {
  return `${mark} **${escaped(sentence)}**`
}

function noPlan(result: AnyResult): string[] {
  const parts = [headline(MARKS.bad, noPlanSentence(result))]
  const [miss] = result.near_misses
  if (miss === undefined) return parts
  parts.push(`Closest: ${escaped(`${planSentence(miss.plan)}; ${missed(miss.violations)}`)}`)
  if (miss.fixes.length > 0) parts.push(`Single changes that give a plan:\n\n${bullets(miss.fixes.map(fixText))}`)
  return parts
}

function plans(best: AnyPlan, list: readonly AnyPlan[]): string {
  const kind = kindOf(best)
  const rows = list.map((plan) => [plan === best ? MARKS.good : '', ...kind.consideredRow(plan, best)])
  return markdownTable([{ title: '' }, ...kind.considered], rows)
}

function front({ pareto }: AnyResult, best: AnyPlan): string[] {
  const title = kindOf(best).front
  if (title === null || pareto.length === 0) return []
  return [details(title, plans(best, frontPlans(best, pareto, pareto.length)))]
}

function cheaper({ near_misses }: AnyResult): string[] {
  if (near_misses.length === 0) return []
  const sentences = cheapestFirst(near_misses).map(
    ({ plan, violations }) => `${planSentence(plan)}: ${missed(violations)}`,
  )
  return [`Cheaper, but:\n\n${bullets(sentences)}`]
}

function searchedTable(result: AnyResult): string {
  return markdownTable(
    [{ title: 'configurations', align: 'right' }, { title: 'by' }, { title: 'because' }],
    [
      ...searchedRows(result).map((row) => [count(row.count), row.name, row.reason]),
      [count(result.search.feasible), 'feasible', 'fits and meets every target'],
    ],
  )
}

function notes(result: AnyResult): string {
  return bullets([
    ...result.warnings.map((warning) => `Warning: ${warning}`),
    ...result.assumptions,
    `Prices: ${priceDate(result)}`,
  ])
}
