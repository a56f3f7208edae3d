import { FIT, type Fit, fitRow, fitSentence, fitsNothing } from '../fit.ts'
import { kindOf } from '../kinds/index.ts'
import { printable } from '../printable.ts'
import { MARKS } from '../style.ts'
import { html } from './html.ts'
import { page, section } from './page.ts'
import { header } from './parts/header.ts'
import { assumptionsSection } from './parts/notes.ts'
import { derivationSection, facts, launchSection, memorySection } from './parts/plan.ts'
import type { HtmlOptions } from './plan.ts'
import { htmlTable } from './table.ts'

/** The most that fits a GPU, as a page. */
export function fitHtml(model: string, fit: Fit, { explain = false }: HtmlOptions = {}): string {
  const shown = printable(fit)
  const { plan } = shown
  const name = printable(model)
  const fits = !fitsNothing(fit)
  return page(
    name,
    html`<article>${header({
      name,
      status: fits
        ? { text: 'Fits', mark: MARKS.good, tone: 'good' }
        : { text: 'Nothing fits', mark: MARKS.bad, tone: 'bad' },
      answer: fitSentence(name, shown),
      below: facts(kindOf(plan).makeup(plan)),
    })}
${section('Largest', htmlTable(FIT, shown.rows.map(fitRow), { label: 'Largest that fits' }))}
${memorySection(plan, [])}
${assumptionsSection(shown.assumptions, shown.warnings)}
${explain ? derivationSection(plan) : null}
${fits ? launchSection(plan) : null}</article>`,
  )
}
