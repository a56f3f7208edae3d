import { type Catalog, get } from '../../src/catalog/catalog.ts'
import type { Offer, Pricing } from '../../src/catalog/offer.ts'
import { HOURS_PER_MONTH, ownedCapitalUsdPerHour, ownedRunningUsdPerHour } from '../../src/cost/money.ts'
import type { ForecastNodes } from '../../src/scenario/forecast.ts'
import type { RentLimit } from '../../src/scenario/inventory.ts'
import { nodesName } from '../../src/scenario/inventory-checks.ts'
import { countsIn, ownedCostOf } from '../supply/inventory.ts'
import type { Limit, MachineKind, Source } from './problem.ts'
import type { ResolvedWorkload } from './workload-supply.ts'

/** Where the machines of a source come from. */
export interface SourceDetail {
  /** Offer id, or the name of the owned nodes. */
  readonly name: string
  /** Null for owned nodes. */
  readonly offer: Offer | null
  readonly pricing: Pricing
  readonly gpu: string
  readonly gpusPerMachine: number
}

const RESERVED_MONTHS: Partial<Record<Pricing, number>> = { 'reserved-1y': 12, 'reserved-3y': 36 }

/** Months that a way to pay binds; 0 where it binds to nothing. */
export function termMonthsOf(pricing: Pricing): number {
  return RESERVED_MONTHS[pricing] ?? 0
}

type Machine = Pick<Offer, 'gpu' | 'gpu_count' | 'link' | 'network_gbit_per_second' | 'ram_gb'>

/** Collects kinds of machines, their sources and the limits that these count in, each once. */
export class Market {
  readonly kinds: MachineKind[] = []
  readonly sources: Source[] = []
  readonly details: SourceDetail[] = []
  readonly limits: Limit[] = []
  readonly #catalog: Catalog
  readonly #trend: readonly number[]
  readonly #quotas: readonly RentLimit[]
  readonly #known = new Map<string, number>()

  constructor(catalog: Catalog, trend: readonly number[], quotas: readonly RentLimit[]) {
    this.#catalog = catalog
    this.#trend = trend
    this.#quotas = quotas
    for (const [index, quota] of quotas.entries()) {
      this.limits.push({ gpus: quota.gpus, requirement: quotaText(quota), setting: `limits.${index}.gpus` })
    }
  }

  /** Sources of the offers that a workload may rent. */
  rented({ eligible, billedShare }: ResolvedWorkload): Set<number> {
    return new Set(
      eligible.map(({ offer, pricing, usdPerHour }) => {
        const termMonths = termMonthsOf(pricing)
        // What is reserved is paid whether it is up or not.
        const share = termMonths > 0 ? 1 : billedShare
        return this.#once(JSON.stringify([offer.id, pricing, usdPerHour, share]), () => {
          const kinds = this.#kinds(offer)
          const usd = usdPerHour * HOURS_PER_MONTH * share
          const limits = this.#limitsOf(offer, pricing)
          const { gpu, gpu_count: gpusPerMachine } = offer
          this.details.push({ name: offer.id, offer, pricing, gpu, gpusPerMachine })
          return {
            ...kinds,
            way: termMonths > 0 ? 'reserved' : 'hourly',
            usdPerMonth: this.#trend.map((factor) => usd * factor),
            runningUsdPerMonth: 0,
            termMonths,
            existing: 0,
            existingUsdPerMonth: 0,
            mayBuy: 0,
            trains: pricing !== 'spot',
            limits,
          }
        })
      }),
    )
  }

  /** The source of a lot of owned nodes. */
  owned(lot: ForecastNodes): number {
    const name = nodesName(lot)
    return this.#once(`owned ${name}`, () => {
      const gpusPerMachine = lot.gpus_per_node ?? 1
      const cost = ownedCostOf(lot.owned)
      const usd = ownedCapitalUsdPerHour(cost) * HOURS_PER_MONTH
      this.details.push({ name, offer: null, pricing: 'owned', gpu: lot.gpu, gpusPerMachine })
      return {
        ...this.#kinds({
          gpu: lot.gpu,
          gpu_count: gpusPerMachine,
          link: lot.link ?? null,
          network_gbit_per_second: lot.network_gbit_per_second ?? null,
          ram_gb: null,
        }),
        way: 'owned',
        usdPerMonth: this.#trend.map((factor) => usd * factor),
        runningUsdPerMonth: ownedRunningUsdPerHour(cost) * HOURS_PER_MONTH,
        termMonths: 0,
        existing: lot.nodes,
        existingUsdPerMonth: usd,
        mayBuy: lot.buy ?? 0,
        trains: true,
        limits: [],
      }
    })
  }

  #once(key: string, make: () => Source): number {
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const source = make()
    this.#known.set(key, this.sources.length)
    return this.sources.push(source) - 1
  }

  /** The kind of a machine, and those as which it serves. */
  #kinds(machine: Machine): Pick<Source, 'kind' | 'serves'> {
    const { network_gbit_per_second: network, ram_gb: ram } = machine
    const alone = this.#kind(machine, null, null)
    return {
      kind: this.#kind(machine, network, ram),
      serves: network === null ? [alone] : [alone, this.#kind(machine, Number.POSITIVE_INFINITY, null)],
    }
  }

  #kind(
    { gpu, gpu_count: gpusPerMachine, link }: Machine,
    networkGbitPerSecond: number | null,
    ramGb: number | null,
  ): number {
    const usual = get(this.#catalog, 'gpus', gpu).interconnect.link
    const kind = {
      gpu,
      gpusPerMachine,
      link: gpusPerMachine === 1 ? usual : (link ?? usual),
      networkGbitPerSecond,
      ramGb,
    }
    const found = this.kinds.findIndex(
      (each) =>
        each.gpu === gpu &&
        each.gpusPerMachine === gpusPerMachine &&
        each.link === kind.link &&
        each.networkGbitPerSecond === networkGbitPerSecond &&
        each.ramGb === ramGb,
    )
    return found >= 0 ? found : this.kinds.push(kind) - 1
  }

  #limitsOf(offer: Offer, pricing: Pricing): number[] {
    const own = [...this.#quotas.keys()].filter((index) => countsIn(this.#quotas[index]!, offer, pricing))
    if (offer.max_instances === undefined) return own
    const requirement = `instances of ${offer.id}`
    const found = this.limits.findIndex((limit) => limit.requirement === requirement)
    const gpus = offer.max_instances * offer.gpu_count
    return [...own, found >= 0 ? found : this.limits.push({ gpus, requirement }) - 1]
  }
}

/** `limit of 16 GPUs at gcp`. */
export function quotaText({ gpus, gpu, provider, region, pricing }: RentLimit): string {
  const what = `${gpus}${gpu === undefined ? '' : ` ${gpu}`} ${gpus === 1 ? 'GPU' : 'GPUs'}`
  const where = [provider === undefined ? '' : ` at ${provider}`, region === undefined ? '' : ` in ${region}`].join('')
  return `limit of ${what}${where}${pricing === undefined ? '' : ` ${pricing}`}`
}
