import type { TrainConfiguration } from '../../result/train.ts'

/** Schedules of torch.distributed.pipelining that a plan counts with. */
const PLAIN = '1F1B'
const INTERLEAVED = 'Interleaved1F1B'

/**
 * Settings of torchtitan, whose batch sizes are counted in tokens (pytorch/torchtitan @b5bcd76c torchtitan/config/configs.py:
 * TrainingConfig, ParallelismConfig). With a pipeline the micro-steps are its micro-batches.
 */
export function torchtitanSettings(c: TrainConfiguration): readonly (readonly [string, string])[] {
  const pipeline = c.pipeline_parallel > 1
  const sharded = c.zero_stage >= 2
  return [
    ['training.max_context_length', `${c.sequence_length}`],
    ['training.num_tokens_per_microbatch_per_dp_rank', `${c.micro_batch * c.sequence_length}`],
    ['training.num_tokens_per_train_step', `${c.global_batch * c.sequence_length}`],
    // A frozen base is planned in 16 bits; adapters then are too, which takes less than planned.
    ['training.dtype', c.method === 'full' ? '"float32"' : '"bfloat16"'],
    ['training.mixed_precision_param', '"bfloat16"'],
    ['training.mixed_precision_reduce', '"float32"'],
    ['training.enable_cpu_offload', c.offload === 'parameters' ? 'True' : 'False'],
    ['parallelism.data_parallel_replicate_degree', `${sharded ? 1 : c.data_parallel}`],
    ['parallelism.data_parallel_shard_degree', `${sharded ? c.data_parallel : 1}`],
    ['parallelism.fsdp_reshard_after_forward', c.zero_stage === 3 ? (pipeline ? '"default"' : '"always"') : '"never"'],
    ['parallelism.tensor_parallel_degree', `${c.tensor_parallel}`],
    ['parallelism.enable_sequence_parallel', c.sequence_parallel === false ? 'False' : 'True'],
    ['parallelism.pipeline_parallel_degree', `${c.pipeline_parallel}`],
    ['parallelism.pipeline_parallel_schedule', `"${c.virtual_pipeline > 1 ? INTERLEAVED : PLAIN}"`],
    ['parallelism.num_pp_microbatches', `${pipeline ? c.gradient_accumulation : 1}`],
    // The plan divides layers evenly; torchtitan would take one from the first stage and one from the last.
    ['parallelism.pipeline_parallel_first_stage_less_layers', '0'],
    ['parallelism.pipeline_parallel_last_stage_less_layers', '0'],
    ['parallelism.context_parallel_degree', `${c.context_parallel}`],
    ['parallelism.expert_parallel_degree', `${c.expert_parallel}`],
    ['activation_checkpoint', CHECKPOINTING[c.activation_checkpointing]],
  ]
}

/** Classes of torchtitan/distributed/activation_checkpoint.py. */
const CHECKPOINTING = { none: 'None', selective: 'SelectiveAC.Config()', full: 'FullAC.Config()' } as const
