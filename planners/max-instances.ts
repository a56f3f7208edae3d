import type { PricedOffer } from '../src/cost/eligibility.ts'
import type { Constraint } from './search/space.ts'

/** A provider's limit on the instances of an offer, whatever stands on them. */
export function maxInstances<A extends { readonly instances: number; readonly priced: PricedOffer }>(): Constraint<A> {
  return {
    name: 'max_instances',
    reason: 'the provider lets no more instances be taken',
    unit: 'instances',
    needs: ['offer'],
    evaluates: true,
    violation: (a) => a.instances - (a.priced.offer.max_instances ?? a.instances),
    limit: (a) => a.priced.offer.max_instances ?? 1,
  }
}
