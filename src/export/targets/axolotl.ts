import type { TrainConfiguration } from '../../result/train.ts'
import type { ExportFile, ExportTarget, TrainExport } from '../target.ts'
import { deepspeedFile, usesDeepspeed } from '../trainers/deepspeed-config.ts'
import { type Ability, noPipeline, noSelectiveCheckpointing, requireAble } from '../trainers/express.ts'
import { ALPHA_PER_RANK, HF_OPTIMIZERS } from '../trainers/hugging-face.ts'
import { adaptsAll, loraModules } from '../trainers/lora-modules.ts'
import { runFiles, stepsOf, type TrainingRun } from '../trainers/run.ts'
import { torchrunFlags } from '../trainers/torchrun.ts'
import { yamlFile } from '../yaml.ts'
import { DEEPSPEED_TRAINERS, deepspeedJson } from './deepspeed.ts'

function isZero({ trainer }: TrainConfiguration): boolean {
  return (DEEPSPEED_TRAINERS as readonly string[]).includes(trainer)
}

const ABILITY: Ability = {
  tool: 'Axolotl',
  trainers: ['axolotl', 'transformers', ...DEEPSPEED_TRAINERS],
  limits: [
    noPipeline,
    noSelectiveCheckpointing,
    {
      // src/axolotl/integrations/expert_parallel/plugin.py: shards and expert ranks are orthogonal axes of the mesh.
      applies: (c) => c.expert_parallel > 1,
      reason: 'its expert parallelism keeps all other weights once for each expert rank, and the plan divides them',
      hint: '--set search.expert_parallel=[1], or --set trainer=megatron-lm',
    },
    {
      applies: (c) => isZero(c) && c.context_parallel > 1,
      reason: 'under DeepSpeed it does not divide sequences over GPUs as planned',
      hint: '--set trainer=axolotl plans for FSDP, which does',
    },
    {
      applies: (c) => isZero(c) && c.optimizer === 'muon',
      reason: 'it refuses Muon under DeepSpeed',
      hint: '--set trainer=axolotl or --set search.optimizer=[adamw]',
    },
  ],
}

const CONFIG = 'axolotl.yaml'

/** Settings that every run needs and no plan knows. */
const DATA = {
  datasets: [{ path: 'YOUR_DATASET', type: 'alpaca' }],
  output_dir: './outputs',
}
/** Rates that Axolotl's own examples start from (examples/llama-3/fft-8b.yaml, qlora.yml). */
const LEARNING_RATE = { full: 0.00002, adapters: 0.0002 }

/** Keys: axolotl-ai-cloud/axolotl 0.18.0 src/axolotl/utils/schemas (config.py, peft.py, fsdp.py, training.py). */
function configFile(input: TrainExport): ExportFile {
  const { plan, launch, header } = input
  const c = plan.configuration
  const { steps, saveEvery } = stepsOf(plan)
  const zero = isZero(c) && usesDeepspeed(c)
  const fsdp = !isZero(c) && c.zero_stage > 0 && plan.placement.gpus > 1
  const value = {
    base_model: launch.model,
    ...adapter(c),
    sequence_len: c.sequence_length,
    sample_packing: true,
    pad_to_sequence_len: true,
    micro_batch_size: c.micro_batch,
    gradient_accumulation_steps: c.gradient_accumulation,
    max_steps: steps,
    save_strategy: 'steps',
    save_steps: saveEvery,
    optimizer:
      c.optimizer === 'adamw' && !isZero(c) ? 'adamw_torch_fused' : (HF_OPTIMIZERS[c.optimizer] ?? c.optimizer),
    lr_scheduler: 'cosine',
    learning_rate: c.method === 'full' ? LEARNING_RATE.full : LEARNING_RATE.adapters,
    bf16: true,
    attn_implementation: c.flash_attention === false ? 'eager' : 'flash_attention_2',
    // Under FSDP its own wrapper recomputes; both at once are refused.
    gradient_checkpointing: c.activation_checkpointing === 'full' && !fsdp,
    ...loss(c),
    ...(zero ? { deepspeed: deepspeedFile(c) } : {}),
    ...(zero && c.tensor_parallel > 1 ? { tensor_parallel_size: c.tensor_parallel } : {}),
    ...(fsdp ? sharding(c) : {}),
    ...DATA,
  }
  return { name: CONFIG, text: yamlFile(header, value) }
}

function adapter(c: TrainConfiguration) {
  if (c.lora_rank === null) return {}
  return {
    adapter: c.method,
    ...(c.method === 'qlora' ? { load_in_4bit: true } : {}),
    lora_r: c.lora_rank,
    lora_alpha: ALPHA_PER_RANK * c.lora_rank,
    lora_dropout: 0,
    ...(adaptsAll(c) ? { lora_target_linear: true } : { lora_target_modules: loraModules(c) }),
  }
}

/** Of the memory-saving losses one at most may be on (schemas/validation.py). */
function loss(c: TrainConfiguration) {
  if (c.loss === 'chunked') return { chunked_cross_entropy: true }
  if (c.loss === 'fused')
    return { plugins: ['axolotl.integrations.liger.LigerPlugin'], liger_fused_linear_cross_entropy: true }
  return {}
}

/** docs/nd_parallelism.qmd: the sizes multiply to the number of GPUs. */
function sharding(c: TrainConfiguration) {
  const mesh = c.tensor_parallel > 1 || c.context_parallel > 1
  return {
    fsdp_version: 2,
    fsdp_config: {
      auto_wrap_policy: 'TRANSFORMER_BASED_WRAP',
      offload_params: c.offload === 'parameters',
      cpu_ram_efficient_loading: true,
      state_dict_type: 'SHARDED_STATE_DICT',
      reshard_after_forward: c.zero_stage === 3,
      activation_checkpointing: c.activation_checkpointing === 'full',
    },
    ...(mesh ? { dp_shard_size: c.data_parallel } : {}),
    ...(c.tensor_parallel > 1 ? { tensor_parallel_size: c.tensor_parallel } : {}),
    ...(c.context_parallel > 1 ? { context_parallel_size: c.context_parallel } : {}),
  }
}

export function axolotlRun(input: TrainExport): TrainingRun {
  requireAble(input, ABILITY)
  const c = input.plan.configuration
  const zero = isZero(c) && usesDeepspeed(c)
  return {
    files: [configFile(input), ...(zero ? [deepspeedJson(input)] : [])],
    command: `torchrun ${torchrunFlags(input.launch)} -m axolotl.cli.train ${CONFIG}`,
    setup: [`pip install 'axolotl[flash-attn${zero ? ',deepspeed' : ''}]'`],
    missing: `Set datasets, learning_rate and output_dir in ${CONFIG}: a plan does not know them.`,
  }
}

export const axolotl: ExportTarget = {
  id: 'axolotl',
  describe: 'configuration of Axolotl (YAML)',
  train: (input) => runFiles(input, axolotlRun(input)),
}
