import { layerKinds } from '../../model/layers.ts'
import type { TrainConfiguration } from '../../result/train.ts'
import { inputError } from '../../scenario/diagnostic.ts'
import { commentLines } from '../header.ts'
import type { ExportFile, ExportTarget, TrainExport } from '../target.ts'
import { type Ability, requireAble } from '../trainers/express.ts'
import { ALPHA_PER_RANK } from '../trainers/hugging-face.ts'
import { runFiles, stepsOf, type TrainingRun } from '../trainers/run.ts'
import { torchrunLine } from '../trainers/torchrun.ts'
import { torchtitanSequences, torchtitanSettings, torchtitanTokens } from '../trainers/torchtitan-settings.ts'

const ABILITY: Ability = {
  tool: 'torchtitan',
  trainers: ['torchtitan'],
  limits: [
    {
      applies: (c) => c.lora_targets !== null && loraModules(c) === null,
      reason: 'its adapters cannot be put on these projections alone: keys and values have one setting there',
      hint: '--set search.lora.targets=all-linear or attention',
    },
    {
      applies: (c) => c.flash_attention === false,
      reason: 'it has no attention that stores its scores',
      hint: '--set flash_attention=true',
    },
  ],
}

/** Recipes of torchtitan/models/llama3/config_registry.py: name of the function and of the model's flavor. */
const RECIPES: Readonly<Record<string, readonly [recipe: string, flavor: string]>> = {
  'llama-3-8b': ['llama3_8b', '8B'],
  'llama-3.1-8b': ['llama3_8b', '8B'],
  'llama-3-70b': ['llama3_70b', '70B'],
  'llama-3.1-70b': ['llama3_70b', '70B'],
  'llama-3.3-70b': ['llama3_70b', '70B'],
  'llama-3.1-405b': ['llama3_405b', '405B'],
}

/** The release that the file is written for; the commits after it count in tokens. */
const RELEASE = '0.3.0'
const MODULE = 'planned'
const FUNCTION = 'planned'

/** Modules of a Llama 3 block there, by the projections that they hold (tests/unit_tests/test_lora.py). */
const MODULES: readonly (readonly [module: string, targets: readonly string[]])[] = [
  ['wq', ['q']],
  ['wkv', ['k', 'v']],
  ['wo', ['o']],
  ['w1', ['gate']],
  ['w2', ['down']],
  ['w3', ['up']],
]

/** Null where a module would be adapted only in part. */
function loraModules({ lora_targets }: TrainConfiguration): string[] | null {
  const targets = lora_targets ?? []
  const chosen = MODULES.filter(([, held]) => held.some((target) => targets.includes(target)))
  return chosen.every(([, held]) => held.every((target) => targets.includes(target)))
    ? chosen.map(([module]) => module)
    : null
}

/**
 * A Python file with one recipe. torchtitan took TOML until 2026; since then settings are Python, and its flags no longer reach all
 * of them (pytorch/torchtitan 0.3.0 and @b5bcd76c torchtitan/config/manager.py, models/llama3/config_registry.py).
 */
function recipeFile(input: TrainExport, [recipe, flavor]: readonly [string, string]): ExportFile {
  const { plan, header } = input
  const c = plan.configuration
  const { steps, saveEvery } = stepsOf(plan)
  const adapters = c.lora_rank !== null
  const modules = (loraModules(c) ?? []).map((name) => `"${name}"`).join(', ')
  const converters = adapters
    ? `, converters=[LoRAConverter.Config(rank=${c.lora_rank}, alpha=${ALPHA_PER_RANK * (c.lora_rank ?? 0)}.0, target_modules=[${modules}])]`
    : ''
  const wholeLoss = 'CrossEntropyLoss.Config(global_vocab_size=decoder_vocab_size(config.model_spec))'
  const loss = c.loss === 'chunked' ? `ChunkedLossWrapper.Config(loss_fn=${wholeLoss})` : wholeLoss
  const lines = [
    ...(adapters ? ['from torchtitan.components.lora import LoRAConverter'] : []),
    `from torchtitan.components.loss import ${c.loss === 'chunked' ? 'ChunkedLossWrapper, ' : ''}CrossEntropyLoss`,
    ...(c.activation_checkpointing === 'none'
      ? []
      : [
          `from torchtitan.distributed.activation_checkpoint import ${c.activation_checkpointing === 'full' ? 'FullAC' : 'SelectiveAC'}`,
        ]),
    'from torchtitan.models.common.config_utils import decoder_vocab_size',
    'from torchtitan.models.llama3 import model_registry',
    `from torchtitan.models.llama3.config_registry import ${recipe}`,
    '',
    '',
    `def ${FUNCTION}():`,
    `    config = ${recipe}()`,
    `    config.model_spec = model_registry("${flavor}"${converters})`,
    `    config.loss = ${loss}`,
    ...assignments(torchtitanSettings(c), 4),
    '    if hasattr(config.training, "num_tokens_per_microbatch_per_dp_rank"):',
    ...assignments(torchtitanTokens(c), 8),
    '    else:',
    ...assignments(torchtitanSequences(c), 8),
    ...(c.virtual_pipeline > 1
      ? [`    config.parallelism.pipeline_parallel_layers_per_stage = ${layersPerChunk(input)}`]
      : []),
    `    config.training.steps = ${steps}`,
    '    config.checkpoint.enable = True',
    `    config.checkpoint.interval = ${saveEvery}`,
    '    # The plan counts neither compiled kernels nor pools of CUDA graphs.',
    '    config.compile.enable = False',
    '    config.compile.enable_async_tensor_parallel = False',
    '    if hasattr(config.training, "disable_cuda_graphs"):',
    '        config.training.disable_cuda_graphs = True',
    '    return config',
  ]
  return { name: `${MODULE}.py`, text: `${commentLines(header)}\n${lines.join('\n')}\n` }
}

function assignments(settings: ReturnType<typeof torchtitanSettings>, indent: number): string[] {
  return settings.map(([key, value]) => `${' '.repeat(indent)}config.${key} = ${value}`)
}

/** Layers of one chunk of an interleaved pipeline. */
function layersPerChunk({ model, plan }: TrainExport): number {
  const layers = model.architecture === undefined ? 0 : layerKinds(model.architecture).layerCount
  return Math.ceil(layers / (plan.configuration.pipeline_parallel * plan.configuration.virtual_pipeline))
}

export function torchtitanRun(input: TrainExport): TrainingRun {
  requireAble(input, ABILITY)
  const { model, scenario, launch } = input
  const recipe = RECIPES[model.id]
  if (recipe === undefined) {
    throw inputError(
      `torchtitan cannot express the plan of ${scenario}: no recipe of it for ${model.id} is known here`,
      { hint: `models: ${Object.keys(RECIPES).join(', ')}` },
    )
  }
  return {
    files: [recipeFile(input, recipe)],
    command: `PYTHONPATH="$PWD\${PYTHONPATH:+:$PYTHONPATH}" ${torchrunLine(launch)} -m torchtitan.train --module ${MODULE} --config ${FUNCTION}`,
    setup: [`pip install 'torchtitan==${RELEASE}'`],
    missing: `Written for that release and for commit b5bcd76c. Set dataloader, optimizer and hf_assets_path (${launch.model}) in ${MODULE}.py, and checkpoint.initial_load_in_hf to begin from weights: a plan does not know them.`,
  }
}

export const torchtitan: ExportTarget = {
  id: 'torchtitan',
  describe: 'recipe of torchtitan (Python, its own form since 2026), for Llama 3',
  train: (input) => runFiles(input, torchtitanRun(input)),
}
