import { jsonText } from '../../visible.ts'
import type { ExportFile, ExportTarget, TrainExport } from '../target.ts'
import { deepspeedConfig, deepspeedFile, usesDeepspeed } from '../trainers/deepspeed-config.ts'
import {
  type Ability,
  noContextParallel,
  noExpertParallel,
  noOptimizer,
  noPipeline,
  noSelectiveCheckpointing,
  requireAble,
} from '../trainers/express.ts'
import { huggingFaceFlags } from '../trainers/hugging-face.ts'
import { runFiles, stepsOf, type TrainingRun } from '../trainers/run.ts'
import { type Flags, flagLines } from '../trainers/script.ts'
import { torchrunLine } from '../trainers/torchrun.ts'

/** Trainers whose plans count DeepSpeed's states under a Hugging Face model. */
export const DEEPSPEED_TRAINERS = ['deepspeed', 'common'] as const

const ABILITY: Ability = {
  tool: 'DeepSpeed with the Hugging Face trainer',
  trainers: DEEPSPEED_TRAINERS,
  limits: [noPipeline, noExpertParallel, noContextParallel, noSelectiveCheckpointing, noOptimizer(['muon'])],
}

/**
 * The JSON file. JSON has no comments; a key `_comment`, which DeepSpeed and Transformers leave alone, carries them, as in the files
 * that LLaMA-Factory ships (hiyouga/LLaMA-Factory examples/deepspeed/ds_z2_autotp_config.json).
 */
export function deepspeedJson({ plan, launch, header }: TrainExport): ExportFile {
  const config = { _comment: header, ...deepspeedConfig(plan.configuration, launch) }
  return { name: deepspeedFile(plan.configuration), text: `${jsonText(config)}\n` }
}

/** Flags of the run's length: steps and what lies between checkpoints. */
export function lengthFlags({ plan }: TrainExport): Flags {
  const { steps, saveEvery } = stepsOf(plan)
  return [
    ['--max_steps', `${steps}`],
    ['--save_strategy', 'steps'],
    ['--save_steps', `${saveEvery}`],
  ]
}

/** Release from which TRL's SFT never holds all logits (trl/trainer/sft_config.py, loss_type). */
const TRL = '1.16'

/** What a script for supervised fine-tuning must still be told. */
export function sftMissing({ plan }: TrainExport): string {
  const loss =
    plan.configuration.loss === 'full'
      ? ` TRL computes the loss in chunks, which takes less memory than planned; --set loss=chunked plans for that.`
      : ''
  return `A plan knows neither data nor learning rate: append --dataset_name, --output_dir and --learning_rate.${loss}`
}

export function deepspeedRun(input: TrainExport): TrainingRun {
  requireAble(input, ABILITY)
  const { plan, launch } = input
  const c = plan.configuration
  const zero = usesDeepspeed(c)
  const flags = [
    ...huggingFaceFlags(c, launch),
    ...(zero ? [['--deepspeed', deepspeedFile(c)]] : []),
    ...lengthFlags(input),
  ]
  return {
    files: zero ? [deepspeedJson(input)] : [],
    command: flagLines(`${torchrunLine(launch)} -m trl.scripts.sft`, flags),
    setup: sftSetup(input, zero ? ['deepspeed'] : []),
    missing: sftMissing(input),
  }
}

export function sftSetup({ plan }: TrainExport, more: readonly string[] = []): string[] {
  const { method, optimizer, loss, flash_attention } = plan.configuration
  const packages = [
    `'trl>=${TRL}'`,
    ...(method === 'full' ? [] : ['peft']),
    ...(method === 'qlora' || optimizer.includes('8bit') ? ['bitsandbytes'] : []),
    ...(loss === 'fused' ? ['liger-kernel'] : []),
    ...(flash_attention === false ? [] : ['flash-attn']),
    ...more,
  ]
  return [`pip install ${packages.join(' ')}`]
}

export const deepspeed: ExportTarget = {
  id: 'deepspeed',
  describe: 'ZeRO configuration (JSON), and a script that trains with TRL under it',
  train: (input) => {
    const run = deepspeedRun(input)
    if (run.files.length > 0) return runFiles(input, run)
    const unused = `Adapters on an undivided base need no DeepSpeed: the script does without ${deepspeedFile(input.plan.configuration)}.`
    return runFiles(input, { ...run, files: [deepspeedJson(input)], missing: `${run.missing} ${unused}` })
  },
}
