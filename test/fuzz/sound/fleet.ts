import { HOURS_PER_MONTH } from '../../../src/cost/money.ts'
import type { FleetResult } from '../../../src/result/fleet.ts'
import { isSum, same } from './numbers.ts'
import { planFlaws } from './plan.ts'

/** What cannot be true of a placement of workloads on nodes. */
export function fleetFlaws({ placements, nodes, kinds, unplaced, status, total, conflict }: FleetResult): string[] {
  const flaws: string[] = []
  const check = (holds: boolean, flaw: string): void => {
    if (!holds) flaws.push(flaw)
  }
  check((status === 'infeasible') === unplaced.length > 0, `${status} with ${unplaced.length} workloads left out`)
  check(unplaced.length === 0 || conflict !== null, 'workloads left out without a conflict')
  for (const { plan, workload, nodes: names, spares } of placements) {
    flaws.push(...placedFlaws(plan).map((flaw) => `${workload}: ${flaw}`))
    check(names.length > 0, `${workload} stands on no node`)
    check(
      !('replicas' in plan.configuration) || spares <= plan.configuration.replicas,
      `${workload}: spares of nothing`,
    )
    check(!unplaced.some((each) => each.workload === workload), `${workload} is placed and left out`)
  }
  for (const node of nodes) {
    check(node.gpus_used <= node.gpus, `${node.gpus_used} GPUs of ${node.gpus} are used on ${node.name}`)
    const groups = new Set<number>()
    const used = node.seats.reduce((sum, { gpus, shared_gpu }) => {
      // Those who share a GPU take it once.
      if (shared_gpu !== null && groups.has(shared_gpu)) return sum
      if (shared_gpu !== null) groups.add(shared_gpu)
      return sum + gpus
    }, 0)
    check(used === node.gpus_used, `the seats of ${node.name} take ${used} GPUs, not ${node.gpus_used}`)
    check(
      node.seats.every((seat) => placements[seat.placement]?.workload === seat.workload),
      `a seat of ${node.name} is of another workload than its placement`,
    )
  }
  for (const kind of kinds) {
    check(
      kind.nodes === null || kind.nodes_used <= kind.nodes,
      `${kind.nodes_used} of ${kind.nodes} nodes of ${kind.id}`,
    )
    check(kind.usd_per_node_hour + kind.capital_usd_per_node_hour > 0, `${kind.id} costs nothing`)
  }
  const { rent_usd_per_hour: rent, electricity_usd_per_hour: electricity, capital_usd_per_hour: capital } = total
  check(isSum(total.usd_per_hour, [rent, electricity, capital]), 'rent, electricity and capital are not the total')
  check(same(total.usd_per_month, total.usd_per_hour * HOURS_PER_MONTH), 'a month is not its hours')
  const shares = placements.map(({ plan }) => plan.cost.usd_per_hour ?? 0)
  check(
    isSum(total.usd_per_hour, [...shares, total.idle_usd_per_hour]),
    'the workloads and what is idle are not the total',
  )
  check(placements.length === 0 || total.usd_per_hour > 0, 'GPUs for nothing')
  return flaws
}

/** Nodes are told apart by their seats, and runs are paid by the hours they take: only these sums differ from a plan of its own. */
function placedFlaws(plan: FleetResult['placements'][number]['plan']): string[] {
  const ofItsOwn = /GPUs are not instances|ranks on|a run costs|a month costs more/
  return planFlaws(plan, true).filter((flaw) => !ofItsOwn.test(flaw))
}
