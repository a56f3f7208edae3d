import { get } from '../catalog/catalog.ts'
import { releaseFor } from '../catalog/support.ts'
import { count, SECONDS_PER_DAY } from '../units.ts'
import type { Prices } from './common.ts'
import { serveDefaults } from './defaults.ts'
import { ggufDefaults } from './gguf-defaults.ts'
import type { Checker } from './ids.ts'
import { checkModel } from './model-checks.ts'
import { MOST_TOKENS_PER_DAY, rateKeys, type ServeScenario, type Traffic } from './serve.ts'

/**
 * What a schema cannot say of a serving scenario: keys that contradict each other, and names that the catalog does not have.
 * Returns the scenario with aliases replaced by ids.
 */
export function checkServe(scenario: ServeScenario, check: Checker): ServeScenario {
  checkRate(scenario.traffic, check)
  checkContext(scenario, check)
  const { model, prices } = scenario
  const modelId = checkModel(model, check)
  const given = scenario.engine
  const engineId = given === undefined ? undefined : (check.entry('engines', given, ['engine'], ['any']) ?? given)
  const resolved: ServeScenario = { ...scenario, model: modelId }
  if (engineId !== undefined) resolved.engine = engineId
  Object.assign(resolved, ggufDefaults(model, resolved, check.catalog))
  checkEngineVersion(scenario, resolved.engine ?? serveDefaults.engine, check)
  if (prices !== undefined) checkPrices(prices, check)
  if (resolved.search !== undefined) resolved.search = checkSearch(resolved.search, check)
  return resolved
}

function checkRate(traffic: Traffic, check: Checker): void {
  const given = rateKeys.filter((key) => traffic[key] !== undefined)
  if (given.length === 0) {
    check.error(['traffic'], `traffic needs exactly one of ${rateKeys.join(', ')}; none is given`, undefined, 'key')
  }
  if (given.length > 1) {
    const message = `traffic needs exactly one of ${rateKeys.join(', ')}; given: ${given.join(' and ')}`
    check.error(['traffic', given[1] ?? ''], message, undefined, 'key')
  }
  const { requests_per_second: rate = 0, input_tokens: input, output_tokens: output } = traffic
  const perDay = rate * (input + output) * SECONDS_PER_DAY
  if (perDay > MOST_TOKENS_PER_DAY) {
    const message = `${count(rate)} requests a second of ${count(input + output)} tokens are ${perDay.toExponential(0)} tokens a day: at most ${MOST_TOKENS_PER_DAY.toExponential(0)} can be planned`
    check.error(['traffic', 'requests_per_second'], message)
  }
}

function checkContext({ context, traffic }: ServeScenario, check: Checker): void {
  const tokens = traffic.input_tokens + traffic.output_tokens
  if (context === undefined || context >= tokens) return
  check.error(
    ['context'],
    `context of ${count(context)} tokens is shorter than the mean request of ${count(tokens)} tokens (input_tokens + output_tokens)`,
    `write at least ${Math.ceil(tokens)}`,
  )
}

function checkEngineVersion(scenario: ServeScenario, engine: string, check: Checker): void {
  const wanted = scenario.engine_version
  if (wanted === undefined) return
  if (engine === 'any') {
    check.error(['engine_version'], 'engine_version needs one engine, not "any"')
    return
  }
  if (!check.catalog.engines.has(engine)) return
  const answer = releaseFor(get(check.catalog, 'engines', engine), wanted)
  if (!answer.ok) check.error(['engine_version'], answer.message)
}

function checkSearch(
  search: NonNullable<ServeScenario['search']>,
  check: Checker,
): NonNullable<ServeScenario['search']> {
  const resolved = { ...search }
  if (search.quantization !== undefined)
    resolved.quantization = check.entries('quantizations', search.quantization, ['search', 'quantization'])
  if (search.kv_cache !== undefined)
    resolved.kv_cache = check.entries('kvFormats', search.kv_cache, ['search', 'kv_cache'])
  checkHardware(search, check)
  return resolved
}

/** GPUs and providers of a search: known, and not all of them excluded again. */
export function checkHardware(search: NonNullable<ServeScenario['search']>, check: Checker): void {
  const errorsBefore = check.diagnostics.length
  const excluded = check.gpus(search.exclude_gpus ?? [], ['search', 'exclude_gpus'])
  const wanted =
    search.gpus === undefined ? [...check.catalog.gpus.keys()] : check.gpus(search.gpus, ['search', 'gpus'])
  check.providers(search.providers ?? [], ['search', 'providers'])
  check.providers(search.exclude_providers ?? [], ['search', 'exclude_providers'])
  if (check.diagnostics.length > errorsBefore) return
  if (excluded.length > 0 && wanted.every((id) => excluded.includes(id))) {
    check.error(['search', 'exclude_gpus'], 'exclude_gpus removes every GPU that the search allows', undefined, 'key')
  }
  if (search.providers?.every((each) => search.exclude_providers?.includes(each)) === true) {
    check.error(
      ['search', 'exclude_providers'],
      'exclude_providers removes every provider that the search allows',
      undefined,
      'key',
    )
  }
}

/** Names in `prices`: a price for something that nobody offers would silently do nothing. */
export function checkPrices(prices: Prices, check: Checker): void {
  if (prices.offers !== undefined) check.offerSets(prices.offers, ['prices', 'offers'])
  const keys = Object.keys(prices.overrides ?? {})
  if (keys.length === 0) return
  const offers = [...check.catalog.offers.values()]
  const known = new Set([
    ...offers.map((offer) => `${offer.provider}/${offer.gpu}`),
    ...offers.map((offer) => offer.id),
  ])
  for (const key of keys) {
    if (!known.has(key)) check.unknown('offer', key, ['prices', 'overrides', key], [...known], 'key')
  }
}
