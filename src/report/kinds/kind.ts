import type { Plan, ServeResult } from '../../result/plan.ts'
import type { TrainPlan, TrainResult } from '../../result/train.ts'
import type { Cell } from '../csv-fields.ts'
import type { Column } from '../table.ts'

/** What a report can be of. A kind that reports words of its own adds its types here and its {@link Kind} in `index.ts`. */
export type AnyPlan = Plan | TrainPlan
export type AnyResult = ServeResult | TrainResult
export type AnyNearMiss = AnyResult['near_misses'][number]

/** A figure with the arithmetic that gave it. */
export interface Derived {
  readonly name: string
  readonly value: string
  readonly formula: string
}

/** What one kind of plan says that another does not. Everything else of a report is shared. */
export interface Kind<P extends AnyPlan> {
  /** The configuration in a few words, as it follows the GPUs in the answer: `fp8, TP2 x3`. */
  how(plan: P): string
  /** The same in a table, as short as it goes: `fp8 TP2 x3`. */
  short(plan: P): string
  /** What it takes and costs, with units; null where no price is known. */
  money(plan: P): string | null
  /** What the plan is made of: the line under the answer. */
  makeup(plan: P): string[]
  /** What it carries or reaches in its scenario; follows the makeup. */
  reaches(plan: P): string[]
  /** The speed of a configuration that was given: a title and lines. */
  speed(plan: P): readonly [title: string, ...lines: string[]]
  /** What the speed rests on. */
  trust(plan: P): string
  /** What is said of the fullest GPU beside its bars. */
  memoryNotes(plan: P): string[]
  /** Titles of the table of plans; the same in every format. */
  readonly considered: readonly Column[]
  /** One plan as cells under `considered`. */
  consideredRow(plan: P, best: P | null): string[]
  /** Title of the Pareto front of pace against price; null where the kind shows none. */
  readonly front: string | null
  /** US dollars by which plans of the kind are compared; null where no price is known. */
  price(plan: P): number | null
  /** What `price` pays for: the title of its column. */
  readonly priceTitle: string
  /** The figure that people weigh against the price. */
  pace(plan: P): number | null
  readonly paceTitle: string
  /** The same with its unit. */
  paceText(pace: number): string
  /** The price with what it pays for: `$9.96/h`. */
  priceText(price: number): string
  /** How a reader is told to begin. */
  readonly launchTitle: string
  /** Lines of the speed beside the result's own derivation. */
  speedLines(plan: P): Derived[]
  /** Lines of the cost after the price of an hour. */
  costLines(plan: P, usdPerHour: number): Derived[]
  /** Columns of a plan in CSV, in their order; units stand in the names. */
  readonly csvColumns: readonly string[]
  csvRecord(plan: P): Readonly<Record<string, Cell>>
  /** Single scenarios in the table at the end of several. */
  readonly comparison: readonly Column[]
  comparisonRow(plan: P | null): string[]
  /** The same for programs, without the scenario and its status. */
  comparisonFields(plan: P | null): Readonly<Record<string, Cell>>
}
