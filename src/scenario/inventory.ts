import { z } from 'zod'
import { OWNED_LIMITS, pricing } from '../catalog/offer.ts'
import { domain, name, quantity } from './fields.ts'

const MOST_NODES = 10_000
const MOST_GPUS_PER_NODE = 256

/** What hardware costs that the user bought: `OwnedCost` of the catalog in the words of a scenario. */
const ownedCost = z
  .strictObject({
    capex: quantity('US dollars that one node cost', { aboveMin: true, max: OWNED_LIMITS.capexUsd }),
    years: quantity('Years over which a node is written off', {
      min: OWNED_LIMITS.leastYears,
      max: OWNED_LIMITS.mostYears,
    }),
    watts: quantity('Watts of one node under load', { aboveMin: true, max: OWNED_LIMITS.watts }),
    usd_per_kwh: quantity('US dollars of a kilowatt-hour', { aboveMin: true, max: OWNED_LIMITS.usdPerKwh }),
    pue: quantity('Power usage effectiveness of the room', { min: 1, max: OWNED_LIMITS.pue }).optional(),
  })
  .meta({ description: 'What a node costs to buy and to run' })

/** Nodes that stand in the user's own room. */
export const ownedNodes = z.strictObject({
  name: name('What the nodes are called in reports; the GPU without it').optional(),
  gpu: name('GPU id'),
  gpus_per_node: quantity('GPUs of one node', { min: 1, max: MOST_GPUS_PER_NODE, whole: true }).optional(),
  nodes: quantity('How many there are', { max: MOST_NODES, whole: true }),
  owned: ownedCost,
  link: name('How the GPUs of a node are joined, by catalog id; as usual for the GPU without it').optional(),
  network_gbit_per_second: quantity('Gbit/s between nodes; without it nothing spans nodes', {
    aboveMin: true,
    max: 1e5,
  }).optional(),
})
export type OwnedNodes = z.infer<typeof ownedNodes>

/** Machines that may be rented. */
export const rentedNodes = z.strictObject({
  offer: name('An offer id, or provider/gpu for all shapes with that GPU, e.g. runpod/h100-pcie-80gb'),
  max_instances: quantity('Most instances at once, all shapes together', {
    min: 1,
    max: MOST_NODES,
    whole: true,
  }).optional(),
  pricing: domain(pricing.exclude(['owned']), 'Ways to pay; on-demand without it').optional(),
})
export type RentedNodes = z.infer<typeof rentedNodes>

/** A limit on what may be rented at once, as providers set them. */
export const rentLimit = z
  .strictObject({
    provider: name('Provider that the limit is of').optional(),
    region: name('Region').optional(),
    gpu: name('GPU id').optional(),
    pricing: pricing.exclude(['owned']).meta({ description: 'Way to pay' }).optional(),
    gpus: quantity('Most GPUs at once', { max: 1e6, whole: true }),
  })
  .meta({ description: 'Most GPUs that may be rented at once of what the other keys name, e.g. a quota of a region' })
export type RentLimit = z.infer<typeof rentLimit>
