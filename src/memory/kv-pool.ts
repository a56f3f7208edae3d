import type { Engine, EngineRelease } from '../catalog/engine.ts'
import { count } from '../units.ts'
import { type BlockPool, blockPool, blocksNeeded, blocksOf, printedTokens } from './block-pool.ts'
import type { CacheKind } from './kv-layers.ts'
import { roundUp } from './rounding.ts'

/** The KV cache of one rank of one stage: what a load takes, and what a pool of some bytes holds. */
export interface KvPool {
  /** Bytes that `sequences` sequences of `tokens` tokens each take. */
  demandBytes(sequences: number, tokens: number, maxBatchedTokens: number): number
  /** Tokens that the engine would print for a pool of these bytes, with `longest` as its longest sequence. */
  printedTokens(poolBytes: number, longest: number, maxBatchedTokens: number): number
  /** The arithmetic behind `demandBytes`. */
  explain(sequences: number, tokens: number, maxBatchedTokens: number): string
  /** Why an engine would refuse these layers, or null. */
  readonly problem: string | null
}

export interface KvPoolOptions {
  readonly kinds: readonly CacheKind[]
  readonly engine: Pick<Engine, 'accounting' | 'block_tokens' | 'mla_block_tokens' | 'blackwell_block_alignment'>
  readonly release: Pick<EngineRelease, 'memory'>
  /** A layer of the model has latent attention. */
  readonly latent: boolean
  /** Width of the widest attention head. */
  readonly headDim: number
  readonly generation: string
}

/** Cells that llama.cpp rounds a context up to without flash attention (src/llama-kv-cache.cpp). */
const CELLS_WITHOUT_FLASH_ATTENTION = 32
const BLACKWELL = 'blackwell'
const WIDE_HEAD = 256

/** The pool in the engine's own terms: blocks of grouped layers (vLLM), tokens (SGLang, TensorRT-LLM), one whole context (llama.cpp). */
export function kvPool(options: KvPoolOptions): KvPool {
  switch (options.engine.accounting) {
    case 'utilization':
      return blockedPool(options)
    case 'fraction-of-free':
    case 'fraction-after-load':
      return tokenPool(options)
    case 'whole-context':
      return contextPool(options)
  }
}

function blockTokens({ engine, latent }: KvPoolOptions): number {
  return latent ? engine.mla_block_tokens : engine.block_tokens
}

/** Kernels of data-centre Blackwell want larger multiples than the block itself. */
function blockAlignment(options: KvPoolOptions): number {
  const block = blockTokens(options)
  if (options.generation !== BLACKWELL) return block
  const { latent, wide_heads } = options.engine.blackwell_block_alignment
  if (options.latent) return Math.max(block, latent)
  return options.headDim === WIDE_HEAD ? Math.max(block, wide_heads) : block
}

function blockedPool(options: KvPoolOptions): KvPool {
  const { memory } = options.release
  const pool = blockPool({
    kinds: options.kinds,
    blockTokens: blockTokens(options),
    blockAlignment: blockAlignment(options),
    hybrid: memory.hybrid_allocator,
    groupRatio: memory.group_ratio,
    stateBlocks: memory.state_blocks,
  })
  const rule = memory.printed_capacity ?? 'requests'
  return {
    problem: pool.problem,
    demandBytes: (sequences, tokens, batched) => sequences * blocksNeeded(pool, tokens, batched) * pool.blockBytes,
    printedTokens: (bytes, longest, batched) => printedTokens(pool, blocksOf(pool, bytes), rule, longest, batched),
    explain: (sequences, tokens, batched) => explainBlocks(pool, sequences, tokens, batched),
  }
}

function explainBlocks(pool: BlockPool, sequences: number, tokens: number, maxBatchedTokens: number): string {
  const groups = pool.groups.map((group) => `${group.layers} ${group.kind}`).join(' + ')
  const need = blocksNeeded(pool, tokens, maxBatchedTokens)
  return (
    `${count(sequences)} sequences x ${count(need)} blocks (for ${count(tokens)} tokens) x ${count(pool.blockBytes)} B ` +
    `(${groups} layers; page ${count(pool.pageBytes)} B of ${count(pool.blockTokens)} tokens x ${count(pool.groupSize)} tensors)`
  )
}

/** Layers charged for each token they keep, rounded up to the engine's block. */
function tokenPool(options: KvPoolOptions): KvPool {
  const { kinds } = options
  const { hybrid_allocator: hybrid } = options.release.memory
  const block = blockTokens(options)
  const kept = (kind: CacheKind, tokens: number, maxBatchedTokens: number): number =>
    roundUp(hybrid ? Math.min(tokens, kind.window - 1 + maxBatchedTokens) : tokens, block)
  const bytesOfSequence = (tokens: number, maxBatchedTokens: number): number => {
    let bytes = 0
    for (const kind of kinds) {
      bytes += kind.layers * (kind.stateBytes + kept(kind, tokens, maxBatchedTokens) * kind.bytesPerToken)
    }
    return Math.ceil(bytes)
  }
  const fullToken = kinds.reduce((sum, kind) => sum + kind.layers * kind.bytesPerToken, 0)
  return {
    problem: null,
    demandBytes: (sequences, tokens, batched) => sequences * bytesOfSequence(tokens, batched),
    // The printed figure counts every layer at full length; with window layers it is what a short request sees.
    printedTokens: (bytes) => (fullToken === 0 ? 0 : Math.floor(Math.max(0, bytes) / (fullToken * block)) * block),
    explain: (sequences, tokens, batched) =>
      `${count(sequences)} sequences x (${explainKinds(kinds, (kind) => kept(kind, tokens, batched), 1)})`,
  }
}

/** llama.cpp: one buffer for the whole context, allocated at the start; window layers keep their window where the build does so. */
function contextPool(options: KvPoolOptions): KvPool {
  const { kinds } = options
  const { hybrid_allocator: hybrid, flash_attention } = options.release.memory
  const padding = flash_attention === false ? CELLS_WITHOUT_FLASH_ATTENTION : options.engine.block_tokens
  const cells = (kind: CacheKind, sequences: number, tokens: number, maxBatchedTokens: number): number => {
    const whole = roundUp(sequences * tokens, padding)
    return hybrid ? Math.min(whole, roundUp(kind.window * sequences + maxBatchedTokens, padding)) : whole
  }
  const demandBytes = (sequences: number, tokens: number, maxBatchedTokens: number): number => {
    let bytes = 0
    for (const kind of kinds) {
      const inCells = cells(kind, sequences, tokens, maxBatchedTokens) * kind.bytesPerToken
      bytes += kind.layers * (kind.stateBytes * sequences + inCells)
    }
    return Math.ceil(bytes)
  }
  return {
    problem: null,
    demandBytes,
    printedTokens: (_bytes, longest) => roundUp(longest, padding),
    explain: (sequences, tokens, batched) =>
      explainKinds(kinds, (kind) => cells(kind, sequences, tokens, batched), sequences),
  }
}

/** The layers of each kind with what they hold: states of `sequences`, and entries of so many tokens. */
function explainKinds(kinds: readonly CacheKind[], tokens: (kind: CacheKind) => number, sequences: number): string {
  return kinds
    .map((each) => {
      const { kind, layers, bytesPerToken, stateBytes, window } = each
      const states = sequences === 1 ? '' : ` x ${count(sequences)} sequences`
      if (kind === 'state') return `${layers} recurrent layers x ${count(stateBytes)} B${states}`
      const width = `${layers} ${kind} layers x ${count(tokens(each))} tokens x ${count(bytesPerToken)} B`
      return Number.isFinite(window) ? `${width} (a window of ${count(window)})` : width
    })
    .join(' + ')
}
