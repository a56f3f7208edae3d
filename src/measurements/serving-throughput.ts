import { type Catalog, get } from '../catalog/catalog.ts'
import type { HostConstants } from '../catalog/engine.ts'
import { Remembered } from '../memory/remembered.ts'
import {
  closedLoop,
  lonePromptSeconds,
  maximumLoadTokensPerSecond,
  singleStreamSeconds,
  wholeBatchTokensPerSecond,
} from '../performance/benchmark.ts'
import { type ModelProfile, profileModel } from '../performance/profile.ts'
import { ServingPerformance } from '../performance/serving.ts'
import { weightBits } from '../performance/weight-bits.ts'
import type { ServingRecord } from './record.ts'
import { batchLimits, memoryOfSubject, type ServingSubject, type Skipped, servingSubject } from './serving-subject.ts'
import type { Figures, Prediction } from './validation.ts'

/** Kernels that multiply with 16-bit weights: what the head and unquantised tensors run on. */
const PLAIN_KERNEL = { safetensors: 'f16', gguf: 'gguf-f16' } as const
/** Tokens that a decoding benchmark generates where it does not say. */
const UNSTATED_OUTPUT_TOKENS = 200

/** Speed of a published run, by the way in which it loaded the server. */
export function predictServingThroughput(record: ServingRecord, catalog: Catalog): Prediction | Skipped {
  const prepared = prepareServingThroughput(record, catalog)
  if ('skipped' in prepared) return prepared
  const { figures, assumed } = prepared.evaluate()
  return { figures, experts: prepared.experts, assumed: [...prepared.assumed, ...assumed] }
}

/** A run whose memory is counted, so that only the law of speed is left to evaluate: calibration does so with changed constants. */
export interface PreparedThroughput {
  readonly way: Run['way']
  readonly experts: boolean
  readonly assumed: readonly string[]
  evaluate(): Answer
}

export function prepareServingThroughput(record: ServingRecord, catalog: Catalog): PreparedThroughput | Skipped {
  const subject = servingSubject(record, catalog)
  if ('skipped' in subject) return subject
  const run = loadOf(record)
  if ('skipped' in run) return run
  const held = requestsHeld(record, subject, catalog, run)
  if (typeof held !== 'number') return held
  return {
    way: run.way,
    experts: subject.tensors.kinds.some(({ mlp }) => mlp.kind === 'moe'),
    assumed: [...subject.assumed, ...run.assumed],
    evaluate: () => speedOf(record, subject, catalog, run, held),
  }
}

/** What loaded the server. */
interface Run {
  readonly way: 'single-stream' | 'lone-prompt' | 'closed-loop' | 'whole-batch' | 'maximum-load'
  readonly inputTokens: number
  readonly outputTokens: number
  /** Of one replica; Infinity where everything is queued at once. */
  readonly concurrency: number
  /** Requests of the whole run. */
  readonly requests: number
  readonly assumed: readonly string[]
}

/**
 * The way of loading follows from what was stated and read: a single request; a prompt without output; a number of requests of which
 * only the rate was read (a batch sent whole) or latencies too (a closed loop); everything queued at once.
 */
function loadOf({ workload, measured, note = '' }: ServingRecord): Run | Skipped {
  const { concurrency, input_tokens: input, output_tokens: output } = workload ?? {}
  if (concurrency === undefined) return { skipped: 'the number of requests in flight is not stated' }
  const share = meanShareOfNominal(note)
  const inputTokens = (input ?? 0) * share
  const outputTokens = (output ?? UNSTATED_OUTPUT_TOKENS) * share
  const assumed = share === 1 ? [] : [`lengths are ${share} of nominal on average`]
  if (output === undefined) assumed.push(`${UNSTATED_OUTPUT_TOKENS} output tokens`)
  if (concurrency === 'max') {
    if (input === undefined || output === undefined) return { skipped: 'the lengths of the requests are not stated' }
    const sent = /(\d+) requests sent at once/.exec(note)
    const requests = sent === null ? Number.POSITIVE_INFINITY : Number(sent[1])
    return { way: 'maximum-load', inputTokens, outputTokens, concurrency: Number.POSITIVE_INFINITY, requests, assumed }
  }
  const decodes =
    measured.ttft_ms === undefined && (inputTokens === 0 || output === undefined || /decode only/.test(note))
  const onlyRate = measured.ttft_ms === undefined && measured.tpot_ms === undefined
  const way =
    concurrency === 1 && decodes
      ? 'single-stream'
      : output === 1
        ? 'lone-prompt'
        : concurrency > 1 && onlyRate
          ? 'whole-batch'
          : 'closed-loop'
  if (way === 'lone-prompt' && concurrency > 1)
    return { skipped: 'several prompts at once without output are not modelled' }
  return { way, inputTokens, outputTokens, concurrency, requests: Number.POSITIVE_INFINITY, assumed }
}

/** A note such as "lengths uniform 0.8-1.0 of nominal": the stated lengths are the longest. */
function meanShareOfNominal(note: string): number {
  const range = /lengths uniform (\d\.\d+)-(\d\.\d+) of nominal/.exec(note)
  return range === null ? 1 : (Number(range[1]) + Number(range[2])) / 2
}

type Answer = { readonly figures: Figures; readonly assumed: readonly string[] }

function speedOf(record: ServingRecord, subject: ServingSubject, catalog: Catalog, run: Run, held: number): Answer {
  const { replicas } = subject
  const ms = (seconds: number): number => 1000 * seconds
  switch (run.way) {
    case 'single-stream': {
      const seconds = singleStreamSeconds(performanceOf(record, subject, catalog, run, subject.host))
      return { figures: { tpot_ms: ms(seconds), output_tokens_per_second: replicas / seconds }, assumed: [] }
    }
    case 'lone-prompt': {
      const seconds = lonePromptSeconds(performanceOf(record, subject, catalog, run, subject.host))
      return { figures: { ttft_ms: ms(seconds) }, assumed: [] }
    }
    case 'whole-batch': {
      const performance = performanceOf(record, subject, catalog, run, subject.hostAtMaximumLoad)
      const rate = wholeBatchTokensPerSecond(performance, run.concurrency / replicas)
      return {
        figures: { output_tokens_per_second: replicas * rate },
        assumed: ['only a rate was read: the requests were sent as one batch'],
      }
    }
    case 'closed-loop': {
      const performance = performanceOf(record, subject, catalog, run, subject.host)
      const burst = subject.host.start_burst_share?.value ?? 0
      const speed = closedLoop(performance, run.concurrency / replicas, burst, held)
      return {
        figures: {
          ttft_ms: ms(speed.ttftSeconds),
          tpot_ms: ms(speed.tpotSeconds),
          output_tokens_per_second: replicas * speed.outputTokensPerSecond,
        },
        assumed: speed.queued ? ['requests queue: the KV cache holds fewer than are in flight'] : [],
      }
    }
    case 'maximum-load': {
      const performance = performanceOf(record, subject, catalog, run, subject.hostAtMaximumLoad)
      const running = Math.max(1, Math.min(subject.hostAtMaximumLoad.fill.value * held, run.requests / replicas))
      return {
        figures: { output_tokens_per_second: replicas * maximumLoadTokensPerSecond(performance, running) },
        assumed: [],
      }
    }
  }
}

const profiles = new Remembered<ModelProfile>()

function profileOf({ tensors }: ServingSubject): ModelProfile {
  return profiles.recall(tensors, [null], () => profileModel(tensors))
}

function performanceOf(
  record: ServingRecord,
  subject: ServingSubject,
  catalog: Catalog,
  run: Run,
  host: HostConstants,
): ServingPerformance {
  const { quantization, support, gpu, server } = subject
  const kernel = get(catalog, 'kernels', support.kernel ?? quantization.kernel)
  const own = support.kernel === undefined && quantization.expert_kernel !== undefined
  const limits =
    server === null
      ? null
      : batchLimits({ ...subject, server }, record.configuration, run.inputTokens + run.outputTokens)
  return new ServingPerformance(
    {
      profile: profileOf(subject),
      gpu,
      generation: get(catalog, 'generations', gpu.generation),
      link: subject.link,
      quantization,
      weightBits: weightBits(subject.tensors, quantization),
      kv: subject.kv,
      kernel,
      expertKernel: own ? get(catalog, 'kernels', quantization.expert_kernel ?? '') : kernel,
      plainKernel: get(catalog, 'kernels', PLAIN_KERNEL[subject.weightFiles]),
      host,
      llamaCpp: subject.weightFiles === 'gguf',
      physics: catalog.physics.serving,
      tensorParallel: subject.tensorParallel,
      pipelineParallel: subject.pipelineParallel,
      expertParallel: subject.expertParallel,
      attentionCopies: subject.attentionCopies,
    },
    {
      inputTokens: run.inputTokens,
      outputTokens: run.outputTokens,
      prefixCached: 0,
      chunkTokens: limits?.maxBatchedTokens ?? catalog.physics.serving.prompt_chunk_tokens.value,
    },
  )
}

/**
 * Requests that the KV cache of a replica holds: whole ones where everything is queued at once, half-written ones on average in a closed
 * loop. Infinity where the program's memory is not modelled and the run did not fill it.
 */
function requestsHeld(record: ServingRecord, subject: ServingSubject, catalog: Catalog, run: Run): number | Skipped {
  if (run.way !== 'closed-loop' && run.way !== 'maximum-load') return Number.POSITIVE_INFINITY
  const { server } = subject
  const isFull = run.way === 'maximum-load'
  if (server === null) {
    return isFull ? { skipped: `the KV cache of ${record.engine.name} is not modelled` } : Number.POSITIVE_INFINITY
  }
  const { configuration: c } = record
  const tokens = Math.ceil(run.inputTokens + (isFull ? run.outputTokens : run.outputTokens / 2))
  const published = isFull ? server.engine.published_maximum_load?.utilization : undefined
  const memory = memoryOfSubject({ ...subject, server }, catalog, {
    headroom: 0,
    utilization: c.utilization ?? published,
    eager: c.eager ?? false,
  })
  const limits = batchLimits({ ...subject, server }, c, c.context ?? tokens)
  const held = memory.largestSequences({ ...limits, context: tokens, sequenceTokens: tokens })
  if (held === 0) return { skipped: 'by the model no request of this length fits the KV cache' }
  return subject.attentionCopies * held
}
