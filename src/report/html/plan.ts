import { type AnyPlan, type AnyResult, kindOf } from '../kinds/index.ts'
import { MARKS } from '../style.ts'
import { planSentence } from '../text/answer.ts'
import { fixText, noPlanSentence, sortedFixes } from '../text/no-plan.ts'
import { missed } from '../words.ts'
import { type Html, html } from './html.ts'
import { marked, section } from './page.ts'
import { header } from './parts/header.ts'
import { assumptionsSection, searchedSection, sourcesSection } from './parts/notes.ts'
import { costSection, frontSection, optionsSection } from './parts/options.ts'
import {
  derivationSection,
  facts,
  launchSection,
  memorySection,
  planTiles,
  targetsSection,
  verdict,
} from './parts/plan.ts'

/** Most bars in the chart of memory. */
const MOST_BARS = 8

export interface HtmlOptions {
  /** Adds the arithmetic of every figure; the result must have been planned with `explain`. */
  readonly explain?: boolean
}

/** One planned workload, most important first. The result's texts are printable. */
export function planArticle(result: AnyResult, { explain = false }: HtmlOptions): Html {
  const { best } = result
  const shown = best ?? result.near_misses[0]?.plan ?? null
  return html`${best === null ? noPlanHeader(result) : planHeader(result.scenario, best)}
${shown === null ? null : targetsSection(shown)}
${best === null ? null : [frontSection(result), optionsSection(result), costSection(result)]}
${shown === null ? null : memorySection(shown, others(result))}
${searchedSection(result)}
${assumptionsSection(result.assumptions, result.warnings)}
${sourcesSection(result, shown)}
${explain && shown !== null ? derivationSection(shown) : null}
${best === null ? null : launchSection(best)}`
}

function planHeader(scenario: string, plan: AnyPlan): Html {
  const kind = kindOf(plan)
  return header({
    name: scenario,
    status: { text: 'Plan found', mark: MARKS.good, tone: 'good' },
    answer: planSentence(plan),
    below: [planTiles(plan), facts([...kind.makeup(plan), ...kind.reaches(plan), kind.trust(plan)]), verdict(plan)],
  })
}

function noPlanHeader(result: AnyResult): Html {
  const [closest, ...others] = result.near_misses
  return html`${header({
    name: result.scenario,
    status: { text: 'No plan', mark: MARKS.bad, tone: 'bad' },
    answer: noPlanSentence(result),
    below:
      closest === undefined
        ? []
        : [
            html`<p><strong>Closest:</strong> ${planSentence(closest.plan)}</p>`,
            html`<p class="bad">${MARKS.bad} ${missed(closest.violations)}</p>`,
          ],
  })}
${section('Single changes that give a plan, cheapest first', marked(sortedFixes(result).map(fixText), MARKS.good, 'good'))}
${section(
  'Also close',
  marked(
    others.map(({ plan, violations }) => `${planSentence(plan)}: ${missed(violations)}`),
    MARKS.bad,
    'bad',
  ),
)}`
}

/** Plans whose memory stands beside that of the one shown. */
function others({ best, alternatives, near_misses: misses }: AnyResult): AnyPlan[] {
  const list = best === null ? misses.slice(1).map(({ plan }) => plan) : alternatives
  return list.slice(0, MOST_BARS - 1)
}
