import { cacheBytesRead, meanLookBack } from './cache-reads.ts'
import { allReduceLatencySeconds } from './collectives.ts'
import { kernelRates, kvReadBytesPerSecond, peakFlopsPerSecond } from './hardware.ts'
import { softMaximum } from './roofline.ts'
import { noTime, type ServingLoad, type ServingSpeed, type ServingSystem, type StepTerms } from './serving-types.ts'
import type { WeightBits } from './weight-bits.ts'

export { emptySpeed, type ServingLoad, type ServingSpeed, type ServingSystem, type StepTerms } from './serving-types.ts'

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/**
 * Speed of one replica by the roofline law fitted to public benchmark runs (docs/performance.md): every forward pass reads
 * the weights once and the KV cache of each sequence, computes its rows, reduces over the tensor-parallel group and pays the
 * host. Constructing it sums what does not depend on the load; `at` is a few hundred floating-point operations.
 */
export class ServingPerformance {
  readonly system: ServingSystem
  readonly load: ServingLoad
  // Seconds, or seconds per row; one pipeline stage.
  readonly #linearRead: number
  readonly #linearReadBatched: number
  readonly #linearCompute: number
  readonly #headRead: number
  readonly #headCompute: number
  readonly #expertRead: number
  readonly #expertCompute: number
  readonly #expertTile: number
  readonly #kvRead: number
  readonly #latentCompute: number
  readonly #promptAttention: number
  readonly #reduceLatency: number
  readonly #reduceRow: number
  readonly #exchangeLatency: number
  readonly #exchangeRow: number
  readonly #handover: number
  readonly #handoverRow: number
  readonly #fixed: number
  /** Host time that every sequence in flight adds to a step, seconds. */
  readonly perSequenceSeconds: number
  readonly #copies: number
  readonly #wait: number
  readonly #exponent: number
  readonly #skew: number
  readonly #missShare: number
  readonly #promptTokens: number
  readonly #chunk: number
  readonly #passes: number
  readonly #scratch = noTime()

  constructor(system: ServingSystem, load: ServingLoad) {
    this.system = system
    this.load = load
    const { profile, gpu, physics, quantization, host, link } = system
    const { tensorParallel: tp, pipelineParallel: pp, expertParallel: ep, attentionCopies: copies = 1 } = system
    this.#copies = copies
    const linear = kernelRates(gpu, system.kernel)
    const plain = kernelRates(gpu, system.plainKernel)
    const expert = kernelRates(gpu, system.expertKernel, true)
    const peak16 = peakFlopsPerSecond(gpu, 'bf16') ?? peakFlopsPerSecond(gpu, 'fp32') ?? 0
    const bytesOf = (name: keyof WeightBits): number => system.weightBits[name] / 8

    this.#exponent = physics.soft_maximum_exponent.value
    this.#skew = physics.expert_routing_skew.value
    this.#linearRead = (profile.linearParameters * bytesOf('linear')) / (tp * pp * linear.bytesPerSecond)
    this.#linearReadBatched = this.#linearRead * (system.kernel.batched_weight_read_factor?.value ?? 1)
    this.#linearCompute = (2 * profile.linearParameters) / (tp * pp * linear.flopsPerSecond)
    // The head is read once, on the last stage.
    const headRate = quantization.bits.head === undefined ? plain : linear
    this.#headRead = (profile.headParameters * bytesOf('head')) / (tp * headRate.bytesPerSecond)
    this.#headCompute = (2 * profile.headParameters) / (tp * peak16 * physics.head_compute.value)

    // Routed experts: over `ep` ranks, and inside an expert over the rest of the GPUs that hold them.
    const expertRanks = tp * copies
    const expertTensorParallel = Math.max(1, expertRanks / ep)
    const width = profile.expertWidth / expertTensorParallel
    const thin = profile.experts === 0 ? 1 : width / (width + physics.expert_half_width.value)
    const perExpert = profile.experts === 0 ? 0 : profile.expertParameters / profile.experts
    this.#expertRead = (perExpert * bytesOf('expert')) / (expertRanks * pp * expert.bytesPerSecond)
    this.#expertCompute = (2 * perExpert) / (expertRanks * pp * expert.flopsPerSecond * thin)
    this.#expertTile = physics.expert_tile_rows.value
    this.#missShare = profile.experts === 0 ? 1 : 1 - profile.expertsPerToken / profile.experts

    const cached = load.prefixCached
    this.#promptTokens = Math.max(1, load.inputTokens * (1 - cached))
    this.#chunk = Math.min(this.#promptTokens, load.chunkTokens)
    this.#passes = this.#promptTokens / this.#chunk
    const meanContext = load.inputTokens + load.outputTokens / 2

    let kvBytes = 0
    let latentFlops = 0
    let promptFlops = 0
    for (const kind of profile.attention) {
      const spec = kind.kv(tp)
      kvBytes += kind.layers * cacheBytesRead(spec, system.kv, meanContext, kind.window, kind.sparseTokens)
      kvBytes += kind.layers * (spec.stateBytes ?? 0)
      latentFlops += (kind.layers * kind.latentFlopsPerTokenPair * Math.min(meanContext, kind.sparseTokens)) / tp
      promptFlops +=
        (kind.layers * kind.flopsPerTokenPair * meanLookBack(load.inputTokens, this.#promptTokens, kind.window)) / tp
    }
    this.#kvRead = kvBytes / (pp * kvReadBytesPerSecond(gpu, system.generation, system.llamaCpp))
    this.#latentCompute = latentFlops / (pp * peak16 * physics.mla_decode_compute.value)
    this.#promptAttention = promptFlops / (pp * peak16 * system.generation.prompt_attention.value)

    const activationBytes = profile.hiddenSize * 2
    this.#reduceLatency = (2 * profile.layers * allReduceLatencySeconds(link, tp)) / pp
    this.#reduceRow =
      tp > 1 ? (2 * profile.layers * activationBytes) / (pp * link.all_reduce_bytes_per_second.value) : 0
    // Inside one tensor-parallel group every rank holds all rows: experts on different ranks cost the same all-reduce and no
    // exchange. Copies of the attention hold different rows, which travel to their experts and back.
    const isExchanged = copies > 1 && ep > 1
    this.#exchangeLatency = isExchanged ? (2 * profile.moeLayers * allReduceLatencySeconds(link, ep)) / pp : 0
    this.#exchangeRow = isExchanged
      ? (2 * profile.moeLayers * profile.hiddenSize * physics.expert_exchange_bytes_per_element.value) /
        (pp * link.expert_exchange_bytes_per_second.value)
      : 0
    if (pp > 1) {
      this.#handover = system.llamaCpp
        ? physics.pipeline_handover_seconds.llama_cpp_per_boundary.value
        : physics.pipeline_handover_seconds.other_per_step.value
      this.#handoverRow = activationBytes / physics.pipeline_handover_bytes_per_second.value
    } else {
      this.#handover = 0
      this.#handoverRow = 0
    }
    this.#fixed =
      host.step_seconds.value +
      (host.step_seconds_per_layer.value * profile.layers + host.step_seconds_per_moe_layer.value * profile.moeLayers) /
        pp
    this.perSequenceSeconds = host.step_seconds_per_sequence.value
    this.#wait = 1 + physics.expert_wait_per_doubling.value * Math.log2(ep)
  }

  /** Seconds of one pass of one stage over `sequences` decoding sequences and `prompt` prompt tokens. */
  step(sequences: number, prompt: number): number {
    return this.#pass(sequences, prompt, this.#scratch).total
  }

  /** The same pass term by term. */
  stepTerms(sequences: number, prompt: number): StepTerms {
    return this.#pass(sequences, prompt, noTime())
  }

  /** Writes the terms of a pass into `out`, so that a search allocates nothing. */
  #pass(sequences: number, prompt: number, out: Writable<StepTerms>): StepTerms {
    const rows = sequences + prompt
    const exponent = this.#exponent
    // One copy of the attention has its part of the rows; the experts have all.
    const ownSequences = sequences / this.#copies
    const ownPrompt = prompt / this.#copies
    const ownRows = ownSequences + ownPrompt
    const ending = ownPrompt / this.#promptTokens
    const read = ownRows > 1 ? this.#linearReadBatched : this.#linearRead
    out.linear = softMaximum(read, this.#linearCompute * ownRows, exponent)
    out.head = softMaximum(this.#headRead, this.#headCompute * (ownSequences + ending), exponent)
    out.kv = softMaximum(this.#kvRead * ownSequences, this.#latentCompute * ownSequences, exponent)
    out.promptAttention = this.#promptAttention * ownPrompt
    out.experts = 0
    if (this.#expertRead > 0) {
      const { experts, expertsPerToken } = this.system.profile
      const hit = experts * (1 - this.#missShare ** (rows ** this.#skew))
      const computed = rows * expertsPerToken + hit * this.#expertTile
      out.experts = softMaximum(this.#expertRead * hit, this.#expertCompute * computed, exponent)
    }
    const working = out.linear + out.head + out.kv + out.promptAttention + out.experts
    out.wait = working * (this.#wait - 1)
    out.reduce = this.#reduceLatency + this.#reduceRow * ownRows
    out.exchange = this.#exchangeLatency + this.#exchangeRow * rows
    out.handover = this.#handover + this.#handoverRow * ownRows
    out.fixed = this.#fixed
    out.total = working * this.#wait + out.reduce + out.exchange + out.handover + out.fixed
    return out
  }

  /**
   * Seconds from one token of a request to its next, from those of a stage with the head. The last stage alone reads the head, so a
   * token takes the sum of the stages, or, once enough requests are in flight to keep all of them busy, as many times the slowest.
   */
  throughStages(stageSeconds: number, concurrency: number): number {
    const { pipelineParallel: pp } = this.system
    const head = this.headSeconds(concurrency)
    return Math.max(pp * stageSeconds - (pp - 1) * head, Math.min(concurrency, pp) * stageSeconds)
  }

  /** Seconds of the output head for the sequences of one stage. */
  headSeconds(concurrency: number): number {
    const onStage = Math.max(1, concurrency / this.system.pipelineParallel) / this.#copies
    return softMaximum(this.#headRead, this.#headCompute * onStage, this.#exponent)
  }

  /** Passes in which one prompt is processed, not always a whole number, and the tokens of one pass. */
  get promptPasses(): { readonly passes: number; readonly tokens: number } {
    return { passes: this.#passes, tokens: this.#chunk }
  }

  /** Seconds of one prompt's passes among `concurrency` requests in flight, the hand-over through the stages included. */
  promptSeconds(concurrency: number): number {
    const { pipelineParallel: pp } = this.system
    const pass = this.step(Math.max(0, Math.max(1, concurrency / pp) - 1), this.#chunk)
    return pass * (this.#passes + pp - 1)
  }

  /**
   * Steady state with `concurrency` requests in flight: decode steps, steps that carry prompts, and the queue at the prompt
   * processor (M/D/1). Writes into `out`, so that a search allocates nothing.
   */
  at(concurrency: number, out: ServingSpeed): ServingSpeed {
    const { outputTokens } = this.load
    const { pipelineParallel: pp } = this.system
    const input = this.#promptTokens
    // The stages of a pipeline take turns: each holds a p-th part of the sequences.
    const onStage = Math.max(1, concurrency / pp)
    // Prompts do not spread evenly: a share of the steps carries them, the others only decode.
    const arriving = ((onStage - 1) * input) / outputTokens
    const share = Math.min(1, ((onStage - 1) / outputTokens) * Math.max(1, input / this.load.chunkTokens))
    const decode = this.step(onStage, 0)
    const mixed = share > 0 ? this.step(onStage, arriving / share) : decode
    const stage = (1 - share) * decode + share * mixed
    const tpot = this.throughStages(stage, concurrency) + (this.perSequenceSeconds * concurrency) / this.#copies

    const pass = this.step(Math.max(0, onStage - 1), this.#chunk)
    const own = pass * (this.#passes + pp - 1)
    const busy = pass * this.#passes
    const utilization = ((concurrency - 1) * busy) / (outputTokens * tpot + busy)
    const limit = this.system.physics.max_prompt_utilization.value
    const rho = Math.min(utilization, limit)
    const queue = (rho / (2 * (1 - rho))) * busy
    const ttft = this.system.host.first_token_seconds.value + own + tpot / 2 + queue
    const request = ttft + (outputTokens - 1) * tpot
    out.ttftSeconds = ttft
    out.tpotSeconds = tpot
    out.requestSeconds = request
    out.requestsPerSecond = concurrency / request
    out.outputTokensPerSecond = (concurrency * outputTokens) / request
    out.promptUtilization = utilization
    out.queueSeconds = queue
    return out
  }

  /**
   * Requests in flight at which the replica completes `requestsPerSecond`: the smallest whole number, at most `limit`
   * (Little's law with a service time that grows with the load).
   *
   * The rate may fall where one more is in flight: kernels read slower from the second row on, and the queue for the prompt
   * processor grows faster than the load near its limit. The time of a request without that queue never falls, though, and as many
   * must be in flight as arrive in it: whatever lies below is passed over, the rest is tried one by one.
   */
  concurrencyFor(requestsPerSecond: number, limit: number, scratch: ServingSpeed): number {
    let concurrency = 1
    while (concurrency < limit) {
      const { requestsPerSecond: completed, requestSeconds, queueSeconds } = this.at(concurrency, scratch)
      if (completed >= requestsPerSecond) return concurrency
      // The last bits of a product pass nothing over.
      const least = Math.ceil(requestsPerSecond * (requestSeconds - queueSeconds) * (1 - 1e-9))
      concurrency = Math.min(limit, Math.max(concurrency + 1, least))
    }
    return limit
  }
}
