import { beforeAll, describe, expect, it } from 'vitest'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { recordModel } from '../../src/measurements/model.ts'
import { recordSchema, type TrainingRecord } from '../../src/measurements/record.ts'
import { predictTraining } from '../../src/measurements/training.ts'
import { recordTrainer } from '../../src/measurements/training-trainer.ts'
import type { Prediction } from '../../src/measurements/validation.ts'
import { countParameters } from '../../src/model/parameters.ts'
import { catalog as shippedCatalog } from './training-records.ts'

/* How a record is read: releases, models by their shape, defaults that are named, reasons why a record is skipped. */

let catalog: Catalog
beforeAll(async () => {
  catalog = await shippedCatalog()
})

const QWEN = {
  num_hidden_layers: 28,
  hidden_size: 3584,
  num_attention_heads: 28,
  num_key_value_heads: 4,
  intermediate_size: 18_944,
  vocab_size: 152_064,
}

/** LoRA of Llama 3.1 8B on one H100, with what a test changes. */
function record(fields: Record<string, unknown> = {}, configuration: Record<string, unknown> = {}): TrainingRecord {
  const parsed = recordSchema.parse({
    id: 'a',
    source: 'a table',
    group: 'a',
    kind: 'training-memory',
    model: 'llama-3.1-8b',
    gpu: 'h100-sxm-80gb',
    gpus: 1,
    trainer: { name: 'torchtune' },
    measured: { peak_gib: 20 },
    ...fields,
    configuration: { method: 'lora', micro_batch: 2, sequence_length: 2048, ...configuration },
  })
  if (parsed.kind !== 'training-memory' && parsed.kind !== 'training-throughput') throw new Error(parsed.kind)
  return parsed
}

function predicted(run: TrainingRecord): Prediction {
  const prediction = predictTraining(run, catalog)
  return 'skipped' in prediction ? expect.fail(prediction.skipped) : prediction
}

function skipped(run: TrainingRecord): string {
  const prediction = predictTraining(run, catalog)
  return 'skipped' in prediction ? prediction.skipped : expect.fail('it was predicted')
}

const trainerOf = (run: TrainingRecord) => {
  const read = recordTrainer(run, catalog)
  return 'skipped' in read ? expect.fail(read.skipped) : read.trainer
}

describe('trainers', () => {
  it.each([
    ['litgpt', '8641822 (2023-10-20), torch 2.1', 'litgpt-2023'],
    ['litgpt', '0.5.8', 'litgpt'],
    ['ms-swift', '2.x, early 2024', 'ms-swift-2'],
    ['swift', 'v2.6.1', 'ms-swift-2'],
    ['ms-swift', 'HEAD 2026', 'ms-swift'],
    ['megatron-bridge', '25.09', 'megatron-bridge-25'],
    ['megatron-bridge', '26.02.01', 'megatron-bridge-25'],
    ['megatron-bridge', '26.04', 'megatron-bridge'],
    ['megatron-bridge', '26.04.01', 'megatron-bridge'],
    // A commit that starts with digits is no release number.
    ['ms-swift', '1963fc8', 'ms-swift'],
    ['ms-swift', undefined, 'ms-swift'],
  ])('%s %s is %s', (name, version, id) => {
    expect(trainerOf(record({ trainer: version === undefined ? { name } : { name, version } })).id).toBe(id)
  })

  it('takes stated dtypes of states; fp32 weights are their own master copy', () => {
    const states = (precision: object, more: object = {}) =>
      trainerOf(record({ trainer: { name: 'deepspeed' } }, { method: 'full', precision, ...more })).states
    expect(states({})).toEqual({ weights: 2, gradients: 2, master: 4, adam: 8 })
    expect(states({ weights: 'fp32', gradients: 'fp32' })).toEqual({ weights: 4, gradients: 4, master: 0, adam: 8 })
    expect(states({ weights: 'bf16', gradients: 'bf16', master: 'none' }, { optimizer_state_dtype: 'bf16' })).toEqual({
      weights: 2,
      gradients: 2,
      master: 0,
      adam: 4,
    })
  })

  it('takes the stated dtype of adapters for their moments too', () => {
    const { weights, gradients, adam } = trainerOf(record({}, { adapter_precision: 'fp32' })).adapters
    expect([weights, gradients, adam]).toEqual([4, 4, 8])
  })

  it('packed sequences do not fragment the cache', () => {
    const by = { name: 'ms-swift', version: '2.x' }
    expect(trainerOf(record({ trainer: by })).varying_length_factor?.value).toBe(2.45)
    expect(trainerOf(record({ trainer: by }, { packed: true })).varying_length_factor).toBeUndefined()
  })
})

describe('models by their shape', () => {
  const shapeOf = (model: TrainingRecord['model']) => {
    const read = recordModel(model, catalog)
    return 'skipped' in read ? expect.fail(read.skipped) : read
  }

  it('a parameter count decides gate and head', () => {
    // Qwen2.5 7B counts 7,615,616,512 parameters, gated and untied (its config.json and model card: 7.61B).
    const qwen = shapeOf({ ...QWEN, parameters: 7.61e9 })
    expect(qwen.tensors.tied).toBe(false)
    expect(countParameters(qwen.tensors).total / 7_615_616_512).toBeCloseTo(1, 3)
    // MPT 1B counts 1,315,950,592: 12 h^2 L + V h = 1,207,959,552 + 103,153,664, one table and no gate (llm-foundry).
    const mpt = {
      num_hidden_layers: 24,
      hidden_size: 2048,
      num_attention_heads: 16,
      intermediate_size: 8192,
      vocab_size: 50_368,
    }
    const read = shapeOf({ ...mpt, parameters: 1_315_950_592 })
    expect(read.tensors.tied).toBe(true)
    expect(read.tensors.kinds[0]?.mlp).toMatchObject({ gated: false })
    expect(read.assumed).toEqual([
      'MLP: not gated, as the parameter count has it',
      'embedding and head: one table, as the parameter count has it',
    ])
  })

  it('without one an MLP of four hidden sizes is not gated, and the tables are two', () => {
    const wide = shapeOf({ ...QWEN, intermediate_size: 4 * QWEN.hidden_size })
    const narrow = shapeOf({ ...QWEN, intermediate_size: 3.5 * QWEN.hidden_size })
    expect(wide.tensors.kinds[0]?.mlp).toMatchObject({ gated: false })
    expect(narrow.tensors.kinds[0]?.mlp).toMatchObject({ gated: true })
    expect(wide.tensors.tied).toBe(false)
    expect(wide.id).toBe('28 layers x 3584')
  })

  it('what is stated is not assumed', () => {
    const stated = shapeOf({ ...QWEN, gated_mlp: false, tie_word_embeddings: true, parameters: 7.61e9 })
    expect(stated.assumed).toEqual([])
    expect(stated.tensors.tied).toBe(true)
    expect(stated.tensors.kinds[0]?.mlp).toMatchObject({ gated: false })
  })

  it('tells a mixture of experts from a dense model', () => {
    expect(shapeOf('mixtral-8x7b').experts).toBe(true)
    expect(shapeOf('llama-3.1-8b').experts).toBe(false)
  })

  it('an unknown model is an error that names it', () => {
    expect(() => recordModel('llama-9', catalog)).toThrow('no model "llama-9" in the catalog')
  })
})

describe('quantities', () => {
  it('the same run counts more memory as reserved, and more still as the device', () => {
    const peak = (peak_kind: string) =>
      predicted(record({ measured: { peak_gib: 20, peak_kind } })).figures.peak_gib ?? Number.NaN
    // torchtune reserves 1.03 of what is allocated; the context takes 1 GiB (catalogs/physics/training-memory.yaml).
    expect(peak('reserved') / peak('allocated')).toBeCloseTo(1.03, 6)
    expect(peak('device') - peak('reserved')).toBeCloseTo(1, 6)
  })

  it('a record that measured both gets both', () => {
    const both = predicted(record({ measured: { peak_gib: 20, tokens_per_second: 9000 } }))
    expect(Object.keys(both.figures).sort()).toEqual(['peak_gib', 'tokens_per_second'])
    expect(both.fits).toBe(true)
  })

  it('headroom is held back in one verdict alone', () => {
    // A micro-batch that leaves less than 5 % of the GPU.
    const verdicts = (micro_batch: number) => {
      const { fits, fitsWithHeadroom } = predicted(record({}, { micro_batch, activation_checkpointing: 'none' }))
      return `${fits} ${fitsWithHeadroom}`
    }
    const seen = new Set(Array.from({ length: 20 }, (_, index) => verdicts(index + 1)))
    expect([...seen]).toEqual(['true true', 'true false', 'false false'])
  })
})

describe('assumptions', () => {
  it('names what the record leaves open and nothing that it states', () => {
    const open = predicted(record()).assumed.join('\n')
    for (const word of ['optimizer: adamw', 'activation checkpointing: none', 'gradient accumulation: 1', 'loss: ']) {
      expect(open).toContain(word)
    }
    const stated = record(
      { trainer: { name: 'torchtune', version: '0.6' } },
      {
        lora: { rank: 8, targets: ['q_proj', 'v_proj'] },
        optimizer: 'adamw',
        activation_checkpointing: 'full',
        gradient_accumulation: 1,
        loss: 'chunked',
        flash_attention: true,
      },
    )
    expect(predicted(stated).assumed).toEqual([])
  })

  it('a loss in chunks that keeps all logits is as large as a full one', () => {
    const peak = (name: string, loss: string) =>
      predicted(record({ trainer: { name }, measured: { peak_gib: 20 } }, { loss, micro_batch: 8 })).figures.peak_gib
    expect(peak('litgpt', 'chunked')).toBe(peak('litgpt', 'full'))
    expect(peak('torchtitan', 'chunked')).toBeLessThan(peak('torchtitan', 'full') ?? 0)
  })

  it('offloaded parameters need ZeRO-3', () => {
    const offloaded = record({ gpus: 4, trainer: { name: 'deepspeed' } }, { offload: 'parameters' })
    expect(predicted(offloaded).assumed).toContain('sharding: ZeRO-3, which offloading parameters needs')
  })
})

describe('reasons to skip', () => {
  const throughput = { kind: 'training-throughput', measured: { tokens_per_second: 9000 } }
  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['no trainer "nanotron" in the catalog', { trainer: { name: 'nanotron' } }, {}],
    ['no optimizer "shampoo" in the catalog', {}, { optimizer: 'shampoo' }],
    ['12 GPUs are no multiple of tensor x pipeline x context parallelism = 8', { gpus: 12 }, { tensor_parallel: 8 }],
    ['64 pipeline stages for 32 layers', { gpus: 64 }, { pipeline_parallel: 64 }],
    ['the pipeline schedule zero-bubble is not modelled', {}, { pipeline_schedule: 'zero-bubble' }],
    ['4 data-parallel ranks are not divided by a shard degree of 8', { gpus: 4 }, { shard_degree: 8 }],
    ['no projection is known by the name "router"', {}, { lora: { rank: 8, targets: ['router'] } }],
    ['no memory constants for a base in awq-int4', {}, { method: 'qlora', precision: { weights: 'awq-int4' } }],
    ['LoRA on a frozen base in fp32 is not modelled', {}, { precision: { weights: 'fp32' } }],
    ['no states of full training for weights in fp8', {}, { method: 'full', precision: { weights: 'fp8' } }],
    ['no law for linear layers in fp32 arithmetic', throughput, { compute_precision: 'fp32' }],
    [
      'NVIDIA A100 SXM4 80GB has no arithmetic in fp8',
      { ...throughput, gpu: 'a100-sxm-80gb' },
      { compute_precision: 'fp8' },
    ],
    [
      '16 NVIDIA GeForce RTX 4090 are several machines, and no network between such machines is known',
      { ...throughput, gpu: 'rtx-4090', gpus: 16 },
      {},
    ],
    [
      'experts over 16 ranks, more than a pipeline stage has',
      { ...throughput, model: 'mixtral-8x7b', gpus: 8 },
      { expert_parallel: 16 },
    ],
  ])('%s', (reason, fields, configuration) => {
    expect(skipped(record(fields, configuration))).toBe(reason)
  })

  it('of a quantity beside the one that the record is about is among the assumptions', () => {
    const both = record({ measured: { peak_gib: 20, tokens_per_second: 9000 } }, { compute_precision: 'fp32' })
    expect(predicted(both).assumed).toContain(
      'tokens per second: not predicted, no law for linear layers in fp32 arithmetic',
    )
  })
})
