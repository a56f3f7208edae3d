import type { TrainConfiguration } from '../../result/train.ts'
import type { TrainingLaunchContext } from '../training.ts'
import { loraModules } from './lora-modules.ts'
import type { Flags } from './script.ts'

/** Optimizer names of transformers' `--optim` (huggingface/transformers training_args.py, OptimizerNames). */
export const HF_OPTIMIZERS: Readonly<Record<string, string>> = {
  adamw: 'adamw_torch',
  'adamw-8bit': 'adamw_bnb_8bit',
  'paged-adamw-8bit': 'paged_adamw_8bit',
  adafactor: 'adafactor',
  sgd: 'sgd',
  lion: 'lion_32bit',
}

/** Alpha is no matter of memory; twice the rank is what most recipes take. */
export const ALPHA_PER_RANK = 2

export interface HuggingFaceOptions {
  /** Precision in which the weights are loaded. */
  readonly dtype?: 'bfloat16' | 'float32'
  /** The launcher's file recomputes activations itself, so the trainer must not. */
  readonly checkpointingElsewhere?: boolean
}

/**
 * Flags of TRL's script for supervised fine-tuning: SFTConfig, an extension of TrainingArguments, and ModelConfig (huggingface/trl
 * trl/scripts/sft.py, trl/trainer/sft_config.py, trl/trainer/model_config.py; huggingface/transformers training_args.py).
 */
export function huggingFaceFlags(
  c: TrainConfiguration,
  context: TrainingLaunchContext,
  { dtype = 'bfloat16', checkpointingElsewhere = false }: HuggingFaceOptions = {},
): Flags {
  const recompute = c.activation_checkpointing !== 'none' && !checkpointingElsewhere
  return [
    ['--model_name_or_path', context.model],
    ['--dtype', dtype],
    ['--attn_implementation', c.flash_attention === false ? 'eager' : 'flash_attention_2'],
    ['--per_device_train_batch_size', `${c.micro_batch}`],
    ['--gradient_accumulation_steps', `${c.gradient_accumulation}`],
    ['--max_length', `${c.sequence_length}`],
    ['--packing', 'True'],
    ['--bf16', 'True'],
    ['--gradient_checkpointing', recompute ? 'True' : 'False'],
    ['--optim', HF_OPTIMIZERS[c.optimizer] ?? c.optimizer],
    ['--use_liger_kernel', c.loss === 'fused' ? 'True' : 'False'],
    ...adapterFlags(c),
  ]
}

function adapterFlags(c: TrainConfiguration): Flags {
  if (c.lora_rank === null) return []
  return [
    ['--use_peft', 'True'],
    ['--lora_r', `${c.lora_rank}`],
    ['--lora_alpha', `${ALPHA_PER_RANK * c.lora_rank}`],
    ['--lora_dropout', '0'],
    ['--lora_target_modules', ...loraModules(c)],
    ...(c.method === 'qlora'
      ? [
          ['--load_in_4bit', 'True'],
          ['--bnb_4bit_quant_type', 'nf4'],
          ['--use_bnb_nested_quant', 'True'],
          // Shards of a 4-bit base are cut as if they were bf16; without this ZeRO-3 and FSDP leave it whole on every GPU.
          ...(c.zero_stage === 3 ? [['--bnb_4bit_quant_storage', 'bfloat16']] : []),
        ]
      : []),
  ]
}
