import type { Model } from '../catalog/model.ts'
import { largestOf } from '../model/largest.ts'
import { describeModel } from '../model/tensors.ts'
import type { TrainConfiguration } from '../result/train.ts'
import { deepspeedFile, deepspeedSettings, usesDeepspeed } from './trainers/deepspeed-config.ts'
import { huggingFaceFlags } from './trainers/hugging-face.ts'
import { megatronFlags } from './trainers/megatron-flags.ts'
import { flagLines } from './trainers/script.ts'
import { torchrunLine } from './trainers/torchrun.ts'
import { torchtitanSettings, torchtitanTokens } from './trainers/torchtitan-settings.ts'

/** Parameters that buffers of sharding are measured in. */
export interface TrainingSizes {
  readonly hidden: number
  /** Of the largest transformer block. */
  readonly block: number
  /** Embedding, head and what else lies outside the blocks. */
  readonly outer: number
}

/** What a training command needs beside the configuration. */
export interface TrainingLaunchContext {
  /** Repository or path of the base model. */
  readonly model: string
  readonly gpus: number
  readonly gpusPerInstance: number
  /** Null where the architecture is not known. */
  readonly sizes: TrainingSizes | null
}

/** What a command needs to know of the model and of the machines that a plan stands on. */
export function trainingContext(
  model: Model,
  placement: { readonly gpus: number; readonly gpus_per_instance: number },
): TrainingLaunchContext {
  return {
    model: model.huggingface ?? model.id,
    gpus: placement.gpus,
    gpusPerInstance: placement.gpus_per_instance,
    sizes: model.architecture === undefined ? null : largestOf(describeModel(model.architecture)),
  }
}

type Command = (configuration: TrainConfiguration, context: TrainingLaunchContext) => string

const commands: Readonly<Record<string, Command>> = {
  torchtitan: torchtitanCommand,
  'megatron-lm': megatronCommand,
  'megatron-bridge': megatronCommand,
}

/**
 * The command that starts the run as a plan shows it, with the flags that memory depends on. On several machines each runs it, with
 * NODE_RANK, MASTER_ADDR and MASTER_PORT in the environment. `plan export` writes the files that it names.
 */
export function trainingLaunch(configuration: TrainConfiguration, context: TrainingLaunchContext): string {
  return (commands[configuration.trainer] ?? huggingFaceCommand)(configuration, context)
}

function huggingFaceCommand(c: TrainConfiguration, context: TrainingLaunchContext): string {
  const flags = huggingFaceFlags(c, context)
  if (!usesDeepspeed(c)) return flagLines(`${torchrunLine(context)} -m trl.scripts.sft`, flags)
  const file = deepspeedFile(c)
  const command = flagLines(`${torchrunLine(context)} -m trl.scripts.sft`, [...flags, ['--deepspeed', file]])
  return `# ${file} (plan export --to deepspeed): ${deepspeedSettings(c, context).join(', ')}\n${command}`
}

/** Settings that leave something out. */
const NEUTRAL = ['0', '1', 'False', 'None']

/** torchtitan has taken its settings from a Python file since August 2026; these are what the file sets. */
function torchtitanCommand(c: TrainConfiguration, context: TrainingLaunchContext): string {
  const settings = [...torchtitanTokens(c), ...torchtitanSettings(c)]
    .filter(([, value]) => !NEUTRAL.includes(value))
    .map(([key, value]) => `# ${key} = ${value}`)
  const command = `${torchrunLine(context)} -m torchtitan.train --module planned --config planned`
  return ['# planned.py (plan export --to torchtitan) sets', ...settings, command].join('\n')
}

function megatronCommand(c: TrainConfiguration, context: TrainingLaunchContext): string {
  return flagLines(`${torchrunLine(context)} pretrain_gpt.py`, megatronFlags(c))
}
