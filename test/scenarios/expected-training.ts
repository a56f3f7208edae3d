/*
 * What each shipped training scenario plans on 2026-11-21, and the facts from which its memory, time and price are worked by hand. The
 * facts are typed from the models' config.json files, data sheets and price lists, not read from the catalogs, so that a mistake there
 * shows.
 */

/** Parameters of a model as its config.json gives them. */
export interface HandShape {
  readonly layers: number
  /** Parameters of one layer outside routed experts. */
  readonly layer: number
  /** Parameters of the routed experts of one layer. */
  readonly experts: number
  /** Those of a layer's experts that one token uses. */
  readonly activeExperts: number
  /** Vocabulary x hidden size: embedding and output head hold so many each. */
  readonly table: number
}

/** 2 h q + 2 h kv + 3 h f of a gated layer. */
const gated = (h: number, kv: number, f: number) => 2 * h * h + 2 * h * kv + 3 * h * f
const attentionOnly = (h: number, kv: number) => 2 * h * h + 2 * h * kv
const dense = { experts: 0, activeExperts: 0 }

export const handShapes: Readonly<Record<string, HandShape>> = {
  'llama-3-70b': { ...dense, layers: 80, layer: gated(8192, 1024, 28_672), table: 128_256 * 8192 },
  'llama-3.1-405b': { ...dense, layers: 126, layer: gated(16_384, 1024, 53_248), table: 128_256 * 16_384 },
  'llama-3.1-8b': { ...dense, layers: 32, layer: gated(4096, 1024, 14_336), table: 128_256 * 4096 },
  'mistral-7b': { ...dense, layers: 32, layer: gated(4096, 1024, 14_336), table: 32_000 * 4096 },
  // Eight experts of three matrices a layer, two of them a token.
  'mixtral-8x7b': {
    layers: 32,
    layer: attentionOnly(4096, 1024) + 8 * 4096,
    experts: 8 * 3 * 4096 * 14_336,
    activeExperts: 2 * 3 * 4096 * 14_336,
    table: 32_000 * 4096,
  },
}

/** Parameters of rank-16 adapters: 16 x (inputs + outputs) of every adapted projection of every layer. */
export const handAdapters: Readonly<Record<string, number>> = {
  // q, o: h + h; k, v: h + kv; gate, up, down: h + f
  'llama-3-70b': 16 * 80 * (2 * 2 * 8192 + 2 * (8192 + 1024) + 3 * (8192 + 28_672)),
  'llama-3.1-8b': 16 * 32 * (2 * 2 * 4096 + 2 * (4096 + 1024) + 3 * (4096 + 14_336)),
  'mistral-7b': 16 * 32 * (2 * 2 * 4096 + 2 * (4096 + 1024) + 3 * (4096 + 14_336)),
  // attention only
  'mixtral-8x7b': 16 * 32 * (2 * 2 * 4096 + 2 * (4096 + 1024)),
}

/** Bytes a parameter. Moments and master weights are what ZeRO-1 divides. */
export interface HandRecipe {
  readonly weights: number
  readonly gradients: number
  readonly optimizer: number
}

/** bf16 with fp32 master weights and AdamW moments: 2 + 2 + 12 (ZeRO, arXiv 1910.02054, section 3.1). */
export const mixedPrecision: HandRecipe = { weights: 2, gradients: 2, optimizer: 12 }
/** Megatron-LM accumulates gradients in fp32: 2 + 4 + 12. */
export const megatron: HandRecipe = { weights: 2, gradients: 4, optimizer: 12 }

/** Adapters of PEFT are fp32: weight, gradient, two moments of four bytes. */
export const adapterRecipe: HandRecipe = { weights: 4, gradients: 4, optimizer: 8 }

/** NF4 with quantised scales: 4 + 8/64 + 32/(64 x 256) bits (QLoRA, arXiv 2305.14314). */
export const nf4Bytes = (4 + 8 / 64 + 32 / (64 * 256)) / 8

export interface ExpectedTraining {
  readonly model: string
  /** Tokens of the run: data x epochs. */
  readonly tokens: number
  readonly recipe: HandRecipe
  /** Layers and vocabulary tables of the pipeline stage that is fullest. */
  readonly stage: { readonly layers: number; readonly tables: number }
  /** Dense 16-bit peak of the GPU by its data sheet, FLOP/s. */
  readonly peakFlops: number
  readonly instanceUsdPerHour: number
  /** The plan that is chosen. */
  readonly plan: {
    readonly offer: string
    readonly gpu: string
    readonly gpusPerInstance: number
    readonly instances: number
    readonly method: string
    readonly zeroStage: number
    readonly offload: string
    readonly checkpointing: string
    readonly microBatch: number
    readonly dataParallel: number
    readonly tensorParallel: number
    readonly pipelineParallel: number
    readonly contextParallel: number
    readonly expertParallel: number
  }
}

const alone = { tensorParallel: 1, pipelineParallel: 1, contextParallel: 1, expertParallel: 1, offload: 'none' }
const MI300X = 1307.4e12
const H100 = 989.4e12
const wholeOf = (model: string) => ({ layers: handShapes[model]?.layers ?? Number.NaN, tables: 2 })

const lora70b: ExpectedTraining = {
  model: 'llama-3-70b',
  tokens: 50e3 * 1024 * 2,
  recipe: mixedPrecision,
  stage: wholeOf('llama-3-70b'),
  peakFlops: MI300X,
  instanceUsdPerHour: 15.92,
  plan: {
    ...alone,
    offer: 'digitalocean/gpu-mi300x8-1536gb/nyc1',
    gpu: 'mi300x',
    gpusPerInstance: 8,
    instances: 1,
    method: 'lora',
    zeroStage: 1,
    checkpointing: 'full',
    microBatch: 4,
    dataParallel: 8,
  },
}

/** The scenarios whose memory and time are computed, by name; those of the article are worked in the test itself. */
export const expectedTraining: Readonly<Record<string, ExpectedTraining>> = {
  'train-8b-full': {
    model: 'llama-3.1-8b',
    tokens: 200e6,
    recipe: mixedPrecision,
    stage: wholeOf('llama-3.1-8b'),
    peakFlops: MI300X,
    instanceUsdPerHour: 15.92,
    plan: {
      ...alone,
      offer: 'digitalocean/gpu-mi300x8-1536gb/nyc1',
      gpu: 'mi300x',
      gpusPerInstance: 8,
      instances: 1,
      method: 'full',
      zeroStage: 1,
      checkpointing: 'none',
      microBatch: 2,
      dataParallel: 8,
    },
  },
  'train-8b-lora': {
    model: 'llama-3.1-8b',
    tokens: 50e3 * 512 * 3,
    recipe: mixedPrecision,
    stage: wholeOf('llama-3.1-8b'),
    peakFlops: H100,
    instanceUsdPerHour: 1.29,
    plan: {
      ...alone,
      offer: 'hyperbolic/1x-H100-75-722/default',
      gpu: 'h100-sxm-80gb',
      gpusPerInstance: 1,
      instances: 1,
      method: 'lora',
      zeroStage: 0,
      checkpointing: 'none',
      microBatch: 2,
      dataParallel: 1,
    },
  },
  'train-70b-full': {
    model: 'llama-3-70b',
    tokens: 50e3 * 1024 * 2,
    recipe: mixedPrecision,
    stage: wholeOf('llama-3-70b'),
    peakFlops: MI300X,
    instanceUsdPerHour: 15.92,
    plan: {
      ...alone,
      offer: 'digitalocean/gpu-mi300x8-1536gb/nyc1',
      gpu: 'mi300x',
      gpusPerInstance: 8,
      instances: 1,
      method: 'full',
      zeroStage: 3,
      checkpointing: 'full',
      microBatch: 2,
      dataParallel: 8,
    },
  },
  'train-70b-lora': lora70b,
  'train-70b-compare': lora70b,
  'train-70b-qlora': {
    model: 'llama-3-70b',
    tokens: 50e3 * 1024 * 2,
    recipe: mixedPrecision,
    stage: wholeOf('llama-3-70b'),
    peakFlops: H100,
    instanceUsdPerHour: 2 * 1.29,
    plan: {
      ...alone,
      offer: 'hyperbolic/2x-H100-149-1443/default',
      gpu: 'h100-sxm-80gb',
      gpusPerInstance: 2,
      instances: 1,
      method: 'qlora',
      zeroStage: 3,
      checkpointing: 'full',
      microBatch: 2,
      dataParallel: 2,
    },
  },
  // 126 layers on 16 stages: each is charged eight, the first the embedding too.
  'train-405b-pretrain': {
    model: 'llama-3.1-405b',
    tokens: 50e9,
    recipe: megatron,
    stage: { layers: 8, tables: 1 },
    peakFlops: MI300X,
    instanceUsdPerHour: 48,
    plan: {
      ...alone,
      offer: 'azure/Standard_ND96isr_MI300X_v5/eastus2',
      gpu: 'mi300x',
      gpusPerInstance: 8,
      instances: 32,
      method: 'full',
      zeroStage: 1,
      checkpointing: 'none',
      microBatch: 1,
      dataParallel: 2,
      tensorParallel: 4,
      pipelineParallel: 16,
      contextParallel: 2,
    },
  },
  'train-mixtral-lora': {
    model: 'mixtral-8x7b',
    tokens: 20e3 * 1500 * 2,
    recipe: mixedPrecision,
    stage: wholeOf('mixtral-8x7b'),
    peakFlops: MI300X,
    instanceUsdPerHour: 15.92,
    plan: {
      ...alone,
      offer: 'digitalocean/gpu-mi300x8-1536gb/nyc1',
      gpu: 'mi300x',
      gpusPerInstance: 8,
      instances: 1,
      method: 'lora',
      zeroStage: 1,
      checkpointing: 'none',
      microBatch: 2,
      dataParallel: 8,
    },
  },
  'train-7b-consumer': {
    model: 'mistral-7b',
    tokens: 10e3 * 600 * 3,
    recipe: mixedPrecision,
    stage: wholeOf('mistral-7b'),
    // GeForce RTX 4090 with fp32 accumulation
    peakFlops: 165.2e12,
    instanceUsdPerHour: 0.28,
    plan: {
      ...alone,
      offer: 'lium/RTX4090_1x/UA',
      gpu: 'rtx-4090',
      gpusPerInstance: 1,
      instances: 1,
      method: 'qlora',
      zeroStage: 0,
      checkpointing: 'full',
      microBatch: 8,
      dataParallel: 1,
    },
  },
}
