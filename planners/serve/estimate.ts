import type { Catalog, get } from '../../src/catalog/catalog.ts'
import type { Model } from '../../src/catalog/model.ts'
import { newestRelease, releaseFor } from '../../src/catalog/support.ts'
import { eligibleOffers } from '../../src/cost/eligibility.ts'
import { emptySpeed } from '../../src/performance/serving.ts'
import type { Plan, Violation } from '../../src/result/plan.ts'
import type { Headroom } from '../../src/scenario/common.ts'
import { serveDefaults } from '../../src/scenario/defaults.ts'
import { inputError } from '../../src/scenario/diagnostic.ts'
import { serveCalibration } from '../calibrated.ts'
import { entryNamed } from '../entry.ts'
import { resolveModel } from '../model.ts'
import { refuseSplit } from '../refuse-split.ts'
import { round } from '../round.ts'
import { violationsOf } from '../search/near-miss.ts'
import { UNPRICED, unpriced, withoutPrice } from '../unpriced.ts'
import { ServeAssignment } from './assignment.ts'
import { boardsOf } from './boards.ts'
import { objectiveOf, sortKey } from './incumbents.ts'
import { lengthsOf } from './lengths.ts'
import { planOf } from './plan.ts'
import type { ServeRequest } from './request.ts'
import { place, replicate, serveSpace } from './space.ts'
import { warningsFor } from './warnings.ts'

/** One configuration, as the flags of `plan estimate` and `plan fit` give it. */
export interface EstimateInput {
  readonly model: string
  readonly gpu: string
  /** All GPUs together; replicas fill what the other degrees leave. */
  readonly gpus?: number | undefined
  readonly tensorParallel?: number | undefined
  readonly pipelineParallel?: number | undefined
  readonly expertParallel?: number | undefined
  readonly quantization?: string | undefined
  readonly kvCache?: string | undefined
  readonly context?: number | undefined
  /** Sequences that one replica holds at once. */
  readonly concurrency?: number | undefined
  readonly inputTokens?: number | undefined
  readonly outputTokens?: number | undefined
  readonly engine?: string | undefined
  readonly engineVersion?: string | undefined
  readonly utilization?: number | undefined
  readonly maxBatchedTokens?: number | undefined
  readonly maxSequences?: number | undefined
  readonly headroom?: Headroom | undefined
  readonly memoryModel?: string | undefined
  readonly explain?: boolean | undefined
  /** Day from which the age of prices is judged, YYYY-MM-DD. */
  readonly asOf: string
}

export interface Estimate {
  readonly plan: Plan
  readonly fits: boolean
  readonly violations: readonly Violation[]
  readonly assumptions: readonly string[]
  readonly warnings: readonly string[]
}

/** Context where none is given: a common serving length, never the model's maximum, which few requests reach. */
const DEFAULT_CONTEXT = 8192

/** A configuration that was given, not searched: bound, priced and ready to be asked. */
export interface GivenConfiguration {
  readonly request: ServeRequest
  readonly assignment: ServeAssignment
  readonly assumptions: string[]
  readonly space: ReturnType<typeof serveSpace>
  readonly priced: boolean
}

/** Memory, speed and price of one given configuration. Throws InputError for what cannot be meant. */
export function estimatePlan(input: EstimateInput, catalog: Catalog): Estimate {
  const given = givenConfiguration(input, catalog)
  const { request, assignment: a, space } = given
  const constraints = space.constraints.filter(({ name }) => name !== 'quality' && name !== 'repeated_format')
  const missed = violationsOf(constraints, a)
  if (missed === null) {
    const refusing = constraints.find((constraint) => constraint.violation(a) === Number.POSITIVE_INFINITY)!
    throw refusal(refusing.name, refusing.reason, a)
  }
  const violations = missed.violations.map((violation) => ({ ...violation, by: round(violation.by) }))
  const speed = emptySpeed()
  a.performance.at(a.maxConcurrency, speed)
  const candidate = {
    assignment: a,
    concurrency: a.maxConcurrency,
    speed,
    key: sortKey(objectiveOf(request, a, speed), a, speed),
  }
  const plan = planOf(request, candidate, input.explain ?? false)
  return {
    plan: { ...(given.priced ? plan : withoutPrice(plan)), targets: [] },
    fits: violations.length === 0,
    violations,
    assumptions: given.assumptions,
    warnings: warningsFor(request, candidate),
  }
}

/** Binds the configuration that the flags describe. Defaults are listed as assumptions. */
export function givenConfiguration(input: EstimateInput, catalog: Catalog): GivenConfiguration {
  const assumptions: string[] = []
  const assumed = <T>(value: T | undefined, fallback: T, sentence: (value: T) => string): T => {
    if (value !== undefined) return value
    assumptions.push(sentence(fallback))
    return fallback
  }
  const model = resolveModel(entryNamed(catalog, 'models', input.model, 'model'))
  const gpu = entryNamed(catalog, 'gpus', input.gpu, '--gpu')
  const engine = entryNamed(
    catalog,
    'engines',
    assumed(input.engine, defaultEngine(input, model.model), (id) => `Engine ${id}.`),
    '--engine',
  )
  const release = releaseOf(engine, input.engineVersion)
  if (input.engineVersion === undefined) assumptions.push(`${engine.name} ${release.label} (the newest release known).`)
  const stored = model.model.native_quantization?.scheme ?? (gpu.formats.bf16 ? 'bf16' : 'fp16')
  const quantization = entryNamed(
    catalog,
    'quantizations',
    assumed(
      input.quantization,
      engine.weight_files === 'gguf' ? ggufFormat(stored) : stored,
      (id) => `Weights in ${id}.`,
    ),
    '--quantization',
  )
  const kv = entryNamed(
    catalog,
    'kvFormats',
    assumed(input.kvCache, 'bf16', (id) => `KV cache in ${id}.`),
    '--kv-cache',
  )
  const tensorParallel = input.tensorParallel ?? 1
  const pipelineParallel = input.pipelineParallel ?? 1
  const gpusPerReplica = tensorParallel * pipelineParallel
  const expertParallel = input.expertParallel ?? 1
  refuseSplit(model.model, model.tensors, engine, { tensorParallel, pipelineParallel, expertParallel })
  const gpus = input.gpus ?? gpusPerReplica
  if (gpus % gpusPerReplica !== 0) {
    throw inputError(
      `${gpus} GPUs do not make whole replicas of ${tensorParallel} x ${pipelineParallel} GPUs (tensor x pipeline)`,
    )
  }
  const longest = model.tensors?.architecture.max_positions ?? Number.POSITIVE_INFINITY
  const lengthGiven =
    input.inputTokens !== undefined && input.outputTokens !== undefined
      ? input.inputTokens + input.outputTokens
      : undefined
  const context = assumed(
    input.context,
    lengthGiven ?? Math.min(DEFAULT_CONTEXT, longest),
    (tokens) => `Context of ${tokens} tokens.`,
  )
  if (context > longest) {
    throw inputError(`--context ${context}: ${model.model.id} takes at most ${longest} tokens`)
  }
  const lengths = lengthsOf(context, input)
  if (lengths.inputTokens + lengths.outputTokens > context) {
    throw inputError(
      `--input-tokens ${lengths.inputTokens} and --output-tokens ${lengths.outputTokens} exceed the context of ${context} tokens`,
    )
  }
  if (input.inputTokens === undefined || input.outputTokens === undefined) {
    assumptions.push(`Requests of ${lengths.inputTokens} input and ${lengths.outputTokens} output tokens.`)
  }
  const concurrency = assumed(input.concurrency, 1, (value) => `${value} sequence at once.`)
  const headroom = input.headroom ?? serveDefaults.headroom
  if (input.headroom === undefined)
    assumptions.push(`${serveDefaults.headroom * 100} % of the GPU kept free beyond everything counted.`)
  if (input.utilization === undefined && engine.default_utilization !== null) {
    assumptions.push(`Engine memory utilization ${engine.default_utilization}.`)
  }
  const replicas = gpus / gpusPerReplica
  const { eligible } = eligibleOffers(catalog.offers.values(), {
    asOf: input.asOf,
    maxAgeDays: serveDefaults.maxAgeDays,
    minConfidence: serveDefaults.minConfidence,
    pricing: serveDefaults.pricing,
    gpus: [gpu.id],
  })
  const request: ServeRequest = {
    name: model.model.id,
    ...model,
    context,
    ...lengths,
    prefixCached: 0,
    peak: { inFlight: concurrency * replicas },
    meanRequestsPerSecond: null,
    peakFactor: 1,
    ttftMs: null,
    tpotMs: null,
    maxLossPercent: Number.POSITIVE_INFINITY,
    redundancy: 0,
    engines: [{ engine, release, version: input.engineVersion ?? release.from }],
    memoryModel: input.memoryModel === 'rule-of-thumb' ? 'rule-of-thumb' : 'architecture',
    utilization: input.utilization ?? null,
    maxBatchedTokens: input.maxBatchedTokens ?? null,
    headroom,
    accuracy: catalog.physics.accuracy,
    quantizations: [quantization],
    defaultQuantizations: false,
    kvFormats: [kv],
    gpus: [gpu],
    tensorParallel: [tensorParallel],
    pipelineParallel: [pipelineParallel],
    expertParallel: [expertParallel],
    maxConcurrency: [concurrency],
    maxGpus: Number.POSITIVE_INFINITY,
    offers: eligible,
    objective: 'cost',
    alternatives: 0,
    billedShare: 1,
  }
  const bound = bind(request, catalog, gpus)
  assumptions.push(...serveCalibration(request, bound.assignment))
  return { ...bound, request, assumptions }
}

/** Binds every variable to its only value; the machine is the cheapest that holds the replicas, or an unpriced one. */
function bind(request: ServeRequest, catalog: Catalog, gpus: number) {
  const anyMachine: ServeRequest = {
    ...request,
    offers: [...request.offers, unpriced({ gpu: request.gpus[0]!.id, gpu_count: gpus, link: null })],
  }
  const space = serveSpace(anyMachine, catalog)
  const boards = boardsOf(anyMachine, catalog)
  const byCost = boards
    .flatMap((board) => board.offers.map((priced) => ({ board, priced })))
    .sort((x, y) => x.priced.usdPerHour - y.priced.usdPerHour)
  const a = new ServeAssignment()
  let best: { assignment: ServeAssignment; usdPerHour: number } | null = null
  for (const { board, priced } of byCost) {
    if (best !== null && priced.usdPerHour >= best.usdPerHour) break
    for (const variable of space.variables) {
      const values = variable.domain(a)
      const value = variable.name === 'gpu' ? board : variable.name === 'offer' ? priced : values[0]
      variable.bind(a, value as never)
    }
    for (const derivation of space.derivations) derivation.compute(a)
    replicate(request, a)
    place(a, priced.offer)
    if (a.refusal !== null) continue
    const usdPerHour = a.instances * priced.usdPerHour
    if (best === null || usdPerHour < best.usdPerHour) best = { assignment: a.snapshot(), usdPerHour }
  }
  if (best === null) throw new Error('the unpriced machine holds every configuration')
  best.assignment.usdPerHour = best.usdPerHour
  return { assignment: best.assignment, space, priced: best.assignment.priced.offer.id !== UNPRICED }
}

function refusal(constraint: string, reason: string, a: ServeAssignment) {
  const detail =
    constraint === 'weight_format' ? a.weightSupport.reason : constraint === 'kv_format' ? a.kvSupport.reason : reason
  return inputError(`${a.engineEntry.name} on ${a.board.gpu.name} with ${a.quantization.id}: ${detail}`)
}

/** The file's own format where it is a GGUF file, else the usual one. */
function ggufFormat(stored: string): string {
  return stored.startsWith('gguf-') ? stored : 'gguf-q4_k_m'
}

/** llama.cpp for weights in a GGUF format, asked for or the model's own. */
function defaultEngine(input: EstimateInput, model: Model): string {
  const format = input.quantization ?? model.native_quantization?.scheme
  return format?.startsWith('gguf-') ? 'llama.cpp' : 'vllm'
}

export function releaseOf(engine: ReturnType<typeof get<'engines'>>, version: string | undefined) {
  if (version === undefined) return newestRelease(engine)
  const answer = releaseFor(engine, version)
  if (!answer.ok) throw inputError(answer.message)
  return answer.release
}
