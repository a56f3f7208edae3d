import type { Mlp, MoeMlp } from '../catalog/model.ts'
import { type LoraTarget, linear, type Tensor, vector } from './tensor.ts'

type DenseShape = { intermediate_size: number; gated: boolean; bias: boolean; copies: number }

/** Tensors of the feed-forward part of one layer: dense, mixture of experts (with shared experts and router) or none. */
export function mlpTensors(mlp: Mlp, hidden: number): Tensor[] {
  switch (mlp.kind) {
    case 'none':
      return []
    case 'dense':
      return denseTensors('', mlp, hidden)
    case 'moe':
      return moeTensors(mlp, hidden)
  }
}

/** Gated (SwiGLU, GeGLU): 3 x H x I, biases 2 x I + H; else 2 x H x I, biases I + H. */
function denseTensors(
  prefix: string,
  { intermediate_size, gated, bias, copies }: DenseShape,
  hidden: number,
): Tensor[] {
  const tensors: Tensor[] = []
  const into = (name: string, lora: LoraTarget) => {
    tensors.push(linear(`${prefix}${name}`, hidden, intermediate_size, 'column', lora, copies))
    if (bias) tensors.push(vector(`${prefix}${name}.bias`, intermediate_size, 'column', copies))
  }
  if (gated) into('gate_proj', 'gate')
  into('up_proj', 'up')
  tensors.push(linear(`${prefix}down_proj`, intermediate_size, hidden, 'row', 'down', copies))
  if (bias) tensors.push(vector(`${prefix}down_proj.bias`, hidden, 'replicated', copies))
  return tensors
}

/**
 * Routed experts E x 3 x Z x Im (Z = hidden or latent width), their biases, router H x (E + zero experts), shared experts
 * 3 x H x Is, latent projections 2 x H x Z, and a dense MLP beside them where the model has one.
 */
function moeTensors(mlp: MoeMlp, hidden: number): Tensor[] {
  const width = mlp.latent_size ?? hidden
  const inner = mlp.intermediate_size
  const tensors = [router('router', hidden, mlp.experts + mlp.zero_experts)]
  if (mlp.expert_bias) tensors.push(router('router.bias', 1, mlp.experts))
  if (mlp.router_correction) tensors.push(router('router.correction', 1, mlp.experts + mlp.zero_experts))
  if (mlp.router_extra > 0) tensors.push(router('router.extra', 1, mlp.router_extra))
  if (mlp.latent_size !== undefined) {
    tensors.push(linear('latent_in_proj', hidden, width, 'column'), linear('latent_out_proj', width, hidden, 'row'))
    if (mlp.latent_norm) tensors.push(vector('latent_norm', width))
  }
  const matrices: [string, number, number][] = [
    ['up_proj', width, inner],
    ['down_proj', inner, width],
  ]
  if (mlp.gated) matrices.unshift(['gate_proj', width, inner])
  for (const [name, inputs, outputs] of matrices) {
    tensors.push(expert(mlp, `experts.${name}`, 'expert', inputs, outputs))
    if (mlp.expert_bias) tensors.push(expert(mlp, `experts.${name}.bias`, 'expert_bias', 1, outputs))
  }
  if (mlp.shared_intermediate_size > 0) {
    const shape = { intermediate_size: mlp.shared_intermediate_size, gated: mlp.gated, bias: false, copies: 1 }
    tensors.push(...denseTensors('shared_experts.', shape, hidden))
  }
  if (mlp.shared_gate) tensors.push(router('shared_expert_gate', hidden, 1))
  if (mlp.dense !== undefined) tensors.push(...denseTensors('dense.', mlp.dense, hidden))
  return tensors
}

function expert(mlp: MoeMlp, name: string, kind: 'expert' | 'expert_bias', inputs: number, outputs: number): Tensor {
  return {
    name,
    class: kind,
    inputs,
    outputs,
    copies: mlp.experts,
    activeCopies: mlp.experts_per_token,
    shard: 'expert',
    lora: null,
  }
}

function router(name: string, inputs: number, outputs: number): Tensor {
  return { name, class: 'router', inputs, outputs, copies: 1, activeCopies: 1, shard: 'replicated', lora: null }
}
