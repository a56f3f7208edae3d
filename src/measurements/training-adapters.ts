import type { Trainer } from '../catalog/trainer.ts'
import type { LoraTarget, ModelTensors } from '../model/tensors.ts'
import type { OrAssume } from '../scenario/assume.ts'
import { trainDefaults } from '../scenario/train-defaults.ts'
import { entryOf } from '../table.ts'
import type { TrainingConfiguration } from '../training/configuration.ts'
import type { TrainingRecord } from './record.ts'

const ATTENTION: readonly LoraTarget[] = ['q', 'k', 'v', 'o']
const ALL_LINEAR: readonly LoraTarget[] = [...ATTENTION, 'gate', 'up', 'down', 'other']

/** Names of projections in the target lists of PEFT and of Megatron, and what they adapt. */
const TARGETS: Readonly<Record<string, readonly LoraTarget[]>> = {
  attention: ATTENTION,
  q_proj: ['q'],
  k_proj: ['k'],
  v_proj: ['v'],
  qkv_proj: ['q', 'k', 'v'],
  query_key_value: ['q', 'k', 'v'],
  linear_qkv: ['q', 'k', 'v'],
  c_attn: ['q', 'k', 'v'],
  W_pack: ['q', 'k', 'v'],
  o_proj: ['o'],
  dense: ['o'],
  linear_proj: ['o'],
  gate_proj: ['gate'],
  up_proj: ['up'],
  gate_up_proj: ['gate', 'up'],
  linear_fc1: ['gate', 'up'],
  dense_h_to_4h: ['up'],
  down_proj: ['down'],
  linear_fc2: ['down'],
  dense_4h_to_h: ['down'],
}
/** The output head is no projection of a layer. */
const HEAD = ['lm_head', 'output_layer']

type Lora = TrainingConfiguration['lora']

/**
 * Rank and targets of adapters; null for full training.
 * @returns a reason where a target is not known by that name, or is nowhere in the model.
 */
export function recordLora(
  { method, lora }: TrainingRecord['configuration'],
  { tensors, trainer }: { readonly tensors: ModelTensors; readonly trainer: Trainer },
  orAssume: OrAssume,
): Lora | { skipped: string } {
  if (method === 'full') return null
  const usualRank = trainer.lora_defaults?.rank ?? trainDefaults.loraRank
  const usualTargets = trainer.lora_defaults?.targets === 'attention' ? ['attention'] : trainDefaults.loraTargets
  const rank = orAssume(lora?.rank, usualRank, `adapters: rank ${usualRank}`)
  const shown = Array.isArray(usualTargets) ? usualTargets.join(', ') : usualTargets
  const targets = orAssume<'all-linear' | readonly string[]>(lora?.targets, usualTargets, `adapters: on ${shown}`)
  if (targets === 'all-linear') return { rank, targets: ALL_LINEAR, head: false }
  const unknown = targets.find((name) => entryOf(TARGETS, name) === undefined && !HEAD.includes(name))
  if (unknown !== undefined) return { skipped: `no projection is known by the name ${JSON.stringify(unknown)}` }
  const adapted = [...new Set(targets.flatMap((name) => entryOf(TARGETS, name) ?? []))]
  const head = targets.some((name) => HEAD.includes(name))
  const found = tensors.kinds.some((kind) =>
    kind.tensors.some(({ lora: own }) => own !== null && adapted.includes(own)),
  )
  if (!found && !head) return { skipped: `the model has none of the projections ${targets.join(', ')}` }
  return { rank, targets: adapted, head }
}
