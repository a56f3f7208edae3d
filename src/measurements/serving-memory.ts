import type { Catalog } from '../catalog/catalog.ts'
import { cacheKinds } from '../memory/kv-layers.ts'
import { kvPool } from '../memory/kv-pool.ts'
import type { Term } from '../memory/ledger.ts'
import type { ServingLoad, ServingMemory } from '../memory/serving.ts'
import { serveDefaults } from '../scenario/defaults.ts'
import { BYTES_PER_GIB } from '../units.ts'
import type { ServingRecord } from './record.ts'
import { batchLimits, memoryOfSubject, type ServingSubject, type Skipped, servingSubject } from './serving-subject.ts'
import type { Figures, Prediction } from './validation.ts'

/** Context that a log which states none was started with: the model's, but no more than this many tokens. */
const UNSTATED_CONTEXT = 8192
/** llama.cpp sizes its cache by the context: its benchmark used this many tokens. */
const UNSTATED_CONTEXT_GGUF = 2048

/** Start of a server: what it loads, what is left for the KV cache, and whether it starts at all. */
export function predictServingMemory(record: ServingRecord, catalog: Catalog): Prediction | Skipped {
  const found = servingSubject(record, catalog)
  if ('skipped' in found) return found
  const { server } = found
  if (server === null) return { skipped: `the memory of ${record.engine.name} is not modelled` }
  const subject = { ...found, server }
  const { configuration: c } = record
  const options = { utilization: c.utilization, eager: c.eager ?? false }
  const memory = memoryOfSubject(subject, catalog, { ...options, headroom: 0 })
  const load = smallestLoad(record, subject)
  const result = memory.evaluate(load)
  const { fits, poolBytes } = result
  const { fits: fitsWithHeadroom } = memoryOfSubject(subject, catalog, {
    ...options,
    headroom: serveDefaults.headroom,
  }).evaluate(load)
  return {
    figures: figuresOf(record, subject, memory, load, poolBytes),
    fits: fits && memory.problem === null,
    fitsWithHeadroom: fitsWithHeadroom && memory.problem === null,
    experts: subject.tensors.kinds.some(({ mlp }) => mlp.kind === 'moe'),
    assumed: subject.assumed,
  }
}

/** Does it start: one sequence of one token, beside the longest context that the server promises. */
function smallestLoad(record: ServingRecord, subject: Parameters<typeof batchLimits>[0]): ServingLoad {
  const { configuration } = record
  const gguf = subject.weightFiles === 'gguf'
  const longest = subject.tensors.architecture.max_positions
  const context = configuration.context ?? (gguf ? UNSTATED_CONTEXT_GGUF : Math.min(longest, UNSTATED_CONTEXT))
  return { ...batchLimits(subject, configuration, context), context, sequences: 1, sequenceTokens: 1 }
}

function figuresOf(
  { measured }: ServingRecord,
  subject: ServingSubject & { server: NonNullable<ServingSubject['server']> },
  memory: ServingMemory,
  load: ServingLoad,
  poolBytes: number,
): Figures {
  const { engine, release } = subject.server
  const terms = memory.ledger(load)
  const gib = (name: Term['name']): number => (terms.find((term) => term.name === name)?.bytes ?? 0) / BYTES_PER_GIB
  // llama.cpp allocates the cache of the context; the others what their accounting leaves.
  const whole = engine.accounting === 'whole-context'
  const roomGib = whole ? gib('kv_cache') : poolBytes / BYTES_PER_GIB
  const total = terms.reduce((sum, term) => sum + term.bytes, 0) / BYTES_PER_GIB
  const contextGib = release.memory.context_gib.value
  return {
    weights_gib: memory.weightsBytes / BYTES_PER_GIB,
    kv_cache_gib: Math.max(0, roomGib),
    kv_tokens: tokensOf(subject, load, measured.kv_cache_gib) ?? memory.printedTokens(load),
    activations_gib: gib('activations'),
    // Logs print what the process takes outside the allocator, without the driver's context.
    runtime_gib: Math.max(0, gib('communication') + gib('runtime') - contextGib),
    graphs_gib: gib('graphs'),
    peak_gib: measured.peak_kind === 'device' ? total : total - contextGib,
  }
}

/**
 * Tokens of the room that the run printed: the arithmetic of blocks and pages apart from that of the room itself. Undefined where the
 * run printed no room, or the engine allocates the context whole.
 */
function tokensOf(
  subject: ServingSubject & { server: NonNullable<ServingSubject['server']> },
  load: ServingLoad,
  roomGib: number | undefined,
): number | undefined {
  const { tensors, kv, gpu, tensorParallel, pipelineParallel } = subject
  const { engine, release } = subject.server
  if (roomGib === undefined || engine.accounting === 'whole-context' || pipelineParallel > 1) return undefined
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
  return pool.printedTokens(roomGib * BYTES_PER_GIB, load.context, load.maxBatchedTokens)
}
