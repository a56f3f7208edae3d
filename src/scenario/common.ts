import { z } from 'zod'
import { confidence, pricing } from '../catalog/offer.ts'
import { domain, name, percentage, quantity, share, shareOr } from './fields.ts'

/** Room kept free on each GPU: a share, or as much as the model's own record asks for. */
export type Headroom = number | 'p95'

/** Keys that every kind of scenario has. */

const tokensOrParameters = { min: 1, max: 1e15 }

/** A model that is not in the catalog: by its parameter count and as much of its architecture as is known. */
const inlineModel = z.strictObject({
  huggingface: name(
    'A config.json, a directory that holds one, or a repository of the Hugging Face hub: org/name[@revision]',
  ).optional(),
  gguf: name('A GGUF file, by its path or its address').optional(),
  parameters: quantity('Number of parameters, e.g. 70e9 or 70B', tokensOrParameters).optional(),
  active_parameters: quantity('Parameters that one token uses (mixture of experts)', tokensOrParameters).optional(),
  hidden_size: quantity('Width of the residual stream', { min: 1, max: 1e6, whole: true }).optional(),
  layers: quantity('Number of layers', { min: 1, max: 10_000, whole: true }).optional(),
  heads: quantity('Attention heads', { min: 1, max: 10_000, whole: true }).optional(),
  kv_heads: quantity('Key and value heads', { min: 1, max: 10_000, whole: true }).optional(),
  head_dim: quantity('Width of one head', { min: 1, max: 100_000, whole: true }).optional(),
  intermediate_size: quantity('Width of the MLP', { min: 1, max: 1e7, whole: true }).optional(),
  vocabulary_size: quantity('Entries of the vocabulary', { min: 1, max: 1e8, whole: true }).optional(),
})
export type InlineModel = z.infer<typeof inlineModel>

export const modelChoice = z.union([name('An id of the model catalog'), inlineModel]).meta({
  description:
    'The model: a catalog id, { huggingface: ./config.json }, { gguf: ./file.gguf }, or { parameters: 70e9 } with as much of its architecture as is known',
})
export type ModelChoice = z.infer<typeof modelChoice>

export const objective = z
  .enum(['cost', 'cost_per_token', 'time', 'latency', 'gpus', 'energy'])
  .meta({ description: 'What the best plan has least of' })
export type Objective = z.infer<typeof objective>

export const prices = z
  .strictObject({
    discount_percent: percentage('Discount on every list price, percent', { belowMax: true }).optional(),
    overrides: z
      .record(
        z
          .string()
          .regex(/^[^/]+\/.+$/, 'a price is given for provider/gpu, e.g. runpod/h100-pcie-80gb, or for an offer id'),
        quantity('US dollars', { aboveMin: true, max: 1e6 }),
      )
      .meta({
        description: 'Own prices: provider/gpu -> US dollars per GPU-hour, or offer id -> US dollars per instance-hour',
      })
      .optional(),
    max_age_days: quantity('Oldest price that may be used, days', { aboveMin: true, max: 36_500 }).optional(),
    min_confidence: confidence.meta({ description: 'Least confidence of a price that may be used' }).optional(),
    offers: domain(name('Name of a set of offers'), 'Sets of offers to use instead of the general ones').optional(),
    billed_share: share('Share of the hours of a month in which instances are up and paid, e.g. 30%', {
      aboveMin: true,
    }).optional(),
  })
  .meta({ description: 'Which prices count, and changes to them' })
export type Prices = z.infer<typeof prices>

/** Lists that narrow the hardware; the same for serving and training. */
export const hardwareSearch = {
  gpus: domain(
    name('GPU id, generation or vendor'),
    'GPUs by catalog id, generation ("hopper") or vendor ("amd")',
  ).optional(),
  exclude_gpus: domain(name('GPU id, generation or vendor'), 'GPUs never to use; same names as in gpus').optional(),
  providers: domain(name('Provider'), 'Providers to rent from').optional(),
  exclude_providers: domain(name('Provider'), 'Providers never to rent from').optional(),
  pricing: domain(pricing, 'Ways to pay').optional(),
  max_gpus: quantity('Most GPUs in all', { min: 1, max: 1e6, whole: true }).optional(),
}

export const commonKeys = {
  name: z.string().min(1).max(200).meta({ description: 'Name in reports; the file name without it' }).optional(),
  description: z.string().max(10_000).meta({ description: 'Free text' }).optional(),
  model: modelChoice,
  objective: objective.optional(),
  prices: prices.optional(),
  headroom: shareOr(
    'p95',
    'Share of the GPU kept free beyond everything counted, e.g. 5%; p95: what the memory error of nineteen in twenty measured runs needs',
    { belowMax: true },
  ).optional(),
}
