import type { Catalog } from '../catalog/catalog.ts'
import type { Fitted } from '../catalog/facts.ts'
import type { EfficiencyClass } from '../catalog/training-physics.ts'
import { trainingRates } from '../performance/training/rates.ts'
import type { Constant, Place } from './parameters.ts'

interface Prior {
  readonly start: number
  /** Standard deviation of the logarithm. */
  readonly spread: number
  readonly most?: number
}

/**
 * Physical starts: what byte counts, data sheets and published microbenchmarks suggest before any training run is read.
 */
const PRIOR = {
  /** Share of the peak of large matrix products, where none is published for dies of the class; see {@link gemmPrior}. */
  gemm: { start: 0.75, spread: 0.15, most: 1 },
  /** The same in 4-bit blocks, whose operands are quantised before. */
  gemmFp4: { start: 0.6, spread: 0.35, most: 1 },
  /** Forward and backward of FlashAttention-2: up to 0.72 on A100, 0.35 on H100 (arXiv 2307.08691); version 3: 0.6 to 0.75 (2407.08608). */
  attention: { start: 0.5, spread: 0.35, most: 1 },
  /** A tile of 128 x 256 is half filled, or a short inner loop half spent on its ends, at about the larger side. */
  gemmHalfWidth: { start: 256, spread: 0.5 },
  /** A scale byte to 32 values, and a second, transposed quantisation of each operand: counted as a tenth of a product. */
  mxfp8: { start: 1.1, spread: 0.1 },
  /** 34 bytes are saved a token, layer and hidden unit (arXiv 2205.05198): written, read, and the same once or twice for gradients. */
  elementwise: { start: 34 * 6, spread: 0.4 },
  /** Between a fused loss (logits and their gradient in 16 bit, written and read: 8 or 10) and one step by step in fp32 (about 40). */
  head: { start: 20, spread: 0.5 },
  /** Grouped products lose tiles that are not full and the gather before them. */
  expertGemm: { start: 0.7, spread: 0.35, most: 1 },
  /** Weights are read once a pass: half the rate at peak / bandwidth, 300 tokens in 16 bit on H100, 560 in fp8 on B200. */
  expertHalfTokens: { start: 400, spread: 0.5 },
  /** Permute and restore 16-bit rows, forward and backward, and the activation between: 8 to 16 passes over 2 or 4 bytes. */
  expertCopy: { start: 48, spread: 0.5 },
  /** 0.5 read, 2 written, 2 read by the product, by kernels that reach about half of the bandwidth. */
  dequantise: { start: 9, spread: 0.5 },
  /** Through host memory a rate is shared by both directions, two copies and the other GPUs of the box: 1/8 of one way. */
  pcie: { start: 0.125, spread: 0.6, most: 1 },
  /** Nothing hidden: 1. All that a stack can overlap: about 0.3. */
  exposed: { start: 0.6, spread: 0.4, most: 1 },
  /** Prefetch of a layer ahead hides most, the first and the last layers and the contention for memory remain. */
  hidden: { start: 0.6, spread: 0.3, most: 1 },
  /** Boards of one die differ by their power limits, some of 10 % either way. */
  board: { start: 1, spread: 0.08 },
  /** Older stacks are slower by what their release notes claim for the next, a tenth to a third; none is taken for granted. */
  timeFactor: { start: 1, spread: 0.2 },
} as const satisfies Record<string, Prior>

/**
 * The constants of the law of training time that runs can tell: those of catalogs/physics/training.yaml that hold records, a factor of
 * each board that is limited by its power, and the factor of older trainers. The others are counted or taken, and no fit moves them.
 */
export function trainingConstants(catalog: Catalog): Constant[] {
  const physics = catalog.physics.training
  const list: Constant[] = []
  const add = (places: readonly Place[], objects: readonly Fitted[], { start, spread, most }: Prior): void => {
    const [place] = places
    if (place === undefined) return
    const name = `${place.subject}/${place.id} ${place.path.join('.')}`
    list.push({ name, objects, places, start, spread, ...(most === undefined ? {} : { most }) })
  }
  const at = (...path: string[]): Place => ({ subject: 'physics', id: 'training', path })
  const alone = (path: readonly string[], object: Fitted, prior: Prior): void => add([at(...path)], [object], prior)

  for (const [id, shares] of Object.entries(physics.classes)) {
    if (shares.assumed) continue
    const followers = Object.entries(physics.classes).filter(([, other]) => follows(other, shares))
    const best = publishedProducts(id, catalog)
    for (const [path, share, prior] of sharesOf(shares, best)) {
      const places = [at('classes', id, ...path)]
      const objects: Fitted[] = [share(shares)].filter((each) => each !== undefined)
      for (const [other, assumed] of followers) {
        const object = share(assumed)
        if (object === undefined) continue
        places.push({ ...at('classes', other, ...path), follows: true })
        objects.push(object)
      }
      add(places, objects, prior)
    }
  }
  alone(['gemm_half_width'], physics.gemm_half_width, PRIOR.gemmHalfWidth)
  alone(['mxfp8_time'], physics.mxfp8_time, PRIOR.mxfp8)
  alone(['elementwise_bytes'], physics.elementwise_bytes, PRIOR.elementwise)
  alone(['head_bytes'], physics.head_bytes, PRIOR.head)
  alone(['expert_gemm'], physics.expert_gemm, PRIOR.expertGemm)
  alone(['expert_half_tokens'], physics.expert_half_tokens, PRIOR.expertHalfTokens)
  alone(['expert_copy_bytes'], physics.expert_copy_bytes, PRIOR.expertCopy)
  alone(['dequantise_bytes'], physics.dequantise_bytes, PRIOR.dequantise)
  alone(['pcie_rate'], physics.pcie_rate, PRIOR.pcie)
  alone(['exposed_traffic'], physics.exposed_traffic, PRIOR.exposed)
  alone(['hidden_sharding', 'fabric'], physics.hidden_sharding.fabric, PRIOR.hidden)
  alone(['hidden_sharding', 'pcie'], physics.hidden_sharding.pcie, PRIOR.hidden)
  for (const gpu of catalog.gpus.values()) {
    // Boards that may draw what large products need run at their full clock, whatever the board.
    const { power_watts: watts, efficiency } = gpu
    const tflops = gpu.dense_tflops.bf16
    if (watts === null || tflops === undefined || tflops / watts < physics.uncapped_below_tflops_per_watt.value)
      continue
    efficiency.training_compute ??= { value: 1, records: 0 }
    const place: Place = { subject: 'gpus', id: gpu.id, path: ['efficiency', 'training_compute'] }
    add([place], [efficiency.training_compute], PRIOR.board)
  }
  for (const trainer of catalog.trainers.values()) {
    // An average of stacks has the factor 1 by definition; only entries that state their own are told apart from it.
    if (trainer.time_factor.records === 0) continue
    add([{ subject: 'trainers', id: trainer.id, path: ['time_factor'] }], [trainer.time_factor], PRIOR.timeFactor)
  }
  return list
}

type Share = (shares: EfficiencyClass) => Fitted | undefined

/** The shares that a class states, with their paths in it. */
function sharesOf(
  { gemm }: EfficiencyClass,
  best: Products,
): (readonly [path: readonly string[], share: Share, prior: Prior])[] {
  const formats = (['bf16', 'fp8', 'nvfp4'] as const).filter((format) => gemm[format] !== undefined)
  return [
    ...formats.map((format) => {
      const prior = format === 'nvfp4' ? PRIOR.gemmFp4 : gemmPrior(best[format])
      return [['gemm', format], (each: EfficiencyClass) => each.gemm[format], prior] as const
    }),
    [['attention'], (each) => each.attention, PRIOR.attention],
  ]
}

/** Shares of the peak that large matrix products reach on their own. */
type Products = { readonly bf16?: number; readonly fp8?: number }

/** The best that is published for dies of a class (`matmul_tflops` of catalogs/gpus). */
function publishedProducts(id: string, catalog: Catalog): Products {
  const best: { bf16?: number; fp8?: number } = {}
  for (const gpu of catalog.gpus.values()) {
    const rates = trainingRates(gpu, { id: gpu.generation }, catalog.physics.training, 'bf16')
    if (rates?.class !== id) continue
    for (const format of ['bf16', 'fp8'] as const) {
      const reached = gpu.matmul_tflops?.[format]
      const peak = gpu.dense_tflops[format]
      if (reached !== undefined && peak !== undefined) best[format] = Math.max(best[format] ?? 0, reached / peak)
    }
  }
  return best
}

/** What products reach on their own is the most that they reach in a step, which runs hotter and on more shapes: a tenth less is likely. */
function gemmPrior(best: number | undefined): Prior {
  return best === undefined ? PRIOR.gemm : { start: 0.9 * best, spread: PRIOR.gemm.spread, most: best }
}

/** A class of dies without records holds the values of a measured one, and moves with it. */
function follows(other: EfficiencyClass, shares: EfficiencyClass): boolean {
  const isSame = other.gemm.bf16.value === shares.gemm.bf16.value && other.attention.value === shares.attention.value
  return other.assumed && isSame
}
