import { type Catalog, find } from '../../../src/catalog/catalog.ts'
import { parseCount } from '../../../src/units.ts'
import type { Random } from '../random.ts'

export type Entries = Record<string, unknown>

/**
 * Takes out what contradicts itself: a schema cannot say that only one of three keys may stand, so a drawn document mostly holds
 * none or several. Changes the document.
 */
export function makeSensible(document: unknown, catalog: Catalog, random: Random): void {
  if (!isMap(document)) return
  if (document.kind === 'serve') makeServe(document, catalog, random)
  if (document.kind === 'train') makeTrain(document, catalog, random)
  if (document.kind === 'fleet' || document.kind === 'forecast') makeProgram(document, catalog, random)
}

export function isMap(value: unknown): value is Entries {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function makeServe(document: Entries, catalog: Catalog, random: Random): void {
  const traffic = mapAt(document, 'traffic')
  const rates = ['requests_per_second', 'tokens_per_day', 'concurrency']
  const given = rates.filter((key) => traffic[key] !== undefined)
  const kept = given.length === 0 ? undefined : random.pick(given)
  for (const rate of rates) if (rate !== kept) delete traffic[rate]
  if (kept === undefined) traffic.requests_per_second = 1
  if (number(document.context) < number(traffic.input_tokens) + number(traffic.output_tokens)) delete document.context
  makeModel(document)
  makeHardware(document)
  const engine = find(catalog, 'engines', String(document.engine ?? 'vllm'))
  if (engine === undefined) delete document.engine_version
  else if (document.engine_version !== undefined) document.engine_version = random.pick(engine.releases).from
}

/** The shape of a usual model, for those that are drawn without. */
const SHAPE = { hidden_size: 4096, layers: 32, heads: 32, intermediate_size: 14_336, vocabulary_size: 128_256 }

function makeTrain(document: Entries, catalog: Catalog, random: Random): void {
  const data = mapAt(document, 'data')
  const byExamples = data.examples !== undefined && random.chance(0.5)
  if (byExamples) {
    delete data.tokens
    data.tokens_per_example ??= 512
  } else {
    delete data.examples
    delete data.tokens_per_example
    data.tokens ??= '10M'
  }
  makeModel(document)
  makeHardware(document)
  const model = typeof document.model === 'string' ? find(catalog, 'models', document.model) : undefined
  const longest = model?.architecture?.max_positions ?? Number.POSITIVE_INFINITY
  if (number(document.sequence_length) > longest) document.sequence_length = longest
  const search = mapAt(document, 'search')
  const batch = document.global_batch === undefined ? 64 : number(document.global_batch)
  if (!list(search.micro_batch).some((size) => batch % number(size) === 0)) delete search.micro_batch
  const methods = list(search.method)
  if (!methods.includes('lora') && !methods.includes('qlora')) delete search.lora
  const degrees = ['tensor_parallel', 'pipeline_parallel', 'context_parallel']
  const least = degrees.reduce((product, key) => product * Math.min(...list(search[key], [1]).map(number)), 1)
  if (least > (search.max_gpus === undefined ? 64 : number(search.max_gpus)))
    for (const key of degrees) delete search[key]
  // A pipeline, and experts over ranks, are what few frameworks have: a degree of one is what all can do.
  for (const key of ['pipeline_parallel', 'expert_parallel', 'tensor_parallel', 'context_parallel']) {
    const values = search[key]
    if (Array.isArray(values) && random.chance(0.7)) values.push(1)
  }
  if (isMap(document.model) && random.chance(0.8)) Object.assign(document.model, { ...SHAPE, ...document.model })
}

const HARDWARE = ['gpus', 'exclude_gpus', 'providers', 'exclude_providers', 'pricing', 'max_gpus']

function makeProgram(document: Entries, catalog: Catalog, random: Random): void {
  const names = new Set<unknown>()
  const workloads = list(document.workloads).filter((item) => {
    const scenario = isMap(item) && 'scenario' in item ? item.scenario : item
    if (isMap(scenario)) {
      makeSensible(scenario, catalog, random)
      // Two scenarios of one name could not be told apart; the entry's own name is the other way to say it.
      delete scenario.name
      // The nodes of the program say where it may stand: a list of its own mostly leaves none of them.
      if (random.chance(0.7)) for (const key of HARDWARE) delete mapAt(scenario, 'search')[key]
    }
    const own = isMap(item) && item.name !== undefined ? item.name : scenario
    if (names.has(own)) return false
    names.add(own)
    if (isMap(item) && isMap(scenario) && scenario.kind === 'serve') delete item.runs_per_month
    return true
  })
  document.workloads = workloads
  for (const limit of list(document.limits)) {
    const subjects = ['provider', 'region', 'gpu', 'pricing']
    if (isMap(limit) && subjects.every((key) => limit[key] === undefined)) limit.pricing = 'on-demand'
  }
  const lots = new Set<unknown>()
  if (document.inventory === undefined) return
  document.inventory = list(document.inventory).filter((entry) => {
    const name = isMap(entry) ? (entry.name ?? entry.gpu) : undefined
    if (name === undefined) return true
    if (lots.has(name)) return false
    lots.add(name)
    return true
  })
}

function makeModel({ model }: Entries): void {
  if (!isMap(model)) return
  model.parameters ??= '8B'
  if (number(model.active_parameters) > number(model.parameters)) delete model.active_parameters
  if (model.layers === undefined || number(model.heads) % number(model.kv_heads) !== 0) delete model.kv_heads
}

function makeHardware(document: Entries): void {
  const search = mapAt(document, 'search')
  for (const [wanted, unwanted] of [
    ['gpus', 'exclude_gpus'],
    ['providers', 'exclude_providers'],
  ] as const) {
    const asked = list(search[wanted])
    if (asked.length > 0 && asked.every((each) => list(search[unwanted]).includes(each))) delete search[unwanted]
  }
}

/** The map under a key; an empty one beside the document where there is none. */
function mapAt(document: Entries, key: string): Entries {
  const value = document[key]
  return isMap(value) ? value : {}
}

function list(value: unknown, without: readonly unknown[] = []): unknown[] {
  return Array.isArray(value) ? value : [...without]
}

/** A number as written; NaN, which no comparison holds for, where it is none. */
function number(value: unknown): number {
  if (typeof value === 'number') return value
  return typeof value === 'string' ? (parseCount(value) ?? Number.NaN) : Number.NaN
}
