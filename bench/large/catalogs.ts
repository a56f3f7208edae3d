import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Catalog } from '../../src/catalog/catalog.ts'
import type { Gpu } from '../../src/catalog/gpu.ts'
import { offersYaml } from '../../src/importing/offers/offers-yaml.ts'
import { numbers, pick } from './draw.ts'

const AS_OF = '2026-11-20'
const PROVIDERS = 20
const REGIONS = 40

/** Dollars an hour of a GPU: from below the cheapest shipped offers to above most. */
const CHEAPEST = 0.8
const SPREAD = 4

/** A directory of so many offers of at most 20 providers, on all GPUs of the catalog: about 200 bytes each, as an import writes them. */
export function writeOffers(directory: string, offers: number, catalog: Catalog): void {
  const folder = join(directory, 'offers')
  mkdirSync(folder, { recursive: true })
  const next = numbers()
  const gpus = [...catalog.gpus.values()]
  for (let provider = 0; provider < PROVIDERS; provider++) {
    const own = Math.floor((offers * (provider + 1)) / PROVIDERS) - Math.floor((offers * provider) / PROVIDERS)
    if (own === 0) continue
    const text = offersYaml({
      provider: `made-up-${provider}`,
      as_of: AS_OF,
      currency: 'USD',
      offers: Array.from({ length: own }, (_, index) => offer(next, index, pick(next, gpus))),
    })
    writeFileSync(join(folder, `made-up-${provider}.yaml`), text)
  }
}

function offer(next: () => number, index: number, gpu: Gpu) {
  const gpuCount = pick(next, [1, 2, 4, 8])
  const usdPerHour = Number(((CHEAPEST + next() * SPREAD) * gpuCount).toFixed(2))
  return {
    instance: `shape-${index}`,
    gpu: gpu.id,
    gpu_count: gpuCount,
    vcpus: 16 * gpuCount,
    ram_gb: 128 * gpuCount,
    region: `region-${index % REGIONS}`,
    usd_per_hour: { 'on-demand': usdPerHour, spot: Number((usdPerHour / 2).toFixed(2)) },
    link: null,
    network_gbit_per_second: null,
    confidence: 'medium' as const,
    kind: 'cloud' as const,
    source: 'made up for a measurement',
  }
}

/** A directory of so many models: those of the catalog over and over under other ids, fifty in a file. */
export function writeModels(directory: string, models: number, catalog: Catalog): void {
  const folder = join(directory, 'models')
  mkdirSync(folder, { recursive: true })
  const shipped = [...catalog.models.values()]
  for (let first = 0; first < models; first += MODELS_PER_FILE) {
    const entries = Array.from({ length: Math.min(MODELS_PER_FILE, models - first) }, (_, place) => {
      const index = first + place
      const { family: _family, ...model } = shipped[index % shipped.length]!
      return { ...model, id: modelId(index) }
    })
    const family = `made-up-${first / MODELS_PER_FILE}`
    writeFileSync(
      join(folder, `${family}.yaml`),
      `family: ${family}\nas_of: 2026-11\nmodels:\n${entries.map(item).join('')}`,
    )
  }
}

const MODELS_PER_FILE = 50

/** A block of lines for the outer maps, as shipped files have it, and JSON within. */
function item(entry: object): string {
  const lines = Object.entries(entry).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
  return `  - ${lines.join('    ')}`
}

/** The id of a made-up model; `modelId(0)` is the first of the catalog again. */
export function modelId(index: number): string {
  return `made-up-${index}`
}
