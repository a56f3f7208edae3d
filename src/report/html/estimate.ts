import type { Estimate } from '../estimate.ts'
import { kindOf } from '../kinds/index.ts'
import { printable } from '../printable.ts'
import { MARKS } from '../style.ts'
import { planSentence } from '../text/answer.ts'
import { missed } from '../words.ts'
import { html } from './html.ts'
import { page, section, sentences } from './page.ts'
import { header } from './parts/header.ts'
import { assumptionsSection } from './parts/notes.ts'
import {
  derivationSection,
  facts,
  launchSection,
  memorySection,
  planTiles,
  targetsSection,
  verdict,
} from './parts/plan.ts'
import { pricesTable, recordTable } from './parts/trust.ts'
import type { HtmlOptions } from './plan.ts'

/** One given configuration as a page. */
export function estimateHtml(model: string, estimate: Estimate, { explain = false }: HtmlOptions = {}): string {
  const { plan, fits, violations, assumptions, warnings } = printable(estimate)
  const kind = kindOf(plan)
  const name = printable(model)
  const [speedTitle, ...speedLines] = kind.speed(plan)
  const why = violations.length > 0 ? missed(violations) : null
  return page(
    name,
    html`<article>${header({
      name,
      status: fits
        ? { text: 'Fits', mark: MARKS.good, tone: 'good' }
        : { text: 'Does not fit', mark: MARKS.bad, tone: 'bad' },
      answer: planSentence(plan),
      below: [
        why === null ? null : html`<p class="bad">${MARKS.bad} ${why}</p>`,
        planTiles(plan),
        facts([...kind.makeup(plan), kind.trust(plan)]),
        verdict(plan),
      ],
    })}
${memorySection(plan, [])}
${section(speedTitle, sentences(speedLines))}
${targetsSection(plan)}
${assumptionsSection(assumptions, warnings)}
${section('Sources', recordTable(plan), pricesTable([plan]))}
${explain ? derivationSection(plan) : null}
${fits ? launchSection(plan) : null}</article>`,
  )
}
