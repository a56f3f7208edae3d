import { type DiffableKind, type DiffableResult, hasPlan, type SinglePlan } from './any-result.ts'
import type { FigureUnit } from './document.ts'

export type { FigureUnit } from './document.ts'

/** A number of a result that people watch. */
export interface Figure {
  readonly name: string
  readonly unit: FigureUnit
  /** Null where the result does not know it: no plan, or no price. */
  of(result: DiffableResult): number | null
}

type FromPlan = (plan: SinglePlan) => number | null

const plan =
  (read: FromPlan) =>
  (result: DiffableResult): number | null =>
    'best' in result && result.best !== null ? read(result.best) : null

const fleet =
  (
    key:
      | 'usd_per_hour'
      | 'usd_per_month'
      | 'rent_usd_per_hour'
      | 'electricity_usd_per_hour'
      | 'capital_usd_per_hour'
      | 'idle_usd_per_hour',
  ) =>
  (result: DiffableResult): number | null =>
    result.kind === 'fleet' && hasPlan(result) ? result.total[key] : null

const forecast =
  (key: 'usd' | 'months_usd' | 'committed_beyond_usd' | 'idle_usd') =>
  (result: DiffableResult): number | null =>
    result.kind === 'forecast' && hasPlan(result) ? (result.total?.[key] ?? null) : null

const usdPerHour: Figure = { name: 'usd_per_hour', unit: 'usd/h', of: plan((each) => each.cost.usd_per_hour) }
const gpus: Figure = { name: 'gpus', unit: 'count', of: plan((each) => each.placement.gpus) }
const memory: Figure = { name: 'memory', unit: 'bytes', of: plan((each) => each.memory.total_bytes) }

/** Money of each kind, what the kind is judged by first. */
const MONEY: Readonly<Record<DiffableKind, readonly Figure[]>> = {
  serve: [
    usdPerHour,
    { name: 'usd_per_month', unit: 'usd/month', of: plan((each) => each.cost.usd_per_month) },
    { name: 'usd_per_million_tokens', unit: 'usd/M tokens', of: plan((each) => each.cost.usd_per_million_tokens) },
  ],
  train: [{ name: 'usd_per_run', unit: 'usd/run', of: plan((each) => each.cost.usd_per_run) }, usdPerHour],
  fleet: [
    { name: 'usd_per_hour', unit: 'usd/h', of: fleet('usd_per_hour') },
    { name: 'usd_per_month', unit: 'usd/month', of: fleet('usd_per_month') },
    { name: 'rent_usd_per_hour', unit: 'usd/h', of: fleet('rent_usd_per_hour') },
    { name: 'electricity_usd_per_hour', unit: 'usd/h', of: fleet('electricity_usd_per_hour') },
    { name: 'capital_usd_per_hour', unit: 'usd/h', of: fleet('capital_usd_per_hour') },
    { name: 'idle_usd_per_hour', unit: 'usd/h', of: fleet('idle_usd_per_hour') },
  ],
  forecast: [
    { name: 'usd', unit: 'usd', of: forecast('usd') },
    { name: 'months_usd', unit: 'usd', of: forecast('months_usd') },
    { name: 'committed_beyond_usd', unit: 'usd', of: forecast('committed_beyond_usd') },
    { name: 'idle_usd', unit: 'usd', of: forecast('idle_usd') },
  ],
}

/** Everything else of each kind that a gate may name. */
const OTHERS: Readonly<Record<DiffableKind, readonly Figure[]>> = {
  serve: [
    gpus,
    memory,
    { name: 'ttft', unit: 'ms', of: plan((each) => ('ttft_ms' in each.performance ? each.performance.ttft_ms : null)) },
    { name: 'tpot', unit: 'ms', of: plan((each) => ('tpot_ms' in each.performance ? each.performance.tpot_ms : null)) },
    {
      name: 'output_tokens_per_second',
      unit: 'rate',
      of: plan((each) =>
        'output_tokens_per_second' in each.performance ? each.performance.output_tokens_per_second : null,
      ),
    },
    {
      name: 'requests_per_second',
      unit: 'rate',
      of: plan((each) => ('requests_per_second' in each.performance ? each.performance.requests_per_second : null)),
    },
    {
      name: 'replicas',
      unit: 'count',
      of: plan((each) => ('replicas' in each.configuration ? each.configuration.replicas : null)),
    },
    { name: 'quality', unit: 'percent', of: plan((each) => ('quality' in each ? each.quality.loss_percent : null)) },
  ],
  train: [
    gpus,
    memory,
    { name: 'hours', unit: 'hours', of: plan((each) => ('hours' in each.performance ? each.performance.hours : null)) },
    {
      name: 'tokens_per_second',
      unit: 'rate',
      of: plan((each) => ('tokens_per_second' in each.performance ? each.performance.tokens_per_second : null)),
    },
    {
      name: 'mfu',
      unit: 'share',
      of: plan((each) =>
        'model_flops_utilization' in each.performance ? each.performance.model_flops_utilization : null,
      ),
    },
  ],
  fleet: [
    {
      name: 'gpus',
      unit: 'count',
      of: (result) =>
        result.kind === 'fleet' && hasPlan(result)
          ? result.kinds.reduce((sum, kind) => sum + kind.nodes_used * kind.gpus_per_node, 0)
          : null,
    },
    {
      name: 'unplaced',
      unit: 'count',
      of: (result) => (result.kind === 'fleet' ? result.unplaced.length : null),
    },
  ],
  forecast: [
    {
      name: 'dearest_month',
      unit: 'usd',
      of: (result) =>
        result.kind === 'forecast' && hasPlan(result) ? Math.max(0, ...result.months.map((month) => month.usd)) : null,
    },
    {
      name: 'commitments',
      unit: 'count',
      of: (result) => (result.kind === 'forecast' && hasPlan(result) ? result.commitments.length : null),
    },
  ],
}

export function moneyFigures(kind: DiffableKind): readonly Figure[] {
  return MONEY[kind]
}

/** The figure by which plans of a kind are compared: dollars an hour, of a run, of all months. */
export function headline(kind: DiffableKind): Figure {
  const [first] = MONEY[kind]
  if (first === undefined) throw new Error(`results of kind ${kind} have no price`)
  return first
}

/** Stands for the headline of whatever kind is compared. */
export const COST = 'cost'

/** All figures of a kind under the names that a gate may use. */
export function figuresOf(kind: DiffableKind): ReadonlyMap<string, Figure> {
  const own = [...MONEY[kind], ...OTHERS[kind]].map((figure): [string, Figure] => [figure.name, figure])
  return new Map([[COST, headline(kind)], ...own])
}

/** Names of figures of any kind, for messages. */
export function allFigureNames(): string[] {
  const kinds: readonly DiffableKind[] = ['serve', 'train', 'fleet', 'forecast']
  return [...new Set(kinds.flatMap((kind) => [...figuresOf(kind).keys()]))]
}
