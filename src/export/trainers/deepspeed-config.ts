import type { TrainConfiguration } from '../../result/train.ts'
import type { TrainingLaunchContext, TrainingSizes } from '../training.ts'

/** A value of a JSON file. */
export type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json }

/** TrainingArguments.max_grad_norm where nothing is said (huggingface/transformers training_args.py). */
const GRADIENT_CLIPPING = 1.0

/** Gathered blocks of a plan under ZeRO-3: the current and the prefetched one. */
const GATHERED_BLOCKS = 2

/** 4-bit values in one 16-bit element of storage. */
const NF4_IN_BF16 = 4

/** Optimizers of torch that DeepSpeed has tested with ZeRO (deepspeed/runtime/zero/utils.py, ZERO_SUPPORTED_OPTIMIZERS). */
const TESTED: readonly string[] = ['adamw']

/** Adapters on an undivided base need no DeepSpeed; full training does, for its fp32 master weights. */
export function usesDeepspeed({ method, zero_stage, offload, tensor_parallel }: TrainConfiguration): boolean {
  return method === 'full' || zero_stage > 0 || offload !== 'none' || tensor_parallel > 1
}

/**
 * Stage of the file. Stage 1 stands in for 0: on one GPU it holds the same fp32 master weights and moments, on several its part of
 * them, which is less than planned.
 */
function stage({ zero_stage }: TrainConfiguration): number {
  return Math.max(1, zero_stage)
}

export function deepspeedFile(c: TrainConfiguration): string {
  return `zero${stage(c)}${c.offload === 'none' ? '' : `-offload-${c.offload}`}.json`
}

/**
 * DeepSpeed's configuration (deepspeedai/DeepSpeed 0.19.6 docs/_pages/config-json.md). Batch sizes are numbers, so that a script whose
 * flags disagree is refused and does not train something else. Bucket sizes are those that Transformers fills in for "auto"
 * (transformers/integrations/deepspeed.py): the plan counts no buffers of 500 million elements, which are DeepSpeed's defaults.
 */
export function deepspeedConfig(
  c: TrainConfiguration,
  { sizes }: TrainingLaunchContext,
): Readonly<Record<string, Json>> {
  return {
    train_batch_size: c.global_batch,
    train_micro_batch_size_per_gpu: c.micro_batch,
    gradient_accumulation_steps: c.gradient_accumulation,
    gradient_clipping: GRADIENT_CLIPPING,
    bf16: { enabled: true },
    ...optimizer(c),
    zero_optimization: {
      stage: stage(c),
      ...(c.offload === 'none' ? {} : { offload_optimizer: { device: 'cpu', pin_memory: true } }),
      ...(c.offload === 'parameters' ? { offload_param: { device: 'cpu', pin_memory: true } } : {}),
      overlap_comm: false,
      contiguous_gradients: true,
      ...(sizes === null ? {} : { reduce_bucket_size: sizes.hidden ** 2 }),
      ...(sizes === null || c.zero_stage < 3
        ? {}
        : {
            stage3_prefetch_bucket_size: Math.floor(0.9 * sizes.hidden ** 2),
            stage3_param_persistence_threshold: 10 * sizes.hidden,
            stage3_max_live_parameters: live(c, sizes),
            stage3_max_reuse_distance: live(c, sizes),
          }),
      ...(c.zero_stage < 3 ? {} : { stage3_gather_16bit_weights_on_model_save: true }),
    },
    ...(c.tensor_parallel > 1 ? { tensor_parallel: { autotp_size: c.tensor_parallel } } : {}),
  }
}

/** Parameters that are gathered at once: two blocks, and embedding and head. DeepSpeed counts what is stored, of NF4 a fourth. */
function live({ method }: TrainConfiguration, { block, outer }: TrainingSizes): number {
  return Math.ceil((GATHERED_BLOCKS * block) / (method === 'qlora' ? NF4_IN_BF16 : 1)) + outer
}

/**
 * In host memory the optimizer is DeepSpeed's own AdamW for the CPU, named in the file; Transformers fills in "auto". On the GPU it is
 * the one of `--optim`.
 */
function optimizer(c: TrainConfiguration): Readonly<Record<string, Json>> {
  if (c.offload !== 'none' && c.optimizer === 'adamw')
    return {
      optimizer: { type: 'AdamW', params: { lr: 'auto', betas: 'auto', eps: 'auto', weight_decay: 'auto' } },
    }
  return {
    ...(TESTED.includes(c.optimizer) ? {} : { zero_allow_untested_optimizer: true }),
    ...(c.offload === 'none' ? {} : { zero_force_ds_cpu_optimizer: false }),
  }
}

/** What a reader must know of the file: the choices, as `zero_optimization.stage 3`, without sizes of buffers. */
export function deepspeedSettings(c: TrainConfiguration, context: TrainingLaunchContext): string[] {
  return flat(deepspeedConfig(c, context), '').filter((line) => CHOICES.test(line))
}

const CHOICES = /\.(stage|device|autotp_size|enabled|type) /

function flat(value: Json, path: string): string[] {
  if (typeof value !== 'object') return [`${path} ${value}`]
  return Object.entries(value).flatMap(([key, inner]) => flat(inner, path === '' ? key : `${path}.${key}`))
}
