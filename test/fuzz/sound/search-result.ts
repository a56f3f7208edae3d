import type { ServeResult } from '../../../src/result/plan.ts'
import type { TrainResult } from '../../../src/result/train.ts'
import { planFlaws } from './plan.ts'

/** What cannot be true of the result of a search. */
export function searchResultFlaws(result: ServeResult | TrainResult): string[] {
  const flaws: string[] = []
  const check = (holds: boolean, flaw: string): void => {
    if (!holds) flaws.push(flaw)
  }
  const { best, search, status, near_misses, alternatives, pareto } = result
  const sum = (counts: Readonly<Record<string, number>>): number =>
    Object.values(counts).reduce((total, count) => total + count, 0)
  const { space, evaluated, rejected_before_evaluation: before, feasible } = search
  const pruned = sum(search.pruned)
  const rejected = sum(search.rejected)
  check(evaluated + pruned + before === space, `${evaluated} + ${pruned} + ${before} configurations are not ${space}`)
  check(
    feasible + rejected - before === evaluated,
    `${feasible} feasible, ${rejected} - ${before} refused, of ${evaluated}`,
  )
  check(
    Object.keys(search.rejected).every((name) => result.constraints[name] !== undefined),
    'a constraint refuses without a reason',
  )
  check((status === 'optimal') === (best !== null), `${status} with${best === null ? 'out' : ''} a plan`)
  check(feasible > 0 === (best !== null), `${feasible} feasible configurations, ${best === null ? 'no' : 'a'} plan`)
  check(best !== null || alternatives.length + pareto.length === 0, 'alternatives to nothing')
  const offered = [...(best === null ? [] : [best]), ...alternatives, ...pareto]
  for (const plan of offered) flaws.push(...planFlaws(plan, true))
  for (const { plan, violations, fixes } of near_misses) {
    flaws.push(...planFlaws(plan, false).map((flaw) => `a near miss: ${flaw}`))
    check(
      violations.every(({ by }) => by > 0),
      'a near miss that misses by nothing',
    )
    for (const fix of fixes) {
      check(fix.text !== '' && Object.keys(fix.change).length > 0, 'a fix that changes nothing')
    }
  }
  if (best !== null && result.objective === 'cost') {
    const least = [...alternatives, ...pareto].find((plan) => usd(plan) < usd(best) * (1 - 1e-9))
    check(least === undefined, `the best costs ${usd(best)}, another ${least === undefined ? 0 : usd(least)}`)
  }
  return flaws
}

/** What a plan is judged by where the objective is cost: the hour of a server, the run of a training. */
function usd({ cost }: { readonly cost: ServeResult['alternatives'][number]['cost'] }): number {
  return cost.usd_per_run ?? cost.usd_per_hour ?? 0
}
