import { decoder } from '../decoder.ts'
import { type Family, NotExpressible } from '../family.ts'
import { type Fields, nameOf } from '../fields.ts'
import { type Dense, dense, type Moe } from '../parts/dense.ts'
import { experts } from '../parts/experts.ts'
import { hybrid, isKind, nothing } from '../parts/hybrid.ts'
import type { MlpPart } from '../parts/part.ts'
import { mambaTwo } from '../parts/recurrent.ts'
import { noRope } from '../parts/rope.ts'
import { softmax } from '../parts/softmax.ts'
import type { Layer } from '../shape.ts'

/**
 * NemotronH (configuration_nemotron_h.py): every layer is one block. `layers_block_type` names them; older files have a letter each in
 * `hybrid_override_pattern`: M Mamba-2, * attention, - MLP, E experts.
 */
const LETTERS: Readonly<Record<string, string>> = { M: 'mamba', '*': 'attention', '-': 'mlp', E: 'moe' }

function blockAt(fields: Fields, index: number, layers: number): string {
  const listed = fields.list('layers_block_type', layers)
  if (listed !== undefined) return nameOf(listed[index])
  const letter = pattern(fields)[index] ?? ''
  const block = LETTERS[letter]
  if (block !== undefined) return block
  throw fields.refuse('hybrid_override_pattern', `the letter ${JSON.stringify(letter)} of layer ${index} is not known`)
}

function pattern(fields: Fields): string {
  return fields.text('hybrid_override_pattern')
}

function layerCount(fields: Fields): number {
  const length = fields.list('layers_block_type')?.length ?? pattern(fields).length
  const stated = fields.maybeCount('num_hidden_layers')
  if (stated === undefined || stated === length) return length
  throw fields.refuse('num_hidden_layers', `${stated} layers, but ${length} are listed`)
}

function blockOf({ attention, mlp }: Layer): string {
  if (attention.kind === 'mamba2') return 'mamba'
  if (attention.kind === 'softmax') return 'attention'
  if (mlp.kind === 'dense') return 'mlp'
  if (mlp.kind === 'moe') return 'moe'
  throw new NotExpressible('an empty block')
}

const attention = hybrid(
  [
    {
      name: 'mamba',
      attention: mambaTwo({
        heads: 'mamba_num_heads',
        headDim: 'mamba_head_dim',
        state: 'ssm_state_size',
        groups: 'n_groups',
        conv: 'conv_kernel',
      }),
      is: isKind('mamba2'),
    },
    {
      name: 'attention',
      attention: softmax({ qkvBias: { key: 'attention_bias', absent: false } }),
      is: isKind('softmax'),
    },
    { name: 'mlp', also: ['moe'], attention: nothing, is: isKind('none') },
  ],
  { read: blockAt, write: () => ({}) },
)

const plain = dense({ gated: false, bias: { key: 'mlp_bias', absent: false } })

/** Experts that are not gated; in a latent space where `moe_latent_size` is given. The correction of scores is a buffer, not counted. */
const routed = experts({
  experts: 'n_routed_experts',
  chosen: 'num_experts_per_tok',
  width: 'moe_intermediate_size',
  shared: { width: 'moe_shared_expert_intermediate_size' },
  gated: false,
  more: {
    read(fields) {
      const latent = fields.maybeCount('moe_latent_size')
      return latent === undefined ? {} : { latent_size: latent }
    },
    write: ({ latent_size: latent }) => (latent === undefined ? {} : { moe_latent_size: latent }),
  },
})

const mlp: MlpPart = {
  read(fields, index, layers) {
    const block = blockAt(fields, index, layers)
    if (block === 'mlp') return plain.read(fields, index, layers)
    return block === 'moe' ? routed.read(fields, index, layers) : { kind: 'none' }
  },
  write(values, layers) {
    const denses = values.filter((value): value is Dense => value.kind === 'dense')
    const moes = values.filter((value): value is Moe => value.kind === 'moe')
    return {
      ...(denses.length > 0 ? plain.write(denses, layers) : {}),
      ...(moes.length > 0 ? routed.write(moes, layers) : {}),
      layers_block_type: layers.map(blockOf),
    }
  },
}

export const nemotronH: Family = decoder({
  types: { nemotron_h: 'NemotronHForCausalLM' },
  tied: false,
  aliases: { head_dim: ['attention_head_dim'] },
  layerCount,
  attention,
  mlp,
  norms: 1,
  rope: noRope,
})
