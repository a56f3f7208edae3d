import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { megatron } from '../../../src/export/targets/megatron.ts'
import { torchtitan } from '../../../src/export/targets/torchtitan.ts'
import { torchtune } from '../../../src/export/targets/torchtune.ts'
import { ALL_LINEAR, type Asked, ATTENTION, filesOf, flagsOf, LORA, refusal, trainExport } from './fixtures.ts'

const ONE_GPU = { gpus: 1, gpus_per_instance: 1 }

/* Keys of pytorch/torchtune recipes/configs/llama3_1 (8B_full.yaml, 70B_full.yaml, 70B_lora.yaml, 8B_qlora_single_device.yaml) and of
 * recipes/full_finetune_distributed.py. */
const TORCHTUNE_KEYS = [
  'output_dir',
  'model',
  'tokenizer',
  'checkpointer',
  'resume_from_checkpoint',
  'save_adapter_weights_only',
  'dataset',
  'seed',
  'shuffle',
  'batch_size',
  'gradient_accumulation_steps',
  'epochs',
  'max_steps_per_epoch',
  'optimizer',
  'optimizer_in_bwd',
  'lr_scheduler',
  'loss',
  'clip_grad_norm',
  'compile',
  'device',
  'dtype',
  'enable_activation_checkpointing',
  'enable_activation_offloading',
  'ac_mode',
  'ac_option',
  'fsdp_cpu_offload',
  'fsdp_reshard_after_forward',
  'data_parallel_shard_dim',
  'data_parallel_replicate_dim',
  'context_parallel_dim',
  'tensor_parallel_dim',
  'tensor_parallel_plan',
  'metric_logger',
  'log_every_n_steps',
  'log_peak_memory_stats',
]

describe('torchtune', () => {
  const own = (configuration: Asked['configuration'] = {}, more: Asked = {}): Asked => ({
    ...more,
    configuration: { trainer: 'torchtune', loss: 'chunked', ...configuration },
  })
  const configOf = (asked: Asked) => parse(filesOf(torchtune, asked)['torchtune.yaml'] ?? '')

  it('full training on several GPUs', () => {
    const files = filesOf(torchtune, own())
    expect(parse(files['torchtune.yaml'] ?? '')).toMatchObject({
      model: { _component_: 'torchtune.models.llama3.llama3_8b' },
      tokenizer: { max_seq_len: 4096 },
      batch_size: 2,
      gradient_accumulation_steps: 4,
      max_steps_per_epoch: 400,
      dtype: 'bf16',
      loss: { _component_: 'torchtune.modules.loss.LinearCrossEntropyLoss' },
      enable_activation_checkpointing: true,
      fsdp_reshard_after_forward: true,
      data_parallel_shard_dim: 8,
    })
    expect(files['train.sh']).toContain(
      'tune run --nnodes=1 --nproc-per-node=8 full_finetune_distributed --config torchtune.yaml',
    )
  })

  it('QLoRA on one GPU', () => {
    const asked = own(
      { ...LORA, method: 'qlora', lora_targets: ATTENTION, data_parallel: 1, gradient_accumulation: 32, loss: 'full' },
      { placement: ONE_GPU },
    )
    const files = filesOf(torchtune, asked)
    const config = parse(files['torchtune.yaml'] ?? '')
    expect(config.model).toEqual({
      _component_: 'torchtune.models.llama3.qlora_llama3_8b',
      lora_attn_modules: ['q_proj', 'k_proj', 'v_proj', 'output_proj'],
      apply_lora_to_mlp: false,
      apply_lora_to_output: false,
      lora_rank: 16,
      lora_alpha: 32,
      lora_dropout: 0,
    })
    expect(config.loss._component_).toBe('torch.nn.CrossEntropyLoss')
    expect(config.fsdp_cpu_offload).toBeUndefined()
    expect(files['train.sh']).toContain('tune run lora_finetune_single_device --config torchtune.yaml')
  })

  it('tensor and context parallelism', () => {
    const config = configOf(own({ tensor_parallel: 2, context_parallel: 2, data_parallel: 2 }))
    expect(config).toMatchObject({ tensor_parallel_dim: 2, context_parallel_dim: 2, data_parallel_shard_dim: 2 })
    expect(config.tensor_parallel_plan).toEqual({ _component_: 'torchtune.models.llama3.base_llama_tp_plan' })
  })

  it('selective recomputation is per operator, which only holds where the older switch is off', () => {
    expect(configOf(own({ activation_checkpointing: 'selective' }))).toMatchObject({
      enable_activation_checkpointing: false,
      ac_mode: 'selective',
      ac_option: 'op',
    })
    expect(configOf(own()).ac_mode).toBeUndefined()
  })

  it('knows every key', () => {
    const asked = [
      own(),
      own({ tensor_parallel: 2, context_parallel: 2, data_parallel: 2, activation_checkpointing: 'selective' }),
      own({ ...LORA, zero_stage: 3, lora_targets: ALL_LINEAR }),
    ]
    for (const each of asked) {
      expect(Object.keys(configOf(each)).filter((key) => !TORCHTUNE_KEYS.includes(key))).toEqual([])
    }
  })

  it.each<[Asked, string]>([
    [own({}, { model: 'mistral-7b' }), 'no recipe of it for mistral-7b'],
    [own({ ...LORA, lora_targets: ['gate'] }), 'all projections of the MLP or on none'],
    [own({ ...LORA, zero_stage: 2, lora_targets: ALL_LINEAR }), '--set search.zero_stage=[0,3]'],
    [own({ ...LORA, zero_stage: 0, lora_targets: ALL_LINEAR }), 'always shards with FSDP2'],
    [own({ optimizer: 'lion' }), 'optimizer'],
    [{}, '--set trainer=torchtune'],
  ])('%# is refused', (asked, reason) => {
    expect(refusal(() => torchtune.train?.(trainExport(asked)))).toContain(reason)
  })
})

describe('torchtitan', () => {
  const own = (configuration: Asked['configuration'] = {}, more: Asked = {}): Asked => ({
    ...more,
    configuration: { trainer: 'torchtitan', loss: 'chunked', ...configuration },
  })
  const linesOf = (asked: Asked) =>
    (filesOf(torchtitan, asked)['planned.py'] ?? '').split('\n').map((line) => line.trim())

  it('a recipe in Python whose batches are counted in tokens', () => {
    const files = filesOf(torchtitan, own())
    expect(linesOf(own())).toEqual(
      expect.arrayContaining([
        'from torchtitan.models.llama3.config_registry import llama3_8b',
        'config.model_spec = model_registry("8B")',
        'config.training.max_context_length = 4096',
        // 2 sequences, and 64 of them a step.
        'config.training.num_tokens_per_microbatch_per_dp_rank = 8192',
        'config.training.num_tokens_per_train_step = 262144',
        // The same for the release before.
        'config.training.local_batch_size = 2',
        'config.training.global_batch_size = 64',
        'config.training.seq_len = 4096',
        'config.parallelism.data_parallel_shard_degree = 8',
        'config.parallelism.fsdp_reshard_after_forward = "always"',
        'config.activation_checkpoint = FullAC.Config()',
        'config.training.steps = 400',
        'config.checkpoint.interval = 120',
      ]),
    )
    expect(files['train.sh']).toContain('-m torchtitan.train --module planned --config planned')
  })

  it('micro-steps of a pipeline are its micro-batches', () => {
    const asked = own({
      zero_stage: 2,
      pipeline_parallel: 4,
      virtual_pipeline: 2,
      data_parallel: 2,
      gradient_accumulation: 16,
    })
    expect(linesOf(asked)).toEqual(
      expect.arrayContaining([
        'config.parallelism.pipeline_parallel_degree = 4',
        'config.parallelism.pipeline_parallel_schedule = "Interleaved1F1B"',
        'config.parallelism.num_pp_microbatches = 16',
        // 32 layers in 4 stages of 2 chunks.
        'config.parallelism.pipeline_parallel_layers_per_stage = 4',
        'config.parallelism.data_parallel_shard_degree = 2',
      ]),
    )
    expect(linesOf(asked)).toEqual(
      expect.arrayContaining([
        'config.training.local_batch_size = 32',
        'config.parallelism.pipeline_parallel_microbatch_size = 2',
      ]),
    )
    // Tokens of a step: 2 x 16 micro-batches x 2 ranks = 64 sequences.
    expect(linesOf(asked)).toContain(`config.training.num_tokens_per_train_step = ${2 * 16 * 2 * 4096}`)
  })

  it('adapters, with the base in 16 bits as planned', () => {
    const lines = linesOf(own({ ...LORA, zero_stage: 3, lora_targets: ATTENTION, activation_checkpointing: 'none' }))
    expect(lines).toContain(
      'config.model_spec = model_registry("8B", converters=[LoRAConverter.Config(rank=16, alpha=32.0, target_modules=["wq", "wkv", "wo"])])',
    )
    expect(lines).toEqual(
      expect.arrayContaining(['config.training.dtype = "bfloat16"', 'config.activation_checkpoint = None']),
    )
    expect(lines.join('\n')).not.toMatch(/FullAC|SelectiveAC/)
  })

  it.each<[Asked, string]>([
    [own({ ...LORA, lora_targets: ['k'] }), 'keys and values have one setting'],
    [own({}, { model: 'mixtral-8x7b' }), 'no recipe of it for mixtral-8x7b'],
    [{}, '--set trainer=torchtitan'],
  ])('%# is refused', (asked, reason) => {
    expect(refusal(() => torchtitan.train?.(trainExport(asked)))).toContain(reason)
  })
})

describe('Megatron-LM', () => {
  const own = (configuration: Asked['configuration'] = {}, more: Asked = {}): Asked => ({
    ...more,
    configuration: { trainer: 'megatron-lm', zero_stage: 1, ...configuration },
  })
  const linesOf = (asked: Asked) => flagsOf(filesOf(megatron, asked)['train.sh'] ?? '')

  /* Every flag here is one of NVIDIA/Megatron-LM megatron/training/arguments.py (core 0.20.0). */
  const FLAGS =
    `account-for-embedding-in-pipeline-split account-for-loss-in-pipeline-split add-qkv-bias attention-backend
    attention-dropout bf16 context-parallel-size decoder-first-pipeline-num-layers decoder-last-pipeline-num-layers disable-bias-linear
    expert-model-parallel-size ffn-hidden-size global-batch-size group-query-attention hidden-dropout hidden-size kv-channels
    make-vocab-size-divisible-by max-position-embeddings micro-batch-size moe-ffn-hidden-size moe-grouped-gemm moe-router-topk
    moe-shared-expert-intermediate-size moe-token-dispatcher-type normalization num-attention-heads num-experts num-layers
    num-query-groups num-virtual-stages-per-pipeline-rank optimizer optimizer-cpu-offload optimizer-offload-fraction
    pipeline-model-parallel-size position-embedding-type qk-layernorm recompute-granularity recompute-method recompute-num-layers
    save-interval seq-length sequence-parallel swiglu tensor-model-parallel-size tokenizer-model tokenizer-type train-iters
    untie-embeddings-and-output-weights use-distributed-optimizer`.split(/\s+/)

  it('builds Llama 3 8B and trains it as planned', () => {
    expect(linesOf(own({ tensor_parallel: 2, data_parallel: 4, gradient_accumulation: 8 }))).toEqual(
      expect.arrayContaining([
        '--num-layers 32',
        '--hidden-size 4096',
        '--ffn-hidden-size 14336',
        '--num-attention-heads 32',
        '--num-query-groups 8',
        '--kv-channels 128',
        '--swiglu',
        '--untie-embeddings-and-output-weights',
        '--tensor-model-parallel-size 2',
        '--sequence-parallel',
        '--micro-batch-size 2',
        '--global-batch-size 64',
        '--use-distributed-optimizer',
        '--recompute-granularity full',
        '--train-iters 400',
        '--save-interval 120',
      ]),
    )
  })

  it('experts of Mixtral', () => {
    const lines = linesOf(own({ expert_parallel: 8 }, { model: 'mixtral-8x7b' }))
    expect(lines).toEqual(
      expect.arrayContaining([
        '--num-experts 8',
        '--moe-router-topk 2',
        '--moe-ffn-hidden-size 14336',
        '--expert-model-parallel-size 8',
      ]),
    )
  })

  it.each([
    // 32 layers of Llama 3 8B in 4 stages divide; 126 of 405B in 16 do with embedding and head as a layer each (128 / 16).
    ['llama-3-8b', 4, [], ['--account-for-embedding-in-pipeline-split', '--decoder-first-pipeline-num-layers 7']],
    ['llama-3.1-405b', 16, ['--account-for-embedding-in-pipeline-split', '--account-for-loss-in-pipeline-split'], []],
    // In 12 stages of at most 11 layers: 8 + 10 x 11 + 8.
    ['llama-3.1-405b', 12, ['--decoder-first-pipeline-num-layers 8', '--decoder-last-pipeline-num-layers 8'], []],
  ])('%s in %i stages', (model, stages, expected, absent) => {
    const asked = own({ pipeline_parallel: stages, data_parallel: 1, gradient_accumulation: 32 }, { model })
    const lines = linesOf(asked)
    expect(lines).toEqual(expect.arrayContaining(expected))
    for (const flag of absent) expect(lines).not.toContain(flag)
  })

  it('every flag is one of its own', () => {
    const asked = [
      own({ offload: 'optimizer' }),
      own({ tensor_parallel: 2, pipeline_parallel: 2, virtual_pipeline: 2, context_parallel: 2, data_parallel: 1 }),
      own({ expert_parallel: 2, activation_checkpointing: 'selective' }, { model: 'mixtral-8x7b' }),
      own({ pipeline_parallel: 12, data_parallel: 1 }, { model: 'llama-3.1-405b' }),
      own({ pipeline_parallel: 16, data_parallel: 1 }, { model: 'llama-3.1-405b' }),
    ]
    for (const each of asked) {
      const flags = linesOf(each).flatMap((line) => /^--([a-z0-9-]+)/.exec(line)?.[1] ?? [])
      expect(flags.length).toBeGreaterThan(20)
      expect(flags.filter((flag) => !FLAGS.includes(flag))).toEqual([])
      expect(new Set(flags).size).toBe(flags.length)
    }
  })

  it.each<[Asked, string]>([
    [own({ ...LORA, lora_targets: ALL_LINEAR, trainer: 'megatron-bridge' }), 'has no LoRA'],
    [own({}, { model: 'deepseek-v3' }), 'not those of one plain GPT block'],
    [own({ pipeline_parallel: 5, virtual_pipeline: 2 }), 'do not divide into 5 stages of 2 chunks'],
    [{}, '--set trainer=megatron-lm'],
  ])('%# is refused', (asked, reason) => {
    expect(refusal(() => megatron.train?.(trainExport(asked)))).toContain(reason)
  })
})
