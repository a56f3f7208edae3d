import type { ExportFile, ExportTarget, TrainExport } from '../target.ts'
import { deepspeedFile, usesDeepspeed } from '../trainers/deepspeed-config.ts'
import {
  type Ability,
  noExpertParallel,
  noOptimizer,
  noPipeline,
  noSelectiveCheckpointing,
  requireAble,
} from '../trainers/express.ts'
import { huggingFaceFlags } from '../trainers/hugging-face.ts'
import { runFiles, type TrainingRun } from '../trainers/run.ts'
import { flagLines } from '../trainers/script.ts'
import { machines } from '../trainers/torchrun.ts'
import { yamlFile } from '../yaml.ts'
import { DEEPSPEED_TRAINERS, deepspeedJson, lengthFlags, sftMissing, sftSetup } from './deepspeed.ts'

const ABILITY: Ability = {
  tool: 'accelerate',
  trainers: ['transformers', 'axolotl', ...DEEPSPEED_TRAINERS],
  limits: [
    noPipeline,
    noExpertParallel,
    noSelectiveCheckpointing,
    noOptimizer(['muon']),
    {
      applies: (c) => c.context_parallel > 1 && isZero(c.trainer),
      reason: 'under DeepSpeed it does not divide sequences over GPUs as planned',
      hint: '--set trainer=transformers plans for FSDP, which does',
    },
  ],
}

const CONFIG = 'accelerate.yaml'

function isZero(trainer: string): boolean {
  return (DEEPSPEED_TRAINERS as readonly string[]).includes(trainer)
}

/** FSDP shards anything at all. */
function usesFsdp({ plan }: TrainExport): boolean {
  const c = plan.configuration
  return !isZero(c.trainer) && c.zero_stage > 0 && plan.placement.gpus > 1
}

/**
 * The file of `accelerate launch --config_file` (huggingface/accelerate src/accelerate/commands/config/config_args.py, ClusterConfig;
 * an unknown key is an error there). FSDP: examples/torch_native_parallelism/configs/nd.yaml. DeepSpeed: precision, stage and batch
 * sizes stand in its own file, and accelerate refuses them here too (docs/source/usage_guides/deepspeed.md).
 */
function configFile(input: TrainExport): ExportFile {
  const { plan, launch, header } = input
  const c = plan.configuration
  const shared = {
    compute_environment: 'LOCAL_MACHINE',
    debug: false,
    machine_rank: 0,
    main_training_function: 'main',
    num_machines: machines(launch),
    num_processes: launch.gpus,
    rdzv_backend: 'static',
    same_network: true,
    use_cpu: false,
  }
  const several = launch.gpus > 1 ? 'MULTI_GPU' : 'NO'
  const value = usesFsdp(input)
    ? { ...shared, distributed_type: 'FSDP', mixed_precision: 'bf16', fsdp_config: fsdpConfig(input), ...meshOf(input) }
    : isZero(c.trainer) && usesDeepspeed(c)
      ? {
          ...shared,
          distributed_type: 'DEEPSPEED',
          deepspeed_config: {
            deepspeed_config_file: deepspeedFile(c),
            deepspeed_multinode_launcher: 'standard',
            zero3_init_flag: c.zero_stage === 3,
          },
        }
      : { ...shared, distributed_type: several, mixed_precision: 'bf16' }
  return { name: CONFIG, text: yamlFile(header, value) }
}

function fsdpConfig({ plan }: TrainExport) {
  const c = plan.configuration
  return {
    fsdp_version: 2,
    fsdp_activation_checkpointing: c.activation_checkpointing === 'full',
    fsdp_auto_wrap_policy: 'TRANSFORMER_BASED_WRAP',
    fsdp_cpu_ram_efficient_loading: true,
    fsdp_offload_params: c.offload === 'parameters',
    fsdp_reshard_after_forward: c.zero_stage === 3,
    fsdp_state_dict_type: 'SHARDED_STATE_DICT',
  }
}

/** Degrees beside plain sharding (docs/source/concept_guides/nd_parallelism.md of accelerate). */
function meshOf({ plan }: TrainExport) {
  const c = plan.configuration
  if (c.tensor_parallel === 1 && c.context_parallel === 1) return {}
  return {
    parallelism_config: {
      parallelism_config_dp_replicate_size: 1,
      parallelism_config_dp_shard_size: c.data_parallel,
      parallelism_config_tp_size: c.tensor_parallel,
      parallelism_config_cp_size: c.context_parallel,
    },
  }
}

export function accelerateRun(input: TrainExport): TrainingRun {
  requireAble(input, ABILITY)
  const { plan, launch } = input
  const c = plan.configuration
  const fsdp = usesFsdp(input)
  const zero = isZero(c.trainer) && usesDeepspeed(c)
  const rendezvous =
    machines(launch) === 1
      ? ''
      : ' --machine_rank "$NODE_RANK" --main_process_ip "$MASTER_ADDR" --main_process_port "$MASTER_PORT"'
  // Trained weights of an FSDP plan are fp32 with a bf16 copy for computing; a frozen base stays in 16 bits.
  const dtype = !isZero(c.trainer) && c.method === 'full' ? 'float32' : 'bfloat16'
  const flags = [...huggingFaceFlags(c, launch, { dtype, checkpointingElsewhere: fsdp }), ...lengthFlags(input)]
  return {
    files: [configFile(input), ...(zero ? [deepspeedJson(input)] : [])],
    command: flagLines(`accelerate launch --config_file ${CONFIG}${rendezvous} --module trl.scripts.sft`, flags),
    setup: sftSetup(input, zero ? ['accelerate', 'deepspeed'] : ['accelerate']),
    missing: sftMissing(input),
  }
}

export const accelerate: ExportTarget = {
  id: 'accelerate',
  describe:
    'configuration of `accelerate launch` (YAML) for FSDP or DeepSpeed, and a script that trains with TRL under it',
  train: (input) => runFiles(input, accelerateRun(input)),
}
