import type { Catalog } from '../catalog/catalog.ts'
import type { Offer } from '../catalog/offer.ts'
import { ownedUsdPerHour } from '../cost/money.ts'
import { inputError } from '../scenario/diagnostic.ts'
import type { LockEntry } from './lock.ts'

/** A scenario's search with nothing left to choose: what is to be set, and the one offer there is. */
export interface Narrowed {
  readonly set: readonly string[]
  readonly catalog: Catalog
}

/**
 * Narrows planning to what was locked: its offer at its price, its formats and degrees. Replicas, instances and requests in flight
 * follow from the load, as they did.
 * @throws InputError where the catalog does not have the offer any more.
 */
export function narrowed(entry: LockEntry, catalog: Catalog, lockFile: string): Narrowed {
  const { placement } = entry.plan
  const price = entry.prices.find(({ offer, pricing }) => offer === placement.offer && pricing === placement.pricing)
  const offer = placement.offer === null ? undefined : catalog.offers.get(placement.offer)
  if (offer === undefined || price === undefined) {
    throw inputError(`the offer ${JSON.stringify(placement.offer)} of ${entry.name} is not in the catalog any more`, {
      position: { file: lockFile },
      hint: 'plan lock writes a new lock file',
    })
  }
  return {
    set: [
      `search.gpus=[${quoted(placement.gpu)}]`,
      'search.exclude_gpus=',
      `search.providers=[${quoted(offer.provider)}]`,
      'search.exclude_providers=',
      `search.pricing=[${price.pricing}]`,
      offer.set === null ? 'prices.offers=' : `prices.offers=[${quoted(offer.set)}]`,
      'prices.discount_percent=',
      // What the user states is never too old or of too little confidence, so it stays stated.
      `prices.overrides=${price.from === 'user' && price.pricing !== 'owned' ? `{ ${quoted(offer.id)}: ${price.usd_per_hour} }` : ''}`,
      ...configurationSet(entry),
    ],
    catalog: { ...catalog, offers: new Map([[offer.id, priced(offer, price)]]) },
  }
}

/** The offer as it was sold when it was locked. */
function priced(offer: Offer, { pricing, usd_per_hour, as_of }: LockEntry['prices'][number]): Offer {
  const dated = { ...offer, price_as_of: as_of ?? offer.price_as_of }
  if (pricing !== 'owned') return { ...dated, usd_per_hour: { [pricing]: usd_per_hour } }
  if (offer.owned === undefined) return dated
  // Hours of owned machines cost what they cost to buy and to run: both are brought to the locked sum.
  const factor = usd_per_hour / ownedUsdPerHour(offer.owned)
  const { capex_usd, usd_per_kwh } = offer.owned
  return { ...dated, owned: { ...offer.owned, capex_usd: capex_usd * factor, usd_per_kwh: usd_per_kwh * factor } }
}

function configurationSet(entry: LockEntry): string[] {
  if (entry.kind === 'serve') {
    const { configuration } = entry.plan
    return [
      `engine=${quoted(configuration.engine)}`,
      `engine_version=${quoted(configuration.engine_version)}`,
      `search.quantization=[${quoted(configuration.quantization)}]`,
      `search.kv_cache=[${quoted(configuration.kv_cache)}]`,
      ...list(configuration, ['tensor_parallel', 'pipeline_parallel', 'expert_parallel']),
    ]
  }
  const { configuration } = entry.plan
  return [
    ...list(configuration, [
      'method',
      'optimizer',
      'zero_stage',
      'offload',
      'activation_checkpointing',
      'micro_batch',
      'tensor_parallel',
      'pipeline_parallel',
      'virtual_pipeline',
      'context_parallel',
      'expert_parallel',
    ]),
    configuration.lora_rank === null ? 'search.lora=' : `search.lora.rank=[${configuration.lora_rank}]`,
  ]
}

function list<C extends object>(configuration: C, keys: readonly (keyof C & string)[]): string[] {
  return keys.map((key) => `search.${key}=[${quoted(String(configuration[key]))}]`)
}

/** A value as YAML reads it back: numbers and plain words as they are, anything else in quotes. */
function quoted(value: string): string {
  return /^[A-Za-z_][\w-]*$|^\d+$/.test(value) ? value : JSON.stringify(value)
}
