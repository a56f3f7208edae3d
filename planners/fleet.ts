import type { Catalog } from '../src/catalog/catalog.ts'
import type { FleetResult } from '../src/result/fleet.ts'
import { inputError } from '../src/scenario/diagnostic.ts'
import type { FleetScenario } from '../src/scenario/fleet.ts'
import type { LocatedScenario } from '../src/scenario/schema.ts'
import { type ReadScenario, readWorkloads } from '../src/scenario/workloads.ts'
import type { PlanOptions, ProgramOptions } from './index.ts'

export async function planFleet(
  located: LocatedScenario<FleetScenario>,
  catalog: Catalog,
  options: PlanOptions & ProgramOptions,
  read: ReadScenario,
): Promise<FleetResult> {
  readWorkloads(located, catalog, read, options.asOf)
  throw inputError('this version does not plan scenarios of kind fleet yet')
}
