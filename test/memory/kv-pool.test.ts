import { describe, expect, it } from 'vitest'
import { type BlockPoolOptions, blockPool, blocksNeeded, blocksOf, printedTokens } from '../../src/memory/block-pool.ts'
import { type CacheKind, cacheKinds } from '../../src/memory/kv-layers.ts'
import { type KvPoolOptions, kvPool } from '../../src/memory/kv-pool.ts'
import { describeModel } from '../../src/model/tensors.ts'
import {
  architecture,
  GIB,
  kv4,
  kv8,
  kv16,
  kvInt8,
  llamaCpp,
  releaseFrom,
  sglang,
  tensorrtLlm,
  vllm,
} from './fixtures.ts'

/** Cache kinds of a whole model on one rank. */
function kindsOf(id: string, tensorParallel: number, format = kv16, draftTokens = 0): CacheKind[] {
  const tensors = describeModel(architecture(id))
  const stage = { index: 0, firstLayer: 0, layers: tensors.layerCount, first: true, last: true }
  return cacheKinds({ tensors, stage, format, tensorParallel, draftTokens })
}

/** vLLM as of 0.21: ratio 1.5, two blocks a state. */
function pool(kinds: readonly CacheKind[], given: Partial<BlockPoolOptions> = {}) {
  return blockPool({
    kinds,
    blockTokens: 16,
    blockAlignment: 16,
    hybrid: true,
    groupRatio: 1.5,
    stateBlocks: 2,
    ...given,
  })
}

const full = (layers: number, bytesPerToken: number): CacheKind => ({
  kind: 'full',
  layers,
  bytesPerToken,
  formatBytesPerToken: bytesPerToken,
  window: Number.POSITIVE_INFINITY,
  stateBytes: 0,
})
const sliding = (layers: number, bytesPerToken: number, window: number): CacheKind => ({
  ...full(layers, bytesPerToken),
  kind: 'sliding',
  window,
})
const state = (layers: number, stateBytes: number): CacheKind => ({ ...full(layers, 0), kind: 'state', stateBytes })

describe('pages and groups as start-up logs print them', () => {
  it('gemma-3-27b: 10 full and 52 sliding layers make 1 + 6 groups of 10, 36,560 tokens', () => {
    // llm-d-incubation/llm-d-planner PR 205 (0.19.0, 19.53 GiB): 15,997 blocks / 7 x 16 = 36,560
    const layout = pool(kindsOf('gemma-3-27b', 1))
    expect(layout).toMatchObject({ groupSize: 10, groupCount: 7, blockTokens: 16, pageBytes: 16 * 8192, problem: null })
    // 62 layers take 70 slots
    expect(layout.groupCount * layout.groupSize).toBe(70)
    expect(Math.abs(blocksOf(layout, 19.53 * GIB) - 15_997)).toBeLessThan(4)
    expect(printedTokens(layout, 15_997, 'equal-groups', 8192, 8192)).toBe(36_560)
  })

  it('Qwen3.6-27B, tensor parallel 2, fp8: block 1,568, 411 blocks, 619,202 tokens', () => {
    // github.com/noonghunna/club-3090 issue 104 (two RTX 3090, 9.84 GiB, context 262,144)
    const kinds = kindsOf('qwen3.6-27b', 2, kv8)
    expect(kinds).toEqual(
      expect.arrayContaining([expect.objectContaining({ kind: 'state', layers: 48, stateBytes: 1_603_584 })]),
    )
    expect(kinds).toEqual(
      expect.arrayContaining([expect.objectContaining({ kind: 'full', layers: 16, bytesPerToken: 1024 })]),
    )
    const layout = pool(kinds)
    expect(layout).toMatchObject({ groupSize: 16, groupCount: 4, blockTokens: 1568 })
    expect(blocksOf(layout, 9.84 * GIB)).toBe(411)
    expect(blocksNeeded(layout, 262_144, 2048)).toBe(168 + 3 * 2)
    expect(printedTokens(layout, 411, 'requests', 262_144, 2048)).toBe(619_202)
  })

  it('Qwen3.6-27B with 3 draft tokens and a drafter layer: block 1,600, 426 blocks, 623,873 tokens', () => {
    // github.com/noonghunna/club-3090 issue 642 (11.05 GiB printed, so 426 of 425.98 blocks)
    const drafted = kindsOf('qwen3.6-27b', 2, kv8, 3).map((kind) =>
      kind.kind === 'full' ? { ...kind, layers: 17 } : kind,
    )
    const layout = pool(drafted, { stateBlocks: 2 + 3 })
    expect(layout).toMatchObject({ groupSize: 17, groupCount: 4, blockTokens: 1600 })
    expect((11.05 * GIB) / layout.blockBytes).toBeCloseTo(426, 1)
    expect(blocksNeeded(layout, 262_144, 2048)).toBe(164 + 3 * 5)
    expect(printedTokens(layout, 426, 'requests', 262_144, 2048)).toBe(623_873)
  })

  it('Qwen3.6-35B-A3B, fp8: block 2,096, 299 blocks, 567,978 tokens', () => {
    // github.com/noonghunna/club-3090 issue 612 (RTX 5090, 5.98 GiB, context 131,072)
    const layout = pool(kindsOf('qwen3.6-35b-a3b', 1, kv8))
    expect(layout.blockTokens).toBe(2096)
    expect(blocksOf(layout, 5.98 * GIB)).toBe(299)
    expect(blocksNeeded(layout, 131_072, 8192)).toBe(69)
    expect(printedTokens(layout, 299, 'requests', 131_072, 8192)).toBe(567_978)
  })

  it('Kimi K3, tensor parallel 8, fp8 on B300: block 1,536, 3,249,215 tokens', () => {
    // SemiAnalysisAI/InferenceX perf-changelog.yaml PR 2371 (context 1,048,576)
    const kinds = kindsOf('kimi-k3', 8, kv8)
    expect(kinds).toEqual(expect.arrayContaining([expect.objectContaining({ kind: 'state', stateBytes: 814_080 })]))
    const layout = pool(kinds, { blockTokens: 64, blockAlignment: 128 })
    expect(layout).toMatchObject({ groupSize: 24, groupCount: 4, blockTokens: 1536, pageBytes: 1536 * 576 })
    expect(blocksNeeded(layout, 1_048_576, 8192)).toBe(689)
    expect(printedTokens(layout, 2135, 'requests', 1_048_576, 8192)).toBe(3_249_215)
  })

  it('gpt-oss-120b: 18 full and 18 sliding layers are two groups of 18', () => {
    const layout = pool(kindsOf('gpt-oss-120b', 1))
    expect(layout).toMatchObject({ groupSize: 18, groupCount: 2, pageBytes: 32_768, blockBytes: 589_824 })
    // 1,024 + ceil((127 + 8192) / 16) + 1
    expect(blocksNeeded(layout, 16_384, 8192)).toBe(1545)
    expect(blocksNeeded(layout, 131_072, 8192)).toBe(8192 + 521)
    expect(printedTokens(layout, 13_395, 'equal-groups', 16_384, 8192)).toBe(107_152)
  })

  it('a model of one kind prints whole blocks: Qwen2.5 72B on two H100, 3.02 GiB, 19,776 tokens', () => {
    // llm-d-incubation/llm-d-planner PR 205 (Kimi-Dev-72B, shapes of Qwen2.5 72B, 0.19.0)
    const layout = pool(kindsOf('qwen2.5-72b', 2))
    expect(layout.groupCount).toBe(1)
    expect(printedTokens(layout, blocksOf(layout, 3.02 * GIB), 'equal-groups', 8192, 8192)).toBe(19_776)
    expect(printedTokens(layout, blocksOf(layout, 3.02 * GIB), 'requests', 8192, 8192)).toBe(19_776)
  })
})

describe('rules of the allocator', () => {
  it('lets the largest kind set the group size under the ratio', () => {
    expect(pool([full(20, 64), sliding(28, 64, 128)], { groupRatio: 1.5 }).groupSize).toBe(28)
    expect(pool([full(20, 64), sliding(28, 64, 128)], { groupRatio: 1.25 }).groupSize).toBe(20)
  })

  it('charges window layers at full length without the hybrid allocator', () => {
    const layout = pool([full(10, 64), sliding(52, 64, 1024)], { hybrid: false })
    expect(layout).toMatchObject({ groupSize: 62, groupCount: 1 })
    expect(blocksNeeded(layout, 4096, 2048)).toBe(256)
  })

  it('charges chunked layers the chunk and a batch', () => {
    const chunked: CacheKind = { ...sliding(36, 64, 8192), kind: 'chunked' }
    const layout = pool([full(12, 64), chunked])
    // 12 full + 36 chunked: g 12, 1 + 3 groups; full 1,000,000/16 = 62,500, chunked (8192 + 2048)/16 = 640
    expect(blocksNeeded(layout, 1_000_000, 2048)).toBe(62_500 + 3 * 640)
  })

  it('gives narrower attention a larger block, and says where that does not come out even', () => {
    const layout = pool([full(10, 1024), sliding(10, 512, 1024)])
    expect(layout.groups.map((group) => group.blockTokens)).toEqual([16, 32])
    expect(layout.pageBytes).toBe(16 * 1024)
    expect(layout.problem).toBeNull()
    expect(pool([full(10, 1024), sliding(10, 700, 1024)]).problem).toMatch(/cannot be unified/)
  })

  it('holds states of a model without attention', () => {
    const layout = pool([state(48, 1000)], { stateBlocks: 1 })
    expect(layout).toMatchObject({ pageBytes: 1000, blockBytes: 48_000 })
    expect(blocksNeeded(layout, 1_000_000, 2048)).toBe(1)
  })
})

describe('bytes of one token', () => {
  const perToken = (id: string, tp: number, format = kv16) =>
    kindsOf(id, tp, format).reduce((sum, kind) => sum + kind.layers * kind.bytesPerToken, 0)

  it('follows the published figures', () => {
    // Llama-3.1-8B 131,072, 70B 327,680, DeepSeek-V3 70,272 bytes a token in bf16 (gpustack and vLLM recipes)
    expect(perToken('llama-3.1-8b', 1)).toBe(131_072)
    expect(perToken('llama-3.1-70b', 1)).toBe(327_680)
    expect(perToken('deepseek-v3', 1)).toBe(70_272)
  })

  it('divides by heads up to their number and not beyond', () => {
    expect(perToken('llama-3.1-70b', 8)).toBe(327_680 / 8)
    expect(perToken('llama-3.1-70b', 16)).toBe(327_680 / 8)
    expect(perToken('deepseek-v3', 8)).toBe(70_272)
  })

  it('counts scales: int8 per token and head 1 B + 4 B a head for K and V each, nvfp4 0.5625 B', () => {
    expect(perToken('llama-3.1-8b', 1, kvInt8)).toBe(65_536 + 32 * 2 * 8 * 4)
    expect(perToken('llama-3.1-8b', 1, kv4)).toBe(65_536 * 0.5625)
  })

  it('uses the 656-byte layout for sparse latent attention in fp8, beside 132 bytes of indexer keys', () => {
    // 512 fp8 + 4 fp32 scales + 64 x 16 bit = 656 (vLLM fp8_ds_mla); DeepSeek-V3.2 has 61 layers
    expect(perToken('deepseek-v3.2', 1, kv8)).toBe(61 * (656 + 132))
    expect(perToken('deepseek-v3.2', 1, kv16)).toBe(61 * (1152 + 132))
  })
})

describe('other engines', () => {
  const options = (kinds: CacheKind[], engine: KvPoolOptions['engine'], from: string): KvPoolOptions => ({
    kinds,
    engine,
    release: releaseFrom(engine as typeof vllm, from),
    latent: false,
    headDim: 128,
    generation: 'hopper',
  })

  it('SGLang counts tokens one by one', () => {
    const tokens = kvPool(options([full(80, 4096)], sglang, '0.4'))
    expect(tokens.demandBytes(3, 1001, 8192)).toBe(3 * 1001 * 80 * 4096)
    expect(tokens.printedTokens(80 * 4096 * 1001.5, 8192, 8192)).toBe(1001)
  })

  it('TensorRT-LLM rounds up to its block', () => {
    const tokens = kvPool(options([full(80, 4096)], tensorrtLlm, '1.2'))
    expect(tokens.demandBytes(2, 33, 8192)).toBe(2 * 64 * 80 * 4096)
  })

  it('llama.cpp allocates the whole context, padded to 32 cells, or 256 with flash attention', () => {
    expect(kvPool(options([full(32, 4096)], llamaCpp, '0')).demandBytes(4, 100, 512)).toBe(416 * 32 * 4096)
    expect(kvPool(options([full(32, 4096)], llamaCpp, '6325')).demandBytes(4, 100, 512)).toBe(512 * 32 * 4096)
  })

  it('llama.cpp keeps windows where the build does: window x sequences + batch, padded', () => {
    const kinds = [full(10, 4096), sliding(52, 4096, 1024)]
    const old = kvPool(options(kinds, llamaCpp, '0')).demandBytes(2, 8192, 512)
    expect(old).toBe(62 * 16_384 * 4096)
    const now = kvPool(options(kinds, llamaCpp, '6325')).demandBytes(2, 8192, 512)
    expect(now).toBe(10 * 16_384 * 4096 + 52 * 2560 * 4096)
  })

  it('vLLM rounds enlarged blocks to what Blackwell kernels want', () => {
    const hybrid = [full(24, 576), state(69, 814_080)]
    const latent = { ...options(hybrid, vllm, '0.22'), latent: true }
    const demand = (generation: string) => kvPool({ ...latent, generation }).demandBytes(1, 1, 1)
    // One token: a block of the full group and two a state group; block 1,472 elsewhere, 1,536 on Blackwell
    expect(demand('hopper')).toBe((1 + 3 * 2) * 24 * 576 * 1472)
    expect(demand('blackwell')).toBe((1 + 3 * 2) * 24 * 576 * 1536)
  })
})
