import type { ForecastProblem, Serving, Source, Training } from '../../planners/forecast/problem.ts'

/* Small forecasts as numbers, for tests to put together. */

const HUGE = Number.POSITIVE_INFINITY

/** Machines of a kind rented by the hour. */
export function hourly(kind: number, usdPerMonth: number, months: number, more: Partial<Source> = {}): Source {
  return {
    kind,
    serves: [kind],
    way: 'hourly',
    usdPerMonth: Array.from({ length: months }, () => usdPerMonth),
    runningUsdPerMonth: 0,
    termMonths: 0,
    existing: 0,
    existingUsdPerMonth: 0,
    mayBuy: 0,
    trains: true,
    limits: [],
    ...more,
  }
}

export function reserved(
  kind: number,
  usdPerMonth: number,
  termMonths: number,
  months: number,
  more: Partial<Source> = {},
): Source {
  return { ...hourly(kind, usdPerMonth, months), way: 'reserved', termMonths, ...more }
}

export function owned(
  kind: number,
  capitalUsd: number,
  runningUsdPerMonth: number,
  months: number,
  more: Partial<Source> = {},
): Source {
  return {
    ...hourly(kind, capitalUsd, months),
    way: 'owned',
    existingUsdPerMonth: capitalUsd,
    runningUsdPerMonth,
    ...more,
  }
}

/** A serving workload by what it needs of each kind, month by month; it may use every source unless told otherwise. */
export function serving(name: string, needs: readonly (readonly number[])[], sources: readonly number[]): Serving {
  return { type: 'serve', name, needs: new Map(needs.map((each, kind) => [kind, each])), sources: new Set(sources) }
}

export function training(
  name: string,
  runs: readonly number[],
  ways: Training['ways'],
  sources: readonly number[],
): Training {
  return { type: 'train', name, runs, ways, sources: new Set(sources) }
}

export function problem(given: Partial<ForecastProblem> & Pick<ForecastProblem, 'sources' | 'workloads' | 'months'>) {
  const kinds = Math.max(...given.sources.flatMap(({ serves }) => serves)) + 1
  return {
    kinds: Array.from({ length: kinds }, (_, kind) => ({
      gpu: `gpu-${kind}`,
      gpusPerMachine: 1,
      link: 'pcie',
      networkGbitPerSecond: null,
    })),
    limits: [],
    monthlyCapUsd: null,
    ...given,
  } satisfies ForecastProblem
}

export function monthNames(months: number): string[] {
  return Array.from({ length: months }, (_, t) => `2027-${String(t + 1).padStart(2, '0')}`)
}

export const NEVER = HUGE
