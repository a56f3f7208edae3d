import { type Catalog, find, get } from '../catalog/catalog.ts'
import type { Engine, EngineRelease, HostConstants } from '../catalog/engine.ts'
import type { Gpu } from '../catalog/gpu.ts'
import type { Link } from '../catalog/performance.ts'
import type { KvFormat, Quantization } from '../catalog/quantization.ts'
import { compareVersions, newestRelease, releaseFor, type Support, supportFor } from '../catalog/support.ts'
import type { LinkKind } from '../memory/runtime.ts'
import { prepareServingMemory, type ServingMemory } from '../memory/serving.ts'
import type { ModelTensors } from '../model/tensors.ts'
import { recordModel } from './model.ts'
import type { ServingRecord } from './record.ts'

/** What a record of serving runs, in the words of the catalog. */
export interface ServingSubject {
  readonly tensors: ModelTensors
  readonly gpu: Gpu
  readonly link: Link
  /** Null where the program is none that plans offer: its memory is then unknown. */
  readonly server: { readonly engine: Engine; readonly release: EngineRelease } | null
  readonly host: HostConstants
  /** Where many requests were queued at once, the scheduler's own constants. */
  readonly hostAtMaximumLoad: HostConstants
  readonly weightFiles: 'safetensors' | 'gguf'
  readonly quantization: Quantization
  readonly support: Support
  readonly kv: KvFormat
  readonly tensorParallel: number
  readonly pipelineParallel: number
  readonly expertParallel: number
  /** Copies of the attention that share the experts of one replica. */
  readonly attentionCopies: number
  /** Independent copies of the whole replica. */
  readonly replicas: number
  readonly assumed: readonly string[]
}

export type Skipped = { readonly skipped: string }

/** A development build: named for the release it precedes, which is newer than any that is out. */
const DEVELOPMENT = /dev\d/

function releaseOf(
  engine: Engine,
  version: string | undefined,
): { release: EngineRelease; assumed: string[] } | Skipped {
  const newest = newestRelease(engine)
  if (version === undefined) return unstatedRelease(engine, `${engine.id} without a version`)
  if (DEVELOPMENT.test(version))
    return { release: newest, assumed: [`${engine.id} ${version} is taken for ${newest.label}`] }
  const year = /\b(20\d\d)\b/.exec(version)?.[1]
  if (year !== undefined) {
    const known = engine.known_since_year
    return known !== undefined && Number(year) < known
      ? { skipped: `${engine.name} of ${year} is older than the releases in the catalog` }
      : unstatedRelease(engine, `${engine.id} ${version}`)
  }
  const named = releaseFor(engine, version)
  if (named.ok) return { release: named.release, assumed: [] }
  return /\d/.test(version) && !/[a-z]{3}/i.test(version)
    ? { skipped: named.message }
    : unstatedRelease(engine, `${engine.id} ${version}`)
}

function unstatedRelease(engine: Engine, what: string): { release: EngineRelease; assumed: string[] } {
  const stated = engine.unstated_version === undefined ? undefined : releaseFor(engine, engine.unstated_version)
  const release = stated?.ok === true ? stated.release : newestRelease(engine)
  return { release, assumed: [`${what} is taken for ${release.label}`] }
}

/** The record's parts, or why the catalog cannot express it. */
export function servingSubject(record: ServingRecord, catalog: Catalog): ServingSubject | Skipped {
  const { configuration: c } = record
  const model = recordModel(record.model, catalog)
  if ('skipped' in model) return model
  const gpu = get(catalog, 'gpus', record.gpu)
  const format = c.quantization ?? storedFormat(record, catalog)
  const quantization = find(catalog, 'quantizations', format)
  if (quantization === undefined) return { skipped: `no weight format "${format}" in the catalog` }
  const carried = quantization.checkpoint_kv_cache
  const follows = carried !== undefined && (carried.engines?.includes(record.engine.name) ?? true)
  const kv = find(catalog, 'kvFormats', c.kv_cache ?? (follows ? carried.format : 'bf16'))
  if (kv === undefined) return { skipped: `no KV-cache format "${c.kv_cache}" in the catalog` }
  const program = programOf(record, catalog)
  const assumedDegrees: string[] = []
  if ('skipped' in program) return program
  const experts = model.tensors.kinds.some(({ mlp }) => mlp.kind === 'moe')
  const {
    tensor_parallel: tp = 1,
    pipeline_parallel: pp = 1,
    expert_parallel: ep = 1,
    data_parallel: dp = 1,
  } = {
    ...c,
    ...(experts ? attentionCopiesOf(record, program.server?.engine) : {}),
  }
  if (tp !== (c.tensor_parallel ?? 1))
    assumedDegrees.push(`attention copied to each of ${dp} GPUs, as the maker's commands have it`)
  const perReplica = tp * pp
  // Attention copies share their experts; copies without shared experts are replicas of their own.
  const attentionCopies = ep > 1 && dp > 1 ? dp : 1
  const stated = perReplica * dp
  if (record.gpus % perReplica !== 0 || (dp > 1 && stated !== record.gpus)) {
    return { skipped: `${record.gpus} GPUs cannot be tensor ${tp} x pipeline ${pp} x data ${dp}` }
  }
  const assumed = [...program.assumed, ...assumedDegrees]
  if (c.quantization === undefined) assumed.push(`weights in ${quantization.id}`)
  if (c.kv_cache === undefined) assumed.push(`KV cache in ${kv.id}`)
  // One copy uses what its degrees name; the rest of the machine stood idle unless data parallelism says otherwise.
  if (dp === 1 && record.gpus !== perReplica)
    assumed.push(`${record.gpus - perReplica} of ${record.gpus} GPUs stood idle`)
  const support = supportFor(quantization, record.engine.name, gpu)
  if (program.server !== null && support.level === 'refused') {
    assumed.push(`${quantization.id} is counted as it is stored: the catalog has it refused (${support.reason})`)
  }
  return {
    tensors: model.tensors,
    gpu,
    link: get(catalog, 'links', gpu.interconnect.link),
    ...program,
    quantization: grouped(program.quantisesHead ? withHead(quantization) : quantization, record.note),
    support: support.level === 'refused' ? { level: 'full', reason: support.reason } : support,
    kv,
    tensorParallel: tp,
    pipelineParallel: pp,
    expertParallel: ep,
    attentionCopies,
    replicas: attentionCopies > 1 ? 1 : dp,
    assumed,
  }
}

/** The maker's tables of maximum load that say tensor parallel and mean copies of the attention; empty for every other run. */
function attentionCopiesOf(record: ServingRecord, engine: Engine | undefined): Partial<ServingRecord['configuration']> {
  const {
    configuration: c,
    workload,
    engine: { version },
  } = record
  const degree = c.tensor_parallel ?? 1
  const isTable = workload?.concurrency === 'max' && version !== undefined && /^\d+(\.\d+)*$/.test(version)
  if (!isTable || degree === 1 || (c.expert_parallel ?? 1) > 1 || (c.data_parallel ?? 1) > 1) return {}
  const rows = engine?.published_maximum_load?.attention_copies ?? []
  const isMeant = rows.some(
    ({ from, until }) => compareVersions(version, from) >= 0 && compareVersions(version, until) < 0,
  )
  return isMeant ? { tensor_parallel: 1, data_parallel: degree, expert_parallel: degree } : {}
}

/** What an engine loads where nothing is said: the format that the model was released in, else 16 bits; GGUF files in their usual mix. */
function storedFormat({ engine, gpu, model }: ServingRecord, catalog: Catalog): string {
  if (find(catalog, 'engines', engine.name)?.weight_files === 'gguf') return USUAL_GGUF
  const native = typeof model === 'string' ? get(catalog, 'models', model).native_quantization?.scheme : undefined
  return native ?? (get(catalog, 'gpus', gpu).formats.bf16 ? 'bf16' : 'fp16')
}

const USUAL_GGUF = 'gguf-q4_k_m'

type Program = Pick<ServingSubject, 'server' | 'host' | 'hostAtMaximumLoad' | 'weightFiles' | 'assumed'> & {
  readonly quantisesHead: boolean
}

function programOf({ engine: { name, version } }: ServingRecord, catalog: Catalog): Program | Skipped {
  const engine = find(catalog, 'engines', name)
  if (engine !== undefined) {
    const found = releaseOf(engine, version)
    if ('skipped' in found) return found
    const { release, assumed } = found
    const { host, host_maximum_load: hostAtMaximumLoad = host } = release
    const weightFiles = engine.weight_files
    return { server: { engine, release }, host, hostAtMaximumLoad, weightFiles, quantisesHead: false, assumed }
  }
  const programs = catalog.physics.serving.benchmark_programs
  const program = Object.hasOwn(programs, name) ? programs[name] : undefined
  if (program === undefined) return { skipped: `no engine "${name}" in the catalog` }
  const { host, weight_files: weightFiles, quantises_head: quantisesHead } = program
  return { server: null, host, hostAtMaximumLoad: host, weightFiles, quantisesHead, assumed: [] }
}

/** A note such as "group 32" names a finer grouping than the format's own: its scales take so much more room. */
function grouped(quantization: Quantization, note = ''): Quantization {
  const stated = Number(/\bgroup (\d+)\b/.exec(note)?.[1] ?? Number.NaN)
  const { group_size: usual, bits } = quantization
  if (usual === null || !(stated > 0) || stated === usual) return quantization
  const finer = (value: number): number => {
    const stored = Math.floor(value)
    return stored + ((value - stored) * usual) / stated
  }
  const changed = Object.fromEntries(
    Object.entries(bits).map(([name, value]) => [name, value < BITS_16 ? finer(value) : value]),
  )
  return { ...quantization, group_size: stated, bits: changed }
}

const BITS_16 = 16

function withHead(quantization: Quantization): Quantization {
  const { linear } = quantization.bits
  return linear === undefined ? quantization : { ...quantization, bits: { ...quantization.bits, head: linear } }
}

/** NVLink through the board, as ranks of one machine have it; bridges join only pairs. */
function linkKindOf({ interconnect: { link } }: Gpu): LinkKind {
  return link.startsWith('nvlink') && !link.includes('bridge') ? 'nvlink' : 'pcie'
}

/** Memory of one replica as its engine counts it, with a share of the device kept free. */
export function memoryOfSubject(
  subject: ServingSubject & { server: NonNullable<ServingSubject['server']> },
  catalog: Catalog,
  options: { readonly headroom: number; readonly utilization: number | undefined; readonly eager: boolean },
): ServingMemory {
  const { tensors, quantization, support, kv, gpu, server, tensorParallel, pipelineParallel, expertParallel } = subject
  const { engine, release } = server
  const expandsTo = support.expands_to === undefined ? undefined : get(catalog, 'quantizations', support.expands_to)
  return prepareServingMemory({
    tensors,
    quantization,
    support: {
      level: support.level,
      ...(support.kernel === undefined ? {} : { kernel: support.kernel }),
      ...(expandsTo === undefined ? {} : { expandsTo }),
    },
    kv,
    engine,
    release,
    gpu,
    linkKind: linkKindOf(gpu),
    multiNode: false,
    tensorParallel,
    pipelineParallel,
    expertParallel,
    utilization: options.utilization ?? engine.default_utilization,
    headroomFraction: options.headroom,
    eager: options.eager,
  })
}

/** The engine's own limits on this GPU where a record states none. */
export function batchLimits(
  { gpu, server }: ServingSubject & { server: NonNullable<ServingSubject['server']> },
  configuration: ServingRecord['configuration'],
  context: number,
): { maxSequences: number; maxBatchedTokens: number } {
  const { engine, release } = server
  const row = engine.batch_defaults.find(
    (each) => gpu.memory.usable_gib >= each.min_memory_gib && !each.except_gpus.includes(gpu.id),
  )
  if (row === undefined) throw new Error(`${engine.id} has no batch default for ${gpu.id}`)
  const limit = release.memory.whole_context_batch_limit
  // Without chunked prefill a batch holds one whole context, or the engine's old default of 2048 tokens.
  const whole =
    limit === undefined ? row.max_batched_tokens : context <= limit ? context : WHOLE_CONTEXT_FALLBACK_TOKENS
  return {
    maxSequences: configuration.max_sequences ?? row.max_sequences,
    maxBatchedTokens: configuration.max_batched_tokens ?? whole,
  }
}

/** vLLM's default of --max-num-batched-tokens before chunked prefill, for contexts above its limit. */
const WHOLE_CONTEXT_FALLBACK_TOKENS = 2048
