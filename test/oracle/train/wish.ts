import type {
  ActivationCheckpointing,
  Offload,
  Optimizer,
  TrainingMethod,
} from '../../../src/training/configuration.ts'
import type { HardwareWish, PriceWish, Written } from '../scenario.ts'

/** A model that a scenario describes itself, by its shape. */
export interface InlineShape {
  parameters: number
  hidden_size: number
  layers: number
  heads: number
  kv_heads?: number
  head_dim?: number
  intermediate_size: number
  vocabulary_size: number
}

/** A training scenario as a person writes it. The keys are those of scenario files (README, `plan schema`). */
export interface TrainWish {
  kind: 'train'
  model: string | InlineShape
  data: { tokens?: Written; examples?: Written; tokens_per_example?: Written; epochs?: number }
  sequence_length?: number
  global_batch?: number
  deadline?: string
  budget?: Written
  trainer?: string
  memory_model?: 'architecture' | 'rule-of-thumb'
  hours?: number
  loss?: 'full' | 'chunked' | 'fused'
  flash_attention?: boolean
  sequence_parallel?: boolean
  spot_interruptions_per_hour?: number
  checkpoint_gb_per_second?: number
  headroom?: Written
  objective?: 'cost' | 'time' | 'gpus' | 'energy'
  prices?: PriceWish
  search?: HardwareWish & {
    method?: TrainingMethod[]
    lora?: { rank?: number[]; targets?: 'all-linear' | 'attention' | string[] }
    optimizer?: Optimizer[]
    zero_stage?: (0 | 1 | 2 | 3)[]
    offload?: Offload[]
    activation_checkpointing?: ActivationCheckpointing[]
    micro_batch?: number[]
    tensor_parallel?: number[]
    pipeline_parallel?: number[]
    virtual_pipeline?: number[]
    context_parallel?: number[]
    expert_parallel?: number[]
  }
}
