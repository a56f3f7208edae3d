import type { Catalog } from '../../src/catalog/catalog.ts'
import type { Gpu } from '../../src/catalog/gpu.ts'
import type { HardwareWish } from './scenario.ts'

/**
 * GPUs that `search.gpus` leaves, less those of `search.exclude_gpus`. A name in either list is the id of one GPU, a generation
 * ("hopper") or a vendor ("amd"); without `gpus` all take part (README, "every list narrows the search").
 */
export function gpusOf(catalog: Catalog, wish: HardwareWish): Gpu[] {
  const isNamed = (gpu: Gpu, list: readonly string[]): boolean =>
    list.includes(gpu.id) || list.includes(gpu.generation) || list.includes(gpu.vendor)
  const left: Gpu[] = []
  for (const gpu of catalog.gpus.values()) {
    if (wish.gpus !== undefined && !isNamed(gpu, wish.gpus)) continue
    if (wish.exclude_gpus !== undefined && isNamed(gpu, wish.exclude_gpus)) continue
    left.push(gpu)
  }
  return left
}
