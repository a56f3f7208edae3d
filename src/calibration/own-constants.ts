import { type Catalog, find, get } from '../catalog/catalog.ts'
import type { Fitted } from '../catalog/facts.ts'
import type { MeasuredRecord } from '../measurements/record.ts'
import { servingSubject } from '../measurements/serving-subject.ts'
import { atLeastOne } from './memory-constants.ts'
import type { Constant, Place } from './parameters.ts'

/** What is fitted on its own, in this order: speed depends on how many requests the memory holds. */
export const ownLaws = ['serving memory', 'training memory', 'serving speed', 'training speed'] as const
export type OwnLaw = (typeof ownLaws)[number]

/**
 * Standard deviation of the logarithm around the shipped value: how far a machine or a release may differ from it. Constants of
 * kernels, generations, NVLink and physics rest on many public machines and stay: what an own machine does differently shows in the
 * factors of its GPU, in its links and in its engine.
 */
const SPREAD = {
  /** Host time of a release without an end, which may be newer than every run behind its constants; of any other. */
  hostOfOpenRelease: 0.3,
  host: 0.15,
  /** Sizes of a release: contexts and communicators differ by driver and version. */
  memory: 0.3,
  /** Power limits, cooling and drivers: GPUs of one name differ by some percent, rented ones by more. */
  gpu: 0.15,
  /** PCIe and networks: boxes differ by a factor of four. */
  link: 0.5,
  /** Allocators round alike everywhere. */
  slack: 0.05,
} as const

const HOST_KEYS = [
  'step_seconds',
  'step_seconds_per_layer',
  'step_seconds_per_moe_layer',
  'step_seconds_per_sequence',
  'first_token_seconds',
  'fill',
  'start_burst_share',
] as const
/** Shares: at most the whole. */
const SHARES: readonly string[] = ['fill', 'start_burst_share', 'pcie_rate', 'network_rate']
/** Sizes that no count of tensors gives. */
const MEMORY_KEYS = [
  'activation_base_gib',
  'runtime_single_gib',
  'runtime_nvlink_base_gib',
  'runtime_pcie_gib',
  'graphs_base_gib',
] as const
const GPU_KEYS = ['bandwidth', 'compute', 'llama_cpp_bandwidth', 'llama_cpp_compute'] as const

/** Parts of the catalog that a user's runs are about. */
interface Used {
  readonly gpus: ReadonlySet<string>
  /** Releases by engine, as places in its list. */
  readonly releases: ReadonlyMap<string, ReadonlySet<number>>
}

function usedBy(records: readonly MeasuredRecord[], catalog: Catalog): Used {
  const releases = new Map<string, Set<number>>()
  for (const record of records) {
    if (!('engine' in record)) continue
    const subject = servingSubject(record, catalog)
    if ('skipped' in subject || subject.server === null) continue
    const { engine, release } = subject.server
    const known = releases.get(engine.id) ?? new Set()
    releases.set(engine.id, known.add(engine.releases.indexOf(release)))
  }
  return { gpus: new Set(records.map(({ gpu }) => gpu)), releases }
}

/**
 * Constants of one law that own runs may move, in the objects of this catalog: GPUs get a factor of 1 where they have none yet. The
 * fit starts at the shipped value, which is its prior too.
 */
export function ownConstants(law: OwnLaw, records: readonly MeasuredRecord[], catalog: Catalog): Constant[] {
  const used = usedBy(records, catalog)
  switch (law) {
    case 'serving memory':
      return releaseConstants(used, catalog, (release) =>
        MEMORY_KEYS.map((key) => [['memory', key], release.memory[key], SPREAD.memory]),
      )
    case 'serving speed':
      return [...gpuConstants(used, catalog), ...hostConstants(used, catalog), ...pcieConstants(used, catalog)]
    case 'training memory':
      return [...catalog.trainers.values()].flatMap(({ id, slack }) =>
        constant({ subject: 'trainers', id, path: ['slack'] }, atLeastOne(slack), SPREAD.slack),
      )
    case 'training speed':
      return trainingConstants(used, catalog)
  }
}

type Release = NonNullable<ReturnType<Catalog['engines']['get']>>['releases'][number]
type Candidate = readonly [path: readonly string[], object: Fitted | undefined, spread: number]

function releaseConstants(used: Used, catalog: Catalog, candidates: (release: Release) => Candidate[]): Constant[] {
  return [...used.releases].flatMap(([id, places]) =>
    [...places]
      .sort((a, b) => a - b)
      .flatMap((index) => {
        const release = get(catalog, 'engines', id).releases[index]
        if (release === undefined) return []
        return candidates(release).flatMap(([path, object, spread]) =>
          constant({ subject: 'engines', id, path: ['releases', index, ...path] }, object, spread),
        )
      }),
  )
}

function hostConstants(used: Used, catalog: Catalog): Constant[] {
  return releaseConstants(used, catalog, (release) => {
    const spread = release.until === null ? SPREAD.hostOfOpenRelease : SPREAD.host
    return (['host', 'host_maximum_load'] as const).flatMap((host) =>
      HOST_KEYS.map((key): Candidate => [[host, key], release[host]?.[key], spread]),
    )
  })
}

function gpuConstants({ gpus }: Used, catalog: Catalog): Constant[] {
  return [...gpus].sort().flatMap((id) => {
    const { efficiency } = get(catalog, 'gpus', id)
    return GPU_KEYS.flatMap((key) => {
      efficiency[key] ??= { value: 1, records: 0 }
      return constant({ subject: 'gpus', id, path: ['efficiency', key] }, efficiency[key], SPREAD.gpu)
    })
  })
}

function pcieConstants({ gpus }: Used, catalog: Catalog): Constant[] {
  const ids = new Set([...gpus].map((id) => get(catalog, 'gpus', id).interconnect.link))
  return [...ids].sort().flatMap((id) => {
    const link = find(catalog, 'links', id)
    if (link?.kind !== 'pcie') return []
    const latency = link.all_reduce_latency_seconds
    return [
      ...([2, 4, 8] as const).flatMap((ranks) =>
        constant({ subject: 'links', id, path: ['all_reduce_latency_seconds', ranks] }, latency[ranks], SPREAD.link),
      ),
      ...(['all_reduce_bytes_per_second', 'expert_exchange_bytes_per_second'] as const).flatMap((key) =>
        constant({ subject: 'links', id, path: [key] }, link[key], SPREAD.link),
      ),
    ]
  })
}

/** What a board reaches of its class' shares, which other boards of the class share; and what lies between boards. */
function trainingConstants({ gpus }: Used, catalog: Catalog): Constant[] {
  const { training } = catalog.physics
  const boards = [...gpus].sort().flatMap((id) => {
    const { efficiency } = get(catalog, 'gpus', id)
    efficiency.training_compute ??= { value: 1, records: 0 }
    const place: Place = { subject: 'gpus', id, path: ['efficiency', 'training_compute'] }
    return constant(place, efficiency.training_compute, SPREAD.gpu)
  })
  const rates = (['pcie_rate', 'network_rate'] as const).flatMap((key) =>
    constant({ subject: 'physics', id: 'training', path: [key] }, training[key], SPREAD.link),
  )
  return [...boards, ...rates]
}

/** None where the catalog has no such constant, or 0: the fit moves logarithms. */
function constant(place: Place, object: Fitted | undefined, spread: number): Constant[] {
  if (object === undefined || object.value <= 0) return []
  const name = `${place.subject}/${place.id} ${place.path.join('.')}`
  return [
    {
      name,
      objects: [object],
      places: [place],
      start: object.value,
      spread,
      ...(SHARES.includes(String(place.path.at(-1))) ? { most: 1 } : {}),
    },
  ]
}
