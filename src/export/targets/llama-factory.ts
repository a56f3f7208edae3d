import type { TrainConfiguration } from '../../result/train.ts'
import type { ExportFile, ExportTarget, TrainExport } from '../target.ts'
import { deepspeedFile, usesDeepspeed } from '../trainers/deepspeed-config.ts'
import {
  type Ability,
  noChunkedLoss,
  noContextParallel,
  noExpertParallel,
  noPipeline,
  noSelectiveCheckpointing,
  requireAble,
} from '../trainers/express.ts'
import { ALPHA_PER_RANK, HF_OPTIMIZERS } from '../trainers/hugging-face.ts'
import { adaptsAll, loraModules } from '../trainers/lora-modules.ts'
import { runFiles, stepsOf, type TrainingRun } from '../trainers/run.ts'
import { machines, processes } from '../trainers/torchrun.ts'
import { yamlFile } from '../yaml.ts'
import { DEEPSPEED_TRAINERS, deepspeedJson } from './deepspeed.ts'

const ABILITY: Ability = {
  tool: 'LLaMA-Factory',
  trainers: ['llama-factory', ...DEEPSPEED_TRAINERS],
  limits: [
    noPipeline,
    noExpertParallel,
    noContextParallel,
    noChunkedLoss,
    noSelectiveCheckpointing,
    {
      applies: (c) => c.optimizer === 'muon' && usesDeepspeed(c),
      reason: 'its Muon is not combined with DeepSpeed here',
      hint: '--set search.optimizer=[adamw]',
    },
  ],
}

const CONFIG = 'llama_factory.yaml'

/**
 * Arguments of `llamafactory-cli train` (hiyouga/LLaMA-Factory @ff6d4d12 src/llamafactory/hparams: model_args.py, data_args.py,
 * finetuning_args.py, training_args.py; examples/train_lora/llama3_lora_sft.yaml). ZeRO comes from a DeepSpeed file.
 */
function configFile(input: TrainExport): ExportFile {
  const { plan, launch, header } = input
  const c = plan.configuration
  const { steps, saveEvery } = stepsOf(plan)
  const value = {
    model_name_or_path: launch.model,
    ...quantization(c),
    stage: 'sft',
    do_train: true,
    ...method(c),
    ...(usesDeepspeed(c) ? { deepspeed: deepspeedFile(c) } : {}),
    dataset: 'YOUR_DATASET',
    template: 'default',
    cutoff_len: c.sequence_length,
    packing: true,
    output_dir: './outputs',
    per_device_train_batch_size: c.micro_batch,
    gradient_accumulation_steps: c.gradient_accumulation,
    max_steps: steps,
    save_strategy: 'steps',
    save_steps: saveEvery,
    learning_rate: c.method === 'full' ? LEARNING_RATE.full : LEARNING_RATE.adapters,
    lr_scheduler_type: 'cosine',
    ...(c.optimizer === 'muon' ? { use_muon: true } : { optim: HF_OPTIMIZERS[c.optimizer] ?? c.optimizer }),
    bf16: true,
    pure_bf16: false,
    flash_attn: c.flash_attention === false ? 'disabled' : 'fa2',
    disable_gradient_checkpointing: c.activation_checkpointing === 'none',
    enable_liger_kernel: c.loss === 'fused',
  }
  return { name: CONFIG, text: yamlFile(header, value) }
}

/** Rates of its own examples (examples/train_full/llama3_full_sft.yaml, examples/train_lora/llama3_lora_sft.yaml). */
const LEARNING_RATE = { full: 0.00001, adapters: 0.0001 }

function quantization(c: TrainConfiguration) {
  if (c.method !== 'qlora') return {}
  return {
    quantization_bit: 4,
    quantization_method: 'bnb',
    quantization_type: 'nf4',
    double_quantization: true,
  }
}

function method(c: TrainConfiguration) {
  if (c.lora_rank === null) return { finetuning_type: 'full' }
  return {
    finetuning_type: 'lora',
    lora_rank: c.lora_rank,
    lora_alpha: ALPHA_PER_RANK * c.lora_rank,
    lora_dropout: 0,
    lora_target: adaptsAll(c) ? 'all' : loraModules(c).join(','),
  }
}

/** Its command starts torchrun itself, told by the environment (README.md, "Multi-node"). */
function environment({ launch }: TrainExport): string {
  const nodes = machines(launch)
  const several = nodes > 1 ? `NNODES=${nodes} ` : ''
  return `FORCE_TORCHRUN=1 ${several}NPROC_PER_NODE=${processes(launch)} `
}

export function llamaFactoryRun(input: TrainExport): TrainingRun {
  requireAble(input, ABILITY)
  const zero = usesDeepspeed(input.plan.configuration)
  const quantised = input.plan.configuration.method === 'qlora'
  const rendezvous = machines(input.launch) > 1 ? 'export NODE_RANK MASTER_ADDR MASTER_PORT\n' : ''
  return {
    files: [configFile(input), ...(zero ? [deepspeedJson(input)] : [])],
    command: `${rendezvous}${environment(input)}llamafactory-cli train ${CONFIG}`,
    setup: [`pip install llamafactory flash-attn${zero ? ' deepspeed' : ''}${quantised ? ' bitsandbytes' : ''}`],
    missing: `Set dataset, template, learning_rate and output_dir in ${CONFIG}: a plan does not know them.`,
  }
}

export const llamaFactory: ExportTarget = {
  id: 'llama-factory',
  describe: 'arguments of LLaMA-Factory (YAML), with its ZeRO file where one is needed',
  train: (input) => runFiles(input, llamaFactoryRun(input)),
}
