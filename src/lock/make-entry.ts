import type { Catalog } from '../catalog/catalog.ts'
import { contentHash } from '../catalog/hash.ts'
import type { Model } from '../catalog/model.ts'
import { overriddenUsdPerHour } from '../cost/prices.ts'
import type { ServeResult } from '../result/plan.ts'
import type { TrainResult } from '../result/train.ts'
import { inputError } from '../scenario/diagnostic.ts'
import type { LocatedScenario } from '../scenario/schema.ts'
import type { ServeScenario } from '../scenario/serve.ts'
import type { TrainScenario } from '../scenario/train.ts'
import type { LockEntry, LockedPrice } from './lock.ts'

/** What is said of a model for people: it does not change what is planned. */
const WORDS = new Set(['name', 'family', 'license', 'sources', 'notes', 'from_memory', 'published'])

/** A hash of everything about a model that plans rest on, and of each key of it. */
export function modelLock(model: Model): LockEntry['model'] {
  const facts = Object.entries(model).filter(([key, value]) => !WORDS.has(key) && value !== undefined)
  const keys = Object.fromEntries(
    facts.map(([key, value]): [string, string] => [key, contentHash(value)]).sort(([a], [b]) => (a < b ? -1 : 1)),
  )
  return { id: model.id, hash: contentHash(keys), keys }
}

/**
 * What a lock file keeps of one scenario.
 * @param file the scenario's path, relative to where the lock file will stand
 * @throws InputError where there is no plan to lock, or none with a price.
 */
export function entryOf(
  file: string,
  located: LocatedScenario<ServeScenario | TrainScenario>,
  model: Model,
  result: ServeResult | TrainResult,
  catalog: Catalog,
): LockEntry {
  if (result.best === null) {
    throw inputError('there is no feasible plan, so there is nothing to lock', {
      position: { file: located.file },
      hint: `plan ${located.file} says what comes closest`,
    })
  }
  const { placement, cost } = result.best
  const { scenario, given } = located
  const common = {
    file,
    name: result.scenario,
    scenario_hash: contentHash(given),
    scenario: sorted(given) as Record<string, unknown>,
    model: modelLock(model),
    prices: pricesOf(result, catalog, scenario.prices?.overrides),
  }
  return result.kind === 'train'
    ? { kind: 'train', ...common, plan: { placement, cost, configuration: result.best.configuration } }
    : { kind: 'serve', ...common, plan: { placement, cost, configuration: result.best.configuration } }
}

/** Prices of the chosen plan and of those it was chosen over, each offer and way to pay once, in order. */
function pricesOf(
  { best, alternatives }: ServeResult | TrainResult,
  catalog: Catalog,
  overrides: Readonly<Record<string, number>> | undefined,
): LockedPrice[] {
  const prices = new Map<string, LockedPrice>()
  for (const { placement, cost } of [...(best === null ? [] : [best]), ...alternatives]) {
    const { offer: id, pricing, instances } = placement
    if (id === null || pricing === null || cost.usd_per_hour === null) continue
    const offer = catalog.offers.get(id)
    const own = pricing === 'owned' || (offer !== undefined && overriddenUsdPerHour(offer, overrides) !== null)
    prices.set(`${id}\n${pricing}`, {
      offer: id,
      pricing,
      usd_per_hour: Number((cost.usd_per_hour / instances).toPrecision(10)),
      as_of: cost.price_as_of,
      from: own ? 'user' : 'catalog',
    })
  }
  return [...prices.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, price]) => price)
}

/** The same value with the keys of its maps in order: a scenario that was only rearranged is the same text. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]))
}
