/*
 * What each shipped serving scenario plans on 2026-11-21, and the facts from which its memory and price are worked by hand. The facts are
 * typed from the models' config.json files and the providers' price lists, not read from the catalogs, so that a mistake there shows.
 */

/** Shape of a model as its config.json states it. */
export interface HandModel {
  readonly parameters: number
  /** Entries of the vocabulary x hidden size: embedding and output head hold so many each. */
  readonly vocabulary: number
  readonly hidden: number
  /** Values that one token adds to the cache over all layers: 2 x layers x kv heads x head width, or MLA's latent and rotary part. */
  readonly kvValuesPerToken: number
  /** Heads that tensor parallelism divides the cache by at most; 1 for MLA, whose cache every rank holds whole. */
  readonly kvHeads: number
}

const llama70b: HandModel = {
  parameters: 70_553_706_496,
  vocabulary: 128_256,
  hidden: 8192,
  kvValuesPerToken: 2 * 80 * 8 * 128,
  kvHeads: 8,
}

export const handModels: Readonly<Record<string, HandModel>> = {
  'llama-3-70b': llama70b,
  'llama-3.1-70b': llama70b,
  'llama-3.1-8b': {
    parameters: 8_030_261_248,
    vocabulary: 128_256,
    hidden: 4096,
    kvValuesPerToken: 2 * 32 * 8 * 128,
    kvHeads: 8,
  },
  'llama-3.1-405b': {
    parameters: 405_853_388_800,
    vocabulary: 128_256,
    hidden: 16_384,
    kvValuesPerToken: 2 * 126 * 8 * 128,
    kvHeads: 8,
  },
  'mixtral-8x7b': {
    parameters: 46_702_792_704,
    vocabulary: 32_000,
    hidden: 4096,
    kvValuesPerToken: 2 * 32 * 8 * 128,
    kvHeads: 8,
  },
  // 61 layers, latent of 512 and 64 rotary values; 671.03B parameters without the prediction module.
  'deepseek-v3': {
    parameters: 671_026_419_200,
    vocabulary: 129_280,
    hidden: 7168,
    kvValuesPerToken: 61 * (512 + 64),
    kvHeads: 1,
  },
  'qwen-72b': {
    parameters: 72_287_920_128,
    vocabulary: 152_064,
    hidden: 8192,
    kvValuesPerToken: 2 * 80 * 64 * 128,
    kvHeads: 64,
  },
  'qwen2.5-32b': {
    parameters: 32_763_876_352,
    vocabulary: 152_064,
    hidden: 5120,
    kvValuesPerToken: 2 * 64 * 8 * 128,
    kvHeads: 8,
  },
}

/** Stored bits of a quantised weight, scales included. */
export const weightBits: Readonly<Record<string, number>> = {
  bf16: 16,
  fp16: 16,
  fp8: 8,
  int8: 8,
  // 4-bit values with an 8-bit scale for every 16
  nvfp4: 4.5,
  // Q4_0: blocks of 32 four-bit values with a 16-bit scale
  'gguf-q4_0': 4.5,
}

export const cacheBytes: Readonly<Record<string, number>> = { bf16: 2, fp8: 1 }

export interface Expected {
  readonly model: string
  readonly offer: string
  readonly gpu: string
  /** GPUs of one instance and its price an hour, as listed on the day of the offers. */
  readonly gpusPerInstance: number
  readonly instanceUsdPerHour: number
  readonly instances: number
  readonly engine: string
  readonly quantization: string
  readonly kvCache: string
  readonly tensorParallel: number
  readonly pipelineParallel: number
  readonly expertParallel: number
  readonly replicas: number
  /** Memory bandwidth of the GPU by its data sheet, bytes a second; absent where not every weight is read for each token. */
  readonly bandwidthBytesPerSecond?: number
  /** Share of a month that is paid. */
  readonly billedShare?: number
}

const single = { pipelineParallel: 1, expertParallel: 1, replicas: 1, instances: 1, engine: 'vllm', kvCache: 'bf16' }

export const expected: Readonly<Record<string, Expected>> = {
  'serve-70b': {
    ...single,
    model: 'llama-3-70b',
    offer: 'hyperstack/n3-RTX-A4000x8/NORWAY-1',
    gpu: 'rtx-a4000',
    gpusPerInstance: 8,
    instanceUsdPerHour: 8 * 0.15,
    quantization: 'int8',
    tensorParallel: 8,
    bandwidthBytesPerSecond: 448e9,
  },
  'serve-8b': {
    ...single,
    model: 'llama-3.1-8b',
    offer: 'hyperbolic/1x-H100-75-722/default',
    gpu: 'h100-sxm-80gb',
    gpusPerInstance: 1,
    instanceUsdPerHour: 1.29,
    instances: 2,
    quantization: 'fp8',
    tensorParallel: 1,
    replicas: 2,
    bandwidthBytesPerSecond: 3.35e12,
  },
  'serve-405b': {
    ...single,
    model: 'llama-3.1-405b',
    offer: 'primeintellect/datacrunch__4xH200_141GB__176__740/multi',
    gpu: 'h200-sxm-141gb',
    gpusPerInstance: 4,
    instanceUsdPerHour: 7.98,
    quantization: 'fp8',
    kvCache: 'fp8',
    tensorParallel: 4,
    bandwidthBytesPerSecond: 4800e9,
  },
  'serve-mixtral': {
    ...single,
    model: 'mixtral-8x7b',
    offer: 'seeweb/ECS1GPU12/unstated',
    gpu: 'rtx-pro-6000-blackwell-server',
    gpusPerInstance: 1,
    instanceUsdPerHour: 1.25,
    quantization: 'nvfp4',
    tensorParallel: 1,
  },
  'serve-deepseek-v3': {
    ...single,
    model: 'deepseek-v3',
    offer: 'digitalocean/gpu-mi300x8-1536gb/nyc1',
    gpu: 'mi300x',
    gpusPerInstance: 8,
    instanceUsdPerHour: 15.92,
    quantization: 'fp8',
    kvCache: 'fp8',
    tensorParallel: 8,
    // Whole experts on a rank are 2,048 wide, divided by eight 256, which does not fill tensor cores.
    expertParallel: 8,
  },
  'serve-qwen-72b': {
    ...single,
    model: 'qwen-72b',
    offer: 'hyperstack/n3-RTX-A4000x8/NORWAY-1',
    gpu: 'rtx-a4000',
    gpusPerInstance: 8,
    instanceUsdPerHour: 8 * 0.15,
    quantization: 'int8',
    tensorParallel: 8,
    bandwidthBytesPerSecond: 448e9,
  },
  'serve-long-context': {
    ...single,
    model: 'llama-3.1-70b',
    offer: 'hyperbolic/2x-H100-149-1443/default',
    gpu: 'h100-sxm-80gb',
    gpusPerInstance: 2,
    instanceUsdPerHour: 2 * 1.29,
    quantization: 'fp8',
    tensorParallel: 2,
    bandwidthBytesPerSecond: 3350e9,
  },
  'serve-consumer': {
    ...single,
    model: 'qwen2.5-32b',
    offer: 'dstack-sky/A5000 24GB/europe',
    gpu: 'rtx-a5000',
    gpusPerInstance: 1,
    instanceUsdPerHour: 0.21,
    engine: 'llama.cpp',
    // Q4_K_M costs the same and loses less, but is read at its mean of 4.9 bits: Q4_0 gives 0.7 % more tokens for the money.
    quantization: 'gguf-q4_0',
    tensorParallel: 1,
    bandwidthBytesPerSecond: 768e9,
  },
  'serve-gpt-4-estimated': {
    ...single,
    model: 'gpt-4-estimated',
    offer: 'primeintellect/dc_wildebeest__8xB200_180GB__160__1792/US us-central1',
    gpu: 'b200-sxm',
    gpusPerInstance: 8,
    instanceUsdPerHour: 35.2,
    quantization: 'awq-int4',
    tensorParallel: 8,
  },
  'article-70b-int8-h100': {
    ...single,
    model: 'llama-3-70b',
    offer: 'runpod/1x H100 PCIe (article)/unstated@article-2026-03',
    gpu: 'h100-pcie-80gb',
    gpusPerInstance: 1,
    instanceUsdPerHour: 1.99,
    quantization: 'int8',
    tensorParallel: 1,
  },
  'article-70b-int4-h100': {
    ...single,
    model: 'llama-3-70b',
    offer: 'runpod/1x H100 PCIe (article)/unstated@article-2026-03',
    gpu: 'h100-pcie-80gb',
    gpusPerInstance: 1,
    instanceUsdPerHour: 1.99,
    quantization: 'gptq-int4',
    tensorParallel: 1,
  },
  'article-70b-tensor-parallel': {
    ...single,
    model: 'llama-3-70b',
    offer: 'runpod/2x H100 SXM (article)/unstated@article-2026-03',
    gpu: 'h100-sxm-80gb',
    gpusPerInstance: 2,
    instanceUsdPerHour: 2 * 2.69,
    quantization: 'int8',
    tensorParallel: 2,
  },
  'article-cost-dual-h100': {
    ...single,
    model: 'llama-3-70b',
    offer: 'runpod/2x H100 PCIe (article)/unstated@article-2026-03',
    gpu: 'h100-pcie-80gb',
    gpusPerInstance: 2,
    instanceUsdPerHour: 2 * 1.99,
    quantization: 'int8',
    tensorParallel: 2,
    billedShare: 0.3,
  },
  'article-cost-mi300x': {
    ...single,
    model: 'llama-3-70b',
    offer: 'runpod/1x MI300X (article)/unstated@article-2026-03',
    gpu: 'mi300x',
    gpusPerInstance: 1,
    instanceUsdPerHour: 3.49,
    engine: 'sglang',
    quantization: 'int8',
    tensorParallel: 1,
    billedShare: 0.5,
  },
}
