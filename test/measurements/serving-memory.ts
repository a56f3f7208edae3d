import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { type Catalog, get } from '../../src/catalog/catalog.ts'
import type { Engine, EngineRelease } from '../../src/catalog/engine.ts'
import type { Gpu } from '../../src/catalog/gpu.ts'
import { releaseFor } from '../../src/catalog/support.ts'
import { cacheKinds } from '../../src/memory/kv-layers.ts'
import { kvPool } from '../../src/memory/kv-pool.ts'
import type { LinkKind } from '../../src/memory/runtime.ts'
import { prepareServingMemory } from '../../src/memory/serving.ts'
import { describeModel } from '../../src/model/tensors.ts'
import { GIB } from '../memory/fixtures.ts'

/** One published start of a server, as it stands in serving-memory.yaml. */
export interface MeasuredServer {
  readonly id: string
  readonly source: string
  readonly group: string
  readonly model: string
  readonly gpu: string
  readonly engine: { readonly name: string; readonly version: string }
  readonly configuration: {
    readonly quantization: string
    readonly kv_cache?: string
    readonly tensor_parallel?: number
    readonly pipeline_parallel?: number
    readonly expert_parallel?: number
    readonly utilization?: number
    readonly context?: number
    readonly max_sequences?: number
    readonly max_batched_tokens?: number
    readonly eager?: boolean
  }
  readonly measured: {
    readonly weights_gib?: number
    readonly kv_cache_gib?: number
    readonly kv_tokens?: number
  }
  readonly outcome?: 'ok' | 'oom' | 'rejected'
}

export interface ServerComparison {
  readonly server: MeasuredServer
  readonly fits: boolean
  /** Predicted over measured, less one. */
  readonly weights: number | null
  /** Of the tokens that the measured room holds: the arithmetic of pages, apart from that of the room. */
  readonly tokensOfRoom: number | null
  /** Difference of the room for the KV cache, as a share of the GPU. */
  readonly room: number | null
}

const file = new URL('serving-memory.yaml', import.meta.url)
export const measuredServers: readonly MeasuredServer[] = parse(readFileSync(file, 'utf8')).records

/** Where a log names no release: the one of its date. */
const UNNAMED: Readonly<Record<string, string>> = { vllm: '0.24', sglang: '0.5', 'llama.cpp': '0' }

function releaseOf(engine: Engine, version: string): EngineRelease {
  const named = /^\d+(\.\d+)*$/.test(version) ? version : (UNNAMED[engine.id] ?? version)
  const answer = releaseFor(engine, named)
  if (!answer.ok) throw new Error(answer.message)
  return answer.release
}

/** NVLink through the board, as TP ranks of one machine have it; bridges join only pairs. */
function linkOf(gpu: Gpu): LinkKind {
  const { link } = gpu.interconnect
  return link.startsWith('nvlink') && !link.includes('bridge') ? 'nvlink' : 'pcie'
}

export function compareServer(server: MeasuredServer, catalog: Catalog): ServerComparison {
  const { configuration: c, measured } = server
  const engine = get(catalog, 'engines', server.engine.name)
  const gpu = get(catalog, 'gpus', server.gpu)
  const release = releaseOf(engine, server.engine.version)
  const { architecture } = get(catalog, 'models', server.model)
  if (architecture === undefined) throw new Error(`${server.model} has no architecture`)
  const tensors = describeModel(architecture)
  const kv = get(catalog, 'kvFormats', c.kv_cache ?? 'bf16')
  const tensorParallel = c.tensor_parallel ?? 1
  const memory = prepareServingMemory({
    tensors,
    quantization: get(catalog, 'quantizations', c.quantization),
    support: { level: 'full' },
    kv,
    engine,
    release,
    gpu,
    linkKind: linkOf(gpu),
    multiNode: false,
    tensorParallel,
    pipelineParallel: c.pipeline_parallel ?? 1,
    expertParallel: c.expert_parallel ?? 1,
    utilization: c.utilization ?? engine.default_utilization,
    headroomFraction: 0,
    eager: c.eager ?? false,
  })
  const load = loadOf(server, engine, release, gpu, architecture.max_positions)
  const result = memory.evaluate(load)
  const isVllm = engine.id === 'vllm'
  const { weights_gib: weights, kv_cache_gib: room, kv_tokens: tokens } = measured
  const pages = (): number => {
    const stage = { index: 0, firstLayer: 0, layers: tensors.layerCount, first: true, last: true }
    const pool = kvPool({
      kinds: cacheKinds({ tensors, stage, format: kv, tensorParallel }),
      engine,
      release,
      latent: tensors.kinds.some(({ attention }) => attention.kind === 'mla'),
      headDim: Math.max(
        ...tensors.kinds.map(({ attention }) => ('head_dim' in attention ? (attention.head_dim ?? 0) : 0)),
      ),
      generation: gpu.generation,
    })
    return pool.printedTokens((room ?? 0) * GIB, load.context, load.maxBatchedTokens)
  }
  return {
    server,
    fits: result.fits,
    weights: weights === undefined ? null : memory.weightsBytes / GIB / weights - 1,
    tokensOfRoom: isVllm && room !== undefined && tokens !== undefined ? pages() / tokens - 1 : null,
    room: isVllm && room !== undefined ? (result.poolBytes / GIB - room) / gpu.memory.usable_gib : null,
  }
}

/** The smallest load: does the server start. What the log does not state is the engine's default. */
function loadOf(server: MeasuredServer, engine: Engine, release: EngineRelease, gpu: Gpu, maxPositions: number) {
  const { configuration: c } = server
  const defaults = engine.batch_defaults.find(
    (row) => gpu.memory.usable_gib >= row.min_memory_gib && !row.except_gpus.includes(gpu.id),
  )
  const context = c.context ?? (engine.id === 'llama.cpp' ? 2048 : Math.min(maxPositions, 8192))
  const limit = release.memory.whole_context_batch_limit
  const whole = limit ? (context <= limit ? context : 2048) : defaults?.max_batched_tokens
  return {
    maxSequences: c.max_sequences ?? defaults?.max_sequences ?? Number.NaN,
    maxBatchedTokens: c.max_batched_tokens ?? whole ?? Number.NaN,
    context,
    sequences: 1,
    sequenceTokens: 1,
  }
}
