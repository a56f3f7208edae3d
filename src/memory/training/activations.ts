import type { LayerKind } from '../../model/tensors.ts'
import { count } from '../../units.ts'
import { type Stage, stageKinds } from '../stages.ts'
import {
  type BlockContext,
  type BlockOptions,
  type BlockPart,
  blockContext,
  blockParts,
  divided,
  explainParts,
  partBytes,
  replicated,
  scoreParts,
} from './block.ts'

/** Activations of one micro-batch in a stage, bytes per token on one rank. */
export interface Activations {
  /** Kept on the GPU from forward to backward, all layers of the stage. */
  readonly storedPerToken: number
  /** Kept on the host instead. */
  readonly hostPerToken: number
  /** Of the layer that is in its backward pass, beyond what is stored. */
  readonly livePerToken: number
  /** One whole block with its gradients: what the last backward pass of a block works on, stored or repeated. */
  readonly wholePerToken: number
  readonly explainStored: () => string
  readonly explainLive: () => string
  readonly explainWhole: () => string
}

/** What recomputation leaves of one layer. */
interface LayerBytes {
  readonly kind: LayerKind
  readonly layers: number
  readonly stored: readonly BlockPart[]
  readonly storedBytes: number
  readonly liveBytes: number
  readonly wholeBytes: number
  readonly explainLive: () => string
  readonly explainWhole: () => string
}

/**
 * Saved and live activations of a stage by recompute level. None keeps every tensor of every block. Full keeps the input of each
 * block and repeats one block's forward pass. Selective keeps the block input, attention and every second matrix product (torchtitan);
 * in Megatron it drops attention scores only (arXiv 2205.05198).
 * @param isKbit the residual stream is fp32
 */
export function activations(stage: Stage, options: BlockOptions, isKbit: boolean): Activations {
  const layers = stageKinds(options.tensors, stage).map(({ kind, layers: number }) =>
    layerBytes(blockContext(kind, options), number, isKbit),
  )
  const { trainer, physics, configuration } = options
  const onHost = trainer.checkpoints_on_host === true && configuration.activationCheckpointing === 'full'
  let stored = 0
  let number = 0
  for (const layer of layers) {
    stored += layer.storedBytes * layer.layers
    number += layer.layers
  }
  const inTransit = onHost
    ? (stored / Math.max(1, number)) * Math.min(number, physics.activations.checkpoint_layers_in_transit)
    : stored
  const live = largest(layers, (layer) => layer.liveBytes)
  const whole = largest(layers, (layer) => layer.wholeBytes)
  return {
    storedPerToken: inTransit,
    hostPerToken: onHost ? stored : 0,
    livePerToken: live?.liveBytes ?? 0,
    wholePerToken: whole?.wholeBytes ?? 0,
    explainStored: () => {
      const each = layers.map((layer) => `${layer.layers} layers x (${explainParts(layer.stored, configuration)})`)
      const all = each.length > 1 ? `(${each.join(' + ')})` : each.join('')
      return onHost ? `${count(inTransit)} B (in transit of those on the host: ${all})` : all
    },
    explainLive: () => live?.explainLive() ?? '0',
    explainWhole: () => whole?.explainWhole() ?? '0',
  }
}

function layerBytes(context: BlockContext, layers: number, isKbit: boolean): LayerBytes {
  const { configuration, mlp, physics, kind } = context
  const block = blockParts(context)
  const products = physics.activations.product_gradient * (mlp.gated ? 2 : 1) * mlp.inner
  const gradient = divided('gradients of MLP products', products)
  const blockBytes = partBytes(block, configuration)
  const stored = storedParts(context, block, isKbit)
  const storedBytes = partBytes(stored, configuration)
  const gradientBytes = partBytes([gradient], configuration)
  const wholeBytes = blockBytes + gradientBytes
  const explainWhole = () => explainParts([...block, gradient], configuration)
  const common = { kind, layers, stored, storedBytes, wholeBytes, explainWhole }
  switch (configuration.activationCheckpointing) {
    case 'none':
      return { ...common, liveBytes: gradientBytes, explainLive: () => explainParts([gradient], configuration) }
    case 'full':
      return { ...common, liveBytes: wholeBytes, explainLive: explainWhole }
    case 'selective': {
      const liveBytes = Math.max(0, blockBytes - storedBytes) + gradientBytes
      return { ...common, liveBytes, explainLive: () => `${explainWhole()} - ${count(storedBytes)} stored` }
    }
  }
}

function largest(layers: readonly LayerBytes[], bytes: (layer: LayerBytes) => number): LayerBytes | undefined {
  return layers.reduce<LayerBytes | undefined>(
    (most, layer) => (most === undefined || bytes(layer) > bytes(most) ? layer : most),
    undefined,
  )
}

function storedParts(context: BlockContext, block: readonly BlockPart[], isKbit: boolean): readonly BlockPart[] {
  const { configuration, trainer, physics, hidden } = context
  switch (configuration.activationCheckpointing) {
    case 'none':
      return block
    case 'full': {
      const each = isKbit ? physics.kbit_bytes : physics.activations.checkpoint
      return [replicated('block input', each * hidden)]
    }
    case 'selective':
      return trainer.activations === 'megatron' ? withoutScores(context, block) : everySecondProduct(context)
  }
}

function withoutScores(context: BlockContext, block: readonly BlockPart[]): readonly BlockPart[] {
  const dropped = new Set(scoreParts(context).map((part) => part.name))
  return block.filter((part) => !dropped.has(part.name))
}

function everySecondProduct({ attention, mlp, hidden, physics }: BlockContext): readonly BlockPart[] {
  const { checkpoint, selective_product_share: share } = physics.activations
  const value = physics.compute_bytes
  const keys = attention.key + attention.value
  return [
    replicated('block input', checkpoint * hidden),
    divided('attention', value * attention.output + physics.activations.eager.log_sum_exp * attention.heads),
    replicated('half of the products into the stream', share * value * 2 * hidden),
    divided('half of the other products', share * value * (attention.query + keys + (mlp.gated ? 2 : 1) * mlp.inner)),
  ]
}
