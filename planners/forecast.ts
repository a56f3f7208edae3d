import type { Catalog } from '../src/catalog/catalog.ts'
import type { ForecastResult } from '../src/result/forecast.ts'
import { inputError } from '../src/scenario/diagnostic.ts'
import type { ForecastScenario } from '../src/scenario/forecast.ts'
import type { LocatedScenario } from '../src/scenario/schema.ts'
import { type ReadScenario, readWorkloads } from '../src/scenario/workloads.ts'
import type { PlanOptions, ProgramOptions } from './index.ts'

export async function planForecast(
  located: LocatedScenario<ForecastScenario>,
  catalog: Catalog,
  options: PlanOptions & ProgramOptions,
  read: ReadScenario,
): Promise<ForecastResult> {
  readWorkloads(located, catalog, read, options.asOf)
  throw inputError('this version does not plan scenarios of kind forecast yet')
}
