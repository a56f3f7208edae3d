import type { Trainer } from '../../catalog/trainer.ts'
import type { TrainingMemoryPhysics } from '../../catalog/training-memory.ts'
import { kvHeadsPerRank } from '../../model/kv.ts'
import { countParameters } from '../../model/parameters.ts'
import type { LayerKind, ModelTensors, Tensor } from '../../model/tensors.ts'
import type { TrainingConfiguration } from '../../training/configuration.ts'
import { type Stage, stageKinds } from '../stages.ts'

type Lora = NonNullable<TrainingConfiguration['lora']>

/** Widths of a projection on one rank: the sharded side is divided, the other whole. */
function widthsOnRank(tensor: Tensor, tensorParallel: number): { inputs: number; outputs: number } {
  const { inputs, outputs, shard } = tensor
  switch (shard) {
    case 'column':
    case 'vocabulary':
    case 'expert':
      return { inputs, outputs: outputs / tensorParallel }
    case 'row':
      return { inputs: inputs / tensorParallel, outputs }
    case 'kv': {
      const heads = tensor.kvHeads ?? 1
      return { inputs, outputs: (outputs / heads) * kvHeadsPerRank(heads, tensorParallel) }
    }
    case 'replicated':
      return { inputs, outputs }
  }
}

/** Projections of a layer that get an adapter. */
export function adapterTargets(kind: LayerKind, lora: Lora): Tensor[] {
  return kind.tensors.filter((tensor) => tensor.lora !== null && lora.targets.includes(tensor.lora))
}

/**
 * Adapter parameters of one rank of a stage: `sum over targets of r x (in + out)` a layer, and `r x (h + V)` for the head
 * (LoRA, arXiv 2106.09685).
 */
export function adapterParameters(tensors: ModelTensors, stage: Stage, lora: Lora, tensorParallel: number): number {
  let parameters = 0
  for (const { kind, layers } of stageKinds(tensors, stage)) {
    for (const tensor of adapterTargets(kind, lora)) {
      const { inputs, outputs } = widthsOnRank(tensor, tensorParallel)
      parameters += lora.rank * (inputs + outputs) * tensor.copies * layers
    }
  }
  const { hidden_size: hidden, vocabulary_size: vocabulary } = tensors.architecture
  return parameters + (stage.last && lora.head === true ? lora.rank * (hidden + vocabulary / tensorParallel) : 0)
}

/** Parameters that a run trains, over all GPUs: the whole model, or its adapters. */
export function trainableParameters(tensors: ModelTensors, lora: Lora | null): number {
  if (lora === null) return countParameters(tensors).total
  const whole = { index: 0, firstLayer: 0, layers: tensors.layerCount, first: true, last: true }
  return adapterParameters(tensors, whole, lora, 1)
}

/** Bytes per token that a layer keeps for the gradients of its adapters. */
export interface KeptInputs {
  /** Whole on every tensor-parallel rank, and divided by sequence parallelism. */
  readonly replicated: number
  /** Divided by tensor parallelism. */
  readonly divided: number
}

/**
 * Adapters in the base's own format, without dropout, keep no copy: each distinct input once. Query, key and value share one, gate and
 * up another; the output projection's is the attention output, which the block keeps anyway.
 */
function sharedInputs(targets: readonly Tensor[], bytes: number, hidden: number): KeptInputs {
  let whole = 0
  let split = 0
  const seen = new Set<string>()
  for (const { lora, shard, inputs, activeCopies } of targets) {
    const input = lora === 'k' || lora === 'v' ? 'q' : lora === 'up' ? 'gate' : (lora ?? '')
    if (input === 'o' || seen.has(input)) continue
    seen.add(input)
    if (shard === 'row') split += inputs * activeCopies
    // Experts read the routed copies of the stream, which the block counts.
    else whole += Math.min(inputs, hidden)
  }
  return { replicated: bytes * whole, divided: bytes * split }
}

/** Inputs of adapters: an fp32 copy of every target's input (PEFT), value and dropout mask in 16 bit, or the shared inputs themselves. */
export function keptAdapterInputs(
  kind: LayerKind,
  lora: Lora,
  trainer: Trainer,
  physics: TrainingMemoryPhysics,
  hidden: number,
): KeptInputs {
  const { fp32, dropout, without_dropout: withoutDropout } = physics.activations.adapter_input
  const targets = adapterTargets(kind, lora)
  if (targets.length === 0) return { replicated: 0, divided: 0 }
  const is16Bit = trainer.adapters.weights <= physics.compute_bytes
  if (is16Bit && !trainer.adapters.dropout) return sharedInputs(targets, withoutDropout, hidden)
  const each = is16Bit ? dropout : fp32
  let whole = 0
  let split = 0
  let hasMerged = false
  for (const tensor of targets) {
    const isMergeable = tensor.lora === 'q' || tensor.lora === 'k' || tensor.lora === 'v'
    if (trainer.merged_qkv_adapters === true && isMergeable) {
      if (hasMerged) continue
      hasMerged = true
    }
    const inputs = tensor.inputs * tensor.activeCopies
    if (tensor.shard === 'row') split += inputs
    else whole += inputs
  }
  return { replicated: each * whole, divided: each * split }
}
