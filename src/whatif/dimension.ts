import type { Catalog } from '../catalog/catalog.ts'
import type { ServeResult } from '../result/plan.ts'
import type { TrainResult } from '../result/train.ts'
import { InputError } from '../scenario/diagnostic.ts'
import type { ServeScenario } from '../scenario/serve.ts'
import { rateKeys } from '../scenario/serve.ts'
import { parsePath } from '../scenario/set.ts'
import type { TrainScenario } from '../scenario/train.ts'
import { offersNamed, overridesTimes, withPricesTimes } from './scaled-prices.ts'
import { type Form, type Vary, varyError, written } from './vary.ts'
import type { Dimension } from './what-if.ts'

/** A scenario that can be read and planned with further changes of its keys. */
export interface Planned {
  readonly catalog: Catalog
  /** Reads it with the changes. Throws InputError where it refuses them. */
  read(set: readonly string[]): ServeScenario | TrainScenario
  /** Plans it with the changes, at the prices of the given catalog. */
  plan(set: readonly string[], catalog: Catalog): ServeResult | TrainResult
}

/**
 * What `--vary` asks for on a scenario.
 * @throws InputError for a key that the scenario does not have, and where no value of the range is accepted.
 */
export function dimensionOf(vary: Vary, planned: Planned): Dimension {
  return priceDimension(vary, planned) ?? keyDimension(vary, planned)
}

function priceDimension(vary: Vary, { catalog, read, plan }: Planned): Dimension | null {
  const chosen = offersNamed(vary.key, vary.text, catalog)
  if (chosen === null) return null
  if (vary.form !== 'factor') {
    throw varyError(vary.text, 'a price changes by percent of the price list', 'e.g. --vary price=-30%..+30%')
  }
  const overrides = read([]).prices?.overrides ?? {}
  const { key, form, from, to } = vary
  return {
    key,
    form,
    from,
    to,
    whole: false,
    now: 1,
    plan: (factor) =>
      plan(overridesTimes(overrides, catalog, chosen, factor), withPricesTimes(catalog, chosen, factor)),
  }
}

function keyDimension(vary: Vary, { catalog, read, plan }: Planned): Dimension {
  const scenario = read([])
  const path = vary.key === 'traffic' ? trafficKey(vary, scenario) : vary.key
  const own = valueAt(scenario, path)
  const relative = vary.form === 'factor'
  if (relative && own === null) {
    throw varyError(vary.text, `the scenario states no number at ${path}, of which a percentage could be meant`)
  }
  const base = relative ? (own ?? 1) : 1
  // Times are kept in hours or milliseconds by the schemas; what is varied stays in the form in which it was written.
  const form: Form = relative ? 'number' : vary.form
  const { from, to } = { from: tidy(vary.from * base), to: tidy(vary.to * base) }
  const assignment = (value: number): string => `${path}=${written(value, form)}`
  const refusal = (value: number): InputError | null => {
    try {
      read([assignment(value)])
      return null
    } catch (error) {
      if (error instanceof InputError) return error
      throw error
    }
  }
  const whole = takesWholeNumbers({ from, to }, (value) => refusal(value) === null)
  const ends = whole ? { from: Math.ceil(from), to: Math.floor(to) } : { from, to }
  const [low, high] = [refusal(ends.from), refusal(ends.to)]
  if (low !== null && high !== null && refusal(Math.round((ends.from + ends.to) / 2)) !== null) throw low
  return {
    key: path,
    form,
    ...ends,
    whole,
    now: form === 'duration' ? null : own,
    plan: (value) => plan([assignment(value)], catalog),
  }
}

const DIGITS = 12

function tidy(value: number): number {
  return Number(value.toPrecision(DIGITS))
}

/** The rate that the scenario states its traffic in. */
function trafficKey(vary: Vary, scenario: ServeScenario | TrainScenario): string {
  const stated = scenario.kind === 'serve' ? rateKeys.find((rate) => scenario.traffic[rate] !== undefined) : undefined
  if (stated === undefined)
    throw varyError(vary.text, 'a training scenario has no traffic', 'e.g. --vary data.tokens=1B..9B')
  return `traffic.${stated}`
}

/** The number that a scenario holds at a path, read as its schema reads it; null where there is none. */
function valueAt(scenario: object, path: string): number | null {
  let value: unknown = scenario
  for (const step of parsePath(path)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return null
    value = (value as Readonly<Record<string, unknown>>)[step]
  }
  return typeof value === 'number' ? value : null
}

/** Irrational, so that a fraction is tried whatever the ends are. */
const UNEVEN = Math.SQRT1_2

/** Whether the scenario takes whole numbers only: it refuses a fraction and takes the number beside it. */
function takesWholeNumbers({ from, to }: { from: number; to: number }, accepts: (value: number) => boolean): boolean {
  const fraction = from + (to - from) * UNEVEN
  return !accepts(tidy(fraction)) && accepts(Math.round(fraction))
}
