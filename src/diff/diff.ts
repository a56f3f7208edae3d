import { type DiffableResult, hasPlan } from './any-result.ts'
import type { Diff, MoneyLine, SideSummary } from './document.ts'
import { effectsOf } from './effects.ts'
import { type Change, changesBetween, difference, type Fact, sentenceChanges } from './fact.ts'
import { moneyFigures } from './figures.ts'
import { planFacts } from './plan-facts.ts'
import type { PriceBook } from './price-book.ts'
import { fleetFacts, forecastFacts } from './program-facts.ts'

export type { Diff, MoneyLine } from './document.ts'

/** One of the two results that are compared. */
export interface Side {
  /** The file that it came from. */
  readonly file: string
  /** Null where this side has no scenario of that name. */
  readonly result: DiffableResult | null
  readonly prices: PriceBook
}

/**
 * Holds two results against each other.
 * @throws RangeError where the kinds differ or both sides are absent: the caller pairs what can be compared.
 */
export function diffOf(old: Side, next: Side): Diff {
  const kind = next.result?.kind ?? old.result?.kind
  if (kind === undefined) throw new RangeError('both sides are absent')
  if (old.result !== null && next.result !== null && old.result.kind !== kind)
    throw new RangeError(`a ${old.result.kind} cannot be compared with a ${kind}`)
  const money = moneyFigures(kind)
    .map(({ name, unit, of }): MoneyLine => {
      const before = old.result === null ? null : of(old.result)
      const after = next.result === null ? null : of(next.result)
      return { figure: name, unit, old: before, new: after, ...difference(before, after) }
    })
    // Serving knows no price of a run, and a fleet without owned nodes none of electricity.
    .filter((line) => (line.old ?? 0) !== 0 || (line.new ?? 0) !== 0)
  const changes = [
    ...changesBetween(factsOf(old.result, next.result), factsOf(next.result, old.result)),
    ...notesBetween(old.result, next.result),
  ]
  return {
    scenario: next.result?.scenario ?? old.result?.scenario ?? '',
    kind,
    old: summaryOf(old),
    new: summaryOf(next),
    identical:
      changes.length === 0 &&
      old.result !== null &&
      next.result !== null &&
      money.every(({ old: before, new: after }) => before === after),
    money,
    effects: effectsOf(old, next),
    changes,
  }
}

/** Where the other side has no plan, the figures of this one have nothing beside them: what it stands on says enough. */
const ALONE = new Set(['model', 'placement', 'configuration', 'missed by the closest'])

/** Everything that a result states apart from its price and its sentences, as far as the other side can state it as well. */
function factsOf(result: DiffableResult | null, other: DiffableResult | null): Fact[] {
  if (result === null || other === null) return []
  const status: Fact = { section: 'answer', key: 'status', value: result.status, unit: '' }
  const objective: Fact = { section: 'answer', key: 'objective', value: result.objective, unit: '' }
  const facts = ofKind(result)
  const single = result.kind === 'serve' || result.kind === 'train'
  const alone = single && hasPlan(result) !== hasPlan(other)
  return [status, objective, ...(alone ? facts.filter(({ section }) => ALONE.has(section)) : facts)]
}

function ofKind(result: DiffableResult): Fact[] {
  switch (result.kind) {
    case 'fleet':
      return fleetFacts(result)
    case 'forecast':
      return hasPlan(result) ? forecastFacts(result) : []
    default:
      return result.best === null ? missFacts(result) : planFacts(result.best)
  }
}

/** Without a plan: what the configuration that came closest misses. */
function missFacts({ near_misses }: Extract<DiffableResult, { near_misses: unknown }>): Fact[] {
  return (near_misses[0]?.violations ?? []).map(({ constraint, by, unit }) => ({
    section: 'missed by the closest',
    key: constraint,
    value: by,
    unit,
  }))
}

/** Where a side has no such scenario, its notes would all be news and none would say anything. */
function notesBetween(old: DiffableResult | null, next: DiffableResult | null): Change[] {
  if (old === null || next === null) return []
  return [
    ...sentenceChanges('assumptions', old.assumptions, next.assumptions),
    ...sentenceChanges('warnings', old.warnings, next.warnings),
    ...changesBetween(catalogFacts(old), catalogFacts(next)),
  ]
}

function catalogFacts({ catalog }: DiffableResult): Fact[] {
  return [
    { section: 'catalog', key: 'hash', value: catalog.hash, unit: '' },
    { section: 'catalog', key: 'prices_as_of', value: catalog.prices_as_of, unit: '' },
  ]
}

function summaryOf({ file, result }: Side): SideSummary {
  return {
    file,
    scenario: result?.scenario ?? null,
    status: result?.status ?? 'absent',
    catalog_hash: result?.catalog.hash ?? null,
    prices_as_of: result?.catalog.prices_as_of ?? null,
  }
}
