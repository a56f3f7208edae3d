import type { Fix, NearMiss, ServeResult } from '../../result/plan.ts'
import { count, usdPerHour } from '../../units.ts'
import { MARKS, type Style } from '../style.ts'
import { label, missed, quantity, usdPerHourDelta } from '../words.ts'
import { wrap } from '../wrap.ts'
import { planSentence } from './answer.ts'
import { memoryBars } from './memory.ts'
import { targets } from './targets.ts'

/** What keeps every configuration out, in one sentence with the gap. */
export function noPlanSentence(result: ServeResult): string {
  const closest = result.near_misses[0]
  if (closest !== undefined) {
    const [binding] = closest.violations
    const reason = result.constraints[binding!.constraint]
    const gap = `No plan for ${result.scenario}: ${label(binding!.constraint)} binds, missed by ${quantity(binding!.by, binding!.unit)} at the least`
    return reason === undefined ? gap : `${gap} (${reason})`
  }
  if (result.search.space === 0) return `No plan for ${result.scenario}: nothing is left to choose from`
  const [worst] = Object.entries(result.search.rejected).sort(([, a], [, b]) => b - a)
  if (worst === undefined) return `No plan for ${result.scenario}`
  const [name, number] = worst
  return `No plan for ${result.scenario}: ${label(name)} refuses ${count(number)} of ${count(result.search.space)} configurations (${result.constraints[name] ?? 'no reason given'})`
}

/** A change of the scenario, what it costs beside the closest configuration, and what the plan then costs. */
export function fixText(fix: Fix): string {
  return `${fix.text}: ${usdPerHour(fix.usd_per_hour)} (${usdPerHourDelta(fix.cost_delta_usd_per_hour)} against the closest configuration)`
}

/** The screen where nothing fits: what binds, what came closest, and what would help. */
export function noPlan(result: ServeResult, style: Style): string[][] {
  const closest = result.near_misses[0]
  return [
    wrap(noPlanSentence(result)).map(style.bad),
    ...(closest === undefined ? [] : closestConfiguration(closest, style)),
    fixes(result, style),
    others(result.near_misses.slice(1), style),
  ]
}

function closestConfiguration({ plan, violations }: NearMiss, style: Style): string[][] {
  return [
    [style.title('Closest'), ...wrap(planSentence(plan)), ...wrap(missed(violations), `${MARKS.bad} `).map(style.bad)],
    targets(plan.targets, style),
    memoryBars(plan.memory, style),
  ]
}

function fixes(result: ServeResult, style: Style): string[] {
  const list = result.near_misses.flatMap((miss) => miss.fixes)
  if (list.length === 0) return []
  return [
    style.title('Single changes that give a plan, cheapest first'),
    ...[...list]
      .sort((a, b) => a.usd_per_hour - b.usd_per_hour)
      .flatMap((fix) => wrap(fixText(fix), `${MARKS.good} `).map(style.good)),
  ]
}

function others(list: readonly NearMiss[], style: Style): string[] {
  if (list.length === 0) return []
  return [
    style.title('Also close'),
    ...list.flatMap(({ plan, violations }) => wrap(`${planSentence(plan)}: ${missed(violations)}`, `${MARKS.bad} `)),
  ]
}
