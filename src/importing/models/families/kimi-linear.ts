import { decoder } from '../decoder.ts'
import type { Family } from '../family.ts'
import type { Fields } from '../fields.ts'
import { experts } from '../parts/experts.ts'
import { hybrid, isKind, type KindList } from '../parts/hybrid.ts'
import { latent } from '../parts/latent.ts'
import { kimiDelta } from '../parts/recurrent.ts'
import { noRope } from '../parts/rope.ts'
import { afterFirst } from '../parts/sparse.ts'

/** `linear_attn_config.full_attn_layers` counts layers from 1 (moonshotai configuration_kimi.py). */
const kimiLayers: KindList = {
  read(fields, index) {
    const full = fields.inner('linear_attn_config')?.list('full_attn_layers')
    if (full === undefined) throw fields.refuse('linear_attn_config', 'the field "linear_attn_config" is missing')
    return full.includes(index + 1) ? 'full' : 'kda'
  },
  write: () => ({}),
}

const attention = hybrid(
  [
    { name: 'kda', attention: kimiDelta, is: isKind('kimi-delta') },
    { name: 'full', attention: latent({ gateKey: 'mla_use_output_gate' }), is: isKind('mla') },
  ],
  kimiLayers,
)

const layersByKind: typeof attention = {
  read: attention.read,
  write(values, layers) {
    const keys = attention.write(values, layers)
    const indices = (kind: string) => values.flatMap((value, index) => (value.kind === kind ? [index + 1] : []))
    const linear = {
      ...Object(keys.linear_attn_config),
      full_attn_layers: indices('mla'),
      kda_layers: indices('kimi-delta'),
    }
    return { ...keys, linear_attn_config: linear }
  },
}

const routed = experts({
  experts: 'num_experts',
  chosen: 'num_experts_per_token',
  width: 'moe_intermediate_size',
  shared: { count: 'num_shared_experts' },
  sparse: afterFirst(),
  correction: true,
  more: {
    read(fields: Fields) {
      const latentSize = fields.maybeCount('routed_expert_hidden_size')
      if (latentSize === undefined) return {}
      return { latent_size: latentSize, ...(fields.flag('latent_moe_use_norm', false) ? { latent_norm: true } : {}) }
    },
    write: ({ latent_size: size, latent_norm: norm }) =>
      size === undefined ? {} : { routed_expert_hidden_size: size, latent_moe_use_norm: norm },
  },
})

const traits = { tied: false, attention: layersByKind, mlp: routed, rope: noRope } as const

export const kimiLinear: Family = decoder({
  types: { kimi_linear: 'KimiLinearForCausalLM' },
  names: { positions: ['model_max_length', 'max_position_embeddings'] },
  ...traits,
})

export const kimiK3: Family = decoder({
  types: { kimi_k3: 'KimiK3ForConditionalGeneration' },
  under: 'text_config',
  ...traits,
})
