import type { DerivationLine } from '../explain.ts'
import { softMaximum } from '../roofline.ts'
import { attentionTerm } from './attention.ts'
import { activationTraffic } from './communication.ts'
import { modelParallel, type RunContext } from './context.ts'
import { elementwiseTerm } from './elementwise.ts'
import { explainTraining } from './explain.ts'
import { trainingWork } from './flops.ts'
import { gemmTerm } from './gemm.ts'
import { headTerm } from './head.ts'
import { emptyTrainingSpeed, type TrainingLoad, type TrainingSpeed, type TrainingTimeInput } from './input.ts'
import { trainingLinks } from './links.ts'
import { expertTerms } from './moe.ts'
import { type OptimizerTime, optimizerTime } from './offload.ts'
import { passes } from './passes.ts'
import { pipelineBubble, stageImbalance } from './pipeline.ts'
import { trainingRates } from './rates.ts'
import { exposedSeconds, hiddenShare, reduceTraffic, shardTraffic, type Traffic } from './sharding.ts'
import type { TimeTerm } from './term.ts'
import { launchSeconds, weightTerms } from './weights.ts'

/** The time of a run as its parts, for derivations. */
export interface TrainingParts {
  readonly context: RunContext
  readonly gpus: number
  readonly compute: readonly TimeTerm[]
  readonly launchSeconds: number
  readonly activationTraffic: readonly TimeTerm[]
  readonly shard: Traffic
  readonly reduce: Traffic
  readonly hidden: number
  readonly optimizer: OptimizerTime
  /** Longest pipeline stage over the mean one. */
  readonly imbalance: number
}

/** Time of one training configuration as a function of micro-batch and gradient accumulation. */
export class TrainingTime {
  readonly parts: TrainingParts
  /** Published runs on such GPUs, without offloading, entered the fit. */
  readonly isMeasured: boolean
  /** Operations of the model a token, forward and backward without recomputation; frozen weights need no gradient. */
  readonly modelFlopsPerToken: number

  readonly #computePerToken: number
  readonly #compute: number
  readonly #launch: number
  readonly #launchExponent: number
  readonly #exposedPerToken: number
  readonly #exposed: number
  readonly #peak: number

  constructor(parts: TrainingParts) {
    const { context, compute, activationTraffic: traffic, gpus } = parts
    const { physics, work, rates, passes: done } = context
    this.parts = parts
    this.#computePerToken = sum(compute, (term) => term.secondsPerToken)
    this.#compute = sum(compute, (term) => term.seconds)
    this.#launch = parts.launchSeconds
    this.#launchExponent = physics.launch_exponent.value
    const exposed = physics.exposed_traffic.value
    this.#exposedPerToken = exposed * sum(traffic, (term) => term.secondsPerToken)
    this.#exposed = exposed * sum(traffic, (term) => term.seconds)
    const linear = 2 * (work.linearParameters + work.hiddenSize * work.vocabularySize)
    // Scores have no weights of their own: their backward pass is twice the forward whatever is trained.
    this.modelFlopsPerToken = linear * (done.trainsWeights ? 3 : 2) + 3 * work.causalAttentionFlops
    this.#peak = gpus * rates.peak
    this.isMeasured = !rates.assumed && context.configuration.offload === 'none'
  }

  /**
   * Speed of a load. Writes into `out`, allocates nothing.
   *
   * step = m x micro / (1 - bubble) + exposed reduction + optimizer; micro = (compute + exposed activation traffic) x longest stage +
   * exposed sharding traffic; tokens/s = D x b x s x m / step.
   */
  at(load: TrainingLoad, out: TrainingSpeed): TrainingSpeed {
    const { parts } = this
    const { configuration } = parts.context
    const { sequenceLength, contextParallel, dataParallel, pipelineParallel, virtualPipeline } = configuration
    const { microBatch, gradientAccumulation } = load
    const tokens = (microBatch * sequenceLength) / contextParallel
    const compute = softMaximum(this.#computePerToken * tokens + this.#compute, this.#launch, this.#launchExponent)
    const activations = this.#exposedPerToken * tokens + this.#exposed
    const shard = exposedSeconds(parts.shard.seconds, parts.hidden, compute)
    const micro = (compute + activations) * parts.imbalance + shard
    const bubble = pipelineBubble(pipelineParallel, virtualPipeline, gradientAccumulation)
    const reduce = exposedSeconds(parts.reduce.seconds, parts.hidden, compute)
    const step = (gradientAccumulation * micro) / (1 - bubble) + reduce + parts.optimizer.seconds
    const tokensPerSecond = (dataParallel * microBatch * sequenceLength * gradientAccumulation) / step
    out.stepSeconds = step
    out.tokensPerSecond = tokensPerSecond
    out.modelFlopsUtilization = (tokensPerSecond * this.modelFlopsPerToken) / this.#peak
    out.bubble = bubble
    out.computeSeconds = compute
    out.microStepSeconds = micro
    out.reduceSeconds = reduce
    out.optimizerSeconds = parts.optimizer.seconds
    return out
  }

  /** Every term with its arithmetic, in the order in which they add up to the step. */
  explain(load: TrainingLoad): DerivationLine[] {
    return explainTraining(this.parts, load, this.at(load, emptyTrainingSpeed()))
  }
}

/**
 * Prepares the time of a configuration: everything that micro-batch and accumulation do not change.
 * @returns null where it cannot run or be predicted: several machines without a known network, several GPUs of one machine without a
 *   link between them, experts spread over more ranks than there are, or no arithmetic for the precision.
 */
export function prepareTrainingTime(input: TrainingTimeInput): TrainingTime | null {
  const { tensors, trainer, gpu, generation, link, physics, configuration } = input
  const { dataParallel, contextParallel } = configuration
  const gpus = dataParallel * contextParallel * modelParallel(configuration)
  if (gpus > input.gpusPerNode && input.networkGbPerSecondPerGpu === null) return null
  if (configuration.expertParallel > gpus / configuration.pipelineParallel) return null
  if (link.kind === 'none' && Math.min(gpus, input.gpusPerNode) > 1) return null
  const rates = trainingRates(gpu, generation, physics, input.computePrecision ?? 'bf16')
  if (rates === null) return null
  const context: RunContext = {
    work: trainingWork(tensors, configuration, trainer.attention_skips_masked_half ?? true),
    rates,
    passes: passes(configuration, trainer.activations),
    links: trainingLinks(input),
    configuration,
    trainer,
    physics,
  }
  return new TrainingTime({
    context,
    gpus,
    compute: [
      gemmTerm(context),
      ...expertTerms(context),
      attentionTerm(context),
      elementwiseTerm(context),
      headTerm(context),
      ...weightTerms(context),
    ],
    launchSeconds: launchSeconds(context),
    activationTraffic: activationTraffic(context),
    shard: shardTraffic(context),
    reduce: reduceTraffic(context),
    hidden: hiddenShare(context),
    optimizer: optimizerTime(context),
    imbalance: stageImbalance(context.work.layers, configuration),
  })
}

function sum<T>(list: readonly T[], value: (entry: T) => number): number {
  let total = 0
  for (const entry of list) total += value(entry)
  return total
}
