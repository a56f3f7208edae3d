import { type ImportOptions, importOffers, type OfferImport } from '../../../src/importing/offers/index.ts'
import { loadCatalog } from '../../../src/io/load-catalog.ts'

export const shipped = await loadCatalog()

/** One price list, imported as on a fixed day. The name of the file names the provider unless told otherwise. */
export function imported(file: string, text: string, more: Partial<ImportOptions> = {}): OfferImport {
  return importOffers([{ file, text }], {
    catalog: shipped,
    provider: null,
    form: null,
    regions: 'one',
    gpuNames: new Map(),
    confidence: null,
    asOf: '2026-09-25',
    ...more,
  })
}

/** Offers as short lines: `1A100.22V a100-sxm-80gb x1 FIN-01 on-demand 1.29 spot 0.4515`. */
export function lines(result: OfferImport): string[] {
  return result.files.flatMap(({ offers }) =>
    offers.map(({ instance, gpu, gpu_count, region, usd_per_hour }) =>
      [instance, gpu, `x${gpu_count}`, region, ...Object.entries(usd_per_hour).flat()].join(' '),
    ),
  )
}

/** Skips as `line reason`. */
export function skipped(result: OfferImport): string[] {
  return result.skips.map(({ line, reason }) => `${line} ${reason}`).sort()
}

export const SKYPILOT =
  'InstanceType,AcceleratorName,AcceleratorCount,vCPUs,MemoryGiB,GpuInfo,Price,SpotPrice,Region,AvailabilityZone'

/** Rows of SkyPilot's form below its header. */
export function skypilotCsv(...rows: string[]): string {
  return `${[SKYPILOT, ...rows].join('\n')}\n`
}
