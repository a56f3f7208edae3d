import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Architecture } from '../../src/catalog/model.ts'
import { kvSpec } from '../../src/model/kv.ts'
import { countParameters, forEachTensor, parametersByClass } from '../../src/model/parameters.ts'
import { shardedParameters } from '../../src/model/shard.ts'
import { describeModel, tensorParameters } from '../../src/model/tensors.ts'
import { architectureOf, shippedModels } from './shipped.ts'

const powerOfTwo = (from: number, to: number) => fc.integer({ min: from, max: to }).map((exponent) => 2 ** exponent)

const softmax = fc.record({
  kind: fc.constant('softmax'),
  heads: powerOfTwo(2, 7),
  kv_heads: powerOfTwo(0, 5),
  head_dim: powerOfTwo(5, 8),
  bias: fc.record({ qkv: fc.boolean(), output: fc.boolean() }),
  qk_norm: fc.constantFrom('none', 'per_head', 'full', 'per_head_each'),
  sinks: fc.boolean(),
  output_gate: fc.constantFrom('none', 'gate_in_query', 'projection', 'per_head'),
  k_equals_v: fc.boolean(),
  shares_kv: fc.boolean(),
})
const mla = fc.record({
  kind: fc.constant('mla'),
  heads: powerOfTwo(4, 7),
  q_lora_rank: fc.option(powerOfTwo(7, 11), { nil: null }),
  kv_lora_rank: powerOfTwo(6, 9),
  qk_nope_head_dim: powerOfTwo(5, 8),
  qk_rope_head_dim: powerOfTwo(4, 6),
  v_head_dim: powerOfTwo(5, 8),
  blocks: fc.constantFrom(1, 2),
})
const mamba2 = fc.record({
  kind: fc.constant('mamba2'),
  heads: powerOfTwo(4, 7),
  head_dim: powerOfTwo(5, 7),
  state: powerOfTwo(4, 8),
  groups: powerOfTwo(0, 3),
  conv: fc.constant(4),
})
const delta = fc.record({
  kind: fc.constant('gated-deltanet'),
  k_heads: powerOfTwo(3, 5),
  v_heads: powerOfTwo(3, 6),
  k_dim: powerOfTwo(5, 7),
  v_dim: powerOfTwo(5, 7),
  conv: fc.constant(4),
})
const dense = fc.record({
  kind: fc.constant('dense'),
  intermediate_size: powerOfTwo(8, 14),
  gated: fc.boolean(),
  bias: fc.boolean(),
})
const moe = fc.record({
  kind: fc.constant('moe'),
  experts: powerOfTwo(3, 8),
  experts_per_token: fc.integer({ min: 1, max: 8 }),
  intermediate_size: powerOfTwo(8, 12),
  shared_intermediate_size: fc.constantFrom(0, 1024),
  gated: fc.boolean(),
  expert_bias: fc.boolean(),
  router_correction: fc.boolean(),
})

const architectures: fc.Arbitrary<Architecture> = fc
  .record({
    hidden_size: powerOfTwo(8, 13),
    vocabulary_size: powerOfTwo(10, 17),
    tied_embeddings: fc.boolean(),
    learned_positions: fc.constantFrom(0, 1024),
    vision_parameters: fc.constantFrom(0, 4_000_000),
    groups: fc.array(
      fc.record({
        attention: fc.oneof(softmax, mla, mamba2, delta),
        mlp: fc.oneof(dense, moe, fc.constant({ kind: 'none' })),
        size: fc.integer({ min: 1, max: 6 }),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  })
  .map(({ groups, ...outer }) => {
    let next = 0
    const layers = groups.map(({ size, ...group }) => {
      const first = next
      next += size
      return { ...group, layers: `${first}-${next - 1}` }
    })
    return architectureOf({ ...outer, layers })
  })
const degrees = powerOfTwo(0, 3)

describe('the tensors of any model', () => {
  it('are positive whole numbers of parameters', () => {
    fc.assert(
      fc.property(architectures, (architecture) => {
        forEachTensor(describeModel(architecture), (tensor, layers) => {
          expect(Number.isSafeInteger(tensorParameters(tensor) * layers), tensor.name).toBe(true)
          expect(tensorParameters(tensor) * layers, tensor.name).toBeGreaterThan(0)
          expect(tensor.activeCopies).toBeLessThanOrEqual(tensor.copies)
        })
      }),
    )
  })

  it('add up to the total, by layer and by class', () => {
    fc.assert(
      fc.property(architectures, (architecture) => {
        const model = describeModel(architecture)
        const { total, active } = countParameters(model)
        const outer = [...model.first, ...model.last].reduce((sum, tensor) => sum + tensorParameters(tensor), 0)
        const layer = (kind: number) =>
          (model.kinds[kind]?.tensors ?? []).reduce((sum, tensor) => sum + tensorParameters(tensor), 0)
        expect(model.kindOfLayer.reduce((sum, kind) => sum + layer(kind), outer)).toBe(total)
        expect(Object.values(parametersByClass(model)).reduce((sum, part) => sum + part, 0)).toBe(total)
        expect(active).toBeLessThanOrEqual(total)
      }),
    )
  })

  it('lose nothing when divided: the ranks together hold each tensor at least once', () => {
    fc.assert(
      fc.property(architectures, degrees, degrees, (architecture, tensorParallel, expertParallel) => {
        fc.pre(expertParallel <= tensorParallel)
        forEachTensor(describeModel(architecture), (tensor) => {
          const onRank = shardedParameters(tensor, tensorParallel, expertParallel)
          const whole = tensorParameters(tensor)
          expect(onRank * tensorParallel, tensor.name).toBeGreaterThanOrEqual(whole)
          expect(onRank, tensor.name).toBeLessThanOrEqual(whole)
          if (tensor.shard === 'replicated') expect(onRank, tensor.name).toBe(whole)
        })
      }),
    )
  })

  it('take no more room on a rank when there are more ranks', () => {
    fc.assert(
      fc.property(architectures, degrees, (architecture, tensorParallel) => {
        forEachTensor(describeModel(architecture), (tensor) => {
          const fewer = shardedParameters(tensor, tensorParallel, 1)
          expect(shardedParameters(tensor, 2 * tensorParallel, 1), tensor.name).toBeLessThanOrEqual(fewer)
        })
      }),
    )
  })

  it('keep a cache that shrinks with tensor parallelism but never vanishes', () => {
    fc.assert(
      fc.property(architectures, degrees, (architecture, tensorParallel) => {
        for (const { attention } of describeModel(architecture).kinds) {
          const whole = kvSpec(attention, 1, architecture.hidden_size)
          const part = kvSpec(attention, tensorParallel, architecture.hidden_size)
          expect(part.kind).toBe(whole.kind)
          expect(part.elementsPerToken).toBeLessThanOrEqual(whole.elementsPerToken)
          expect(part.elementsPerToken * tensorParallel).toBeGreaterThanOrEqual(whole.elementsPerToken)
          expect((part.stateBytes ?? 0) * tensorParallel).toBeGreaterThanOrEqual(whole.stateBytes ?? 0)
        }
      }),
    )
  })
})

describe('adapters', () => {
  it('every shipped model with attention offers projections to put them on', () => {
    for (const { id, architecture } of shippedModels) {
      if (architecture === undefined) continue
      const targets = new Set<string>()
      forEachTensor(describeModel(architecture), (tensor) => {
        if (tensor.lora === null) return
        targets.add(tensor.lora)
        expect(tensor.class, `${id} ${tensor.name}`).toBe('linear')
      })
      expect(targets.has('o'), id).toBe(true)
      expect(targets.has('q'), id).toBe(true)
    }
  })

  it('count as r x (in + out): rank 16 on q and v of Llama 3 8B is 6,815,744 (PEFT prints it)', () => {
    const llama = shippedModels.find(({ id }) => id === 'llama-3-8b')
    if (llama?.architecture === undefined) throw new Error('llama-3-8b is missing')
    let adapters = 0
    forEachTensor(describeModel(llama.architecture), (tensor, layers) => {
      if (tensor.lora === 'q' || tensor.lora === 'v') adapters += 16 * (tensor.inputs + tensor.outputs) * layers
    })
    // 32 layers x 16 x ((4096 + 4096) + (4096 + 1024)).
    expect(adapters).toBe(6_815_744)
  })
})
