import type { Workload } from '../../src/scenario/workloads.ts'
import { count, usd } from '../../src/units.ts'

/** Limits that the scenario of a workload states for itself alone and that a fleet or forecast does not keep, a sentence each. */
export function unkeptLimits({ name, scenario }: Workload, plan: 'fleet' | 'forecast'): string[] {
  if (scenario.kind === 'train') {
    const { budget } = scenario
    if (budget === undefined) return []
    return [
      `${name}: budget: ${usd(budget)} a run is not kept: a ${plan} has the least cost of all workloads together.`,
    ]
  }
  // A forecast keeps a service to its GPUs.
  const most = scenario.search?.max_gpus
  if (most === undefined || plan === 'forecast') return []
  return [`${name}: search.max_gpus: ${count(most)} is not kept: inventory and limits say what a fleet may take.`]
}
