import type { Catalog } from '../../catalog/catalog.ts'
import { HOURS_PER_MONTH } from '../../cost/money.ts'
import { fleetRows } from '../../init/fleet.ts'
import { forecastRows } from '../../init/forecast.ts'
import { serveRows } from '../../init/serve.ts'
import { trainRows } from '../../init/train.ts'
import type { Row } from '../../init/yaml.ts'
import type { SourceOptions } from '../../io/model-source.ts'
import type { Scenario } from '../../scenario/schema.ts'
import { usd } from '../../units.ts'
import type { Flags } from '../flags.ts'
import type { NamedModel } from './model.ts'
import { readBudget, readMonth } from './read.ts'
import { serveWish } from './serve.ts'
import { trainWish } from './train.ts'
import { workloadWishes } from './workloads.ts'

/** What a kind is made from, besides its flags. */
export interface Making {
  readonly flags: Flags
  readonly catalog: Catalog
  /** The model of the flags, or the one that is assumed. */
  readonly model: NamedModel
  /** How models are read that are not of the catalog. */
  readonly sources: SourceOptions
  /** Day from which dates count, YYYY-MM-DD. */
  readonly asOf: string
  /** The file to be written; null for standard output. */
  readonly output: string | null
}

/** A kind of scenario that `plan init` writes. A new kind is an entry of {@link kinds}. */
export interface Kind {
  readonly about: string
  rows(making: Making): Row[]
  /** Flags that hold a budget which the scenario itself has no key for, with what they mean. */
  gate?(flags: Flags): Gate | undefined
}

export interface Gate {
  readonly words: readonly string[]
  readonly note: string
}

const DEFAULT_MONTHS = 12
const MOST_MONTHS = 120

export const kinds: Readonly<Record<Scenario['kind'], Kind>> = {
  serve: {
    about: 'The cheapest way to serve this model to this traffic within these targets:',
    rows: ({ flags, model }) => serveRows(serveWish(flags, model)),
    gate: hourlyGate,
  },
  train: {
    about: 'The cheapest way to train this model on this data within these limits:',
    rows: ({ flags, model }) => trainRows(trainWish(flags, model)),
  },
  fleet: {
    about: 'Where these workloads run on owned and rented GPUs together:',
    rows: (making) => fleetRows({ workloads: workloadWishes(making) }),
    gate: hourlyGate,
  },
  forecast: {
    about: 'What these workloads cost in the coming months, and what to commit to:',
    rows: (making) =>
      forecastRows({
        workloads: workloadWishes(making),
        start: readMonth(making.flags, 'start', monthAfter(making.asOf)),
        months: making.flags.whole('months', 1, MOST_MONTHS) ?? DEFAULT_MONTHS,
        monthlyCapUsd: readBudget(making.flags),
      }),
  },
}

/** Serving is rented by the hour and has no budget of its own: the command holds it against one. */
function hourlyGate(flags: Flags): Gate | undefined {
  const month = readBudget(flags)
  if (month === null) return undefined
  const hour = roundedDown(month / HOURS_PER_MONTH)
  return {
    words: ['--max-cost', String(hour)],
    note: `--max-cost is US dollars an hour: ${usd(month)} a month of ${HOURS_PER_MONTH} hours; above it the exit code is 4.`,
  }
}

/** To a hundredth of a cent, where that leaves anything. */
function roundedDown(usdPerHour: number): number {
  return Math.floor(usdPerHour * 1e4) / 1e4 || usdPerHour
}

/** The month after a day: `2026-12-05` -> `2027-01`. */
function monthAfter(day: string): string {
  const next = new Date(`${day.slice(0, 7)}-01T00:00:00Z`)
  next.setUTCMonth(next.getUTCMonth() + 1)
  return next.toISOString().slice(0, 7)
}
