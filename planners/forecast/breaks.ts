import type { Catalog } from '../../src/catalog/catalog.ts'
import type { Pricing } from '../../src/catalog/offer.ts'
import type { ForecastBreak, ForecastResult } from '../../src/result/forecast.ts'
import { count, usd as usdText } from '../../src/units.ts'
import { round } from '../round.ts'
import { findConflict } from '../solver/conflict.ts'
import { type SolveOptions, solve } from '../solver/solve.ts'
import { type Asked, whyRefused } from '../supply/nowhere.ts'
import { unpriced } from '../unpriced.ts'
import { atHand } from './decisions.ts'
import { termMonthsOf } from './market.ts'
import type { ForecastProblem } from './problem.ts'
import { type ProgramAim, programOf } from './program.ts'
import { type ResolvedForecast, restricted } from './resolve.ts'
import { isSolved, type Solved, solveForecast, type Unsolved } from './solve.ts'

/** Part of a limit by which rounding may pass it. */
const SLACK = 1e-6

/** Caps and quotas of `limited` that an answer without them breaks, each with its first month. */
export function breaksOf(
  limited: ForecastProblem,
  free: Solved,
  monthNames: readonly string[],
  kept: boolean,
): ForecastBreak[] {
  const breaks: ForecastBreak[] = []
  const first = (requirement: string, unit: ForecastBreak['unit'], limit: number, needs: readonly number[]): void => {
    const t = needs.findIndex((needed) => needed > limit * (1 + SLACK) + SLACK)
    if (t < 0) return
    const needed = needs[t]!
    breaks.push({
      requirement,
      month: monthNames[t]!,
      limit: round(limit),
      needed: round(needed),
      by: round(needed - limit),
      unit,
      kept,
    })
  }
  if (limited.monthlyCapUsd !== null) {
    first(
      'monthly_cap',
      'usd',
      limited.monthlyCapUsd,
      free.ledger.months.map(({ usd }) => usd),
    )
  }
  for (const [index, { requirement, gpus }] of limited.limits.entries()) {
    first(requirement, 'gpus', gpus, gpusOf(limited, free, index))
  }
  return breaks
}

/** GPUs at once that count in a limit, by month. */
function gpusOf(limited: ForecastProblem, { problem, decisions }: Solved, limit: number): number[] {
  const gpus = (source: number, machines: number): number =>
    limited.sources[source]!.limits.includes(limit)
      ? machines * problem.kinds[problem.sources[source]!.kind]!.gpusPerMachine
      : 0
  return Array.from({ length: problem.months }, (_, t) => {
    let sum = 0
    for (const ways of decisions.ways) {
      const way = ways[t]!
      if (way.type === 'hourly') sum += gpus(way.source, way.machines)
    }
    for (const { from, machines } of decisions.draws[t]!) if ('source' in from) sum += gpus(from.source, machines)
    for (const [source, { way }] of problem.sources.entries()) {
      if (way === 'reserved') sum += gpus(source, atHand(problem, decisions.bought, source, t))
    }
    return sum
  })
}

/** Requirements that cannot all hold. */
export async function conflictOf(
  { program, problem }: Unsolved,
  monthNames: readonly string[],
  options: SolveOptions,
): Promise<ForecastResult['conflict']> {
  const { uncarried } = program
  if (uncarried !== null) {
    const name = problem.workloads[uncarried.workload]!.name
    return { requirements: [`workload ${name} in ${monthNames[uncarried.month]}`], minimal: true }
  }
  const conflict = await findConflict(program.program, options)
  return conflict === null ? null : { requirements: [...conflict.requirements], minimal: conflict.minimal }
}

/** Why no machine that may be had runs a workload, where that is what stands in the way. */
export function whyUncarried(
  { workloads }: ResolvedForecast,
  { program: { uncarried }, problem }: Unsolved,
  catalog: Catalog,
): string[] {
  if (uncarried === null) return []
  const { sources } = problem.workloads[uncarried.workload]!
  const { name, ...detail } = workloads[uncarried.workload]!
  if (sources.size === 0)
    return [`${name}: none of the machines has a GPU, or is of a provider, that its search admits.`]
  const machines = [...new Set([...sources].map((source) => problem.sources[source]!.kind))].map((kind) => {
    const { gpu, gpusPerMachine, link, networkGbitPerSecond, ramGb = null } = problem.kinds[kind]!
    const { offer, ...priced } = unpriced({ gpu, gpu_count: gpusPerMachine, link: gpusPerMachine === 1 ? null : link })
    return { ...priced, offer: { ...offer, network_gbit_per_second: networkGbitPerSecond, ram_gb: ramGb } }
  })
  const asked: Asked =
    detail.type === 'serve' ? { kind: 'serve', request: detail.request } : { kind: 'train', request: detail.request }
  const why = whyRefused(asked, machines, catalog)
  return why === null ? [] : [`${name} runs on none of the machines: ${why}.`]
}

type Remedy = ForecastResult['remedies'][number]

/** Single changes that give a plan, each solved again; cheapest first. */
export async function remediesOf(
  resolved: ResolvedForecast,
  { problem, pools }: Unsolved,
  ways: ReadonlySet<Pricing>,
  monthNames: readonly string[],
  options: SolveOptions,
): Promise<Remedy[]> {
  const remedies: Remedy[] = []
  const tried = async (text: string, set: string | null, changed: ForecastProblem): Promise<void> => {
    const result = await solveForecast(changed, monthNames, options)
    if (isSolved(result)) remedies.push({ text, set, usd: round(result.ledger.usd) })
  }
  /** The least of a cap or quota that suffices. */
  const least = async (aim: ProgramAim): Promise<number | null> => {
    const { program, aim: variable, uncarried } = programOf(problem, pools, monthNames, aim)
    if (uncarried !== null || variable === null) return null
    const outcome = await solve(program, options)
    return outcome.status === 'optimal' || outcome.status === 'feasible' ? outcome.values[variable]! : null
  }
  if (problem.monthlyCapUsd !== null) {
    const raised = (usd: number): Promise<void> =>
      tried(`raise monthly_cap to ${usdText(usd)}`, `monthly_cap=${usd}`, { ...problem, monthlyCapUsd: usd })
    const free = await solveForecast({ ...problem, monthlyCapUsd: null }, monthNames, options)
    const dearest = isSolved(free) ? Math.ceil(Math.max(...free.ledger.months.map(({ usd }) => usd))) : null
    if (dearest !== null) await raised(dearest)
    // A lower cap may do, at the price of dear detours.
    const needed = await least('cap')
    const lowest = needed === null ? null : Math.ceil(needed * (1 + SLACK))
    if (lowest !== null && (dearest === null || lowest < dearest)) await raised(lowest)
  }
  for (const [index, { requirement, setting }] of problem.limits.entries()) {
    const needed = await least({ limit: index })
    if (needed === null) continue
    const gpus = Math.ceil(needed - SLACK)
    const limits = problem.limits.map((limit, l) => (l === index ? { ...limit, gpus } : limit))
    const set = setting === undefined ? null : `${setting}=${gpus}`
    await tried(`raise the ${requirement} to ${count(gpus)}`, set, { ...problem, limits })
  }
  for (const pricing of ['on-demand', 'reserved-1y', 'reserved-3y', 'spot'] as const) {
    if (ways.has(pricing) || termMonthsOf(pricing) > problem.months) continue
    const more = new Set([...ways, pricing])
    await tried(
      `add ${pricing} to commitments`,
      `commitments=[${[...more].join(', ')}]`,
      restricted(resolved, more, true),
    )
  }
  const seen = new Set<string>()
  return remedies.sort((a, b) => a.usd - b.usd).filter(({ text }) => !seen.has(text) && seen.add(text))
}
