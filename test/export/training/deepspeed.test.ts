import { describe, expect, it } from 'vitest'
import { deepspeed } from '../../../src/export/targets/deepspeed.ts'
import { trainingLaunch } from '../../../src/export/training.ts'
import { ALL_LINEAR, filesOf, flagsOf, LORA, refusal, trainExport } from './fixtures.ts'

/*
 * Keys of deepspeedai/DeepSpeed docs/_pages/config-json.md (0.19.6), of those that an exported file may hold. `_comment` is no key of
 * DeepSpeed: hiyouga/LLaMA-Factory ships it in examples/deepspeed/ds_z2_autotp_config.json.
 */
const KEYS = [
  '_comment',
  'train_batch_size',
  'train_micro_batch_size_per_gpu',
  'gradient_accumulation_steps',
  'gradient_clipping',
  'optimizer',
  'bf16',
  'zero_optimization',
  'zero_allow_untested_optimizer',
  'zero_force_ds_cpu_optimizer',
  'tensor_parallel',
]
/** deepspeed/runtime/zero/config.py, DeepSpeedZeroConfig; unknown keys are an error there. */
const ZERO_KEYS = [
  'stage',
  'contiguous_gradients',
  'reduce_scatter',
  'reduce_bucket_size',
  'allgather_partitions',
  'allgather_bucket_size',
  'overlap_comm',
  'offload_param',
  'offload_optimizer',
  'sub_group_size',
  'stage3_max_live_parameters',
  'stage3_max_reuse_distance',
  'stage3_prefetch_bucket_size',
  'stage3_param_persistence_threshold',
  'stage3_gather_16bit_weights_on_model_save',
]

const parsed = (asked: Parameters<typeof filesOf>[1], name: string) => {
  const text = filesOf(deepspeed, asked)[name]
  if (text === undefined) throw new Error(`no ${name}`)
  return JSON.parse(text)
}

describe('DeepSpeed', () => {
  it('ZeRO-3: batch sizes multiply, the stage is the plan', () => {
    const config = parsed({}, 'zero3.json')
    expect(config).toMatchObject({
      train_batch_size: 64,
      train_micro_batch_size_per_gpu: 2,
      gradient_accumulation_steps: 4,
      bf16: { enabled: true },
      zero_optimization: { stage: 3 },
    })
    expect(config.train_batch_size).toBe(2 * 4 * 8)
    expect(config._comment[0]).toBe('train-8b: 8 x h100-sxm-80gb')
  })

  it('buffers are those that the plan counts, not DeepSpeed’s defaults of 500 million and a billion parameters', () => {
    const { zero_optimization: zero } = parsed({}, 'zero3.json')
    expect(zero.reduce_bucket_size).toBe(4096 ** 2)
    expect(zero.stage3_prefetch_bucket_size).toBe(15_099_494)
    expect(zero.stage3_param_persistence_threshold).toBe(40_960)
    // A block of Llama 3 8B: q, k, v, o and the gated MLP with two norms; outside embedding, head and the last norm.
    const block = 2 * 4096 ** 2 + 2 * 4096 * 1024 + 3 * 4096 * 14_336 + 2 * 4096
    const outer = 2 * 128_256 * 4096 + 4096
    expect(zero.stage3_max_live_parameters).toBe(2 * block + outer)
    expect(zero.stage3_max_reuse_distance).toBe(2 * block + outer)
    // Of a 4-bit block DeepSpeed counts the 16-bit elements that hold it.
    const qlora = parsed(
      { configuration: { ...LORA, method: 'qlora', lora_targets: ALL_LINEAR, zero_stage: 3 } },
      'zero3.json',
    )
    expect(qlora.zero_optimization.stage3_max_live_parameters).toBe(Math.ceil(block / 2) + outer)
  })

  it.each([
    [{}, 'zero3.json'],
    [{ zero_stage: 2 as const, tensor_parallel: 2, data_parallel: 4, gradient_accumulation: 8 }, 'zero2.json'],
    [{ offload: 'parameters' as const }, 'zero3-offload-parameters.json'],
    [{ offload: 'optimizer' as const, zero_stage: 1 as const }, 'zero1-offload-optimizer.json'],
    [{ optimizer: 'adamw-8bit', zero_stage: 1 as const }, 'zero1.json'],
    [{ offload: 'optimizer' as const, optimizer: 'adafactor', zero_stage: 2 as const }, 'zero2-offload-optimizer.json'],
  ])('%j: only documented keys', (configuration, name) => {
    const config = parsed({ configuration }, name)
    expect(Object.keys(config).filter((key) => !KEYS.includes(key))).toEqual([])
    expect(Object.keys(config.zero_optimization).filter((key) => !ZERO_KEYS.includes(key))).toEqual([])
  })

  it('offload: devices, and an optimizer that runs there', () => {
    const config = parsed({ configuration: { offload: 'parameters' } }, 'zero3-offload-parameters.json')
    expect(config.zero_optimization).toMatchObject({
      offload_optimizer: { device: 'cpu' },
      offload_param: { device: 'cpu' },
    })
    expect(config.optimizer.type).toBe('AdamW')
    const optimizerOnly = parsed({ configuration: { offload: 'optimizer' } }, 'zero3-offload-optimizer.json')
    expect(optimizerOnly.zero_optimization.offload_param).toBeUndefined()
  })

  it('optimizers that DeepSpeed has not tested are allowed by name', () => {
    expect(parsed({ configuration: { optimizer: 'adamw-8bit' } }, 'zero3.json').zero_allow_untested_optimizer).toBe(
      true,
    )
    expect(parsed({}, 'zero3.json').zero_allow_untested_optimizer).toBeUndefined()
  })

  it('tensor parallelism is the file’s own', () => {
    const asked = { configuration: { zero_stage: 2, tensor_parallel: 4, data_parallel: 2 } } as const
    expect(parsed(asked, 'zero2.json').tensor_parallel).toEqual({ autotp_size: 4 })
  })

  it('the script says the same as the file', () => {
    const lines = flagsOf(filesOf(deepspeed)['train.sh'] ?? '')
    expect(lines).toEqual(
      expect.arrayContaining([
        'torchrun --nproc-per-node=8 -m trl.scripts.sft',
        '--per_device_train_batch_size 2',
        '--gradient_accumulation_steps 4',
        '--max_length 4096',
        '--gradient_checkpointing True',
        '--optim adamw_torch',
        '--deepspeed zero3.json',
        '--max_steps 400',
        // 20 minutes of 10 s.
        '--save_steps 120',
      ]),
    )
  })

  it('full training without sharding keeps its fp32 master weights in ZeRO’s optimizer', () => {
    const files = filesOf(deepspeed, {
      configuration: { zero_stage: 0, data_parallel: 1, gradient_accumulation: 32 },
      placement: { gpus: 1, gpus_per_instance: 1 },
    })
    expect(JSON.parse(files['zero1.json'] ?? '').zero_optimization.stage).toBe(1)
  })

  it('adapters on an undivided base need no DeepSpeed, and are told so', () => {
    const script = filesOf(deepspeed, { configuration: { ...LORA, lora_targets: ALL_LINEAR } })['train.sh']
    expect(script).not.toContain('--deepspeed')
    expect(script).toContain('the script does without zero1.json')
    expect(flagsOf(script ?? '')).toEqual(
      expect.arrayContaining(['--use_peft True', '--lora_r 16', '--lora_target_modules all-linear']),
    )
  })

  it.each([
    [{ pipeline_parallel: 2 }, 'it has no pipeline parallelism', 'trainer=megatron-lm'],
    [{ expert_parallel: 2 }, 'does not divide experts', 'search.expert_parallel=[1]'],
    [{ context_parallel: 2 }, 'does not divide sequences', 'search.context_parallel=[1]'],
    [{ optimizer: 'muon' }, 'optimizer muon', 'search.optimizer=[adamw]'],
    [{ trainer: 'torchtune' }, 'for the trainer torchtune', '--set trainer=deepspeed'],
    [{ activation_checkpointing: 'selective' as const }, 'whole layers', 'search.activation_checkpointing'],
  ])('%j is refused with the reason and what to do', (configuration, reason, hint) => {
    const message = refusal(() => deepspeed.train?.(trainExport({ configuration })))
    expect(message).toContain(reason)
    expect(message).toContain(hint)
  })

  it('a launch text names the file, and its choices as the file has them', () => {
    const { plan, launch } = trainExport({ configuration: { offload: 'optimizer' } })
    const first = trainingLaunch(plan.configuration, launch).split('\n')[0] ?? ''
    const config = parsed({ configuration: { offload: 'optimizer' } }, 'zero3-offload-optimizer.json')
    expect(first).toBe(
      `# zero3-offload-optimizer.json (plan export --to deepspeed): bf16.enabled ${config.bf16.enabled}, optimizer.type ${config.optimizer.type}, zero_optimization.stage ${config.zero_optimization.stage}, zero_optimization.offload_optimizer.device ${config.zero_optimization.offload_optimizer.device}`,
    )
  })
})
