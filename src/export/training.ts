import type { TrainConfiguration } from '../result/train.ts'
import { shellCommand } from './shell.ts'

/** What a training command needs beside the configuration. */
export interface TrainingLaunchContext {
  /** Repository or path of the base model. */
  readonly model: string
  readonly gpus: number
  readonly gpusPerInstance: number
}

type Flags = string[][]
type Command = (configuration: TrainConfiguration, context: TrainingLaunchContext) => string

const commands: Readonly<Record<string, Command>> = {
  torchtitan: torchtitanCommand,
  'megatron-lm': megatronCommand,
  'megatron-bridge': megatronCommand,
}

/** The command that starts the run on one machine; on several it is run on each, with the rendezvous that the cluster gives. */
export function trainingLaunch(configuration: TrainConfiguration, context: TrainingLaunchContext): string {
  return (commands[configuration.trainer] ?? huggingFaceCommand)(configuration, context)
}

function torchrun({ gpus, gpusPerInstance }: TrainingLaunchContext): string[] {
  const nodes = Math.ceil(gpus / gpusPerInstance)
  return [
    'torchrun',
    ...(nodes > 1 ? [`--nnodes=${nodes}`] : []),
    `--nproc-per-node=${Math.min(gpus, gpusPerInstance)}`,
  ]
}

/** Optimizer names of transformers' `--optim` (huggingface/transformers training_args.py). */
const HF_OPTIMIZERS: Readonly<Record<string, string>> = {
  adamw: 'adamw_torch',
  'adamw-8bit': 'adamw_bnb_8bit',
  'paged-adamw-8bit': 'paged_adamw_8bit',
  adafactor: 'adafactor',
  sgd: 'sgd',
  lion: 'lion_32bit',
}

/** Flags of the Hugging Face trainer (TrainingArguments, PEFT); ZeRO and offload go into the DeepSpeed file they name. */
function huggingFaceCommand(c: TrainConfiguration, context: TrainingLaunchContext): string {
  const zero = c.zero_stage > 0 || c.offload !== 'none'
  const flags: Flags = [
    ['--model_name_or_path', context.model],
    ['--per_device_train_batch_size', `${c.micro_batch}`],
    ['--gradient_accumulation_steps', `${c.gradient_accumulation}`],
    ['--max_seq_length', `${c.sequence_length}`],
    ['--bf16', 'True'],
    ['--gradient_checkpointing', c.activation_checkpointing === 'none' ? 'False' : 'True'],
    ['--optim', HF_OPTIMIZERS[c.optimizer] ?? c.optimizer],
    ...(c.loss === 'fused' ? [['--use_liger_kernel', 'True']] : []),
    ...(c.lora_rank === null ? [] : [['--lora_r', `${c.lora_rank}`]]),
    ...(c.method === 'qlora'
      ? [
          ['--load_in_4bit', 'True'],
          ['--bnb_4bit_quant_type', 'nf4'],
        ]
      : []),
    ...(zero ? [['--deepspeed', deepspeedFile(c)]] : []),
  ]
  const command = shellCommand([...torchrun(context), 'train.py'], flags)
  return zero ? `# ${deepspeedFile(c)} holds ${deepspeedSettings(c).join(', ')}\n${command}` : command
}

function deepspeedFile({ zero_stage, offload }: TrainConfiguration): string {
  return `zero${zero_stage}${offload === 'none' ? '' : `-offload-${offload}`}.json`
}

/** What the file must hold beside the defaults (deepspeedai/DeepSpeed docs/_pages/config-json.md). */
function deepspeedSettings(c: TrainConfiguration): string[] {
  return [
    `zero_optimization.stage ${c.zero_stage}`,
    ...(c.offload === 'none' ? [] : ['offload_optimizer.device cpu']),
    ...(c.offload === 'parameters' ? ['offload_param.device cpu'] : []),
    ...(c.tensor_parallel > 1 ? [`tensor_parallel.autotp_size ${c.tensor_parallel}`] : []),
    'bf16.enabled true',
  ]
}

/** Flags of torchtitan (pytorch/torchtitan torchtitan/config/configs.py). */
function torchtitanCommand(c: TrainConfiguration, context: TrainingLaunchContext): string {
  const flags: Flags = [
    ['--training.seq_len', `${c.sequence_length}`],
    ['--training.local_batch_size', `${c.micro_batch}`],
    ['--training.global_batch_size', `${c.global_batch}`],
    ['--parallelism.data_parallel_shard_degree', `${c.zero_stage === 3 ? c.data_parallel : 1}`],
    ['--parallelism.tensor_parallel_degree', `${c.tensor_parallel}`],
    ['--parallelism.pipeline_parallel_degree', `${c.pipeline_parallel}`],
    ['--parallelism.context_parallel_degree', `${c.context_parallel}`],
    ['--parallelism.expert_parallel_degree', `${c.expert_parallel}`],
    ['--activation_checkpoint.mode', c.activation_checkpointing],
  ]
  return shellCommand([...torchrun(context), '-m', 'torchtitan.train'], flags)
}

/** Arguments of Megatron-LM (NVIDIA/Megatron-LM megatron/training/arguments.py). */
function megatronCommand(c: TrainConfiguration, context: TrainingLaunchContext): string {
  const flags: Flags = [
    ['--tensor-model-parallel-size', `${c.tensor_parallel}`],
    ['--pipeline-model-parallel-size', `${c.pipeline_parallel}`],
    ...(c.virtual_pipeline > 1 ? [['--num-virtual-stages-per-pipeline-rank', `${c.virtual_pipeline}`]] : []),
    ...(c.context_parallel > 1 ? [['--context-parallel-size', `${c.context_parallel}`]] : []),
    ...(c.expert_parallel > 1 ? [['--expert-model-parallel-size', `${c.expert_parallel}`]] : []),
    ...(c.tensor_parallel > 1 ? [['--sequence-parallel']] : []),
    ['--micro-batch-size', `${c.micro_batch}`],
    ['--global-batch-size', `${c.global_batch}`],
    ['--seq-length', `${c.sequence_length}`],
    ['--bf16'],
    ...(c.zero_stage > 0 ? [['--use-distributed-optimizer']] : []),
    ...recompute(c.activation_checkpointing),
  ]
  return shellCommand([...torchrun(context), 'pretrain_gpt.py'], flags)
}

function recompute(kind: TrainConfiguration['activation_checkpointing']): Flags {
  if (kind === 'none') return []
  if (kind === 'selective') return [['--recompute-granularity', 'selective']]
  return [
    ['--recompute-granularity', 'full'],
    ['--recompute-method', 'uniform'],
    ['--recompute-num-layers', '1'],
  ]
}
