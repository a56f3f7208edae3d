import type { ForecastScenario } from './forecast.ts'
import type { Checker } from './ids.ts'
import { checkNames, checkOwnedNodes, checkRentLimit, nodesName } from './inventory-checks.ts'
import { checkPrices } from './serve-checks.ts'

/** What a schema cannot say of a forecast: names that the catalog does not have, nodes that cannot be told apart. */
export function checkForecast(scenario: ForecastScenario, check: Checker): ForecastScenario {
  if (scenario.prices !== undefined) checkPrices(scenario.prices, check)
  const inventory = scenario.inventory?.map((entry, index) => ({
    ...entry,
    ...checkOwnedNodes(entry, ['inventory', index], check),
  }))
  checkNames(
    (inventory ?? []).map((entry, index) => ({ name: nodesName(entry), path: ['inventory', index] })),
    check,
  )
  const limits = scenario.limits?.map((limit, index) => checkRentLimit(limit, ['limits', index], check))
  const { search } = scenario
  if (search?.gpus !== undefined) check.gpus(search.gpus, ['search', 'gpus'])
  if (search?.exclude_gpus !== undefined) check.gpus(search.exclude_gpus, ['search', 'exclude_gpus'])
  if (search?.providers !== undefined) check.providers(search.providers, ['search', 'providers'])
  if (search?.exclude_providers !== undefined)
    check.providers(search.exclude_providers, ['search', 'exclude_providers'])
  return {
    ...scenario,
    ...(inventory === undefined ? {} : { inventory }),
    ...(limits === undefined ? {} : { limits }),
  }
}
