import type { Catalog } from '../../src/catalog/catalog.ts'
import { priceAgeDays } from '../../src/cost/eligibility.ts'
import type { CompleteServeScenario } from '../../src/scenario/defaults.ts'
import { smallestChange } from '../search/near-miss.ts'
import type { Relaxation } from './fixes.ts'
import type { ServeRequest } from './request.ts'
import { type ResolveOptions, resolveServe } from './resolve.ts'

/** More GPUs than any scenario means; a relaxed limit, reported as the number that the found plan uses. */
const MANY_GPUS = 4096

/** Latency limits are relaxed in these steps until a plan appears: at worst a quarter above what is needed. */
const LATENCY_STEPS = [1.1, 1.25, 1.5, 2, 3, 4, 6, 8, 12, 16, 32, 64]

/** A context is cut in steps of an eighth: at worst an eighth of the wish below what would fit. */
const CONTEXT_STEPS = [7, 6, 5, 4, 3, 2, 1]

type Change = (scenario: CompleteServeScenario) => CompleteServeScenario

/**
 * The single changes of a scenario that are tried when nothing fits: wider formats, GPUs and prices, looser targets, a shorter
 * context, more GPUs. Requests are made only when they are tried.
 */
export function relaxationsOf(
  scenario: CompleteServeScenario,
  catalog: Catalog,
  options: ResolveOptions,
): Relaxation[] {
  const request = (change: Change): ServeRequest => resolveServe(change(scenario), catalog, options).request
  const relaxations: Relaxation[] = []
  /** A setting with one change to try. */
  const add = (setting: string, change: Change, describe: Relaxation['describe']): void => {
    relaxations.push({ setting, describe, attempt: (plan) => plan(request(change)) })
  }
  const search = (changes: Partial<CompleteServeScenario['search']>): Change => {
    return (given) => {
      const widened: Record<string, unknown> = { ...given.search, ...changes }
      for (const [key, value] of Object.entries(changes)) if (value === undefined) delete widened[key]
      return { ...given, search: widened as CompleteServeScenario['search'] }
    }
  }
  const { traffic, latency, search: given } = scenario

  if (given.kv_cache !== undefined) {
    add('kv_cache', search({ kv_cache: undefined }), ({ assignment: a }) => ({
      change: { kv_cache: a.kv.id },
      text: `KV cache in ${a.kv.id}`,
    }))
  }
  if (given.quantization !== undefined) {
    add('quantization', search({ quantization: undefined }), ({ assignment: a }) => ({
      change: { quantization: a.quantization.id },
      text: `weights in ${a.quantization.id}`,
    }))
  }
  if (given.gpus !== undefined || given.exclude_gpus !== undefined) {
    add('gpus', search({ gpus: undefined, exclude_gpus: undefined }), ({ assignment: a }) => ({
      change: { gpus: a.board.gpu.id },
      text: `GPU ${a.board.gpu.id}`,
    }))
  }
  if (given.providers !== undefined || given.exclude_providers !== undefined) {
    add('providers', search({ providers: undefined, exclude_providers: undefined }), ({ assignment: a }) => ({
      change: { providers: a.priced.offer.provider },
      text: `provider ${a.priced.offer.provider}`,
    }))
  }
  for (const key of ['tensor_parallel', 'pipeline_parallel', 'expert_parallel'] as const) {
    if (given[key] === undefined) continue
    add(key, search({ [key]: undefined }), ({ assignment: a }) => {
      const degrees = {
        tensor_parallel: a.tensorParallel,
        pipeline_parallel: a.pipelineParallel,
        expert_parallel: a.expertParallel,
      }
      return { change: { [key]: degrees[key] }, text: `${key} ${degrees[key]}` }
    })
  }
  add('max_gpus', search({ max_gpus: MANY_GPUS }), ({ assignment: a }) => ({
    change: { max_gpus: a.gpusPaid },
    text: `${a.gpusPaid} GPUs`,
  }))
  for (const key of ['ttft', 'tpot'] as const) {
    const setting = `${key}_ms` as const
    const limit = latency[setting]
    if (limit === undefined) continue
    const loosened = (milliseconds: number) => () =>
      request((each) => ({ ...each, latency: { ...each.latency, [setting]: milliseconds } }))
    relaxations.push({
      setting,
      attempt: (plan, miss) => {
        const [only, ...others] = miss?.violations ?? []
        // The closest configuration misses nothing else: its own latency is a limit that works.
        if (only?.constraint === key && others.length === 0) return plan(loosened(limit + only.by)())
        return (
          smallestChange(
            LATENCY_STEPS.map((factor) => loosened(limit * factor)),
            plan,
          )?.found ?? null
        )
      },
      describe: ({ assignment: a }) => {
        const value = Math.ceil((key === 'ttft' ? a.full.ttftSeconds : a.full.tpotSeconds) * 1000)
        return { change: { [setting]: value }, text: `${setting} ${value}` }
      },
    })
  }
  const least = Math.ceil(traffic.input_tokens + traffic.output_tokens)
  if (scenario.context > least) {
    const contexts = [
      ...new Set(CONTEXT_STEPS.map((eighths) => Math.max(least, Math.floor((scenario.context * eighths) / 8)))),
    ]
    let context = least
    relaxations.push({
      setting: 'context',
      attempt: (plan) => {
        const shorter = contexts.map((tokens) => () => request((each) => ({ ...each, context: tokens })))
        const answer = smallestChange(shorter, plan)
        context = contexts[answer?.index ?? 0] ?? least
        return answer?.found ?? null
      },
      describe: () => ({ change: { context }, text: `context of at most ${context} tokens` }),
    })
  }
  add(
    'max_loss_percent',
    (each) => ({ ...each, quality: { max_loss_percent: 100 } }),
    ({ assignment: a }) => {
      const percent = Math.ceil(a.lossPercent * 100) / 100
      return {
        change: { max_loss_percent: percent },
        text: `quality loss of ${percent} % (${a.quantization.id}, KV ${a.kv.id})`,
      }
    },
  )
  if (scenario.prices.min_confidence !== 'low') {
    add(
      'min_confidence',
      (each) => ({ ...each, prices: { ...each.prices, min_confidence: 'low' } }),
      ({ assignment: a }) => ({
        change: { min_confidence: 'low' },
        text: `prices of low confidence (${a.priced.offer.id})`,
      }),
    )
  }
  add(
    'max_age_days',
    (each) => ({ ...each, prices: { ...each.prices, max_age_days: Number.MAX_SAFE_INTEGER } }),
    ({ assignment: a }) => ({
      change: { max_age_days: priceAgeDays(a.priced.offer.price_as_of, options.asOf) },
      text: `prices as old as ${a.priced.offer.price_as_of}`,
    }),
  )
  return relaxations
}
