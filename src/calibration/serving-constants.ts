import type { Catalog } from '../catalog/catalog.ts'
import type { Fitted } from '../catalog/facts.ts'
import type { Constant, Place } from './parameters.ts'

export type { Constant, Place } from './parameters.ts'

/** Physical starts: what the hardware or published microbenchmarks suggest before any record of a server is read. */
const PRIOR = {
  bandwidth: { start: 0.85, spread: 0.25, most: 1 },
  compute: { start: 0.55, spread: 0.3, most: 1 },
  expertBandwidth: { start: 0.85, spread: 0.3 },
  expertCompute: { start: 0.7, spread: 0.4 },
  batchedRead: { start: 2, spread: 0.6 },
  gpuFactor: { start: 1, spread: 0.08 },
  kvRead: { start: 0.85, spread: 0.15, most: 1 },
  promptAttention: { start: 0.6, spread: 0.4, most: 1 },
  latency: { spread: 0.5 },
  rate: { spread: 0.5 },
  step: { start: 0.7e-3, spread: 0.6 },
  perLayer: { start: 40e-6, spread: 0.6 },
  perMoeLayer: { start: 20e-6, spread: 0.6 },
  perSequence: { start: 10e-6, spread: 0.8 },
  firstToken: { start: 30e-3, spread: 0.6 },
  fill: { start: 0.8, spread: 0.15, most: 1 },
  burst: { start: 0.05, spread: 0.5 },
} as const

/** All-reduce of 2, 4 and 8 GPUs over a kind of link, seconds, and its rate as a share of the data sheet. */
const LINK_START = {
  nvlink: { latency: { 2: 3e-6, 4: 5e-6, 8: 8e-6 } },
  pcie: { latency: { 2: 12e-6, 4: 20e-6, 8: 55e-6 } },
} as const
/** Of one direction of the data sheet. */
const RATE_SHARE = { all_reduce_bytes_per_second: 1 / 3, expert_exchange_bytes_per_second: 1 / 5 } as const

/** One direction of a link by the data sheet of a GPU that has it, bytes a second; null where none states it. */
function dataSheetRate(catalog: Catalog, link: string): number | null {
  for (const { interconnect } of catalog.gpus.values()) {
    const { gb_per_second_bidirectional: both } = interconnect
    if (interconnect.link === link && both !== null) return (both * 1e9) / 2
  }
  return null
}

const HOST_KEYS = [
  ['step_seconds', PRIOR.step],
  ['step_seconds_per_layer', PRIOR.perLayer],
  ['step_seconds_per_moe_layer', PRIOR.perMoeLayer],
  ['step_seconds_per_sequence', PRIOR.perSequence],
  ['first_token_seconds', PRIOR.firstToken],
  ['fill', PRIOR.fill],
  ['start_burst_share', PRIOR.burst],
] as const

/** Every constant of the serving law in a catalog; GPUs get a factor of 1 where they have none yet. */
export function servingConstants(catalog: Catalog): Constant[] {
  const list: Constant[] = []
  const add = (
    place: Place,
    object: Fitted | undefined,
    prior: { start: number; spread: number; most?: number },
  ): void => {
    if (object === undefined) return
    list.push({
      name: `${place.subject}/${place.id} ${place.path.join('.')}`,
      objects: [object],
      places: [place],
      start: prior.start,
      spread: prior.spread,
      ...(prior.most === undefined ? {} : { most: prior.most }),
    })
  }
  for (const kernel of catalog.kernels.values()) {
    const tables = [
      [['bandwidth'], kernel.bandwidth, PRIOR.bandwidth],
      [['compute'], kernel.compute, PRIOR.compute],
      [['experts', 'bandwidth'], kernel.experts?.bandwidth, PRIOR.expertBandwidth],
      [['experts', 'compute'], kernel.experts?.compute, PRIOR.expertCompute],
    ] as const
    for (const [path, table, prior] of tables) {
      if (table === undefined) continue
      add({ subject: 'kernels', id: kernel.id, path: [...path, 'default'] }, table.default, prior)
      for (const [generation, object] of Object.entries(table.generations)) {
        add({ subject: 'kernels', id: kernel.id, path: [...path, 'generations', generation] }, object, prior)
      }
    }
    const place = { subject: 'kernels', id: kernel.id, path: ['batched_weight_read_factor'] } as const
    add(place, kernel.batched_weight_read_factor, PRIOR.batchedRead)
  }
  for (const generation of catalog.generations.values()) {
    const at = (key: string): Place => ({ subject: 'generations', id: generation.id, path: [key] })
    add(at('kv_read'), generation.kv_read, PRIOR.kvRead)
    add(at('llama_cpp_kv_read'), generation.llama_cpp_kv_read, PRIOR.kvRead)
    add(at('prompt_attention'), generation.prompt_attention, PRIOR.promptAttention)
  }
  for (const gpu of catalog.gpus.values()) {
    for (const key of ['bandwidth', 'compute', 'llama_cpp_bandwidth', 'llama_cpp_compute'] as const) {
      gpu.efficiency[key] ??= { value: 1, records: 0 }
      add({ subject: 'gpus', id: gpu.id, path: ['efficiency', key] }, gpu.efficiency[key], PRIOR.gpuFactor)
    }
  }
  for (const link of catalog.links.values()) {
    const start = LINK_START[link.kind === 'nvlink' ? 'nvlink' : 'pcie'].latency
    for (const ranks of [2, 4, 8] as const) {
      const place: Place = { subject: 'links', id: link.id, path: ['all_reduce_latency_seconds', ranks] }
      add(place, link.all_reduce_latency_seconds[ranks], { ...PRIOR.latency, start: start[ranks] })
    }
    const sheet = dataSheetRate(catalog, link.id)
    for (const key of ['all_reduce_bytes_per_second', 'expert_exchange_bytes_per_second'] as const) {
      const rate = sheet === null ? link[key].value : sheet * RATE_SHARE[key]
      add({ subject: 'links', id: link.id, path: [key] }, link[key], { ...PRIOR.rate, start: rate })
    }
  }
  addHosts(catalog, add)
  const { serving } = catalog.physics
  const physics = (path: string[]): Place => ({ subject: 'physics', id: 'serving', path })
  add(physics(['mla_decode_compute']), serving.mla_decode_compute, { start: 0.4, spread: 0.3, most: 1 })
  add(physics(['expert_tile_rows']), serving.expert_tile_rows, { start: 16, spread: 0.5 })
  add(physics(['expert_routing_skew']), serving.expert_routing_skew, { start: 0.85, spread: 0.15, most: 1 })
  add(physics(['expert_half_width']), serving.expert_half_width, { start: 500, spread: 0.6 })
  add(physics(['expert_wait_per_doubling']), serving.expert_wait_per_doubling, { start: 0.07, spread: 0.6 })
  const handover = serving.pipeline_handover_seconds
  add(physics(['pipeline_handover_seconds', 'llama_cpp_per_boundary']), handover.llama_cpp_per_boundary, {
    start: 100e-6,
    spread: 0.6,
  })
  add(physics(['pipeline_handover_seconds', 'other_per_step']), handover.other_per_step, { start: 100e-6, spread: 0.6 })
  return list
}

/**
 * Host constants: releases of an engine that hold the same value for the same constant share it, because too few records tell them
 * apart, and stay together when it moves.
 */
function addHosts(
  catalog: Catalog,
  add: (place: Place, object: Fitted, prior: (typeof HOST_KEYS)[number][1]) => void,
): void {
  for (const engine of catalog.engines.values()) {
    engine.releases.forEach((release, index) => {
      for (const host of ['host', 'host_maximum_load'] as const) {
        for (const [key, prior] of HOST_KEYS) {
          const object = release[host]?.[key]
          if (object !== undefined)
            add({ subject: 'engines', id: engine.id, path: ['releases', index, host, key] }, object, prior)
        }
      }
    })
  }
  for (const [id, { host }] of Object.entries(catalog.physics.serving.benchmark_programs)) {
    for (const [key, prior] of HOST_KEYS) {
      const object = host[key]
      if (object !== undefined)
        add({ subject: 'physics', id: 'serving', path: ['benchmark_programs', id, 'host', key] }, object, prior)
    }
  }
}

/** Joins constants of one engine (or of the programs) that have the same last key, start from records and hold the same value. */
export function tied(constants: readonly Constant[]): Constant[] {
  const groups = new Map<string, Constant>()
  for (const constant of constants) {
    const [place] = constant.places
    const [object] = constant.objects
    if (place === undefined || object === undefined) continue
    const key = place.path.at(-1)
    const isHost = HOST_KEYS.some(([name]) => name === key) && object.records > 0
    const owner = place.subject === 'physics' ? 'programs' : place.id
    const group = isHost ? JSON.stringify([owner, key, object.value]) : constant.name
    const known = groups.get(group)
    groups.set(
      group,
      known === undefined
        ? constant
        : { ...known, objects: [...known.objects, ...constant.objects], places: [...known.places, ...constant.places] },
    )
  }
  return [...groups.values()]
}
