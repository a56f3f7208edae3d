import { identify } from '../identify.ts'
import { judged, placed, readPrices } from '../price-cells.ts'
import { skipping } from '../row.ts'
import type { Row } from '../table.ts'
import type { Drop, ImportContext, ListPricing, Reading, Sighting, Skip, SkipReason } from '../types.ts'

/** What offers of such lists name as their source; the file is put behind it. */
export const SKYPILOT_SOURCE = 'SkyPilot catalog'

/**
 * Google's machines with accelerators of their own -> the accelerator and how many. SkyPilot lists machine and accelerator in rows of
 * their own; this is how it joins them (skypilot-org/skypilot sky/catalog/gcp_catalog.py, `_ACC_INSTANCE_TYPE_DICTS`).
 */
const MACHINES: Readonly<Record<string, readonly [accelerator: string, count: number]>> = {
  'a2-highgpu-1g': ['A100', 1],
  'a2-highgpu-2g': ['A100', 2],
  'a2-highgpu-4g': ['A100', 4],
  'a2-highgpu-8g': ['A100', 8],
  'a2-megagpu-16g': ['A100', 16],
  'a2-ultragpu-1g': ['A100-80GB', 1],
  'a2-ultragpu-2g': ['A100-80GB', 2],
  'a2-ultragpu-4g': ['A100-80GB', 4],
  'a2-ultragpu-8g': ['A100-80GB', 8],
  'g2-standard-4': ['L4', 1],
  'g2-standard-8': ['L4', 1],
  'g2-standard-12': ['L4', 1],
  'g2-standard-16': ['L4', 1],
  'g2-standard-32': ['L4', 1],
  'g2-standard-24': ['L4', 2],
  'g2-standard-48': ['L4', 4],
  'g2-standard-96': ['L4', 8],
  'a3-highgpu-1g': ['H100', 1],
  'a3-highgpu-2g': ['H100', 2],
  'a3-highgpu-4g': ['H100', 4],
  'a3-highgpu-8g': ['H100', 8],
  'a3-megagpu-8g': ['H100-MEGA', 8],
  'a3-ultragpu-8g': ['H200', 8],
  'a4-highgpu-8g': ['B200', 8],
}

/** Families of machines that only come with accelerators, some of which {@link MACHINES} does not know. */
const ACCELERATED = /^(a[2-9]|g[24])-/

/** The boards in those machines. The short names of the rows leave out the form; Google's A2 and A3 hold SXM boards. */
const BOARDS: Readonly<Record<string, string>> = {
  A100: 'a100-sxm-40gb',
  'A100-80GB': 'a100-sxm-80gb',
  L4: 'l4',
  H100: 'h100-sxm-80gb',
  'H100-MEGA': 'h100-sxm-80gb',
  H200: 'h200-sxm-141gb',
  B200: 'b200-sxm',
}

/** Machines whose own row is 0.0 because the row of the accelerator carries the whole price. */
const WHOLE_PRICE_IN_ACCELERATOR: readonly string[] = ['a4-highgpu-8g']

/**
 * GPUs for which published prices of Google differ by a factor of two between regions and tables (H100 4.20 a GPU-hour in 14 regions,
 * 9.8 to 12.7 elsewhere): the low ones are probably flex-start or calendar prices, so they are never more than of low confidence.
 */
const DOUBTFUL: readonly string[] = ['h100-sxm-80gb', 'h200-sxm-141gb', 'b200-sxm']

/** Slices of one host: v5e and v6e of up to 8 chips, v5p of 4. `v5p-8` counts cores, two a chip; the others count chips. */
const TPUS: Readonly<Record<string, { readonly gpu: string; readonly perChip: number; readonly hostChips: number }>> = {
  v5litepod: { gpu: 'tpu-v5e', perChip: 1, hostChips: 8 },
  v5p: { gpu: 'tpu-v5p', perChip: 2, hostChips: 4 },
  v6e: { gpu: 'tpu-v6e', perChip: 1, hostChips: 8 },
}

/** Adds the row of a machine and the row of its accelerator in the same zone; TPU rows stand for themselves. */
export function readSplitRows(rows: readonly Row[], provider: string, context: ImportContext): Reading {
  const sightings: Sighting[] = []
  const skips: Skip[] = []
  const drops: Drop[] = []
  const skip = (row: Row, reason: SkipReason, detail = ''): void => {
    const subject = `${row.text('InstanceType') || row.text('AcceleratorName')} ${row.text('Region')}`.trim()
    skips.push(skipping(row, subject)(reason, detail))
  }
  const accelerators = new Map<string, Row>()
  /** Rows of accelerators that are accounted for, and what hindered those that no machine could take. */
  const used = new Set<Row>()
  const hindered = new Map<Row, SkipReason>()
  for (const row of rows) {
    const name = row.text('AcceleratorName')
    if (name === '') continue
    if (name.startsWith('tpu-')) {
      const result = readTpu(row, provider, context)
      if ('reason' in result) skip(row, result.reason, result.detail)
      else {
        sightings.push(result.sighting)
        drops.push(...result.drops)
      }
      used.add(row)
    } else accelerators.set(placeKey(row, name, row.number('AcceleratorCount') ?? 0), row)
  }
  for (const machine of rows) {
    const instance = machine.text('InstanceType')
    if (instance === '') continue
    const spec = Object.hasOwn(MACHINES, instance) ? MACHINES[instance] : undefined
    if (spec === undefined) {
      if (ACCELERATED.test(instance)) skip(machine, 'no-machine', 'which accelerator it holds is not known')
      else skip(machine, 'no-accelerator')
      continue
    }
    const accelerator = accelerators.get(placeKey(machine, ...spec))
    if (accelerator === undefined) {
      skip(machine, 'no-machine', `no row of ${spec[1]} ${spec[0]} in ${machine.text('AvailabilityZone')}`)
      continue
    }
    const result = join(machine, accelerator, spec, provider)
    if ('reason' in result) {
      skip(machine, result.reason, result.detail)
      hindered.set(accelerator, result.reason)
    } else {
      sightings.push(result.sighting)
      drops.push(...result.drops)
      used.add(accelerator)
    }
  }
  const owned = new Set(Object.values(MACHINES).map(([name]) => name))
  for (const row of rows) {
    const name = row.text('AcceleratorName')
    if (name === '' || used.has(row)) continue
    skip(row, hindered.get(row) ?? (owned.has(name) ? 'no-machine' : 'open-shape'))
  }
  return { sightings, skips, drops }
}

function placeKey(row: Row, accelerator: string, count: number): string {
  return [accelerator, count, row.text('Region'), row.text('AvailabilityZone')].join('\n')
}

type Joined = { sighting: Sighting; drops: readonly Drop[] } | { reason: SkipReason; detail: string }

function join(machine: Row, accelerator: Row, [name, count]: readonly [string, number], provider: string): Joined {
  const instance = machine.text('InstanceType')
  const columns = { 'on-demand': 'Price', spot: 'SpotPrice' } as const
  const gpu = BOARDS[name] ?? ''
  const wholeInAccelerator = WHOLE_PRICE_IN_ACCELERATOR.includes(instance)
  const host = readPrices({ row: machine, columns })
  const boards = readPrices({ row: accelerator, columns })
  if (!boards.ok) return { reason: boards.reason, detail: boards.detail || 'the row of the accelerator' }
  if (!host.ok && !(host.reason === 'no-price' && wholeInAccelerator))
    return { reason: host.reason, detail: host.detail || 'the row of the machine' }
  const sum: Partial<Record<ListPricing, number>> = {}
  for (const [pricing, usd] of Object.entries(boards.usdPerHour) as [ListPricing, number][]) {
    const own = host.ok ? host.usdPerHour[pricing] : undefined
    if (own !== undefined) sum[pricing] = rounded(own + usd)
    else if (wholeInAccelerator) sum[pricing] = usd
  }
  const prices = judged(sum, boards.drops)
  if (!prices.ok) return { reason: prices.reason, detail: 'no way of renting that both rows price' }
  const region = machine.text('Region')
  const doubtful = DOUBTFUL.includes(gpu)
  return {
    sighting: {
      file: machine.file,
      lines: [machine.line, accelerator.line],
      provider,
      instance,
      gpu,
      gpuCount: count,
      vcpus: machine.number('vCPUs') || null,
      ramGb: machine.number('MemoryGiB') || null,
      region,
      usdPerHour: prices.usdPerHour,
      source: 'VM row plus accelerator row of SkyPilot catalog',
      notes: [
        ...(host.ok ? [] : ['whole price in the accelerator row']),
        ...(doubtful ? ['low: published prices of this GPU at Google differ by a factor of two; confirm'] : []),
      ],
      stated: doubtful ? { confidence: 'low' } : {},
    },
    drops: placed(prices.drops, machine, `${instance} ${region}`),
  }
}

/** Sums of prices with five decimals carry binary dust in the last digits. */
function rounded(usd: number): number {
  return Number(usd.toFixed(6))
}

function readTpu(row: Row, provider: string, context: ImportContext): Joined {
  const [, kind, size] = /^tpu-(\w+)-(\d+)$/.exec(row.text('AcceleratorName')) ?? []
  const spec = kind !== undefined && Object.hasOwn(TPUS, kind) ? TPUS[kind] : undefined
  if (spec === undefined || size === undefined || !context.catalog.gpus.has(spec.gpu))
    return { reason: 'unknown-gpu', detail: row.text('AcceleratorName') }
  const chips = Number(size) / spec.perChip
  if (chips > spec.hostChips) return { reason: 'several-hosts', detail: '' }
  const region = row.text('Region')
  if (region === '') return { reason: 'no-region', detail: '' }
  const prices = readPrices({ row, columns: { 'on-demand': 'Price', spot: 'SpotPrice' }, isTpu: true })
  if (!prices.ok) return { reason: prices.reason, detail: prices.detail }
  const instance = `${kind}-${size}`
  const found = identify({ provider, instance, name: spec.gpu, count: chips }, context)
  if (!found.ok) return found
  return {
    sighting: {
      file: row.file,
      lines: [row.line],
      provider,
      instance,
      gpu: spec.gpu,
      gpuCount: chips,
      vcpus: null,
      ramGb: null,
      region,
      usdPerHour: prices.usdPerHour,
      source: SKYPILOT_SOURCE,
      notes: [],
      stated: {},
    },
    drops: placed(prices.drops, row, `${instance} ${region}`),
  }
}
