import type { TrainConfiguration } from '../../result/train.ts'
import type { Flags } from './script.ts'

/** Arguments of Megatron-LM that a plan decides (NVIDIA/Megatron-LM core 0.20.0 megatron/training/arguments.py). */
export function megatronFlags(c: TrainConfiguration): Flags {
  return [
    ['--tensor-model-parallel-size', `${c.tensor_parallel}`],
    ['--pipeline-model-parallel-size', `${c.pipeline_parallel}`],
    ...(c.virtual_pipeline > 1 ? [['--num-virtual-stages-per-pipeline-rank', `${c.virtual_pipeline}`]] : []),
    ...(c.context_parallel > 1 ? [['--context-parallel-size', `${c.context_parallel}`]] : []),
    ...(c.expert_parallel > 1 ? [['--expert-model-parallel-size', `${c.expert_parallel}`]] : []),
    ...(c.tensor_parallel > 1 && c.sequence_parallel !== false ? [['--sequence-parallel']] : []),
    ['--micro-batch-size', `${c.micro_batch}`],
    ['--global-batch-size', `${c.global_batch}`],
    ['--seq-length', `${c.sequence_length}`],
    ['--bf16'],
    ['--optimizer', c.optimizer === 'sgd' ? 'sgd' : 'adam'],
    ...(c.zero_stage > 0 ? [['--use-distributed-optimizer']] : []),
    ...(c.offload === 'none' ? [] : [['--optimizer-cpu-offload'], ['--optimizer-offload-fraction', '1.0']]),
    ...recompute(c.activation_checkpointing),
    ['--attention-backend', c.flash_attention === false ? 'unfused' : 'flash'],
  ]
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
