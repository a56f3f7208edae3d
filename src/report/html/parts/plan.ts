import { count, usd, usdPerMillionTokens } from '../../../units.ts'
import { memoryBand, verdictSentence } from '../../accuracy.ts'
import { type AnyPlan, isTraining, kindOf } from '../../kinds/index.ts'
import { MEMORY, memoryRows } from '../../markdown/plan.ts'
import { MARKS } from '../../style.ts'
import { derivations } from '../../text/explain.ts'
import { TARGETS, targetRow } from '../../text/targets.ts'
import { gpusCell } from '../../words.ts'
import { FREE, TERM_COLORS } from '../charts/colors.ts'
import { swatch } from '../charts/figure.ts'
import { type MemoryBar, memoryFigure, termLabel } from '../charts/memory.ts'
import { type Html, html } from '../html.ts'
import { folded, section, tiles } from '../page.ts'
import { htmlTable } from '../table.ts'

/*
 * The parts of a plan that scenarios, estimates and fits share.
 */

/** The money, the GPUs and the pace. */
export function planTiles(plan: AnyPlan): Html | null {
  const { cost, placement } = plan
  const kind = kindOf(plan)
  const pace = kind.pace(plan)
  const money = (name: string, value: number | null, text = usd) =>
    value === null ? [] : [{ name, value: text(value) }]
  return tiles([
    ...money('one run', cost.usd_per_run),
    ...(isTraining(plan) ? [] : money('a month', cost.usd_per_month)),
    ...money('an hour', cost.usd_per_hour),
    // The unit is the tile's name.
    ...money(
      'a million tokens',
      cost.usd_per_million_tokens,
      (value) => usdPerMillionTokens(value).split('/')[0] ?? '',
    ),
    { name: placement.gpus === 1 ? 'GPU' : 'GPUs', value: count(placement.gpus), note: placement.gpu },
    ...(pace === null ? [] : [{ name: isTraining(plan) ? 'wall clock' : 'TPOT', value: kind.paceText(pace) }]),
  ])
}

const TONES = { safe: 'good', tight: 'warn', optimistic: 'bad' } as const

/** How far the plan can be trusted; nothing where no record stands behind it. */
export function verdict(plan: AnyPlan): Html | null {
  const sentence = verdictSentence(plan)
  if (sentence === null || plan.accuracy === null) return null
  return html`<p class="verdict ${TONES[plan.accuracy.verdict]}"><span>${sentence}</span></p>`
}

/** What the plan is made of, in short phrases. */
export function facts(phrases: readonly string[]): Html {
  return html`<ul class="facts">${phrases.map((each) => html`<li>${each}</li>`)}</ul>`
}

/** Every target with its value, limit and room. */
export function targetsSection(plan: AnyPlan): Html | null {
  if (plan.targets.length === 0) return null
  const rows = plan.targets.map((target) => {
    const [, ...cells] = targetRow(target, plan)
    return [verdictMark(target.ok), ...cells]
  })
  const [, ...columns] = TARGETS
  const missed = plan.targets.filter(({ ok }) => !ok).length
  const title = missed === 0 ? 'Targets: all are met' : `Targets: ${missed} of ${plan.targets.length} missed`
  return section(title, htmlTable([{ title: 'verdict' }, ...columns], rows, { label: 'Targets', cards: true }))
}

/** `✔ met`, `✘ missed`. */
function verdictMark(ok: boolean): Html {
  return ok ? html`<span class="good">${MARKS.good} met</span>` : html`<span class="bad">${MARKS.bad} missed</span>`
}

/** A plan's bar in a chart of memory. */
export function memoryBarOf(plan: AnyPlan): MemoryBar {
  return { name: `${gpusCell(plan)}, ${kindOf(plan).short(plan)}`, memory: plan.memory }
}

/** The fullest GPU of the plan, drawn with those of `others`, and its terms as a table. */
export function memorySection(plan: AnyPlan, others: readonly AnyPlan[]): Html | null {
  const rows = memoryRows(plan)
  const notes = [...kindOf(plan).memoryNotes(plan), ...memoryBand(plan)]
  return section(
    'Memory',
    memoryFigure([plan, ...others].map(memoryBarOf)),
    html`<h3>${others.length === 0 ? 'Term by term' : `Term by term: ${memoryBarOf(plan).name}`}</h3>`,
    htmlTable(
      MEMORY,
      rows.map(([name = '', ...cells]) => [termCell(name), ...cells]),
      { label: 'Memory of the fullest GPU' },
    ),
    notes.length === 0 ? null : html`<p class="note">${notes.join(` ${MARKS.item} `)}</p>`,
    html`<p class="note">Other GPUs of the plan hold as much or less. Source: spec, from published sizes; measured, from runs; fitted, from constants fitted to runs; assumed, without a run; user, as given.</p>`,
  )
}

function termCell(name: string): Html {
  const color = name === 'free' ? FREE : TERM_COLORS[name]
  return color === undefined ? html`<strong>${name}</strong>` : html`${swatch(color)}${termLabel(name)}`
}

/** The arithmetic of every figure, folded. */
export function derivationSection(plan: AnyPlan): Html | null {
  return section(
    'Derivation',
    derivations(plan).map(({ title, lines }) =>
      folded(
        title,
        html`<dl class="derived">${lines.map(({ name, value, formula }) => html`<dt>${name} = ${value}</dt><dd>${formula}</dd>`)}</dl>`,
      ),
    ),
  )
}

/** The command that starts it. */
export function launchSection(plan: AnyPlan): Html | null {
  return section(kindOf(plan).launchTitle, html`<pre><code>${plan.launch}</code></pre>`)
}
