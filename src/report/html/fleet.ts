import type { FleetPlacement, FleetResult } from '../../result/fleet.ts'
import { usd, usdPerHour } from '../../units.ts'
import { lettersOf } from '../fleet/letters.ts'
import { nodeRuns } from '../fleet/nodes.ts'
import {
  conflictSentence,
  fleetSentence,
  KINDS,
  kindRow,
  limitSentence,
  moneyParts,
  moveSentence,
  PLACEMENTS,
  placementRow,
  pricesText,
  remedyText,
  solverSentence,
} from '../fleet/words.ts'
import { MARKS } from '../style.ts'
import { derivations } from '../text/explain.ts'
import { counted } from '../words.ts'
import { memoryFigure } from './charts/memory.ts'
import { pricesFigure } from './charts/prices.ts'
import { type Html, html } from './html.ts'
import { folded, marked, section, tiles } from './page.ts'
import { header } from './parts/header.ts'
import { huesOf, nodeDrawing, signMark } from './parts/letters.ts'
import { assumptionsSection } from './parts/notes.ts'
import { facts, memoryBarOf } from './parts/plan.ts'
import type { HtmlOptions } from './plan.ts'
import { htmlTable } from './table.ts'

/** A placed fleet, most important first. The result's texts are printable. */
export function fleetArticle(result: FleetResult, { explain = false }: HtmlOptions): Html {
  return html`${fleetHeader(result)}
${shortage(result)}
${nodes(result)}
${costs(result)}
${placements(result)}
${memory(result)}
${kinds(result)}
${moves(result)}
${assumptionsSection(result.assumptions, result.warnings)}
${section('Sources', html`<ul><li>Solver: ${solverSentence(result)}</li><li>Prices: ${pricesText(result)}</li></ul>`)}
${explain ? section('Derivation', result.placements.map(derived)) : null}
${launches(result)}`
}

function fleetHeader(result: FleetResult): Html {
  const { status, total } = result
  const isPlaced = status !== 'infeasible'
  return header({
    name: result.scenario,
    status: !isPlaced
      ? { text: 'Not everything can be placed', mark: MARKS.bad, tone: 'bad' }
      : status === 'optimal'
        ? { text: 'Everything is placed', mark: MARKS.good, tone: 'good' }
        : { text: 'Everything is placed, the best found in the time given', mark: MARKS.warning, tone: 'warn' },
    answer: fleetSentence(result),
    below: isPlaced
      ? [
          tiles([
            { name: 'a month', value: usd(total.usd_per_month) },
            { name: 'an hour', value: usd(total.usd_per_hour) },
            { name: 'of it idle', value: usdPerHour(total.idle_usd_per_hour) },
          ]),
          facts(moneyParts(result)),
        ]
      : null,
  })
}

function shortage(result: FleetResult): Html | null {
  const { unplaced, remedies } = result
  const conflict = conflictSentence(result)
  return section(
    'What cannot be placed',
    marked(
      unplaced.map(({ workload, reason }) => `${workload}: ${reason}`),
      MARKS.bad,
      'bad',
    ),
    conflict === null ? null : html`<p>${conflict}</p>`,
    remedies.length === 0 ? null : html`<h3>Single changes that place everything</h3>`,
    marked(remedies.map(remedyText), MARKS.good, 'good'),
  )
}

function placements(result: FleetResult): Html | null {
  if (result.placements.length === 0) return null
  const letters = lettersOf(result)
  const hues = huesOf(letters)
  const rows = result.placements.map((entry) => {
    const sign = letters.of.get(entry.workload) ?? ''
    const [, ...cells] = placementRow(entry, sign)
    const price = PLACEMENTS.findIndex(({ title }) => title === '$/h') - 1
    return [
      signMark(sign, hues),
      ...cells.map((cell, index) => (index === price ? { show: cell, sort: entry.plan.cost.usd_per_hour } : cell)),
    ]
  })
  return section('What runs where', htmlTable(PLACEMENTS, rows, { label: 'Placements', sortable: true }))
}

function nodes(result: FleetResult): Html | null {
  if (result.nodes.length === 0) return null
  const letters = lettersOf(result)
  const hues = huesOf(letters)
  return section(
    'Nodes, a square for each GPU',
    html`<ul class="nodes">${nodeRuns(result, letters).map(
      ({
        name,
        gpus,
        used,
      }) => html`<li><strong>${name}</strong>${nodeDrawing(gpus, hues)}<span class="muted">${used}</span></li>
`,
    )}</ul>`,
    html`<ul class="letters">${[...letters.of, ...letters.shared].map(
      ([name, sign]) => html`<li>${signMark(sign, hues)}${name}</li>`,
    )}<li>${signMark('.', hues)}idle</li></ul>`,
  )
}

/** Most workloads in the chart of costs. */
const MOST_BARS = 12

function costs({ placements: all }: FleetResult): Html | null {
  const sums = new Map<string, number>()
  for (const { workload, plan } of all) sums.set(workload, (sums.get(workload) ?? 0) + (plan.cost.usd_per_hour ?? 0))
  const sorted = [...sums].sort(([, a], [, b]) => b - a)
  const rest = sorted.slice(MOST_BARS)
  const bars = [
    ...sorted.slice(0, MOST_BARS),
    ...(rest.length === 0 ? [] : [[`${rest.length} others`, rest.reduce((sum, [, each]) => sum + each, 0)] as const]),
  ].map(([name, value]) => ({ name, usd: value, role: 'chosen' as const }))
  return section('Cost by workload', pricesFigure('Dollars an hour', bars, { chosen: 'share of the nodes in use' }))
}

/** The fullest GPU of every placement; folded, for there may be dozens. */
function memory({ placements: all }: FleetResult): Html | null {
  if (all.length === 0) return null
  const bars = all.map(({ workload, plan }) => ({ ...memoryBarOf(plan), name: `${workload}, ${plan.placement.gpu}` }))
  return section('Memory', folded(`The fullest GPU of each of ${counted(all.length, 'placement')}`, memoryFigure(bars)))
}

function kinds(result: FleetResult): Html | null {
  const limit = limitSentence(result)
  return section(
    'Kinds of node',
    htmlTable(KINDS, result.kinds.map(kindRow), { label: 'Kinds of node' }),
    limit === null ? null : html`<p>${limit}</p>`,
  )
}

function moves({ moves: all }: FleetResult): Html | null {
  if (all === null) return null
  if (all.length === 0) return section('Changes', html`<p>None: everything stays where it is.</p>`)
  return section('Changes', marked(all.map(moveSentence), MARKS.item, 'muted'))
}

function derived({ workload, plan }: FleetPlacement): Html | null {
  return folded(
    `${workload} on ${plan.placement.instance}`,
    derivations(plan).map(
      ({ title, lines }) =>
        html`<h3>${title}</h3><dl class="derived">${lines.map(({ name, value, formula }) => html`<dt>${name} = ${value}</dt><dd>${formula}</dd>`)}</dl>`,
    ),
  )
}

function launches({ placements: all }: FleetResult): Html | null {
  if (all.length === 0) return null
  const commands = all.map(({ workload, plan }) => `# ${workload} on ${plan.placement.instance}\n${plan.launch}`)
  return section(
    'Launch commands',
    folded(`${commands.length} commands`, html`<pre><code>${commands.join('\n\n')}</code></pre>`),
  )
}
