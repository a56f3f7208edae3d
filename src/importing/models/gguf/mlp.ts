import { inputError } from '../../../scenario/diagnostic.ts'
import type { MlpInput } from '../shape.ts'
import type { Metadata } from './header.ts'
import type { Tensors } from './tensors.ts'

/** The MLP of a layer by its tensors: dense, mixture of experts, both side by side, or none. */
export function readMlp(tensors: Tensors, metadata: Metadata, layer: number, hidden: number): MlpInput {
  const dense = readDense(tensors)
  const routed = tensors.dimension('ffn_gate_inp', 1)
  if (routed === undefined) return dense ?? { kind: 'none' }
  const inner = tensors.dimension('ffn_down_exps', 0)
  const experts = tensors.dimension('ffn_down_exps', 2)
  const width = tensors.dimension('ffn_down_exps', 1)
  if (inner === undefined || experts === undefined || width === undefined) {
    throw inputError(
      `GGUF of architecture ${metadata.architecture}: blk.${layer} has a router, but no tensor ffn_down_exps`,
      { hint: 'files from before experts were stored together are not known; convert the model again' },
    )
  }
  const biases = ['ffn_gate_exps.bias', 'ffn_up_exps.bias', 'ffn_down_exps.bias', 'ffn_gate_inp.bias']
  const hasBias = tensors.has('ffn_down_exps.bias')
  const gated = tensors.has('ffn_gate_exps') || tensors.has('ffn_gate_up_exps')
  tensors.take('ffn_gate_exps', 'ffn_up_exps', 'ffn_gate_up_exps', ...biases)
  const shared = tensors.dimension('ffn_down_shexp', 0) ?? 0
  const sharedGate = tensors.has('ffn_gate_inp_shexp')
  const correction = ['exp_probs_b', 'exp_probs_b.bias'].some((name) => tensors.has(name))
  tensors.take('ffn_gate_shexp', 'ffn_up_shexp', 'ffn_gate_inp_shexp', 'exp_probs_b', 'exp_probs_b.bias')
  tensors.take('ffn_latent_down', 'ffn_latent_up')
  return {
    kind: 'moe',
    experts,
    experts_per_token: metadata.count('expert_used_count'),
    intermediate_size: inner,
    ...(shared > 0 ? { shared_intermediate_size: shared } : {}),
    ...(gated ? {} : { gated: false }),
    ...(hasBias ? { expert_bias: true } : {}),
    ...(correction ? { router_correction: true } : {}),
    ...(sharedGate ? { shared_gate: true } : {}),
    ...(width === hidden ? {} : { latent_size: width }),
    ...(routed > experts ? { zero_experts: routed - experts } : {}),
    ...(dense === undefined ? {} : { dense }),
  }
}

function readDense(tensors: Tensors): Extract<MlpInput, { kind: 'dense' }> | undefined {
  const inner = tensors.dimension('ffn_down', 0)
  if (inner === undefined) return undefined
  const up = tensors.dimension('ffn_up', 1)
  // Some architectures keep gate and up in one matrix (phi3, glm4).
  const gated = tensors.has('ffn_gate') || up === 2 * inner
  const bias = tensors.has('ffn_down.bias')
  tensors.take('ffn_gate', 'ffn_gate.bias', 'ffn_up.bias', 'ffn_down.bias')
  return {
    kind: 'dense',
    intermediate_size: inner,
    ...(gated ? {} : { gated: false }),
    ...(bias ? { bias: true } : {}),
  }
}
