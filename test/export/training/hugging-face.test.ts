import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { accelerate } from '../../../src/export/targets/accelerate.ts'
import { axolotl } from '../../../src/export/targets/axolotl.ts'
import { llamaFactory } from '../../../src/export/targets/llama-factory.ts'
import { ALL_LINEAR, type Asked, ATTENTION, filesOf, flagsOf, LORA, refusal, trainExport } from './fixtures.ts'

/*
 * Keys that accelerate's file may have: huggingface/accelerate src/accelerate/commands/config/config_args.py (BaseConfig,
 * ClusterConfig), where any other raises; `parallelism_config` as in examples/torch_native_parallelism/configs/nd.yaml. Inner keys:
 * src/accelerate/commands/launch.py (--fsdp_*, --deepspeed_*, --parallelism_config_*).
 */
const ACCELERATE_KEYS = [
  'compute_environment',
  'distributed_type',
  'mixed_precision',
  'use_cpu',
  'debug',
  'num_processes',
  'machine_rank',
  'num_machines',
  'gpu_ids',
  'main_process_ip',
  'main_process_port',
  'rdzv_backend',
  'same_network',
  'main_training_function',
  'enable_cpu_affinity',
  'fp8_config',
  'deepspeed_config',
  'fsdp_config',
  'tp_config',
  'megatron_lm_config',
  'downcast_bf16',
  'dynamo_config',
  'parallelism_config',
]
const FSDP_KEYS = [
  'fsdp_version',
  'fsdp_activation_checkpointing',
  'fsdp_auto_wrap_policy',
  'fsdp_cpu_ram_efficient_loading',
  'fsdp_offload_params',
  'fsdp_reshard_after_forward',
  'fsdp_state_dict_type',
  'fsdp_transformer_layer_cls_to_wrap',
]
const MESH_KEYS = ['dp_replicate_size', 'dp_shard_size', 'tp_size', 'cp_size'].map((key) => `parallelism_config_${key}`)

const unknown = (value: object, known: readonly string[]) => Object.keys(value).filter((key) => !known.includes(key))
const yamlOf = (files: Record<string, string>, name: string) => parse(files[name] ?? '')

const fsdp: Asked = { configuration: { trainer: 'transformers' } }

describe('accelerate', () => {
  it('FSDP: full sharding, offload and recomputation of the plan', () => {
    const config = yamlOf(filesOf(accelerate, fsdp), 'accelerate.yaml')
    expect(config).toMatchObject({
      distributed_type: 'FSDP',
      mixed_precision: 'bf16',
      num_processes: 8,
      num_machines: 1,
      fsdp_config: {
        fsdp_version: 2,
        fsdp_reshard_after_forward: true,
        fsdp_offload_params: false,
        fsdp_activation_checkpointing: true,
      },
    })
    expect(config.parallelism_config).toBeUndefined()
    const stage2 = { ...fsdp, configuration: { ...fsdp.configuration, zero_stage: 2, offload: 'parameters' } } as const
    expect(yamlOf(filesOf(accelerate, stage2), 'accelerate.yaml').fsdp_config).toMatchObject({
      fsdp_reshard_after_forward: false,
      fsdp_offload_params: true,
    })
  })

  it('recomputes once: under FSDP the trainer’s own switch is off', () => {
    expect(flagsOf(filesOf(accelerate, fsdp)['train.sh'] ?? '')).toContain('--gradient_checkpointing False')
    expect(flagsOf(filesOf(accelerate)['train.sh'] ?? '')).toContain('--gradient_checkpointing True')
  })

  it('trained weights are loaded in fp32 under FSDP, a frozen base in 16 bits', () => {
    expect(flagsOf(filesOf(accelerate, fsdp)['train.sh'] ?? '')).toContain('--dtype float32')
    const lora = {
      configuration: { ...LORA, trainer: 'transformers', zero_stage: 3, lora_targets: ATTENTION },
    } as const
    expect(flagsOf(filesOf(accelerate, lora)['train.sh'] ?? '')).toEqual(
      expect.arrayContaining(['--dtype bfloat16', '--lora_target_modules q_proj k_proj v_proj o_proj']),
    )
  })

  it('the mesh multiplies to the GPUs', () => {
    const asked = {
      configuration: { trainer: 'transformers', tensor_parallel: 2, context_parallel: 2, data_parallel: 2 },
    } as const
    const { parallelism_config: mesh } = yamlOf(filesOf(accelerate, asked), 'accelerate.yaml')
    expect(unknown(mesh, MESH_KEYS)).toEqual([])
    expect(Object.values(mesh as Record<string, number>).reduce((product, size) => product * size, 1)).toBe(8)
  })

  it('DeepSpeed: its file holds precision and stage, which accelerate refuses to be told twice', () => {
    const files = filesOf(accelerate)
    const config = yamlOf(files, 'accelerate.yaml')
    expect(config.distributed_type).toBe('DEEPSPEED')
    expect(config.mixed_precision).toBeUndefined()
    expect(config.deepspeed_config).toEqual({
      deepspeed_config_file: 'zero3.json',
      deepspeed_multinode_launcher: 'standard',
      zero3_init_flag: true,
    })
    expect(Object.keys(files)).toEqual(['accelerate.yaml', 'zero3.json', 'train.sh'])
    expect(files['train.sh']).not.toContain('--deepspeed ')
  })

  it.each<[string, Asked]>([
    ['FSDP', fsdp],
    ['DeepSpeed', {}],
    ['one GPU', { configuration: { ...LORA, lora_targets: ALL_LINEAR }, placement: { gpus: 1, gpus_per_instance: 1 } }],
    ['several GPUs', { configuration: { ...LORA, lora_targets: ALL_LINEAR } }],
  ])('%s: only keys that accelerate knows', (_, asked) => {
    const config = yamlOf(filesOf(accelerate, asked), 'accelerate.yaml')
    expect(unknown(config, ACCELERATE_KEYS)).toEqual([])
    expect(unknown(config.fsdp_config ?? {}, FSDP_KEYS)).toEqual([])
  })

  it('several machines', () => {
    const files = filesOf(accelerate, {
      configuration: { trainer: 'transformers', data_parallel: 16, gradient_accumulation: 2 },
      placement: { gpus: 16, instances: 2 },
    })
    expect(yamlOf(files, 'accelerate.yaml')).toMatchObject({ num_machines: 2, num_processes: 16 })
    expect(files['train.sh']).toContain('--machine_rank "$NODE_RANK" --main_process_ip "$MASTER_ADDR"')
  })

  it('refuses what it cannot run', () => {
    const message = refusal(() => accelerate.train?.(trainExport({ configuration: { context_parallel: 2 } })))
    expect(message).toContain('--set trainer=transformers')
    expect(refusal(() => accelerate.train?.(trainExport({ configuration: { trainer: 'megatron-lm' } })))).toContain(
      'one of transformers, axolotl',
    )
  })
})

/* Keys of axolotl-ai-cloud/axolotl 0.18.0 src/axolotl/utils/schemas: config.py, training.py, model.py, peft.py, fsdp.py. */
const AXOLOTL_KEYS = [
  'base_model',
  'adapter',
  'load_in_4bit',
  'lora_r',
  'lora_alpha',
  'lora_dropout',
  'lora_target_linear',
  'lora_target_modules',
  'sequence_len',
  'sample_packing',
  'pad_to_sequence_len',
  'micro_batch_size',
  'gradient_accumulation_steps',
  'max_steps',
  'save_strategy',
  'save_steps',
  'optimizer',
  'lr_scheduler',
  'learning_rate',
  'bf16',
  'attn_implementation',
  'gradient_checkpointing',
  'chunked_cross_entropy',
  'plugins',
  'liger_fused_linear_cross_entropy',
  'deepspeed',
  'fsdp_version',
  'fsdp_config',
  'dp_shard_size',
  'tensor_parallel_size',
  'context_parallel_size',
  'datasets',
  'output_dir',
]
const AXOLOTL_FSDP_KEYS = [
  'activation_checkpointing',
  'offload_params',
  'cpu_ram_efficient_loading',
  'cpu_offload_pin_memory',
  'state_dict_type',
  'auto_wrap_policy',
  'transformer_layer_cls_to_wrap',
  'reshard_after_forward',
]

describe('Axolotl', () => {
  const own = (configuration: Asked['configuration'] = {}): Asked => ({
    configuration: { trainer: 'axolotl', ...configuration },
  })
  const configOf = (asked: Asked) => yamlOf(filesOf(axolotl, asked), 'axolotl.yaml')

  it('FSDP2 with the numbers of the plan', () => {
    expect(configOf(own())).toMatchObject({
      base_model: 'meta-llama/Meta-Llama-3-8B',
      sequence_len: 4096,
      micro_batch_size: 2,
      gradient_accumulation_steps: 4,
      max_steps: 400,
      save_steps: 120,
      optimizer: 'adamw_torch_fused',
      gradient_checkpointing: false,
      fsdp_version: 2,
      fsdp_config: { reshard_after_forward: true, offload_params: false, activation_checkpointing: true },
    })
  })

  it('never has DeepSpeed and FSDP together', () => {
    const config = configOf({})
    expect(config).toMatchObject({ deepspeed: 'zero3.json', gradient_checkpointing: true, optimizer: 'adamw_torch' })
    expect(config.fsdp_config).toBeUndefined()
    expect(configOf(own()).deepspeed).toBeUndefined()
  })

  it.each([
    ['chunked' as const, { chunked_cross_entropy: true }],
    ['fused' as const, { liger_fused_linear_cross_entropy: true }],
  ])('a %s loss', (loss, expected) => {
    expect(configOf(own({ loss }))).toMatchObject(expected)
  })

  it('adapters: all linear layers, or those named', () => {
    const qlora = { ...LORA, method: 'qlora', lora_targets: ALL_LINEAR } as const
    expect(configOf(own(qlora))).toMatchObject({
      adapter: 'qlora',
      load_in_4bit: true,
      lora_r: 16,
      lora_target_linear: true,
    })
    const attention = configOf(own({ ...LORA, lora_targets: ATTENTION }))
    expect(attention.lora_target_modules).toEqual(['q_proj', 'k_proj', 'v_proj', 'o_proj'])
    expect(attention.load_in_4bit).toBeUndefined()
  })

  it('knows every key', () => {
    const asked: Asked[] = [
      {},
      own(),
      own({ loss: 'chunked', tensor_parallel: 2, context_parallel: 2, data_parallel: 2 }),
      own({ loss: 'fused' }),
      own({ ...LORA, method: 'qlora', lora_targets: ATTENTION }),
    ]
    for (const each of asked) {
      const config = configOf(each)
      expect(unknown(config, AXOLOTL_KEYS)).toEqual([])
      expect(unknown(config.fsdp_config ?? {}, AXOLOTL_FSDP_KEYS)).toEqual([])
    }
  })

  it('refuses experts over GPUs: its mesh keeps the other weights once for each expert rank', () => {
    expect(refusal(() => axolotl.train?.(trainExport(own({ expert_parallel: 2 }))))).toContain(
      'expert parallelism keeps',
    )
  })

  it('starts under torchrun', () => {
    expect(filesOf(axolotl, own())['train.sh']).toContain(
      'torchrun --nproc-per-node=8 -m axolotl.cli.train axolotl.yaml',
    )
  })
})

/* hiyouga/LLaMA-Factory @ff6d4d12 src/llamafactory/hparams (model_args.py, data_args.py, finetuning_args.py) and TrainingArguments. */
const LLAMA_FACTORY_KEYS = [
  'model_name_or_path',
  'quantization_bit',
  'quantization_method',
  'quantization_type',
  'double_quantization',
  'stage',
  'do_train',
  'finetuning_type',
  'lora_rank',
  'lora_alpha',
  'lora_dropout',
  'lora_target',
  'deepspeed',
  'dataset',
  'template',
  'cutoff_len',
  'packing',
  'output_dir',
  'per_device_train_batch_size',
  'gradient_accumulation_steps',
  'max_steps',
  'save_strategy',
  'save_steps',
  'learning_rate',
  'lr_scheduler_type',
  'optim',
  'use_muon',
  'bf16',
  'pure_bf16',
  'flash_attn',
  'disable_gradient_checkpointing',
  'enable_liger_kernel',
]

describe('LLaMA-Factory', () => {
  const configOf = (asked: Asked) => yamlOf(filesOf(llamaFactory, asked), 'llama_factory.yaml')

  it('full training under its ZeRO file', () => {
    const files = filesOf(llamaFactory, { configuration: { trainer: 'llama-factory' } })
    expect(yamlOf(files, 'llama_factory.yaml')).toMatchObject({
      finetuning_type: 'full',
      deepspeed: 'zero3.json',
      per_device_train_batch_size: 2,
      gradient_accumulation_steps: 4,
      cutoff_len: 4096,
      disable_gradient_checkpointing: false,
      pure_bf16: false,
    })
    expect(JSON.parse(files['zero3.json'] ?? '').train_batch_size).toBe(64)
    expect(files['train.sh']).toContain('FORCE_TORCHRUN=1 NPROC_PER_NODE=8 llamafactory-cli train llama_factory.yaml')
  })

  it('QLoRA: NF4 with nested scales, adapters on all linear layers', () => {
    const config = configOf({ configuration: { ...LORA, method: 'qlora', lora_targets: ALL_LINEAR } })
    expect(config).toMatchObject({
      quantization_bit: 4,
      quantization_type: 'nf4',
      double_quantization: true,
      lora_target: 'all',
      lora_rank: 16,
    })
    expect(config.deepspeed).toBeUndefined()
  })

  it('knows every key', () => {
    for (const configuration of [
      {},
      { ...LORA, method: 'qlora' as const, lora_targets: ATTENTION },
      { loss: 'fused' as const },
    ]) {
      expect(unknown(configOf({ configuration }), LLAMA_FACTORY_KEYS)).toEqual([])
    }
  })
})
