import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { estimatePlan } from '../../../planners/serve/estimate.ts'
import { estimateTraining } from '../../../planners/train/estimate.ts'
import type { Catalog } from '../../../src/catalog/catalog.ts'
import type { Plan } from '../../../src/result/plan.ts'
import type { TrainPlan } from '../../../src/result/train.ts'
import { AS_OF, marketFor } from './market.ts'
import { type Document, planned, serving, training, tries } from './scenarios.ts'

/* What the search finds is what an estimate says of the same configuration, to the last digit. */

const headroomOf = ({ headroom }: Document): number | 'p95' =>
  headroom === 'p95' ? headroom : Number(String(headroom).replace('%', '')) / 100

/**
 * Requests of one length that fill the context, so that a sequence of the pool is a request; nothing in the prefix cache, which an
 * estimate does not know; list prices on demand, as an estimate takes them.
 */
function plainServing(document: Document): Document {
  const { prefix_cached: _, ...traffic } = document.traffic as Readonly<Record<string, number>>
  const context = (traffic.input_tokens ?? 0) + (traffic.output_tokens ?? 0)
  const search = { ...document.search, pricing: ['on-demand'] }
  return { ...document, context, traffic, search, redundancy: 0, prices: undefined }
}

function estimateOf(plan: Plan, document: Document, concurrency: number, catalog: Catalog): Plan {
  const { configuration: c, placement } = plan
  const traffic = document.traffic as Readonly<Record<string, number>>
  return estimatePlan(
    {
      model: String(document.model),
      gpu: placement.gpu,
      gpus: c.replicas * c.tensor_parallel * c.pipeline_parallel,
      quantization: c.quantization,
      kvCache: c.kv_cache,
      tensorParallel: c.tensor_parallel,
      pipelineParallel: c.pipeline_parallel,
      expertParallel: c.expert_parallel,
      context: c.context,
      concurrency,
      inputTokens: traffic.input_tokens,
      outputTokens: traffic.output_tokens,
      engine: c.engine,
      engineVersion: c.engine_version,
      utilization: document.utilization as number | undefined,
      maxBatchedTokens: c.max_batched_tokens,
      headroom: headroomOf(document),
      memoryModel: document.memory_model as string | undefined,
      asOf: AS_OF,
    },
    catalog,
  ).plan
}

describe('the best plan is what an estimate of its configuration says', () => {
  test('serving: memory at its most sequences, speed at those in flight, the same price', () => {
    let held = 0
    fc.assert(
      fc.property(serving.map(plainServing), (document) => {
        const market = marketFor(document)
        const result = planned(document, market)
        if (result.kind !== 'serve' || result.best === null) return
        const { best } = result
        const full = estimateOf(best, document, best.configuration.max_concurrency, market)
        expect(full.memory).toEqual(best.memory)
        expect(full.configuration).toEqual(best.configuration)
        expect(full.quality).toEqual(best.quality)
        expect(full.performance.requests_per_second).toBe(best.performance.requests_per_second)
        expect(full.performance.output_tokens_per_second).toBe(best.performance.output_tokens_per_second)
        const { ttft_ms, tpot_ms, request_ms } = estimateOf(
          best,
          document,
          best.performance.concurrency,
          market,
        ).performance
        expect({ ttft_ms, tpot_ms, request_ms }).toEqual({
          ttft_ms: best.performance.ttft_ms,
          tpot_ms: best.performance.tpot_ms,
          request_ms: best.performance.request_ms,
        })
        expect(full.placement).toEqual(best.placement)
        expect(full.cost.usd_per_hour).toBe(best.cost.usd_per_hour)
        held += 1
      }),
      tries(12, 600),
    )
    expect(held).toBeGreaterThan(4)
  })

  test('training: memory, speed and price', () => {
    let held = 0
    fc.assert(
      fc.property(training, (drawn) => {
        const search = { ...drawn.search, pricing: ['on-demand'] }
        // An estimate is one of a billion tokens, with nothing to keep.
        const document: Document = {
          ...drawn,
          search,
          prices: undefined,
          deadline: undefined,
          budget: undefined,
          data: { tokens: 1e9 },
        }
        const market = marketFor(document)
        const result = planned(document, market)
        if (result.kind !== 'train' || result.best === null) return
        const { best } = result
        const c = best.configuration
        const plan: TrainPlan = estimateTraining(
          {
            model: String(document.model),
            gpu: best.placement.gpu,
            gpus: best.placement.gpus,
            method: c.method,
            trainer: c.trainer,
            optimizer: c.optimizer,
            zeroStage: c.zero_stage,
            offload: c.offload,
            microBatch: c.micro_batch,
            gradientAccumulation: c.gradient_accumulation,
            sequenceLength: c.sequence_length,
            activationCheckpointing: c.activation_checkpointing,
            loraRank: c.lora_rank ?? undefined,
            tensorParallel: c.tensor_parallel,
            pipelineParallel: c.pipeline_parallel,
            contextParallel: c.context_parallel,
            expertParallel: c.expert_parallel,
            headroom: headroomOf(document),
            asOf: AS_OF,
          },
          market,
        ).plan
        const { targets: _, ...found } = best
        expect({ ...plan, targets: undefined }).toEqual({ ...found, targets: undefined })
        held += 1
      }),
      tries(6, 200),
    )
    expect(held).toBeGreaterThan(2)
  })
})
