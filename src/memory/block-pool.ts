import type { CacheKind } from './kv-layers.ts'
import { roundUp } from './rounding.ts'

/** Layers that share the tensor pools: one of them in each. */
export interface CacheGroup {
  readonly kind: CacheKind['kind']
  /** How many groups of this kind there are. */
  readonly groups: number
  /** Layers of the kind; fewer than groups x group size where padding fills up. */
  readonly layers: number
  /** Tokens that one block of this kind holds; 0 for `state`. */
  readonly blockTokens: number
  readonly window: number
}

/** The paged pool of vLLM's hybrid allocator, on one rank of one stage. */
export interface BlockPool {
  readonly groups: readonly CacheGroup[]
  /** Tensor pools, each shared by one layer of every group. */
  readonly groupSize: number
  /** Groups of all kinds together. */
  readonly groupCount: number
  /** Tokens of the widest attention kind in a block. */
  readonly blockTokens: number
  /** One block of one layer. */
  readonly pageBytes: number
  /** One block in all tensor pools: page x group size. */
  readonly blockBytes: number
  readonly stateBlocks: number
  /** Why an engine would refuse to lay out these pages, or null. */
  readonly problem: string | null
}

export interface BlockPoolOptions {
  readonly kinds: readonly CacheKind[]
  /** Block size asked for, tokens. */
  readonly blockTokens: number
  /** Where recurrent layers force a larger block, it is rounded up to a multiple of this, tokens. */
  readonly blockAlignment: number
  /** Without the hybrid allocator window layers are charged at full length. */
  readonly hybrid: boolean
  /** A kind sets the group size unless the largest is under this many times the smallest: then the largest does. */
  readonly groupRatio: number
  /** Blocks a recurrent layer charges a request, draft tokens included. */
  readonly stateBlocks: number
}

/**
 * Groups, pages and blocks as vLLM's KV-cache manager forms them (vllm/v1/core/kv_cache_utils.py):
 * recurrent states raise the block until an attention page covers a state page; narrower attention gets a larger block; layers of one
 * kind form groups of the smallest kind's size.
 */
export function blockPool(options: BlockPoolOptions): BlockPool {
  const kinds = options.hybrid ? options.kinds : atFullLength(options.kinds)
  const attention = kinds.filter((kind) => kind.kind !== 'state')
  const stateBytes = Math.max(0, ...kinds.map((kind) => kind.stateBytes))
  const widest = attention.reduce<CacheKind | undefined>(
    (most, kind) => (most === undefined || kind.formatBytesPerToken > most.formatBytesPerToken ? kind : most),
    undefined,
  )
  let blockTokens = options.blockTokens
  if (widest !== undefined && stateBytes > 0) {
    const covering = roundUp(Math.ceil(stateBytes / widest.bytesPerToken), options.blockAlignment)
    blockTokens = Math.max(blockTokens, covering)
  }
  const blockOf = (kind: CacheKind) =>
    widest === undefined ? 0 : (blockTokens * widest.formatBytesPerToken) / kind.formatBytesPerToken
  const pageBytes =
    widest === undefined
      ? stateBytes
      : Math.ceil(Math.max(...attention.map((kind) => blockOf(kind) * kind.bytesPerToken)))
  const groupSize = sizeOfGroups(kinds, options.groupRatio)
  const groups = kinds.map(
    (kind): CacheGroup => ({
      kind: kind.kind,
      groups: Math.ceil(kind.layers / groupSize),
      layers: kind.layers,
      blockTokens: kind.kind === 'state' ? 0 : Math.floor(blockOf(kind)),
      window: kind.window,
    }),
  )
  const uneven = attention.find((kind) => !Number.isInteger(blockOf(kind) / blockTokens))
  return {
    groups,
    groupSize,
    groupCount: groups.reduce((sum, group) => sum + group.groups, 0),
    blockTokens,
    pageBytes,
    blockBytes: pageBytes * groupSize,
    stateBlocks: options.stateBlocks,
    problem:
      uneven === undefined
        ? null
        : `cache pages of ${widest?.formatBytesPerToken} and ${uneven.formatBytesPerToken} bytes a token cannot be unified`,
  }
}

/** Every window layer charged as full attention; layers that become equal are joined. */
function atFullLength(kinds: readonly CacheKind[]): CacheKind[] {
  const joined = new Map<string, CacheKind>()
  for (const kind of kinds) {
    const full: CacheKind = kind.kind === 'state' ? kind : { ...kind, kind: 'full', window: Number.POSITIVE_INFINITY }
    const key = `${full.kind}|${full.bytesPerToken}|${full.stateBytes}`
    joined.set(key, { ...full, layers: full.layers + (joined.get(key)?.layers ?? 0) })
  }
  return [...joined.values()]
}

function sizeOfGroups(kinds: readonly CacheKind[], ratio: number): number {
  if (kinds.length === 0) return 0
  const layers = kinds.map((kind) => kind.layers)
  const smallest = Math.min(...layers)
  const largest = Math.max(...layers)
  return largest < ratio * smallest ? largest : smallest
}

/** Blocks of a pool: `floor(bytes / (page x group size))`; Infinity where nothing is cached. */
export function blocksOf(pool: BlockPool, poolBytes: number): number {
  return pool.blockBytes === 0 ? Number.POSITIVE_INFINITY : Math.max(0, Math.floor(poolBytes / pool.blockBytes))
}

/**
 * Blocks a request of `tokens` needs when it is admitted, summed over groups: full `ceil(x / block)`; sliding
 * `ceil(min(w - 1 + T, x) / block) + 1`; chunked `ceil(min(w + T, x) / block)`; recurrent a fixed number. T counts because a whole
 * chunk of prefill is live at once.
 */
export function blocksNeeded(pool: BlockPool, tokens: number, maxBatchedTokens: number): number {
  let blocks = 0
  for (const group of pool.groups) {
    blocks += group.groups * groupNeed(group, pool.stateBlocks, tokens, maxBatchedTokens)
  }
  return blocks
}

function groupNeed(group: CacheGroup, stateBlocks: number, tokens: number, maxBatchedTokens: number): number {
  switch (group.kind) {
    case 'full':
      return Math.ceil(tokens / group.blockTokens)
    case 'sliding':
      return Math.ceil(Math.min(group.window - 1 + maxBatchedTokens, tokens) / group.blockTokens) + 1
    case 'chunked':
      return Math.ceil(Math.min(group.window + maxBatchedTokens, tokens) / group.blockTokens)
    case 'state':
      return stateBlocks
  }
}

/**
 * The token count of the start-up log. `equal-groups`: `floor(blocks / groups) x block`. `requests`: with several groups
 * `floor(blocks / need(longest) x longest)`, so it follows the longest sequence asked for.
 */
export function printedTokens(
  pool: BlockPool,
  blocks: number,
  rule: 'equal-groups' | 'requests',
  longest: number,
  maxBatchedTokens: number,
): number {
  if (rule === 'equal-groups' || pool.groupCount === 1) return Math.floor(blocks / pool.groupCount) * pool.blockTokens
  return Math.floor((blocks / blocksNeeded(pool, longest, maxBatchedTokens)) * longest)
}
