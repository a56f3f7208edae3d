import type { TrainingLaunchContext } from '../training.ts'

/** Machines that a run spans. */
export function machines({ gpus, gpusPerInstance }: TrainingLaunchContext): number {
  return Math.ceil(gpus / gpusPerInstance)
}

/** Processes of one machine: one a GPU. */
export function processes({ gpus, gpusPerInstance }: TrainingLaunchContext): number {
  return Math.min(gpus, gpusPerInstance)
}

/**
 * Flags of torchrun (pytorch/pytorch torch/distributed/run.py). Each machine of several runs the same line; its rank and the address
 * of the first come from the environment, under the names that torch itself uses.
 */
export function torchrunFlags(context: TrainingLaunchContext): string {
  const nodes = machines(context)
  const each = `--nproc-per-node=${processes(context)}`
  if (nodes === 1) return each
  return `--nnodes=${nodes} ${each} --node-rank="$NODE_RANK" --master-addr="$MASTER_ADDR" --master-port="$MASTER_PORT"`
}

export function torchrunLine(context: TrainingLaunchContext): string {
  return `torchrun ${torchrunFlags(context)}`
}
