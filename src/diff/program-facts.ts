import type { FleetPlacement, FleetResult } from '../result/fleet.ts'
import type { ForecastResult } from '../result/forecast.ts'
import { type Fact, idOf } from './fact.ts'
import { facts } from './plan-facts.ts'

const WORKLOADS = 'workloads'

/** What a fleet states beside its price: each workload, then the nodes it stands on. */
export function fleetFacts({ placements, unplaced, kinds }: FleetResult): Fact[] {
  const names = [...new Set(placements.map(({ workload }) => workload))]
  return [
    ...names.flatMap((name) =>
      workloadFacts(
        name,
        placements.filter(({ workload }) => workload === name),
      ),
    ),
    ...unplaced.map(({ workload, reason }) => ({ section: 'unplaced', key: workload, value: reason, unit: '' })),
    ...kinds.flatMap((kind) => [
      ...(kind.nodes_used === 0
        ? []
        : [{ section: 'nodes in use', key: kind.id, value: kind.nodes_used, unit: 'nodes' }]),
      {
        section: 'prices',
        key: `${kind.id} node`,
        value: kind.usd_per_node_hour,
        unit: 'usd/h',
        detailOf: idOf({ section: 'nodes in use', key: kind.id }),
      },
    ]),
  ]
}

/** A workload with what it stands on and costs; its settings are listed only where it is on both sides in one piece. */
function workloadFacts(name: string, parts: readonly FleetPlacement[]): Fact[] {
  const own = `workload ${name}`
  const usd = parts.reduce((sum, { plan }) => sum + (plan.cost.usd_per_hour ?? 0), 0)
  const detailOf = idOf({ section: WORKLOADS, key: name })
  const machines = parts.map(({ plan: { placement } }) => `${placement.gpus} x ${placement.gpu}`).join(' + ')
  const [only] = parts
  const settings = parts.length === 1 && only !== undefined ? facts(own, only.plan.configuration) : []
  return [
    { section: WORKLOADS, key: name, value: usd, unit: 'usd/h' },
    { section: own, key: 'GPUs', value: machines, unit: '', detailOf },
    ...settings.map((fact) => ({ ...fact, detailOf })),
  ]
}

/** What a forecast states beside its total: each month, each workload, and what to sign or buy when. */
export function forecastFacts({ months, by_workload, commitments, breaks, by_provider }: ForecastResult): Fact[] {
  return [
    ...months.map(({ month, usd }) => ({ section: 'months', key: month, value: usd, unit: 'usd' })),
    ...by_workload.map(({ workload, usd }) => ({ section: WORKLOADS, key: workload, value: usd, unit: 'usd' })),
    ...commitments.map(({ month, action, offer, pricing, instances }) => ({
      section: 'commitments',
      key: `${month} ${action} ${offer} ${pricing}`,
      value: instances,
      unit: 'instances',
    })),
    ...by_provider.map(({ provider, usd }) => ({
      section: 'providers',
      key: provider ?? 'owned',
      value: usd,
      unit: 'usd',
    })),
    ...breaks.map(({ requirement, month, by, unit }) => ({
      section: 'limits that break',
      key: `${requirement} in ${month}`,
      value: by,
      unit,
    })),
  ]
}
