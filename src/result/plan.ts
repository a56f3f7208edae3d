import { z } from 'zod'
import { trust } from '../catalog/facts.ts'
import { pricing } from '../catalog/offer.ts'
import { planAccuracySchema } from './accuracy.ts'

/** Version of the JSON form. Raised when a field changes its meaning or disappears; new fields do not raise it. */
export const resultVersion = 1

export const finite = z.number().finite()
export const amount = finite.nonnegative()

/** One line of the memory ledger of the fullest GPU. */
export const memoryTermSchema = z.strictObject({
  name: z.enum([
    'weights',
    'kv_cache',
    'activations',
    'graphs',
    'communication',
    'runtime',
    'gradients',
    'optimizer',
    'master_weights',
    'loss',
    'gather_buffers',
    'adapters',
  ]),
  bytes: amount,
  source: trust,
  /** The arithmetic with the numbers put in; present when an explanation was asked for. */
  formula: z.string().optional(),
})

/** One target of the scenario with its verdict. */
export const targetSchema = z.strictObject({
  name: z.string(),
  limit: finite,
  value: finite,
  unit: z.string(),
  /** limit - value for upper limits, value - limit for lower ones: positive is room. */
  margin: finite,
  ok: z.boolean(),
})
export type Target = z.infer<typeof targetSchema>

export const placementSchema = z.strictObject({
  /** Id of the offer in the catalog; null where a GPU was given without a price. */
  offer: z.string().nullable(),
  provider: z.string().nullable(),
  instance: z.string().nullable(),
  region: z.string().nullable(),
  gpu: z.string(),
  /** GPUs paid for: instances x GPUs of one instance. */
  gpus: z.int().positive(),
  gpus_per_instance: z.int().positive(),
  instances: z.int().positive(),
  pricing: pricing.nullable(),
})

/** Which model a plan runs: with it a saved plan can be exported. */
export const planModelSchema = z.strictObject({
  /** Id in the catalog. */
  id: z.string(),
  /** Repository or path of its weights; null where none is known. */
  checkpoint: z.string().nullable(),
  /** Weight format of those. */
  format: z.string(),
})

export const serveConfigurationSchema = z.strictObject({
  engine: z.string(),
  engine_version: z.string(),
  quantization: z.string(),
  kv_cache: z.string(),
  tensor_parallel: z.int().positive(),
  pipeline_parallel: z.int().positive(),
  expert_parallel: z.int().positive(),
  replicas: z.int().positive(),
  /** Sequences that one replica decodes at once at most. */
  max_concurrency: z.int().positive(),
  /** Longest sequence (input + output), tokens. */
  context: z.int().positive(),
  max_batched_tokens: z.int().positive(),
  utilization: finite.positive().nullable(),
})
export type ServeConfiguration = z.infer<typeof serveConfigurationSchema>

/** Lines of arithmetic with the numbers put in. */
export const derivationSchema = z.array(
  z.strictObject({ name: z.string(), value: finite, unit: z.string(), formula: z.string() }),
)

export const servePerformanceSchema = z.strictObject({
  /** Mean, at the busiest hour. */
  ttft_ms: amount,
  tpot_ms: amount,
  /** From arrival to last token, mean, at the busiest hour. */
  request_ms: amount,
  /** Requests in flight on one replica at the busiest hour. */
  concurrency: z.int().positive(),
  /** What all replicas sustain under the targets. */
  output_tokens_per_second: amount,
  requests_per_second: amount,
  /** Load of the busiest hour over what is sustained. */
  utilization: amount,
  /** Forward pass of the busiest hour term by term; present when an explanation was asked for. */
  derivation: derivationSchema.optional(),
})

export const costSchema = z.strictObject({
  /** Null where no price is known (an estimate without an offer). */
  usd_per_hour: finite.positive().nullable(),
  usd_per_month: finite.positive().nullable(),
  /** Dollars over input and output tokens of the scenario's mean traffic, idle time included. */
  usd_per_million_tokens: finite.positive().nullable(),
  usd_per_run: finite.positive().nullable(),
  price_as_of: z.string().nullable(),
})

/** How far the speed can be trusted: `measured` where runs of this GPU and format stand behind it. */
export const confidenceSchema = z.enum(['measured', 'specification'])

export const planSchema = z.strictObject({
  /** Absent in results of older versions, and where only a parameter count is known. */
  model: planModelSchema.optional(),
  placement: placementSchema,
  configuration: serveConfigurationSchema,
  memory: z.strictObject({
    capacity_bytes: amount,
    total_bytes: amount,
    free_bytes: finite,
    /** Share of the pool that the traffic takes. */
    kv_utilization: amount,
    /** Tokens that the KV cache of one replica is planned to hold. */
    cache_tokens: z.int().positive().optional(),
    terms: z.array(memoryTermSchema),
  }),
  performance: servePerformanceSchema,
  cost: costSchema,
  quality: z.strictObject({ loss_percent: amount, low_percent: amount, high_percent: amount }),
  targets: z.array(targetSchema),
  confidence: confidenceSchema,
  /** Null where memory follows a rule of thumb or the model is known by its parameter count alone. */
  accuracy: planAccuracySchema.nullable(),
  launch: z.string(),
})
export type Plan = z.infer<typeof planSchema>

export const violationSchema = z.strictObject({ constraint: z.string(), by: finite.positive(), unit: z.string() })
export type Violation = z.infer<typeof violationSchema>

export const fixSchema = z.strictObject({
  /** One setting and its new value. */
  change: z.record(z.string(), z.union([z.string(), z.number(), z.array(z.string())])),
  cost_delta_usd_per_hour: finite,
  /** The same in words, with the plan it leads to. */
  text: z.string(),
  usd_per_hour: finite.positive(),
})
export type Fix = z.infer<typeof fixSchema>

/** A configuration that came close, for a kind of plan. */
function nearMissOf<P extends z.ZodType>(plan: P) {
  return z.strictObject({ plan, violations: z.array(violationSchema).min(1), fixes: z.array(fixSchema) })
}

export const searchSchema = z.strictObject({
  space: z.int().nonnegative(),
  evaluated: z.int().nonnegative(),
  pruned: z.record(z.string(), z.int().nonnegative()),
  rejected: z.record(z.string(), z.int().nonnegative()),
  rejected_before_evaluation: z.int().nonnegative(),
  feasible: z.int().nonnegative(),
})

/** A result of one kind of scenario. */
export function resultOf<K extends string, P extends z.ZodType>(kind: K, plan: P) {
  return z.strictObject({
    version: z.literal(resultVersion),
    kind: z.literal(kind),
    scenario: z.string(),
    status: z.enum(['optimal', 'infeasible']),
    objective: z.string(),
    best: plan.nullable(),
    alternatives: z.array(plan),
    pareto: z.array(plan),
    near_misses: z.array(nearMissOf(plan)),
    search: searchSchema,
    assumptions: z.array(z.string()),
    warnings: z.array(z.string()),
    /** Reason of each constraint that refused something, for readers. */
    constraints: z.record(z.string(), z.string()),
    catalog: z.strictObject({ hash: z.string(), prices_as_of: z.string().nullable() }),
  })
}

export const nearMissSchema = nearMissOf(planSchema)
export type NearMiss = z.infer<typeof nearMissSchema>

export const resultSchema = resultOf('serve', planSchema)
export type ServeResult = z.infer<typeof resultSchema>
