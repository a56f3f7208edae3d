import { decoder } from '../decoder.ts'
import type { ConfigKeys, Family } from '../family.ts'
import type { Fields } from '../fields.ts'
import { type ExpertTraits, experts } from '../parts/experts.ts'
import { latent } from '../parts/latent.ts'
import { afterFirst } from '../parts/sparse.ts'
import { kimiVision } from '../towers/kimi.ts'

/** Multi-head latent attention with fine-grained experts: DeepSeek V2 and V3 and what follows their configuration_deepseek.py. */

/** The router corrects its scores by a learned vector where `topk_method` is noaux_tc (DeepSeek-V3 paper, section 2.1.2). */
const correctedByMethod = {
  read: (fields: Fields): boolean => fields.maybeText('topk_method') === 'noaux_tc',
  write: (value: boolean): ConfigKeys => ({ topk_method: value ? 'noaux_tc' : 'greedy' }),
}

const routed: ExpertTraits = {
  experts: 'n_routed_experts',
  chosen: 'num_experts_per_tok',
  width: 'moe_intermediate_size',
  shared: { count: 'n_shared_experts' },
  sparse: afterFirst(),
  correction: correctedByMethod,
}

export const deepseek: Family = decoder({
  types: {
    deepseek_v2: 'DeepseekV2ForCausalLM',
    deepseek_v3: 'DeepseekV3ForCausalLM',
    kimi_k2: 'DeepseekV3ForCausalLM',
  },
  tied: false,
  attention: latent(),
  mlp: experts(routed),
})

/** With the sparse indexer (DeepSeek-V3.2 paper). */
export const deepseekSparse: Family = decoder({
  types: { deepseek_v32: 'DeepseekV32ForCausalLM' },
  tied: false,
  attention: latent({ indexer: true }),
  mlp: experts(routed),
})

export const glmSparse: Family = decoder({
  types: { glm_moe_dsa: 'GlmMoeDsaForCausalLM' },
  tied: false,
  attention: latent({ indexer: true }),
  mlp: experts({ ...routed, correction: true }),
})

/** GLM-4.7-Flash (configuration_glm4_moe_lite.py). */
export const glmLite: Family = decoder({
  types: { glm4_moe_lite: 'Glm4MoeLiteForCausalLM' },
  tied: false,
  attention: latent(),
  mlp: experts({ ...routed, correction: true }),
})

/** Kimi K2.5: the text model of Kimi K2 beside an image tower. */
export const kimiK25: Family = decoder({
  types: { kimi_k25: 'KimiK25ForConditionalGeneration' },
  under: 'text_config',
  tied: false,
  attention: latent(),
  mlp: experts(routed),
  tower: kimiVision,
})

/** Mistral Small 4 (configuration_mistral4.py) and Large 3: no correction of the router's scores. */
export const mistralLatent: Family = decoder({
  types: { mistral4: 'Mistral4ForCausalLM', mistral_large3: 'MistralLarge3ForCausalLM' },
  tied: false,
  attention: latent(),
  mlp: experts({ ...routed, correction: false }),
})

/**
 * LongCat-Flash (modeling_longcat_flash.py): a layer has two blocks of latent attention and two dense MLPs beside its experts, some of
 * which compute nothing.
 */
export const longcat: Family = decoder({
  types: { longcat_flash: 'LongcatFlashForCausalLM' },
  tied: false,
  names: { layers: 'num_layers' },
  attention: latent({ blocks: 2 }),
  mlp: experts({
    experts: 'n_routed_experts',
    chosen: 'moe_topk',
    width: 'expert_ffn_hidden_size',
    correction: true,
    more: {
      read(fields) {
        const all = fields.count('n_routed_experts') + fields.whole('zero_expert_num', 0)
        const chosen = fields.count('moe_topk')
        return {
          zero_experts: fields.whole('zero_expert_num', 0),
          // Of the chosen, the mean share that computes: experts that do nothing are as likely as others (LongCat-Flash report).
          experts_per_token: (chosen * fields.count('n_routed_experts')) / all,
          dense: { kind: 'dense', intermediate_size: fields.count('ffn_hidden_size'), copies: 2 },
        }
      },
      write: ({ experts: count, experts_per_token: mean, zero_experts: zero, dense: beside }) => ({
        moe_topk: Math.round((mean * (count + zero)) / count),
        zero_expert_num: zero,
        ffn_hidden_size: beside?.intermediate_size,
      }),
    },
  }),
  norms: 4,
})
