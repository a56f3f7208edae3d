import { count } from '../../../units.ts'
import type { AnyPlan, AnyResult } from '../../kinds/index.ts'
import { MARKS } from '../../style.ts'
import type { Column } from '../../table.ts'
import { priceDate } from '../../text/notes.ts'
import { searchedRows, searchedSummary } from '../../text/searched.ts'
import { type Html, html } from '../html.ts'
import { folded, marked, section, sentences } from '../page.ts'
import { htmlTable } from '../table.ts'
import { pricesTable, recordTable } from './trust.ts'

const SEARCHED: readonly Column[] = [{ title: 'configurations', align: 'right' }, { title: 'by' }, { title: 'because' }]

/** What was searched, and why the rest fell out. */
export function searchedSection(result: AnyResult): Html | null {
  const rows = [
    ...searchedRows(result).map((row) => [count(row.count), row.name, row.reason]),
    [count(result.search.feasible), 'feasible', 'fits and meets every target'],
  ]
  return section(
    'What was searched',
    html`<p>${searchedSummary(result)}</p>`,
    folded('Why the others fell out', htmlTable(SEARCHED, rows, { label: 'Configurations by reason' })),
  )
}

/** What nobody said and was taken for granted, and what to mind. */
export function assumptionsSection(assumptions: readonly string[], warnings: readonly string[]): Html | null {
  return section(
    warnings.length === 0 ? 'Assumptions' : 'Assumptions and warnings',
    marked(warnings, MARKS.warning, 'warn'),
    sentences(assumptions),
  )
}

/** Where the figures come from: measured runs, offers and their days, the catalog. */
export function sourcesSection(result: AnyResult, shown: AnyPlan | null): Html | null {
  const { best, alternatives, near_misses: misses } = result
  const plans = [...(best === null ? [] : [best]), ...alternatives, ...misses.map(({ plan }) => plan)]
  return section(
    'Sources',
    shown === null ? null : recordTable(shown),
    pricesTable(plans),
    html`<p class="note">Prices: ${priceDate(result)}</p>`,
  )
}
