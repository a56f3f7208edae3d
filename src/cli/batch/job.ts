import { type PlanOptions, type PlanResult, planText } from '../../../planners/index.ts'
import type { Catalog } from '../../catalog/catalog.ts'
import type { Model } from '../../catalog/model.ts'
import { type Diagnostic, InputError } from '../../scenario/diagnostic.ts'
import { withModels } from '../../scenario/sources.ts'

/** One plan to make, as plain data that a thread can be sent. */
export interface Job {
  /** What progress calls it. */
  readonly name: string
  /** What messages call the text. */
  readonly file: string
  readonly text: string
  readonly options: PlanOptions
  /** Models that the scenario names by file or repository, under the names by which planning looks for them. */
  readonly models?: ReadonlyMap<string, Model>
}

/** What came of a job: a result without what nobody compares, or what is wrong with its input. */
export type Outcome = { readonly result: PlanResult } | { readonly wrong: readonly Diagnostic[] }

/** Plans one scenario. A defect of this program is thrown. */
export function runJob({ text, file, options, models = new Map() }: Job, catalog: Catalog): Outcome {
  return outcomeOf(() => ({ result: comparable(planText(text, file, withModels(catalog, models), options)) }))
}

/** What one of many results is compared by: of thousands, the rest would fill memory and be copied between threads for nothing. */
function comparable<R extends PlanResult>(result: R): R {
  return { ...result, alternatives: [], pareto: [], near_misses: result.near_misses.slice(0, 1) }
}

/** What `make` returns, or what is wrong with its input. */
export function outcomeOf<T>(make: () => T): T | { readonly wrong: readonly Diagnostic[] } {
  try {
    return make()
  } catch (error) {
    if (error instanceof InputError) return { wrong: error.diagnostics }
    throw error
  }
}
