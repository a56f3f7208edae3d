/*
 * A forecast as numbers: what each workload needs in each month on machines of each kind, and what a machine costs in each month by each
 * way to have it. Everything else (catalogs, configurations, names) stays outside, so that an enumeration can be held against it.
 */

/**
 * Machines that a workload cannot tell apart: the same GPUs, joined the same way, with the same network between machines, and for training,
 * which may offload to it, the same memory of the machine.
 */
export interface MachineKind {
  readonly gpu: string
  readonly gpusPerMachine: number
  readonly link: string
  /** Null where nothing is known of it, or nothing spans machines; Infinity for serving over any network. */
  readonly networkGbitPerSecond: number | null
  /** GB of the machine's own memory; null or absent = unknown, or of no matter. */
  readonly ramGb?: number | null
}

/** A way to have machines of a kind. Indices of `limits` are those of the problem. */
export interface Source {
  /** Index of the machine kind. */
  readonly kind: number
  /**
   * Kinds as which it serves, by index. Replicas within a machine do not care for the network between machines, nor for its memory, so
   * sources that differ in those alone serve as one kind, and those with a network also as another, on which replicas span machines. Sources that share
   * any share the first.
   */
  readonly serves: readonly number[]
  /** hourly: rented by the hour; reserved: bought for a term, paid by the month; owned: bought for good, or there already. */
  readonly way: 'hourly' | 'reserved' | 'owned'
  /**
   * US dollars a month of one machine: rented in month t; a month of the term of a reservation made in month t; a month of the
   * depreciation of a node bought in month t.
   */
  readonly usdPerMonth: readonly number[]
  /** Electricity of an owned node in use all month, US dollars; 0 for what is rented. */
  readonly runningUsdPerMonth: number
  /** Months that a reservation binds; 0 for the others. */
  readonly termMonths: number
  /** Owned nodes that are there already, and what each costs a month, used or not. */
  readonly existing: number
  readonly existingUsdPerMonth: number
  /** Owned nodes that may be bought in all. */
  readonly mayBuy: number
  /** May carry training, which is paid by the hour: rented on demand, or committed to. */
  readonly trains: boolean
  /** Limits that its GPUs count in. */
  readonly limits: readonly number[]
}

/** Most GPUs that may be rented at once. */
export interface Limit {
  readonly gpus: number
  /** How a conflict names it. */
  readonly requirement: string
  /** The key of the scenario that states it; absent where the catalog does. */
  readonly setting?: string
}

/** Machines that a serving workload needs. */
export interface Serving {
  readonly type: 'serve'
  readonly name: string
  /** Whole machines by kind and month; Infinity where the kind cannot carry the month. */
  readonly needs: ReadonlyMap<number, readonly number[]>
  /** Sources that it may use, by index. */
  readonly sources: ReadonlySet<number>
}

/** One way to make a training run. */
export interface RunWay {
  readonly kind: number
  readonly machines: number
  /** Wall clock of one run. */
  readonly hours: number
}

/** Runs of a training workload: paid by the hour, so a month may hold a fraction of a run. */
export interface Training {
  readonly type: 'train'
  readonly name: string
  readonly runs: readonly number[]
  readonly ways: readonly RunWay[]
  readonly sources: ReadonlySet<number>
}

export interface ForecastProblem {
  readonly months: number
  readonly kinds: readonly MachineKind[]
  readonly sources: readonly Source[]
  readonly limits: readonly Limit[]
  readonly workloads: readonly (Serving | Training)[]
  /** Most US dollars billed in a month. */
  readonly monthlyCapUsd: number | null
}

/** Largest relative difference that rounding explains: prices that are equal on paper count as equal. */
export const SAME = 1e-9

/** Whether every element of `part` is in `whole`. */
export function isSubset(part: readonly number[], whole: readonly number[]): boolean {
  return part.every((each) => whole.includes(each))
}

/** What owned nodes that are there already cost a month, used or not, US dollars. */
export function fixedUsdPerMonth({ sources }: Pick<ForecastProblem, 'sources'>): number {
  return sources.reduce((sum, { existing, existingUsdPerMonth }) => sum + existing * existingUsdPerMonth, 0)
}
