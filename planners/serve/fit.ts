import type { Catalog } from '../../src/catalog/catalog.ts'
import type { Plan } from '../../src/result/plan.ts'
import { type EstimateInput, estimatePlan, givenConfiguration } from './estimate.ts'
import { batchDefault } from './system.ts'

/** The largest of one thing that fits with everything else given. */
export interface FitRow {
  readonly name: 'context' | 'concurrency'
  /** 0: not even one. */
  readonly value: number
  /** What was held fixed, in words. */
  readonly given: string
}

export interface Fit {
  readonly gpu: string
  readonly capacityBytes: number
  readonly rows: readonly FitRow[]
  /** The configuration at the largest concurrency of the context (at least one sequence). */
  readonly plan: Plan
  readonly assumptions: readonly string[]
  readonly warnings: readonly string[]
}

/**
 * The most sequences of a context, and the longest context of a number of sequences, that fit the GPUs. Exact: the demand only
 * grows, so bisection finds the last value that fits. Sampler buffers and graphs are sized by the engine's own
 * limit on sequences, as it starts when that flag is not set.
 */
export function fitModel(input: EstimateInput, catalog: Catalog): Fit {
  const { request, assignment: a, assumptions } = givenConfiguration(input, catalog)
  const limits = batchDefault(a)
  const maxSequences = input.maxSequences ?? limits.max_sequences
  const longest = request.tensors?.architecture.max_positions ?? Number.MAX_SAFE_INTEGER
  const load = { maxSequences, maxBatchedTokens: a.maxBatchedTokens }
  const sequences = input.concurrency ?? 1
  const mostSequences = a.memory.largestSequences({
    ...load,
    context: request.context,
    sequenceTokens: request.context,
  })
  const longestContext = a.memory.largestContext({ ...load, sequences }, longest)
  const rows: FitRow[] = [
    { name: 'concurrency', value: mostSequences, given: `sequences of ${request.context} tokens` },
    {
      name: 'context',
      value: longestContext,
      given: `tokens with ${sequences} ${sequences === 1 ? 'sequence' : 'sequences'} at once${longestContext === longest ? ', the longest the model takes' : ''}`,
    },
  ]
  const { plan, warnings } = estimatePlan(
    { ...input, context: request.context, concurrency: Math.max(1, mostSequences) },
    catalog,
  )
  return {
    gpu: a.board.gpu.id,
    capacityBytes: a.memory.capacityBytes,
    rows,
    plan,
    assumptions: [...assumptions, `At most ${maxSequences} sequences in the engine's own buffers.`],
    warnings,
  }
}
