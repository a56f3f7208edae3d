import { describe, expect, it } from 'vitest'
import { trainingLaunch } from '../../src/export/training.ts'
import type { TrainConfiguration } from '../../src/result/train.ts'

const configuration: TrainConfiguration = {
  trainer: 'common',
  method: 'full',
  quantization: 'bf16',
  optimizer: 'adamw',
  loss: 'full',
  lora_rank: null,
  lora_targets: null,
  zero_stage: 1,
  offload: 'none',
  activation_checkpointing: 'full',
  micro_batch: 2,
  gradient_accumulation: 4,
  global_batch: 64,
  sequence_length: 4096,
  data_parallel: 8,
  tensor_parallel: 1,
  pipeline_parallel: 1,
  virtual_pipeline: 1,
  context_parallel: 1,
  expert_parallel: 1,
}
const sizes = { hidden: 4096, block: 218_112_000, outer: 1_050_677_248 }
const context = { model: 'meta-llama/Meta-Llama-3-8B', gpus: 8, gpusPerInstance: 8, sizes }
const launch = (changes: Partial<TrainConfiguration> = {}, gpus = 8) =>
  trainingLaunch({ ...configuration, ...changes }, { ...context, gpus })
    .split('\n')
    .map((line) => line.replace(/ \\$/, '').trim())

describe('the Hugging Face trainer', () => {
  // Names of TrainingArguments (huggingface/transformers training_args.py) and of DeepSpeed's config (docs/_pages/config-json.md).
  it('says what its DeepSpeed file must hold', () => {
    const lines = launch({ zero_stage: 3, offload: 'parameters' })
    expect(lines[0]).toBe(
      '# zero3-offload-parameters.json holds zero_optimization.stage 3, offload_optimizer.device cpu, offload_param.device cpu, bf16.enabled true',
    )
    expect(lines[1]).toBe('torchrun --nproc-per-node=8 train.py')
    expect(lines).toContain('--deepspeed zero3-offload-parameters.json')
    expect(launch({ tensor_parallel: 2 })[0]).toContain('tensor_parallel.autotp_size 2')
  })

  it('plain data parallelism needs no file', () => {
    expect(launch({ zero_stage: 0 }).join('\n')).not.toMatch(/deepspeed|zero/)
  })

  it('QLoRA: rank and NF4', () => {
    const lines = launch({ method: 'qlora', lora_rank: 16, zero_stage: 0, optimizer: 'paged-adamw-8bit' })
    expect(lines).toEqual(
      expect.arrayContaining([
        '--lora_r 16',
        '--load_in_4bit True',
        '--bnb_4bit_quant_type nf4',
        '--optim paged_adamw_8bit',
        '--per_device_train_batch_size 2',
        '--gradient_accumulation_steps 4',
      ]),
    )
  })
})

describe('other trainers', () => {
  it('Megatron-LM on four machines', () => {
    const lines = launch(
      { trainer: 'megatron-lm', tensor_parallel: 4, pipeline_parallel: 4, virtual_pipeline: 2, context_parallel: 2 },
      32,
    )
    expect(lines[0]).toBe('torchrun --nnodes=4 --nproc-per-node=8 pretrain_gpt.py')
    expect(lines).toEqual(
      expect.arrayContaining([
        '--tensor-model-parallel-size 4',
        '--pipeline-model-parallel-size 4',
        '--num-virtual-stages-per-pipeline-rank 2',
        '--context-parallel-size 2',
        '--sequence-parallel',
        '--use-distributed-optimizer',
        '--recompute-granularity full',
        '--global-batch-size 64',
      ]),
    )
  })

  it('torchtitan shards by its data-parallel degree', () => {
    const lines = launch({ trainer: 'torchtitan', zero_stage: 3 })
    expect(lines[0]).toBe('torchrun --nproc-per-node=8 -m torchtitan.train')
    expect(lines).toContain('--parallelism.data_parallel_shard_degree 8')
    expect(lines).toContain('--activation_checkpoint.mode full')
  })
})
