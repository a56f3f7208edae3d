import type { TrainConfiguration } from '../../result/train.ts'
import { inputError } from '../../scenario/diagnostic.ts'
import type { ExportFile, ExportTarget, TrainExport } from '../target.ts'
import { type Ability, noExpertParallel, noOptimizer, noPipeline, requireAble } from '../trainers/express.ts'
import { ALPHA_PER_RANK } from '../trainers/hugging-face.ts'
import { runFiles, stepsOf, type TrainingRun } from '../trainers/run.ts'
import { machines, torchrunFlags } from '../trainers/torchrun.ts'
import { yamlFile } from '../yaml.ts'

const ABILITY: Ability = {
  tool: 'torchtune',
  trainers: ['torchtune'],
  limits: [
    noPipeline,
    noExpertParallel,
    noOptimizer(['adafactor', 'lion', 'muon']),
    {
      applies: (c) => c.activation_checkpointing === 'selective' && (c.method !== 'full' || c.data_parallel === 1),
      reason: 'only its recipe for full training on several GPUs recomputes selectively',
      hint: '--set search.activation_checkpointing=[none,full]',
    },
    {
      applies: (c) => c.method !== 'full' && c.zero_stage === 2,
      reason: 'its LoRA recipe always gives gathered weights back after the forward pass',
      hint: '--set search.zero_stage=[0,3]',
    },
    {
      applies: (c) => c.lora_targets !== null && ['gate', 'up', 'down'].some((name) => only(c, name)),
      reason: 'its adapters sit on all projections of the MLP or on none',
      hint: '--set search.lora.targets=all-linear or attention',
    },
    {
      applies: (c) => c.flash_attention === false,
      reason: 'it has no attention that stores its scores',
      hint: '--set flash_attention=true',
    },
  ],
}

/** Some projections of the MLP are adapted, and this one is not. */
function only({ lora_targets: targets }: TrainConfiguration, name: string): boolean {
  const mlp = ['gate', 'up', 'down'].filter((each) => targets?.includes(each))
  return mlp.length > 0 && !mlp.includes(name)
}

interface Recipe {
  /** Package and name of the model's builder: `torchtune.models.PACKAGE.NAME`. */
  readonly package: string
  readonly name: string
  readonly tokenizer: string
  readonly tokenizerFile: string
  readonly modelType: string
  /** Number of the last file of the checkpoint as it is published. */
  readonly files: string
}

/**
 * Models whose recipe configurations were read (pytorch/torchtune recipes/configs/llama3, llama3_1: 8B_full.yaml, 70B_lora.yaml;
 * torchtune/training/checkpointing/_utils.py names the 191 files of 405B).
 */
const RECIPES: Readonly<Record<string, Recipe>> = {
  'llama-3-8b': llama('llama3', 'llama3_8b', '00004'),
  'llama-3-70b': llama('llama3', 'llama3_70b', '00030'),
  'llama-3.1-8b': llama('llama3_1', 'llama3_1_8b', '00004'),
  'llama-3.1-70b': llama('llama3_1', 'llama3_1_70b', '00030'),
  'llama-3.1-405b': llama('llama3_1', 'llama3_1_405b', '00191'),
}

function llama(packageName: string, name: string, files: string): Recipe {
  return {
    package: packageName,
    name,
    tokenizer: 'torchtune.models.llama3.llama3_tokenizer',
    tokenizerFile: 'original/tokenizer.model',
    modelType: 'LLAMA3',
    files,
  }
}

/** What the file is written for: the release 0.6.1 lacks the chunked loss and the degrees of data parallelism. */
const COMMIT = 'bd2a0fc7'
const CONFIG = 'torchtune.yaml'
const CHECKPOINT = './checkpoint'
const OUTPUT = './outputs'

const OPTIMIZERS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  adamw: { _component_: 'torch.optim.AdamW', fused: true },
  'adamw-8bit': { _component_: 'bitsandbytes.optim.AdamW8bit' },
  'paged-adamw-8bit': { _component_: 'bitsandbytes.optim.PagedAdamW8bit' },
  sgd: { _component_: 'torch.optim.SGD' },
}

/** Rates of its own recipes (recipes/configs/llama3_1/8B_full.yaml, 70B_lora.yaml). */
const LEARNING_RATE = { full: 0.00002, adapters: 0.0003 }

function configFile(input: TrainExport, recipe: Recipe): ExportFile {
  const { plan, header } = input
  const c = plan.configuration
  const { steps } = stepsOf(plan)
  const value = {
    output_dir: OUTPUT,
    model: model(c, recipe),
    tokenizer: {
      _component_: recipe.tokenizer,
      path: `${CHECKPOINT}/${recipe.tokenizerFile}`,
      max_seq_len: c.sequence_length,
    },
    checkpointer: {
      _component_: 'torchtune.training.FullModelHFCheckpointer',
      checkpoint_dir: CHECKPOINT,
      checkpoint_files: { filename_format: 'model-{}-of-{}.safetensors', max_filename: recipe.files },
      recipe_checkpoint: null,
      output_dir: OUTPUT,
      model_type: recipe.modelType,
    },
    resume_from_checkpoint: false,
    ...(c.lora_rank === null ? {} : { save_adapter_weights_only: true }),
    dataset: { _component_: 'torchtune.datasets.alpaca_dataset', packed: true },
    seed: null,
    shuffle: true,
    batch_size: c.micro_batch,
    gradient_accumulation_steps: c.gradient_accumulation,
    epochs: 1,
    max_steps_per_epoch: steps,
    optimizer: { ...OPTIMIZERS[c.optimizer], lr: c.method === 'full' ? LEARNING_RATE.full : LEARNING_RATE.adapters },
    ...(c.lora_rank === null
      ? { optimizer_in_bwd: false }
      : {
          lr_scheduler: {
            _component_: 'torchtune.training.lr_schedulers.get_cosine_schedule_with_warmup',
            num_warmup_steps: Math.min(100, steps),
          },
        }),
    loss: {
      _component_: c.loss === 'chunked' ? 'torchtune.modules.loss.LinearCrossEntropyLoss' : 'torch.nn.CrossEntropyLoss',
    },
    clip_grad_norm: null,
    compile: false,
    device: 'cuda',
    dtype: 'bf16',
    enable_activation_checkpointing: c.activation_checkpointing === 'full',
    enable_activation_offloading: false,
    // Every second matrix product is kept; read only where the key above is off (torchtune/utils/activations.py).
    ...(c.activation_checkpointing === 'selective' ? { ac_mode: 'selective', ac_option: 'op' } : {}),
    ...sharding(input),
    metric_logger: {
      _component_: 'torchtune.training.metric_logging.DiskLogger',
      log_dir: `${OUTPUT}/logs`,
    },
    log_every_n_steps: 1,
    log_peak_memory_stats: true,
  }
  return { name: CONFIG, text: yamlFile(header, value) }
}

function model(c: TrainConfiguration, recipe: Recipe) {
  const builder = `torchtune.models.${recipe.package}`
  if (c.lora_rank === null) return { _component_: `${builder}.${recipe.name}` }
  const targets = c.lora_targets ?? []
  const attention = { q: 'q_proj', k: 'k_proj', v: 'v_proj', o: 'output_proj' } as const
  return {
    _component_: `${builder}.${c.method}_${recipe.name}`,
    lora_attn_modules: Object.entries(attention).flatMap(([short, name]) => (targets.includes(short) ? [name] : [])),
    apply_lora_to_mlp: targets.includes('gate'),
    apply_lora_to_output: false,
    lora_rank: c.lora_rank,
    lora_alpha: ALPHA_PER_RANK * c.lora_rank,
    lora_dropout: 0,
  }
}

/** Keys of the distributed recipes alone (recipes/full_finetune_distributed.py, recipes/configs/llama3_1/70B_full.yaml). */
function sharding({ plan }: TrainExport) {
  const c = plan.configuration
  if (plan.placement.gpus === 1) return {}
  return {
    fsdp_cpu_offload: c.offload === 'parameters',
    ...(c.method === 'full'
      ? {
          fsdp_reshard_after_forward: c.zero_stage === 3,
          data_parallel_shard_dim: c.zero_stage === 0 ? 1 : c.data_parallel,
          data_parallel_replicate_dim: c.zero_stage === 0 ? c.data_parallel : 1,
          ...(c.context_parallel > 1 ? { context_parallel_dim: c.context_parallel } : {}),
          ...(c.tensor_parallel > 1
            ? {
                tensor_parallel_dim: c.tensor_parallel,
                tensor_parallel_plan: { _component_: 'torchtune.models.llama3.base_llama_tp_plan' },
              }
            : {}),
        }
      : {}),
  }
}

export function torchtuneRun(input: TrainExport): TrainingRun {
  requireAble(input, ABILITY)
  const { plan, model: entry, launch, scenario } = input
  const c = plan.configuration
  const recipe = RECIPES[entry.id]
  const refuse = (reason: string, hint: string): never => {
    throw inputError(`torchtune cannot express the plan of ${scenario}: ${reason}`, { hint })
  }
  if (recipe === undefined) {
    return refuse(`no recipe of it for ${entry.id} is known here`, `models: ${Object.keys(RECIPES).join(', ')}`)
  }
  const single = plan.placement.gpus === 1
  if (!single && c.method !== 'full' && (c.zero_stage === 0 || c.context_parallel > 1))
    return refuse('its LoRA recipe for several GPUs always shards with FSDP2', '--set search.zero_stage=[3]')
  const kind = c.method === 'full' ? 'full' : 'lora'
  const name = `${kind}_finetune_${single ? 'single_device' : 'distributed'}`
  const flags = single ? '' : `${machines(launch) === 1 ? '--nnodes=1 ' : ''}${torchrunFlags(launch)} `
  return {
    files: [configFile(input, recipe)],
    command: `tune run ${flags}${name} --config ${CONFIG}`,
    setup: [
      `pip install 'git+https://github.com/pytorch/torchtune@${COMMIT}' torchao${c.optimizer.includes('8bit') ? ' bitsandbytes' : ''}`,
    ],
    missing: `Put the checkpoint of ${launch.model} into ${CHECKPOINT} (tune download), and set dataset and lr in ${CONFIG}.`,
  }
}

export const torchtune: ExportTarget = {
  id: 'torchtune',
  describe: 'recipe configuration of torchtune (YAML), for Llama 3 and 3.1',
  train: (input) => runFiles(input, torchtuneRun(input)),
}
