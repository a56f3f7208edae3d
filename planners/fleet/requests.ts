import type { Catalog } from '../../src/catalog/catalog.ts'
import { applyDefaults } from '../../src/scenario/defaults.ts'
import { applyTrainDefaults } from '../../src/scenario/train-defaults.ts'
import type { Workload } from '../../src/scenario/workloads.ts'
import type { ServeRequest } from '../serve/request.ts'
import { resolveServe } from '../serve/resolve.ts'
import type { TrainRequest } from '../train/request.ts'
import { resolveTrain } from '../train/resolve.ts'
import type { FleetNode } from './inventory.ts'

/** A workload with every name resolved and every default filled in, for the kinds of node that it may stand on. */
export type FleetWorkload = {
  readonly name: string
  /** Kinds of node that its own lists of GPUs and providers admit. */
  readonly kinds: readonly FleetNode[]
} & (
  | { readonly kind: 'serve'; readonly request: ServeRequest }
  | { readonly kind: 'train'; readonly request: TrainRequest; readonly runsPerMonth: number }
)

/** Sentences on defaults that are about prices and machines: a fleet has its own. */
const OF_MACHINES = /^(pricing|prices|GPUs|objective|redundancy: no)/

/** The workload as the planner of its kind sees it. Its lists of GPUs and providers hold; prices and machines are the fleet's. */
export function fleetWorkload(
  { name, scenario }: Workload,
  runsPerMonth: number,
  kinds: readonly FleetNode[],
  catalog: Catalog,
  asOf: string,
): { readonly workload: FleetWorkload; readonly assumptions: readonly string[] } {
  const { providers, exclude_providers: excluded } = scenario.search ?? {}
  const admitted = kinds.filter(
    ({ priced }) =>
      priced.pricing === 'owned' ||
      (providers?.includes(priced.offer.provider) !== false && excluded?.includes(priced.offer.provider) !== true),
  )
  if (scenario.kind === 'train') {
    const { scenario: complete, assumptions } = applyTrainDefaults(scenario, name, catalog)
    const { request } = resolveTrain(complete, catalog, { asOf, alternatives: 0 })
    const gpus = request.gpus.filter(({ id }) => admitted.some((kind) => kind.gpu === id))
    return {
      workload: {
        name,
        kind: 'train',
        request: { ...request, gpus, offers: [] },
        runsPerMonth,
        kinds: admitted.filter((kind) => gpus.some(({ id }) => id === kind.gpu)),
      },
      assumptions: assumptions.filter((sentence) => !OF_MACHINES.test(sentence)),
    }
  }
  const { scenario: complete, assumptions } = applyDefaults(scenario, name)
  const resolve = { asOf, alternatives: 0, utilizationGiven: scenario.utilization !== undefined }
  const { request } = resolveServe(complete, catalog, resolve)
  const gpus = request.gpus.filter(({ id }) => admitted.some((kind) => kind.gpu === id))
  return {
    workload: {
      name,
      kind: 'serve',
      request: { ...request, gpus, offers: [] },
      kinds: admitted.filter((kind) => gpus.some(({ id }) => id === kind.gpu)),
    },
    assumptions: assumptions.filter((sentence) => !OF_MACHINES.test(sentence)),
  }
}
