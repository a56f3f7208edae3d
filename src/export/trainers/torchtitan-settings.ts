import type { TrainConfiguration } from '../../result/train.ts'

/** Schedules of torch.distributed.pipelining that a plan counts with. */
const PLAIN = '1F1B'
const INTERLEAVED = 'Interleaved1F1B'

type Settings = readonly (readonly [key: string, value: string])[]

/**
 * Sizes of batches in tokens, as torchtitan counts them since August 2026 (pytorch/torchtitan @b5bcd76c torchtitan/config/configs.py,
 * TrainingConfig). With a pipeline the micro-steps are its micro-batches.
 */
export function torchtitanTokens(c: TrainConfiguration): Settings {
  return [
    ['training.max_context_length', `${c.sequence_length}`],
    ['training.num_tokens_per_microbatch_per_dp_rank', `${c.micro_batch * c.sequence_length}`],
    ['training.num_tokens_per_train_step', `${c.global_batch * c.sequence_length}`],
    ['parallelism.num_pp_microbatches', `${c.pipeline_parallel > 1 ? c.gradient_accumulation : 1}`],
  ]
}

/** The same in sequences, as the release 0.3.0 counts: a pipeline cuts the local batch into micro-batches. */
export function torchtitanSequences(c: TrainConfiguration): Settings {
  const local = c.pipeline_parallel > 1 ? c.micro_batch * c.gradient_accumulation : c.micro_batch
  return [
    ['training.seq_len', `${c.sequence_length}`],
    ['training.local_batch_size', `${local}`],
    ['training.global_batch_size', `${c.global_batch}`],
    ['parallelism.pipeline_parallel_microbatch_size', `${c.micro_batch}`],
  ]
}

/** Settings but for sizes of batches (the same file, TrainingConfig and ParallelismConfig). */
export function torchtitanSettings(c: TrainConfiguration): Settings {
  const pipeline = c.pipeline_parallel > 1
  const sharded = c.zero_stage >= 2
  return [
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
