import type { TrainPlan } from '../../result/train.ts'
import type { ExportFile, TrainExport } from '../target.ts'
import { script } from './script.ts'
import { machines } from './torchrun.ts'

/** A training run as a shell starts it: the files that it reads, and the command. */
export interface TrainingRun {
  readonly files: readonly ExportFile[]
  /**
   * Shell text. On several machines each runs it, with NODE_RANK, MASTER_ADDR and MASTER_PORT in the environment. Further flags may
   * follow it.
   */
  readonly command: string
  /** Shell lines that install what the command needs. */
  readonly setup: readonly string[]
  /** What a user has to supply, in words, e.g. the data set. */
  readonly missing: string
}

/** Name of the script that each trainer's target adds. */
export const SCRIPT = 'train.sh'

/** The files of a trainer's target: what the trainer reads, and a script that starts it. */
export function runFiles(input: TrainExport, run: TrainingRun): ExportFile[] {
  const several = machines(input.launch) > 1
  const header = [
    ...input.header,
    '',
    ...run.setup.map((line) => `Needs: ${line}`),
    ...rocmNote(input),
    run.missing,
    ...(several ? ['Run it on every machine with NODE_RANK (0, 1, ...), MASTER_ADDR and MASTER_PORT set.'] : []),
  ]
  return [...run.files, { name: SCRIPT, text: script(header, `${run.command} "$@"`), executable: true }]
}

/** What the package index gives unasked is PyTorch for CUDA. */
export function rocmNote({ gpu }: TrainExport): string[] {
  return gpu.vendor === 'amd' ? ['On AMD GPUs PyTorch for ROCm must be there before these packages.'] : []
}

/** Optimizer steps of the run, and how many lie between checkpoints. */
export function stepsOf({ performance }: TrainPlan): { readonly steps: number; readonly saveEvery: number } {
  const { steps, step_seconds, checkpoint_minutes } = performance
  const between = step_seconds === 0 ? steps : Math.ceil((checkpoint_minutes * 60) / step_seconds)
  return { steps, saveEvery: Math.min(steps, Math.max(1, between)) }
}
