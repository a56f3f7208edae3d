import type { FleetScenario } from './fleet.ts'
import type { Checker } from './ids.ts'
import { checkNames, checkOwnedNodes, checkRentedNodes, checkRentLimit, nodesName } from './inventory-checks.ts'
import { checkPrices } from './serve-checks.ts'

/** What a schema cannot say of a fleet: names that the catalog does not have, nodes that cannot be told apart. */
export function checkFleet(scenario: FleetScenario, check: Checker): FleetScenario {
  if (scenario.prices !== undefined) checkPrices(scenario.prices, check)
  const inventory = scenario.inventory.map((entry, index) => {
    const path = ['inventory', index]
    if ('gpu' in entry) return checkOwnedNodes(entry, path, check)
    checkRentedNodes(entry, path, check)
    return entry
  })
  const owned = inventory.flatMap((entry, index) =>
    'gpu' in entry ? [{ name: nodesName(entry), path: ['inventory', index] }] : [],
  )
  checkNames(owned, check)
  const limits = scenario.limits?.map((limit, index) => checkRentLimit(limit, ['limits', index], check))
  return { ...scenario, inventory, ...(limits === undefined ? {} : { limits }) }
}
