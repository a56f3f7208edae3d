import type { Catalog } from '../../src/catalog/catalog.ts'
import type { Gpu } from '../../src/catalog/gpu.ts'
import type { Model } from '../../src/catalog/model.ts'
import type { Draw } from './draw.ts'

/** Entries of an overlay catalog such as nobody makes or sells. */
export interface Oddities {
  readonly models: readonly Model[]
  readonly gpus: readonly Gpu[]
}

/** A mixture of experts whose heads, experts, widths and layers divide by other numbers than those of published models. */
export function oddModel(draw: Draw, like: Model): Model {
  const { architecture } = like
  if (architecture === undefined) throw new Error(`${like.id} has no architecture`)
  const heads = draw.one([24, 20, 14])
  const kvHeads = draw.one([2, 1, heads])
  const experts = draw.one([30, 8, 7])
  const width = draw.one([1001, 700, 768])
  const sharedWidth = draw.one([0, 0, 896])
  const layers = architecture.layers.map((group) => ({
    ...group,
    attention: group.attention.kind === 'softmax' ? { ...group.attention, heads, kv_heads: kvHeads } : group.attention,
    mlp:
      group.mlp.kind === 'moe'
        ? {
            ...group.mlp,
            experts,
            experts_per_token: 3,
            intermediate_size: width,
            shared_intermediate_size: sharedWidth,
          }
        : group.mlp,
  }))
  return { ...like, id: 'odd-experts', family: 'odd', architecture: { ...architecture, layers } }
}

/** A GPU of other memory, links and age than the one it is made from. */
export function oddGpu(draw: Draw, like: Gpu): Gpu {
  return {
    ...like,
    id: 'odd-gpu',
    memory: { ...like.memory, usable_gib: draw.one([47.4, 20.5, 79.2, 300]) },
    power_watts: draw.one([null, like.power_watts]),
    compute_capability: draw.one([like.compute_capability, 7.5, null]),
    interconnect: { ...like.interconnect, domain_size: draw.one([3, 1, 2, 5, 16]) },
  }
}

/** The catalog with these entries too. */
export function withOddities(catalog: Catalog, { models, gpus }: Oddities): Catalog {
  return {
    ...catalog,
    models: new Map([...catalog.models, ...models.map((model) => [model.id, model] as const)]),
    gpus: new Map([...catalog.gpus, ...gpus.map((gpu) => [gpu.id, gpu] as const)]),
  }
}

/** The entries as files of an overlay catalog (`--catalog`): JSON is YAML. */
export function oddityFiles({ models, gpus }: Oddities): object[] {
  const head = { family: 'odd', as_of: '2026-11' }
  return [
    ...(models.length === 0 ? [] : [{ ...head, models: models.map(({ family: _family, ...model }) => model) }]),
    ...(gpus.length === 0 ? [] : [{ ...head, gpus }]),
  ]
}
