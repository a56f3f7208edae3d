import type { Architecture } from '../../../../src/catalog/model.ts'
import { type Layer, layersOf } from '../../../../src/importing/models/shape.ts'
import type { GgufTensorSpec, GgufValue } from './write-gguf.ts'

/** A file as llama.cpp's convert_hf_to_gguf.py would write it: names by gguf-py, shapes with inputs first. */
export interface GgufFile {
  readonly metadata: Readonly<Record<string, GgufValue>>
  readonly tensors: readonly GgufTensorSpec[]
}

type Shape = readonly number[]

/** The tensors of an architecture in llama.cpp's names. */
export function asGguf(name: string, architecture: Architecture, more: Readonly<Record<string, GgufValue>>): GgufFile {
  const hidden = architecture.hidden_size
  const layers = layersOf(architecture)
  const tensors: GgufTensorSpec[] = []
  const add = (tensor: string, ...shape: Shape): number => tensors.push({ name: tensor, shape })
  const bias = architecture.norm_vectors === 2
  add('token_embd.weight', hidden, architecture.vocabulary_size)
  if (architecture.learned_positions > 0) add('position_embd.weight', hidden, architecture.learned_positions)
  if (architecture.outer_norms === 2) for (const end of ['weight', 'bias']) add(`token_embd_norm.${end}`, hidden)
  add('output_norm.weight', hidden)
  if (bias) add('output_norm.bias', hidden)
  if (!architecture.tied_embeddings) add('output.weight', hidden, architecture.vocabulary_size)
  if (architecture.head_bias) add('output.bias', architecture.vocabulary_size)
  for (const [index, layer] of layers.entries()) {
    const own = (tensor: string, ...shape: Shape): number => add(`blk.${index}.${tensor}`, ...shape)
    for (const norm of NORMS.slice(0, layer.norms)) {
      own(`${norm}.weight`, hidden)
      if (bias) own(`${norm}.bias`, hidden)
    }
    attention(layer, hidden, own)
    mlp(layer, hidden, own)
  }
  // Computed tables, which are no parameters.
  add('rope_freqs.weight', 64)
  const keys = { 'general.architecture': name, 'general.file_type': 1, ...keysOf(name, architecture, layers), ...more }
  return { metadata: keys, tensors }
}

const NORMS = ['attn_norm', 'ffn_norm', 'post_attention_norm', 'post_ffw_norm']

type Add = (tensor: string, ...shape: Shape) => number

function attention({ attention: a }: Layer, hidden: number, own: Add): void {
  switch (a.kind) {
    case 'softmax': {
      const [q, k, v] = [a.heads * a.head_dim, a.kv_heads * a.head_dim, a.kv_heads * (a.v_head_dim ?? a.head_dim)]
      own('attn_q.weight', hidden, a.output_gate === 'gate_in_query' ? 2 * q : q)
      own('attn_k.weight', hidden, k)
      own('attn_v.weight', hidden, v)
      own('attn_output.weight', a.heads * (a.v_head_dim ?? a.head_dim), hidden)
      if (a.bias.qkv) {
        own('attn_q.bias', q)
        own('attn_k.bias', k)
        own('attn_v.bias', v)
      }
      if (a.bias.output) own('attn_output.bias', hidden)
      if (a.qk_norm === 'per_head') for (const each of ['q', 'k']) own(`attn_${each}_norm.weight`, a.head_dim)
      if (a.qk_norm === 'full') {
        own('attn_q_norm.weight', q)
        own('attn_k_norm.weight', k)
      }
      if (a.sinks) own('attn_sinks.weight', a.heads)
      return
    }
    case 'mla': {
      const query = a.heads * (a.qk_nope_head_dim + a.qk_rope_head_dim)
      if (a.q_lora_rank === null) own('attn_q.weight', hidden, query)
      else {
        own('attn_q_a.weight', hidden, a.q_lora_rank)
        own('attn_q_a_norm.weight', a.q_lora_rank)
        own('attn_q_b.weight', a.q_lora_rank, query)
      }
      own('attn_kv_a_mqa.weight', hidden, a.kv_lora_rank + a.qk_rope_head_dim)
      own('attn_kv_a_norm.weight', a.kv_lora_rank)
      own('attn_k_b.weight', a.qk_nope_head_dim, a.kv_lora_rank, a.heads)
      own('attn_v_b.weight', a.kv_lora_rank, a.v_head_dim, a.heads)
      own('attn_output.weight', a.heads * a.v_head_dim, hidden)
      return
    }
    case 'gated-deltanet': {
      const [keys, values] = [a.k_heads * a.k_dim, a.v_heads * a.v_dim]
      own('attn_qkv.weight', hidden, 2 * keys + values)
      own('attn_gate.weight', hidden, values)
      own('ssm_conv1d.weight', a.conv, 2 * keys + values)
      own('ssm_dt.bias', a.v_heads)
      own('ssm_a', a.v_heads)
      own('ssm_ba.weight', hidden, 2 * a.v_heads)
      own('ssm_norm.weight', a.v_dim)
      own('ssm_out.weight', values, hidden)
      return
    }
    case 'mamba2': {
      const inner = a.heads * a.head_dim
      const convolved = inner + 2 * a.groups * a.state
      own('ssm_in.weight', hidden, inner + convolved + a.heads)
      own('ssm_conv1d.weight', a.conv, convolved)
      own('ssm_conv1d.bias', convolved)
      for (const each of ['ssm_dt.bias', 'ssm_a', 'ssm_d']) own(each, a.heads)
      own('ssm_norm.weight', inner)
      own('ssm_out.weight', inner, hidden)
      return
    }
    case 'short-conv':
      own('shortconv.conv.weight', a.kernel, hidden)
      own('shortconv.in_proj.weight', hidden, 3 * hidden)
      own('shortconv.out_proj.weight', hidden, hidden)
      return
    case 'none':
      return
    default:
      throw new Error(`no GGUF form of ${a.kind} in the tests`)
  }
}

function mlp({ mlp: m }: Layer, hidden: number, own: Add): void {
  if (m.kind === 'none') return
  if (m.kind === 'dense') {
    const matrices = m.gated ? ['gate', 'up'] : ['up']
    for (const each of matrices) own(`ffn_${each}.weight`, hidden, m.intermediate_size)
    own('ffn_down.weight', m.intermediate_size, hidden)
    if (m.bias) {
      for (const each of matrices) own(`ffn_${each}.bias`, m.intermediate_size)
      own('ffn_down.bias', hidden)
    }
    return
  }
  own('ffn_gate_inp.weight', hidden, m.experts)
  const matrices = m.gated ? ['gate', 'up'] : ['up']
  for (const each of matrices) {
    own(`ffn_${each}_exps.weight`, hidden, m.intermediate_size, m.experts)
    if (m.expert_bias) own(`ffn_${each}_exps.bias`, m.intermediate_size, m.experts)
  }
  own('ffn_down_exps.weight', m.intermediate_size, hidden, m.experts)
  if (m.expert_bias) {
    own('ffn_down_exps.bias', hidden, m.experts)
    own('ffn_gate_inp.bias', m.experts)
  }
  if (m.router_correction) own('exp_probs_b.bias', m.experts)
  if (m.shared_intermediate_size > 0) {
    for (const each of matrices) own(`ffn_${each}_shexp.weight`, hidden, m.shared_intermediate_size)
    own('ffn_down_shexp.weight', m.shared_intermediate_size, hidden)
  }
  if (m.shared_gate) own('ffn_gate_inp_shexp.weight', hidden)
}

function keysOf(name: string, architecture: Architecture, layers: readonly Layer[]): Record<string, GgufValue> {
  const heads = layers.map(({ attention: a }) => ('heads' in a && a.kind !== 'mamba2' ? a.heads : 0))
  const kvHeads = layers.map(({ attention: a }) => (a.kind === 'softmax' ? a.kv_heads : 0))
  const window = layers.map(({ attention: a }) => (a.kind === 'softmax' ? a.window?.size : undefined)).find(Boolean)
  const chosen = layers.map(({ mlp: m }) => (m.kind === 'moe' ? m.experts_per_token : 0)).find(Boolean)
  const width = layers.map(({ attention: a }) => (a.kind === 'softmax' ? a.head_dim : 0)).find(Boolean)
  const recurrent = layers.map(({ attention: a }) => a).find((a) => a.kind === 'mamba2' || a.kind === 'gated-deltanet')
  const ssm =
    recurrent?.kind === 'mamba2'
      ? [recurrent.heads, recurrent.heads * recurrent.head_dim, recurrent.state, recurrent.groups, recurrent.conv]
      : recurrent?.kind === 'gated-deltanet'
        ? [recurrent.v_heads, recurrent.v_heads * recurrent.v_dim, recurrent.k_dim, recurrent.k_heads, recurrent.conv]
        : undefined
  const keys: Record<string, GgufValue> = {
    block_count: layers.length,
    context_length: architecture.max_positions,
    embedding_length: architecture.hidden_size,
    'attention.head_count': new Set(heads).size === 1 ? (heads[0] ?? 0) : heads,
    'attention.head_count_kv': new Set(kvHeads).size === 1 ? (kvHeads[0] ?? 0) : kvHeads,
    ...(width === undefined ? {} : { 'attention.key_length': width }),
    ...(window === undefined ? {} : { 'attention.sliding_window': window }),
    ...(chosen === undefined ? {} : { expert_used_count: chosen }),
    ...(architecture.rope_tables?.[0] === undefined
      ? {}
      : { 'rope.dimension_count': architecture.rope_tables[0].width }),
    ...(ssm === undefined
      ? {}
      : {
          'ssm.time_step_rank': ssm[0]!,
          'ssm.inner_size': ssm[1]!,
          'ssm.state_size': ssm[2]!,
          'ssm.group_count': ssm[3]!,
          'ssm.conv_kernel': ssm[4]!,
        }),
  }
  return Object.fromEntries(Object.entries(keys).map(([key, value]) => [`${name}.${key}`, value]))
}
