import type { Catalog } from '../../../src/catalog/catalog.ts'
import { qualityLoss, supportFor } from '../../../src/catalog/support.ts'
import { emptySpeed, type ServingPerformance } from '../../../src/performance/serving.ts'
import { instancesFor } from '../packing.ts'
import { amountOf } from '../scenario.ts'
import { type Choices, choicesOf, inFlightOf } from './choices.ts'
import type { Leaf } from './leaf.ts'
import { modelOf } from './model.ts'
import { isFormatUsable, isRunnable, isSplittable } from './refusals.ts'
import { memoryOf, type ReplicaQuestion, speedOf, stepTokens } from './replica.ts'
import type { Lengths } from './replica-types.ts'
import type { ServeWish } from './wish.ts'

/** What going through every combination gave. */
export interface Enumeration {
  /** Combinations of all lists, whatever becomes of them. */
  readonly space: number
  readonly feasible: readonly Leaf[]
}

const USUAL_MAX_LOSS_PERCENT = 1
const USUAL_MAX_GPUS = 64
const SECONDS_A_DAY = 86_400

/** Every plan of a serving scenario, by nested loops over all that it may choose. */
export function enumerateServe(wish: ServeWish, catalog: Catalog, asOf: string): Enumeration {
  const model = modelOf(wish.model, catalog)
  const choices = choicesOf(wish, model, catalog, asOf)
  const lengths = lengthsOf(wish)
  const maxLoss = wish.quality?.max_loss_percent ?? USUAL_MAX_LOSS_PERCENT
  const feasible: Leaf[] = []
  for (const choice of choices.engines) {
    for (const quantization of choices.quantizations) {
      for (const kv of choices.kvFormats) {
        const released = { parameters: model.parameters, nativeScheme: model.native }
        const lossPercent = qualityLoss(quantization, released, kv, lengths.context).expected
        if (lossPercent > maxLoss) continue
        for (const board of choices.boards) {
          const weightSupport = supportFor(quantization, choice.engine.id, board.gpu)
          if (!isRunnable(choice, board)) continue
          if (!isFormatUsable(wish, catalog, model, choice, board, quantization, weightSupport)) continue
          if (supportFor(kv, choice.engine.id, board.gpu).level === 'refused') continue
          for (const tensorParallel of choices.tensorParallel) {
            for (const pipelineParallel of choices.pipelineParallel) {
              for (const expertParallel of choices.expertParallel) {
                const split = { quantization, kv, tensorParallel, pipelineParallel, expertParallel }
                if (!isSplittable(model, choice, board, split)) continue
                const question = { wish, catalog, model, choice, board, split, weightSupport, lengths }
                addPlans(feasible, question, choices, lossPercent)
              }
            }
          }
        }
      }
    }
  }
  return { space: spaceOf(choices), feasible }
}

/** Machines and caps on sequences for one replica: those that hold every limit join the feasible plans. */
function addPlans(feasible: Leaf[], question: ReplicaQuestion, choices: Choices, lossPercent: number): void {
  const { wish, choice, board, split, lengths } = question
  const maxGpus = wish.search?.max_gpus ?? USUAL_MAX_GPUS
  const gpusAReplica = split.tensorParallel * split.pipelineParallel
  if (gpusAReplica > maxGpus) return
  const performance = speedOf(question)
  const speed = emptySpeed()
  const queueLimit = performance.system.physics.max_prompt_utilization.value
  for (const spansMachines of [false, true]) {
    const machines = board.rented.filter(({ offer }) => gpusAReplica > offer.gpu_count === spansMachines)
    if (machines.length === 0 || (spansMachines && !choice.engine.parallelism.multi_node)) continue
    const memory = memoryOf(question, spansMachines)
    if (memory.problem !== null) continue
    for (const maxConcurrency of choices.concurrencies) {
      const held = memory.evaluate({
        maxSequences: maxConcurrency,
        maxBatchedTokens: stepTokens(question),
        context: lengths.context,
        sequences: maxConcurrency,
        sequenceTokens: lengths.input + lengths.output,
      })
      if (!held.fits) continue
      const memoryBytes = held.totalBytes
      performance.at(maxConcurrency, speed)
      const full = { ...speed }
      if (full.promptUtilization > queueLimit) continue
      if (full.ttftSeconds * 1000 > (wish.latency?.ttft_ms ?? Number.POSITIVE_INFINITY)) continue
      if (full.tpotSeconds * 1000 > (wish.latency?.tpot_ms ?? Number.POSITIVE_INFINITY)) continue
      const loaded = loadedReplicas(wish, maxConcurrency, full.requestsPerSecond, Math.floor(maxGpus / gpusAReplica))
      if (loaded === null) continue
      const replicas = loaded + (wish.redundancy ?? 0)
      const requestSeconds = busiestRequestSeconds(wish, performance, maxConcurrency, loaded)
      for (const rented of machines) {
        const { offer } = rented
        const replica = { tensorParallel: split.tensorParallel, groups: split.pipelineParallel }
        const instances = instancesFor(offer, replica, replicas, maxGpus)
        if (instances === null) continue
        if (offer.max_instances !== undefined && instances > offer.max_instances) continue
        feasible.push({
          choice,
          board,
          split,
          rented,
          maxConcurrency,
          replicas,
          instances,
          gpus: instances * offer.gpu_count,
          dollarsAnHour: instances * rented.dollarsAnHour,
          requestSeconds,
          fullTokensASecond: loaded * full.outputTokensPerSecond,
          lossPercent,
          memoryBytes,
        })
      }
    }
  }
}

/** Combinations of all lists; a machine belongs to its GPU and link. */
function spaceOf(choices: Choices): number {
  let machines = 0
  for (const { rented } of choices.boards) machines += rented.length
  return (
    choices.engines.length *
    choices.quantizations.length *
    choices.kvFormats.length *
    choices.tensorParallel.length *
    choices.pipelineParallel.length *
    choices.expertParallel.length *
    choices.concurrencies.length *
    machines
  )
}

/** Where the scenario states no `context`, the mean request must be servable. */
function lengthsOf({ context, traffic }: ServeWish): Lengths {
  const input = amountOf(traffic.input_tokens)
  const output = amountOf(traffic.output_tokens)
  const prefixCached = amountOf(traffic.prefix_cached ?? 0)
  return { input, output, prefixCached, context: context ?? Math.ceil(input + output) }
}

/** Mean requests a second; null where the scenario states requests in flight instead. */
function meanRate({ traffic }: ServeWish): number | null {
  if (traffic.requests_per_second !== undefined) return amountOf(traffic.requests_per_second)
  if (traffic.tokens_per_day === undefined) return null
  const tokensARequest = amountOf(traffic.input_tokens) + amountOf(traffic.output_tokens)
  return amountOf(traffic.tokens_per_day) / SECONDS_A_DAY / tokensARequest
}

/** The fewest replicas that carry the busiest hour, one more at a time; null where that takes more than `most`. */
function loadedReplicas(wish: ServeWish, cap: number, fullRequestsASecond: number, most: number): number | null {
  const { concurrency, peak_factor = 1 } = wish.traffic
  const rate = meanRate(wish)
  for (let replicas = 1; replicas <= most; replicas++) {
    const carries =
      rate === null
        ? replicas * cap >= inFlightOf(concurrency ?? 1, peak_factor)
        : // The last bit of a product asks for no further replica.
          replicas * fullRequestsASecond * (1 + 1e-12) >= rate * peak_factor
    if (carries) return replicas
  }
  return null
}

/** Seconds of a mean request at the busiest hour, whose requests spread evenly over the loaded replicas. */
function busiestRequestSeconds(
  wish: ServeWish,
  performance: ServingPerformance,
  cap: number,
  loadedReplicas: number,
): number {
  const { concurrency, peak_factor = 1 } = wish.traffic
  const rate = meanRate(wish)
  const speed = emptySpeed()
  if (rate === null) {
    const each = Math.ceil(inFlightOf(concurrency ?? 1, peak_factor) / loadedReplicas)
    return performance.at(Math.min(cap, each), speed).requestSeconds
  }
  // The fewest requests in flight that complete so many a second (Little's law).
  const wanted = (rate * peak_factor) / loadedReplicas
  let inFlight = 1
  while (inFlight < cap && performance.at(inFlight, speed).requestsPerSecond < wanted) inFlight++
  return performance.at(inFlight, speed).requestSeconds
}
