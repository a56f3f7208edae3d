import { planText } from '../../../planners/index.ts'
import type { Plan, ServeResult } from '../../../src/result/plan.ts'
import { oddityFiles } from '../draw-oddities.ts'
import { AS_OF, offerFiles } from '../draw-offers.ts'
import { bestOf, bestOfGroups, frontOf } from './best.ts'
import type { DrawnCase } from './draw.ts'
import { enumerateServe } from './enumerate.ts'
import { isAlike, type Leaf, namesOf } from './leaf.ts'

/** Alternatives asked for: enough that groups are told apart, few enough that some fall out. */
const ALTERNATIVES = 4

function planned({ wish, catalog }: DrawnCase, exhaustive: boolean): ServeResult {
  const options = { asOf: AS_OF, top: ALTERNATIVES, exhaustive }
  const result = planText(JSON.stringify(wish), 'drawn.yaml', catalog, options)
  if (result.kind !== 'serve') throw new Error('a serving scenario gave another kind of plan')
  return result
}

/** Names and figures by which a plan of the result and one of the oracle are held together. */
function shownPlan({ placement, configuration, quality }: Plan): unknown[] {
  const { quantization, kv_cache, engine, tensor_parallel, pipeline_parallel, expert_parallel } = configuration
  return [
    placement.offer,
    placement.pricing,
    engine,
    quantization,
    kv_cache,
    tensor_parallel,
    pipeline_parallel,
    expert_parallel,
    -configuration.max_concurrency,
    configuration.replicas,
    placement.instances,
    placement.gpus,
    quality.loss_percent,
  ]
}

function shownLeaf(leaf: Leaf): unknown[] {
  return [...namesOf(leaf), leaf.replicas, leaf.instances, leaf.gpus, Number(leaf.lossPercent.toPrecision(10))]
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0)
}

/** What differs between the planner and the oracle, in words; empty where they agree. */
export function differences(given: DrawnCase): { problems: string[]; feasible: number } {
  const problems: string[] = []
  const same = (what: string, planner: unknown, oracle: unknown): void => {
    const [there, here] = [JSON.stringify(planner), JSON.stringify(oracle)]
    if (there !== here) problems.push(`${what}: the planner says ${there}, the oracle ${here}`)
  }
  const alike = (what: string, planner: number | null | undefined, oracle: number | undefined): void => {
    if (planner == null || oracle === undefined || !isAlike(planner, oracle))
      problems.push(`${what}: the planner says ${planner}, the oracle ${oracle}`)
  }
  const objective = given.wish.objective ?? 'cost'
  const { space, feasible } = enumerateServe(given.wish, given.catalog, AS_OF)
  const best = bestOf(feasible, objective)
  const groups = bestOfGroups(feasible, objective).slice(0, ALTERNATIVES + 1)
  const front = frontOf(feasible)
  // Without a plan nothing was pruned, so searching again without pruning would go the same way.
  for (const exhaustive of best === null ? [false] : [false, true]) {
    const how = exhaustive ? 'exhaustive' : 'pruned'
    const result = planned(given, exhaustive)
    const { search } = result
    same(`${how}, feasible at all`, result.best !== null, best !== null)
    same(`${how}, space`, search.space, space)
    same(
      `${how}, evaluated + pruned + rejected before`,
      search.evaluated + sum(search.pruned) + search.rejected_before_evaluation,
      space,
    )
    if (exhaustive || best === null) {
      same(`${how}, pruned`, search.pruned, {})
      same(`${how}, feasible`, search.feasible, feasible.length)
      same(`${how}, feasible + rejected`, search.feasible + sum(search.rejected), space)
    }
    if (best === null || result.best === null) continue
    const shown = [result.best, ...result.alternatives]
    same(`${how}, plans shown`, shown.map(shownPlan), groups.map(shownLeaf))
    for (const [index, plan] of shown.entries()) {
      const leaf = groups[index]
      alike(`${how}, plan ${index}, dollars an hour`, plan.cost.usd_per_hour, leaf?.dollarsAnHour)
      // Plans list whole bytes of each term.
      const bytes = plan.memory.total_bytes - (leaf?.memoryBytes ?? 0)
      same(`${how}, plan ${index}, bytes beyond the oracle's`, bytes >= 0 && bytes <= plan.memory.terms.length, true)
      alike(
        `${how}, plan ${index}, ms a request`,
        plan.performance.request_ms,
        1000 * (groups[index]?.requestSeconds ?? 0),
      )
    }
    const seen = result.pareto.map((plan) => [plan.cost.usd_per_hour ?? 0, plan.performance.request_ms / 1000])
    same(`${how}, plans on the front`, seen.length, front.length)
    for (const [index, [dollars = 0, seconds = 0]] of seen.entries()) {
      alike(`${how}, front ${index}, dollars`, dollars, front[index]?.[0])
      alike(`${how}, front ${index}, seconds`, seconds, front[index]?.[1])
    }
  }
  return { problems, feasible: feasible.length }
}

/** The whole input of a failure, as files that `plan` reads. */
export function inFull({ wish, offers, alone, oddities }: DrawnCase): string {
  return [
    `scenario.yaml: ${JSON.stringify(wish)}`,
    `files of DIR${alone ? ', whose offers stand alone here, without the shipped ones' : ''}:`,
    ...[...offerFiles(offers), ...oddityFiles(oddities)].map((file) => JSON.stringify(file)),
    `plan scenario.yaml --catalog DIR --as-of ${AS_OF} --exhaustive`,
  ].join('\n')
}
