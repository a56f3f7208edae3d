import type { Fix } from '../../result/plan.ts'
import { entryOf } from '../../table.ts'
import { count, usdPerHour } from '../../units.ts'
import type { AnyNearMiss, AnyResult } from '../kinds/index.ts'
import { MARKS, type Style } from '../style.ts'
import { label, missed, quantity, SETTING, usdPerHourDelta } from '../words.ts'
import { wrap } from '../wrap.ts'
import { planSentence } from './answer.ts'
import { memoryBars } from './memory.ts'
import { targets } from './targets.ts'

/** What keeps every configuration out, in one sentence with the gap. */
export function noPlanSentence(result: AnyResult): string {
  const closest = result.near_misses[0]
  if (closest !== undefined) {
    const [binding] = closest.violations
    const reason = result.constraints[binding!.constraint]
    const { constraint, by, unit } = binding!
    if (unit === SETTING) return `No plan for ${result.scenario}: the setting ${label(constraint)} rules everything out`
    const gap = `No plan for ${result.scenario}: ${label(constraint)} binds, missed by ${quantity(by, unit)} at the least`
    return reason === undefined ? gap : `${gap} (${reason})`
  }
  if (result.search.space === 0) return `No plan for ${result.scenario}: nothing is left to choose from`
  const [worst] = Object.entries(result.search.rejected).sort(([, a], [, b]) => b - a)
  if (worst === undefined) return `No plan for ${result.scenario}`
  const [name, number] = worst
  return `No plan for ${result.scenario}: ${label(name)} refuses ${count(number)} of ${count(result.search.space)} configurations (${entryOf(result.constraints, name) ?? 'no reason given'})`
}

/** A change of the scenario and what the plan then costs: an hour beside the closest configuration, or hours and price of the run. */
export function fixText(fix: Fix): string {
  const perHour = usdPerHour(fix.usd_per_hour)
  // Words that already state hours and the price of the run: the difference of an hour says nothing beside them.
  if (fix.text.includes(':')) return `${fix.text}, ${perHour}`
  return `${fix.text}: ${perHour} (${usdPerHourDelta(fix.cost_delta_usd_per_hour)} against the closest configuration)`
}

/** The screen where nothing fits: what binds, what came closest, and what would help. */
export function noPlan(result: AnyResult, style: Style): string[][] {
  const closest = result.near_misses[0]
  return [
    wrap(noPlanSentence(result)).map(style.bad),
    ...(closest === undefined ? [] : closestConfiguration(closest, style)),
    fixes(result, style),
    others(result.near_misses.slice(1), style),
  ]
}

/** Cheapest first. Those of training come so, by the price of the run; an hour of a longer run would mislead. */
export function sortedFixes(result: AnyResult): Fix[] {
  const list = result.near_misses.flatMap((miss) => miss.fixes)
  return result.kind === 'train' ? list : list.sort((a, b) => a.usd_per_hour - b.usd_per_hour)
}

function closestConfiguration({ plan, violations }: AnyNearMiss, style: Style): string[][] {
  return [
    [style.title('Closest'), ...wrap(planSentence(plan)), ...wrap(missed(violations), `${MARKS.bad} `).map(style.bad)],
    targets(plan, style),
    memoryBars(plan, style),
  ]
}

function fixes(result: AnyResult, style: Style): string[] {
  const list = sortedFixes(result)
  if (list.length === 0) return []
  return [
    style.title('Single changes that give a plan, cheapest first'),
    ...list.flatMap((fix) => wrap(fixText(fix), `${MARKS.good} `).map(style.good)),
  ]
}

function others(list: readonly AnyNearMiss[], style: Style): string[] {
  if (list.length === 0) return []
  return [
    style.title('Also close'),
    ...list.flatMap(({ plan, violations }) => wrap(`${planSentence(plan)}: ${missed(violations)}`, `${MARKS.bad} `)),
  ]
}
