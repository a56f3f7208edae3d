import fc from 'fast-check'
import { expect, it } from 'vitest'
import { recordSchema, type TrainingRecord } from '../../src/measurements/record.ts'
import { predictTraining } from '../../src/measurements/training.ts'
import { catalog as shippedCatalog } from './training-records.ts'

/* Any record that a file may hold is predicted with finite figures, or skipped with a reason. */

const maybe = <T>(values: readonly T[]) => fc.option(fc.constantFrom(...values), { nil: undefined })
const degree = maybe([1, 1, 2, 2, 4, 16])

const configuration = fc.record(
  {
    method: fc.constantFrom('full', 'lora', 'qlora'),
    lora: maybe([
      { rank: 8 },
      { targets: ['q_proj', 'lm_head'] },
      { rank: 64, targets: 'all-linear' },
      { targets: ['x'] },
    ]),
    optimizer: maybe(['adamw', 'adamw-8bit', 'adafactor', 'sgd', 'muon', 'lion', 'paged_adamw_8bit', 'other']),
    optimizer_paged: maybe([true, false]),
    optimizer_in_backward: maybe([true]),
    optimizer_state_dtype: maybe(['fp32', 'bf16', 'int8']),
    adapter_precision: maybe(['fp32', 'bf16']),
    precision: maybe([
      {},
      { weights: 'bf16' },
      { weights: 'nf4' },
      { weights: 'int8' },
      { weights: 'fp32', master: 'none' },
    ]),
    compute_precision: maybe(['bf16', 'fp16', 'fp32', 'fp8', 'mxfp8', 'nvfp4']),
    sharding: maybe(['none', 'zero1', 'zero2', 'zero3']),
    shard_degree: degree,
    offload: maybe(['none', 'optimizer', 'parameters']),
    activation_offload: maybe([true]),
    tensor_parallel: degree,
    sequence_parallel: maybe([true, false]),
    pipeline_parallel: degree,
    pipeline_schedule: maybe(['1f1b', 'interleaved-1f1b', '1f1b', 'interleaved-1f1b', 'gpipe']),
    context_parallel: degree,
    expert_parallel: degree,
    micro_batch: fc.constantFrom(1, 3, 64),
    gradient_accumulation: maybe([1, 7]),
    sequence_length: fc.constantFrom(1, 2048, 131_072),
    activation_checkpointing: maybe(['none', 'selective', 'full']),
    flash_attention: maybe([true, false]),
    compile: maybe([true]),
    loss: maybe(['full', 'chunked', 'fused']),
    double_quant: maybe([true]),
    packed: maybe([true]),
  },
  { requiredKeys: ['method', 'micro_batch', 'sequence_length'] },
)

const trainers = [
  'common',
  'peft',
  'megatron-lm',
  'litgpt',
  'ms-swift',
  'fsdp-qlora',
  'torchtitan',
  'torchtune',
  'nobody',
]
const models = ['llama-3.1-8b', 'mixtral-8x7b', 'deepseek-v3', 'gpt-oss-120b', 'nemotron-h-8b', 'gemma-2-9b']

it('predicts or gives a reason', async () => {
  const catalog = await shippedCatalog()
  const given = fc.record({
    kind: fc.constantFrom('training-memory', 'training-throughput'),
    model: fc.constantFrom(...models.filter((id) => catalog.models.has(id))),
    gpu: fc.constantFrom('h100-sxm-80gb', 'rtx-4090', 'gb200-nvl72', 'mi300x', 'tpu-v5e', 'a100-sxm-40gb'),
    gpus: fc.constantFrom(1, 8, 12, 64, 64, 512),
    trainer: fc.record({ name: fc.constantFrom(...trainers), version: fc.constantFrom('2.x', '0.1', 'abc') }),
    measured: fc.constantFrom({ peak_gib: 30 }, { tokens_per_second: 1e4 }, { peak_gib: 30, tokens_per_second: 1e4 }),
    configuration,
  })
  let expressed = 0
  fc.assert(
    fc.property(given, (fields) => {
      const plain = JSON.parse(JSON.stringify(fields)) as Record<string, unknown>
      const record = recordSchema.parse({ id: 'a', source: 'a table', group: 'a', ...plain }) as TrainingRecord
      const prediction = predictTraining(record, catalog)
      if ('skipped' in prediction) {
        expect(prediction.skipped).toMatch(/\w+ \w+/)
        return
      }
      expressed++
      const { figures, fits, fitsWithHeadroom } = prediction
      const quantity = record.kind === 'training-memory' ? 'peak_gib' : 'tokens_per_second'
      expect(Object.keys(figures)).toContain(quantity)
      for (const figure of Object.values(figures)) {
        expect(Number.isFinite(figure)).toBe(true)
        expect(figure).toBeGreaterThan(0)
      }
      // Holding some of the GPU back never makes a run fit.
      if (fitsWithHeadroom === true) expect(fits).toBe(true)
    }),
    { numRuns: 2000 },
  )
  expect(expressed).toBeGreaterThan(50)
})
