import type { Trainer } from '../../catalog/trainer.ts'
import type { TrainingMemoryPhysics } from '../../catalog/training-memory.ts'
import type { LayerKind, ModelTensors } from '../../model/tensors.ts'
import { count } from '../../units.ts'
import { keptAdapterInputs } from './adapters.ts'
import { type AttentionWidths, attentionWidths, hasScores, type MlpWidths, mlpWidths } from './block-widths.ts'
import type { PreparedConfiguration } from './types.ts'

/** Some of the tensors that a block keeps for its backward pass, bytes per token before division. */
export interface BlockPart {
  readonly name: string
  readonly bytes: number
  /** Whole on every tensor-parallel rank, divided only by sequence parallelism. */
  readonly isReplicated: boolean
}

/** Everything that the saved tensors of one layer depend on. */
export interface BlockContext {
  readonly kind: LayerKind
  readonly hidden: number
  readonly attention: AttentionWidths
  readonly mlp: MlpWidths
  readonly configuration: PreparedConfiguration
  readonly trainer: Trainer
  readonly physics: TrainingMemoryPhysics
  readonly isSoftCapped: boolean
  readonly norms: number
}

export interface BlockOptions {
  readonly tensors: ModelTensors
  readonly configuration: PreparedConfiguration
  readonly trainer: Trainer
  readonly physics: TrainingMemoryPhysics
}

export function blockContext(kind: LayerKind, { tensors, ...rest }: BlockOptions): BlockContext {
  const { architecture } = tensors
  return {
    ...rest,
    kind,
    hidden: architecture.hidden_size,
    attention: attentionWidths(kind.attention, architecture.hidden_size, rest.configuration.tensorParallel),
    mlp: mlpWidths(kind.mlp),
    isSoftCapped: architecture.soft_caps === true,
    norms: architecture.layers[kind.group]?.norms ?? 0,
  }
}

/** Divides parts among tensor-parallel ranks. */
export function partBytes(parts: readonly BlockPart[], configuration: PreparedConfiguration): number {
  const { tensorParallel, sequenceParallel } = configuration
  const whole = sequenceParallel ? tensorParallel : 1
  let bytes = 0
  for (const part of parts) bytes += part.bytes / (part.isReplicated ? whole : tensorParallel)
  return bytes
}

/** `norms 49,152 + query 8,192 + ...`, and how they are divided. */
export function explainParts(parts: readonly BlockPart[], configuration: PreparedConfiguration): string {
  const { tensorParallel, sequenceParallel } = configuration
  const list = (isReplicated: boolean, divisor: number): string => {
    const told = parts.filter((part) => part.isReplicated === isReplicated && part.bytes > 0)
    const text = told.map((part) => `${part.name} ${count(part.bytes)}`).join(' + ')
    return divisor === 1 || told.length === 0 ? text : `(${text}) / ${divisor}`
  }
  const lists = [list(true, sequenceParallel ? tensorParallel : 1), list(false, tensorParallel)]
  return lists.filter((text) => text !== '').join(' + ') || '0'
}

/** Tensors that one layer keeps without recomputation: eager or compiled PyTorch, or Megatron's kernels. */
export function blockParts(context: BlockContext): BlockPart[] {
  return context.trainer.activations === 'megatron' ? megatronParts(context) : torchParts(context)
}

/** PyTorch blocks of the Llama type, counted tensor by tensor. Full training also keeps what weight gradients need. */
function torchParts(context: BlockContext): BlockPart[] {
  const { hidden, attention, mlp, configuration, trainer, physics, norms } = context
  const isCompiled = configuration.compile || trainer.activations === 'compiled'
  const each = physics.activations[isCompiled ? 'compiled' : 'eager']
  const isFull = configuration.lora === null
  const trained = isFull ? 1 : 0
  const key = each.repeats_key_value ? attention.repeatedKey : attention.key
  const value = each.repeats_key_value ? attention.repeatedValue : attention.value
  const parts: BlockPart[] = [
    replicated('norms', norms * (each.norm_input + trained * each.norm_output) * hidden),
    divided('query', each.query * attention.query),
    divided('keys and values', each.key_value * (key + value)),
    divided('attention output', each.attention_output * attention.output + each.log_sum_exp * attention.heads),
    replicated('projection inputs', trained * each.projection_input * projections(context) * hidden),
    divided('output projection input', trained * each.projection_input * attention.output),
    divided('MLP', (mlp.gated ? each.gated_mlp : each.plain_mlp) * mlp.inner),
    divided('down input', trained * each.down_input * mlp.inner),
    replicated('framework extra', trainer.extra_activation_bytes * hidden),
    ...scoreParts(context),
    ...routedParts(context),
    ...quantisedInputParts(context),
  ]
  if (configuration.lora !== null) parts.push(...adapterParts(context))
  return parts.filter((part) => part.bytes > 0)
}

/** Blocks that multiply the normalised stream: attention and MLP. */
function projections({ attention, mlp }: BlockContext): number {
  return (attention.output > 0 ? 1 : 0) + (mlp.inner > 0 ? 1 : 0)
}

/** Megatron and Transformer Engine: 34 h with dropout, gated 18 h + 4 f (arXiv 2205.05198 and its count for SwiGLU). */
function megatronParts(context: BlockContext): BlockPart[] {
  const { hidden, mlp, configuration, physics } = context
  const { plain, gated, replicated_hidden: whole } = physics.activations.megatron
  const each = mlp.gated ? gated : plain
  const parts = [
    replicated('norms and inputs', whole * hidden),
    divided('attention and MLP', (each.hidden - whole) * hidden + each.mlp * mlp.inner),
    divided('attention wider than the stream', wideAttention(context)),
    ...scoreParts(context),
    ...routedParts(context),
  ]
  if (configuration.lora !== null) parts.push(...adapterParts(context))
  return parts
}

/**
 * The published counts take query, key, value and output to be as wide as the stream. What latent attention or large heads make beyond
 * that is added; narrower keys and values are not taken off.
 */
function wideAttention({ attention, hidden, physics }: BlockContext): number {
  const { query, key, value, output } = attention
  return physics.compute_bytes * Math.max(0, query + key + value + output - 4 * hidden)
}

/** Scores of every query with every key, stored where no flash kernel recomputes them. */
export function scoreParts({ kind, attention, configuration, physics, isSoftCapped }: BlockContext): BlockPart[] {
  if (!hasScores(kind.attention)) return []
  const { attention_scores: plain, capped_attention_scores: capped } = physics.activations
  if (isSoftCapped) return [divided('capped scores', capped.value * attention.heads * configuration.sequenceLength)]
  if (configuration.flashAttention) return []
  return [divided('scores', plain.value * attention.heads * configuration.sequenceLength)]
}

function routedParts({ mlp, hidden, physics }: BlockContext): BlockPart[] {
  return mlp.expertsPerToken === 0
    ? []
    : [replicated('routed copies', physics.activations.routed_copies * mlp.expertsPerToken * hidden)]
}

/** Products with a 4-bit base that keep their inputs, 16-bit values each: q/k/v, output, gate/up, down. */
function quantisedInputParts({ trainer, configuration, hidden, attention, mlp, physics }: BlockContext): BlockPart[] {
  const copies = trainer.quantised_input_copies?.value ?? 0
  if (copies === 0 || configuration.method !== 'qlora') return []
  const each = copies * physics.compute_bytes
  return [
    replicated('inputs of quantised products', each * 2 * hidden),
    divided('inputs of quantised output and down products', each * (attention.output + mlp.inner)),
  ]
}

function adapterParts({ kind, configuration, trainer, physics, hidden }: BlockContext): BlockPart[] {
  const { lora } = configuration
  if (lora === null) return []
  const kept = keptAdapterInputs(kind, lora, trainer, physics, hidden)
  return [replicated('adapter inputs', kept.replicated), divided('inputs of row-parallel adapters', kept.divided)]
}

export function replicated(name: string, bytes: number): BlockPart {
  return { name, bytes, isReplicated: true }
}

export function divided(name: string, bytes: number): BlockPart {
  return { name, bytes, isReplicated: false }
}
