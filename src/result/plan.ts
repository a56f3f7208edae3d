import { z } from 'zod'
import { trust } from '../catalog/facts.ts'
import { pricing } from '../catalog/offer.ts'
import { planAccuracySchema } from './accuracy.ts'
import { resultVersion } from './version.ts'

export const versionKey = z.literal(resultVersion).describe('Version of this form')

/** What a result was reckoned with. */
export const catalogKey = z.strictObject({
  hash: z.string().describe('Hash of everything in the catalog'),
  prices_as_of: z.string().nullable().describe('Date of the newest price; null without prices'),
})

export const finite = z.number().finite()
export const amount = finite.nonnegative()

/** One line of the memory ledger of the fullest GPU. */
export const memoryTermSchema = z
  .strictObject({
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
    bytes: amount.describe('Bytes on the fullest GPU'),
    source: trust.describe('What the figure rests on'),
    formula: z
      .string()
      .describe('The arithmetic with the numbers put in; present when an explanation was asked for')
      .optional(),
  })
  .meta({ id: 'memory_term', title: 'Line of the memory ledger' })

/** One target of the scenario with its verdict. */
export const targetSchema = z
  .strictObject({
    name: z.string().describe('ttft, tpot, deadline, budget, ...'),
    limit: finite.describe('What the scenario asks, in the unit'),
    value: finite.describe('What the plan reaches, in the unit'),
    unit: z.string().describe('What limit, value and margin count'),
    margin: finite.describe('limit - value for upper limits, value - limit for lower ones: positive is room'),
    ok: z.boolean().describe('The target is met'),
  })
  .meta({ id: 'target', title: 'Target of the scenario with its verdict' })
export type Target = z.infer<typeof targetSchema>

export const placementSchema = z
  .strictObject({
    offer: z.string().nullable().describe('Id of the offer in the catalog; null where a GPU was given without a price'),
    provider: z.string().nullable(),
    instance: z.string().nullable(),
    region: z.string().nullable(),
    gpu: z.string().describe('Id of the GPU in the catalog'),
    gpus: z.int().positive().describe('GPUs paid for: instances x GPUs of one instance'),
    gpus_per_instance: z.int().positive(),
    instances: z.int().positive(),
    pricing: pricing.nullable(),
  })
  .meta({ id: 'placement', title: 'Machines that are rented or owned' })

/** Which model a plan runs: with it a saved plan can be exported. */
export const planModelSchema = z
  .strictObject({
    id: z.string().describe('Id in the catalog'),
    checkpoint: z.string().nullable().describe('Repository or path of its weights; null where none is known'),
    format: z.string().describe('Weight format of those'),
  })
  .meta({ id: 'plan_model', title: 'Model that a plan runs' })

export const serveConfigurationSchema = z
  .strictObject({
    engine: z.string(),
    engine_version: z.string(),
    quantization: z.string().describe('Id of the weight format in the catalog'),
    kv_cache: z.string().describe('Id of the KV-cache format in the catalog'),
    tensor_parallel: z.int().positive().describe('GPUs over which each layer is split'),
    pipeline_parallel: z.int().positive().describe('Groups of GPUs over which the layers are split'),
    expert_parallel: z.int().positive().describe('GPUs over which the experts are split; 1 for dense models'),
    replicas: z.int().positive().describe('Copies of the model that share the traffic, spares included'),
    max_concurrency: z.int().positive().describe('Sequences that one replica decodes at once at most'),
    context: z.int().positive().describe('Longest sequence (input + output), tokens'),
    max_batched_tokens: z.int().positive().describe('Tokens of one forward pass at most'),
    utilization: finite
      .positive()
      .nullable()
      .describe('Share of the GPU that the engine may take; null where it has no such setting'),
  })
  .meta({ id: 'serve_configuration', title: 'Configuration of a server' })
export type ServeConfiguration = z.infer<typeof serveConfigurationSchema>

/** Lines of arithmetic with the numbers put in. */
export const derivationSchema = z.array(
  z.strictObject({
    name: z.string(),
    value: finite.describe('In the unit'),
    unit: z.string(),
    formula: z.string().describe('The arithmetic with the numbers put in'),
  }),
)

export const servePerformanceSchema = z
  .strictObject({
    ttft_ms: amount.describe('Time to the first token, milliseconds, mean at the busiest hour'),
    tpot_ms: amount.describe('Time for each further token, milliseconds, mean at the busiest hour'),
    request_ms: amount.describe('From arrival to last token, milliseconds, mean at the busiest hour'),
    concurrency: z.int().positive().describe('Requests in flight on one replica at the busiest hour'),
    output_tokens_per_second: amount.describe('Output tokens a second that all replicas sustain under the targets'),
    requests_per_second: amount.describe('Requests a second that all replicas sustain under the targets'),
    utilization: amount.describe('Load of the busiest hour over what is sustained'),
    derivation: derivationSchema
      .describe('Forward pass of the busiest hour term by term; present when an explanation was asked for')
      .optional(),
  })
  .meta({ id: 'serve_performance', title: 'Speed of a serving plan' })

export const costSchema = z
  .strictObject({
    usd_per_hour: finite
      .positive()
      .nullable()
      .describe('US dollars an hour, all instances; null where no price is known (an estimate without an offer)'),
    usd_per_month: finite.positive().nullable().describe('US dollars a month of 730 hours'),
    usd_per_million_tokens: finite
      .positive()
      .nullable()
      .describe("US dollars a million input and output tokens of the scenario's mean traffic, idle time included"),
    usd_per_run: finite.positive().nullable().describe('US dollars of the training run; null for serving'),
    price_as_of: z.string().nullable().describe('Date of the price, YYYY-MM-DD or YYYY-MM'),
  })
  .meta({ id: 'cost', title: 'Cost of a plan' })

/** How far the speed can be trusted: `measured` where runs of this GPU and format stand behind it. */
export const confidenceSchema = z.enum(['measured', 'specification'])

export const planSchema = z
  .strictObject({
    model: planModelSchema
      .describe('Absent in results of older versions, and where only a parameter count is known')
      .optional(),
    placement: placementSchema,
    configuration: serveConfigurationSchema,
    memory: z.strictObject({
      capacity_bytes: amount.describe('Usable bytes of the GPU'),
      total_bytes: amount.describe('Sum of the terms, bytes'),
      free_bytes: finite.describe('capacity_bytes - total_bytes; negative where it does not fit'),
      kv_utilization: amount.describe('Share of the pool that the traffic takes'),
      cache_tokens: z
        .int()
        .positive()
        .describe('Tokens that the KV cache of one replica is planned to hold')
        .optional(),
      terms: z.array(memoryTermSchema).describe('What the fullest GPU holds, term by term'),
    }),
    performance: servePerformanceSchema,
    cost: costSchema,
    quality: z
      .strictObject({ loss_percent: amount, low_percent: amount, high_percent: amount })
      .describe('Expected loss of quality against 16-bit weights, percent, with its range'),
    targets: z.array(targetSchema).describe('Targets of the scenario, each with its verdict'),
    confidence: confidenceSchema,
    accuracy: planAccuracySchema
      .nullable()
      .describe('Null where memory follows a rule of thumb or the model is known by its parameter count alone'),
    launch: z.string().describe('Command that starts it'),
  })
  .meta({ id: 'serve_plan', title: 'Plan of a serving workload' })
export type Plan = z.infer<typeof planSchema>

export const violationSchema = z
  .strictObject({
    constraint: z.string(),
    by: finite.positive().describe('How much is missing, in the unit'),
    unit: z.string(),
  })
  .meta({ id: 'violation', title: 'What a configuration misses' })
export type Violation = z.infer<typeof violationSchema>

export const fixSchema = z.strictObject({
  change: z
    .record(z.string(), z.union([z.string(), z.number(), z.array(z.string())]))
    .describe('One setting and its new value'),
  cost_delta_usd_per_hour: finite.describe('US dollars an hour more than the configuration that it mends'),
  text: z.string().describe('The same in words, with the plan it leads to'),
  usd_per_hour: finite.positive().describe('US dollars an hour of the plan it leads to'),
})
export type Fix = z.infer<typeof fixSchema>

/** A configuration that came close, for a kind of plan. */
function nearMissOf<P extends z.ZodType>(plan: P) {
  return z.strictObject({ plan, violations: z.array(violationSchema).min(1), fixes: z.array(fixSchema) })
}

export const searchSchema = z
  .strictObject({
    space: z.int().nonnegative().describe('Combinations of everything that was to be chosen'),
    evaluated: z.int().nonnegative().describe('Combinations whose cost and speed were worked out'),
    pruned: z
      .record(z.string(), z.int().nonnegative())
      .describe('Combinations passed over, by the bound that proved them no better'),
    rejected: z.record(z.string(), z.int().nonnegative()).describe('Combinations refused, by constraint'),
    rejected_before_evaluation: z
      .int()
      .nonnegative()
      .describe('Of the rejected, those refused unevaluated: evaluated + pruned + these = space'),
    feasible: z.int().nonnegative().describe('Evaluated combinations that meet every constraint'),
  })
  .meta({ id: 'search', title: 'What the search looked at' })

/** A result of one kind of scenario. */
export function resultOf<K extends string, P extends z.ZodType>(kind: K, plan: P) {
  return z.strictObject({
    version: versionKey,
    kind: z.literal(kind),
    scenario: z.string().describe('Name of the scenario'),
    status: z.enum(['optimal', 'infeasible']),
    objective: z.string().describe('What was minimised'),
    best: plan.nullable().describe('The best plan; null where none is feasible'),
    alternatives: z.array(plan).describe('The next best plans, best first'),
    pareto: z.array(plan).describe('Plans of which none is at least as good in both cost and speed'),
    near_misses: z
      .array(nearMissOf(plan))
      .describe('Where nothing is feasible: what came closest, and what would mend it'),
    search: searchSchema,
    assumptions: z.array(z.string()).describe('Every value that the scenario left to a default'),
    warnings: z.array(z.string()),
    constraints: z
      .record(z.string(), z.string())
      .describe('Reason of each constraint that refused something, for readers'),
    catalog: catalogKey,
  })
}

export const nearMissSchema = nearMissOf(planSchema)
export type NearMiss = z.infer<typeof nearMissSchema>

export const resultSchema = resultOf('serve', planSchema).meta({ id: 'serve', title: 'plan SCENARIO, kind: serve' })
export type ServeResult = z.infer<typeof resultSchema>
