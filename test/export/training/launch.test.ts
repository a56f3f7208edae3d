import { describe, expect, it } from 'vitest'
import { trainingLaunch } from '../../../src/export/training.ts'
import type { TrainConfiguration } from '../../../src/result/train.ts'

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
  it('says what its DeepSpeed file holds', () => {
    const lines = launch({ zero_stage: 3, offload: 'parameters' })
    expect(lines[0]).toBe(
      '# zero3-offload-parameters.json (plan export --to deepspeed): bf16.enabled true, optimizer.type AdamW, zero_optimization.stage 3, zero_optimization.offload_optimizer.device cpu, zero_optimization.offload_param.device cpu',
    )
    expect(lines[1]).toBe('torchrun --nproc-per-node=8 -m trl.scripts.sft')
    expect(lines).toContain('--deepspeed zero3-offload-parameters.json')
    expect(launch({ tensor_parallel: 2 })[0]).toContain('tensor_parallel.autotp_size 2')
  })

  it('adapters under plain data parallelism need no file', () => {
    expect(launch({ method: 'lora', lora_rank: 8, zero_stage: 0 }).join('\n')).not.toMatch(/deepspeed|zero/)
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
    expect(lines[0]).toBe(
      'torchrun --nnodes=4 --nproc-per-node=8 --node-rank="$NODE_RANK" --master-addr="$MASTER_ADDR" --master-port="$MASTER_PORT" pretrain_gpt.py',
    )
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

  it('torchtitan shards by its data-parallel degree, and counts batches in tokens', () => {
    const lines = launch({ trainer: 'torchtitan', zero_stage: 3 })
    expect(lines.at(-1)).toBe('torchrun --nproc-per-node=8 -m torchtitan.train --module planned --config planned')
    expect(lines).toEqual(
      expect.arrayContaining([
        '# parallelism.data_parallel_shard_degree = 8',
        '# activation_checkpoint = FullAC.Config()',
        // 2 and 64 sequences of 4096.
        '# training.num_tokens_per_microbatch_per_dp_rank = 8192',
        '# training.num_tokens_per_train_step = 262144',
      ]),
    )
  })
})
