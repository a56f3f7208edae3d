import type { Architecture, LayerGroup, Model } from '../../catalog/model.ts'
import { layerKinds } from '../../model/layers.ts'
import { inputError } from '../../scenario/diagnostic.ts'
import type { ExportTarget, TrainExport } from '../target.ts'
import { type Ability, requireAble } from '../trainers/express.ts'
import { megatronFlags } from '../trainers/megatron-flags.ts'
import { runFiles, stepsOf, type TrainingRun } from '../trainers/run.ts'
import { type Flags, flagLines } from '../trainers/script.ts'
import { torchrunLine } from '../trainers/torchrun.ts'

const ABILITY: Ability = {
  tool: 'Megatron-LM',
  trainers: ['megatron-lm', 'megatron-bridge'],
  limits: [
    {
      applies: (c) => c.method !== 'full',
      reason: 'it has no LoRA; Megatron Bridge has, but takes Python and no arguments',
      hint: '--set search.method=[full]',
    },
  ],
}

/** The commit whose arguments were read, core 0.20.0, and the folder that it is checked out to. */
const COMMIT = 'd98e8a64'
const CHECKOUT = 'Megatron-LM'

/** Megatron rounds the vocabulary up to a multiple of this and the tensor-parallel degree (arguments.py). */
const VOCABULARY_MULTIPLE = 128

/**
 * Arguments that build the model (NVIDIA/Megatron-LM megatron/training/arguments.py; as in examples/llama/train_llama3_8b_h100_fp8.sh
 * and examples/mixtral/train_mixtral_8x7b_distributed.sh). Positions beyond the catalog's figures (base of the rotation) are left out.
 */
function modelFlags(model: Model, scenario: string): Flags {
  const { architecture } = model
  const plain = architecture === undefined ? undefined : plainGroup(architecture)
  if (architecture === undefined || plain === undefined) {
    throw inputError(
      `Megatron-LM cannot express the plan of ${scenario}: the layers of ${model.id} are not those of one plain GPT block`,
      { hint: 'models of one kind of layer, with grouped-query attention and a dense or expert MLP' },
    )
  }
  const { attention, mlp } = plain
  return [
    ['--num-layers', `${layerKinds(architecture).layerCount}`],
    ['--hidden-size', `${architecture.hidden_size}`],
    ['--ffn-hidden-size', `${mlp.intermediate_size}`],
    ['--num-attention-heads', `${attention.heads}`],
    ['--kv-channels', `${attention.head_dim}`],
    ...(attention.kv_heads < attention.heads
      ? [['--group-query-attention'], ['--num-query-groups', `${attention.kv_heads}`]]
      : []),
    ['--max-position-embeddings', `${architecture.max_positions}`],
    ['--position-embedding-type', 'rope'],
    ['--normalization', architecture.norm_vectors === 1 ? 'RMSNorm' : 'LayerNorm'],
    ...(mlp.gated ? [['--swiglu']] : []),
    ['--disable-bias-linear'],
    ...(attention.bias.qkv ? [['--add-qkv-bias']] : []),
    ...(attention.qk_norm === 'per_head' ? [['--qk-layernorm']] : []),
    ...(architecture.tied_embeddings ? [] : [['--untie-embeddings-and-output-weights']]),
    ['--attention-dropout', '0.0'],
    ['--hidden-dropout', '0.0'],
    ...(mlp.kind === 'moe'
      ? [
          ['--num-experts', `${mlp.experts}`],
          ['--moe-router-topk', `${mlp.experts_per_token}`],
          ['--moe-ffn-hidden-size', `${mlp.intermediate_size}`],
          ['--moe-grouped-gemm'],
          ['--moe-token-dispatcher-type', 'alltoall'],
          ...(mlp.shared_intermediate_size > 0
            ? [['--moe-shared-expert-intermediate-size', `${mlp.shared_intermediate_size}`]]
            : []),
        ]
      : []),
    ['--make-vocab-size-divisible-by', `${VOCABULARY_MULTIPLE}`],
  ]
}

/** The one group of layers of a model that Megatron's GPT builds without further settings; undefined for any other. */
function plainGroup(architecture: Architecture) {
  const [group, ...others] = architecture.layers
  if (group === undefined || others.length > 0 || architecture.vision_parameters > 0) return undefined
  const { attention, mlp } = group as LayerGroup
  if (attention.kind !== 'softmax' || mlp.kind === 'none' || architecture.learned_positions > 0) return undefined
  const special =
    attention.window !== undefined ||
    attention.sinks ||
    attention.shares_kv ||
    attention.k_equals_v ||
    attention.output_gate !== 'none' ||
    attention.bias.output ||
    attention.indexer !== undefined ||
    !['none', 'per_head'].includes(attention.qk_norm) ||
    group.extra_parameters > 0 ||
    group.norms !== 2
  const strangeMlp =
    mlp.kind === 'moe'
      ? mlp.expert_bias || mlp.latent_size !== undefined || mlp.zero_experts > 0 || mlp.dense !== undefined
      : mlp.bias || mlp.copies > 1
  return special || strangeMlp ? undefined : { attention, mlp }
}

/**
 * Flags that cut the layers into stages where the degree does not divide them; a plan charges each stage the rounded-up number.
 * Embedding and head then count as a layer each, as Llama 3 was trained (arXiv 2407.21783, 3.3.2), or the outer stages are shorter.
 */
function stageFlags(layers: number, { plan, scenario }: TrainExport): Flags {
  const { pipeline_parallel: stages, virtual_pipeline: chunks } = plan.configuration
  if (layers % (stages * chunks) === 0) return []
  if ((layers + 2) % (stages * chunks) === 0)
    return [['--account-for-embedding-in-pipeline-split'], ['--account-for-loss-in-pipeline-split']]
  const most = Math.ceil(layers / stages)
  const outer = layers - (stages - 2) * most
  if (chunks > 1 || stages < 3 || outer < 2) {
    throw inputError(
      `Megatron-LM cannot express the plan of ${scenario}: ${layers} layers do not divide into ${stages} stages${chunks > 1 ? ` of ${chunks} chunks` : ''}`,
      { hint: 'narrow search.pipeline_parallel to divisors of the layers' },
    )
  }
  return [
    ['--decoder-first-pipeline-num-layers', `${Math.floor(outer / 2)}`],
    ['--decoder-last-pipeline-num-layers', `${Math.ceil(outer / 2)}`],
  ]
}

export function megatronRun(input: TrainExport): TrainingRun {
  requireAble(input, ABILITY)
  const { plan, launch, model, scenario } = input
  const { steps, saveEvery } = stepsOf(plan)
  const flags: Flags = [
    ...modelFlags(model, scenario),
    ...megatronFlags(plan.configuration),
    ...stageFlags(model.architecture === undefined ? 0 : layerKinds(model.architecture).layerCount, input),
    ['--train-iters', `${steps}`],
    ['--save-interval', `${saveEvery}`],
    ['--tokenizer-type', 'HuggingFaceTokenizer'],
    ['--tokenizer-model', launch.model],
  ]
  return {
    files: [],
    command: `export CUDA_DEVICE_MAX_CONNECTIONS=1\n${flagLines(`${torchrunLine(launch)} ${CHECKOUT}/pretrain_gpt.py`, flags)}`,
    setup: [
      'pip install megatron-core transformer-engine transformers',
      `git clone https://github.com/NVIDIA/Megatron-LM ${CHECKOUT} && git -C ${CHECKOUT} checkout ${COMMIT}`,
    ],
    missing:
      'A plan knows neither data nor rates nor the base of rotary positions: append --data-path, --lr, --rotary-base, --save.',
  }
}

export const megatron: ExportTarget = {
  id: 'megatron',
  describe: 'arguments of Megatron-LM as a script',
  train: (input) => runFiles(input, megatronRun(input)),
}
