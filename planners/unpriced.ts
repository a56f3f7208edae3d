import type { Offer } from '../src/catalog/offer.ts'
import type { PricedOffer } from '../src/cost/eligibility.ts'
import type { Plan } from '../src/result/plan.ts'
import type { TrainPlan } from '../src/result/train.ts'

/** Id of the machine that stands in where no offer has the GPUs that a flag names. */
export const UNPRICED = ''

/** More US dollars an hour than any offer, and finite times the hours of any run. */
const DEARER_THAN_ANY_OFFER = 1e9

/** A machine whose price is unknown: dearer than any offer, so it counts only where none fits. */
export function unpriced({ gpu, gpu_count, link }: Pick<Offer, 'gpu' | 'gpu_count' | 'link'>): PricedOffer {
  const offer: Offer = {
    id: UNPRICED,
    provider: '',
    instance: '',
    gpu,
    gpu_count,
    link,
    vcpus: null,
    ram_gb: null,
    region: '',
    usd_per_hour: {},
    network_gbit_per_second: null,
    confidence: 'low',
    kind: 'owned',
    source: '',
    price_as_of: '',
    set: null,
  }
  return { offer, pricing: 'on-demand', usdPerHour: DEARER_THAN_ANY_OFFER, priceFrom: 'user' }
}

/** The plan without the stand-in's offer and price. */
export function withoutPrice<P extends Plan | TrainPlan>(plan: P): P {
  return {
    ...plan,
    placement: { ...plan.placement, offer: null, provider: null, instance: null, region: null, pricing: null },
    cost: {
      usd_per_hour: null,
      usd_per_month: null,
      usd_per_million_tokens: null,
      usd_per_run: null,
      price_as_of: null,
    },
  }
}
