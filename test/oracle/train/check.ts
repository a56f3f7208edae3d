import { expect } from 'vitest'
import { planText } from '../../../planners/index.ts'
import { resolveTrain } from '../../../planners/train/resolve.ts'
import { planTrain } from '../../../planners/train.ts'
import type { Catalog } from '../../../src/catalog/catalog.ts'
import type { TrainResult } from '../../../src/result/train.ts'
import { InputError } from '../../../src/scenario/diagnostic.ts'
import { parseSingle } from '../../../src/scenario/single.ts'
import { applyTrainDefaults } from '../../../src/scenario/train-defaults.ts'
import { ALTERNATIVES, expectAgreement } from './agree.ts'
import { everyPlan } from './planner.ts'
import { wantedOf } from './wanted.ts'
import type { TrainWish } from './wish.ts'

/** A day on which the shipped prices are young enough. */
export const AS_OF = '2026-11-21'
const FILE = 'drawn.yaml'

export interface Outcome {
  /** `mistaken`: the program calls the scenario a mistake instead of planning it. */
  readonly verdict: 'feasible' | 'infeasible' | 'mistaken'
  readonly objective: string
  /** Kinds of limits that refused something: memory, deadline, ... */
  readonly refusedBy: readonly string[]
}

/**
 * Plans a scenario by the program and by trying every combination.
 * @throws Error where they disagree, with the scenario and every offer, so that a person can plan it by hand.
 */
export function checkAgreement(wish: TrainWish, catalog: Catalog): Outcome {
  try {
    const wanted = wantedOf(wish, catalog, AS_OF)
    const answer = everyPlan(wanted, catalog)
    const text = JSON.stringify(wish)
    // Changes that would make a plan possible take longest to find and are no part of the answer.
    const result = answer.feasible.length > 0 ? planned(text, catalog) : searched(text, catalog, false)
    if (result instanceof InputError) {
      expect(answer.feasible.length, `plans of what is refused with: ${result.message}`).toBe(0)
      return { verdict: 'mistaken', objective: wanted.objective, refusedBy: [] }
    }
    const exhaustive = searched(text, catalog, true)
    if (exhaustive instanceof InputError) throw exhaustive
    expectAgreement(result, exhaustive, answer)
    const verdict = result.best === null ? 'infeasible' : 'feasible'
    return { verdict, objective: result.objective, refusedBy: Object.keys(exhaustive.search.rejected) }
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${shown(wish, catalog)}`)
  }
}

/** As a user plans it; the program's message where it calls the scenario a mistake. */
function planned(text: string, catalog: Catalog): TrainResult | InputError {
  return orMessage(() => {
    const result = planText(text, FILE, catalog, { asOf: AS_OF })
    return result.kind === 'train' ? result : expect.fail('not a training plan')
  })
}

/** The same search without changes of the scenario, and without pruning where asked. */
function searched(text: string, catalog: Catalog, exhaustive: boolean): TrainResult | InputError {
  return orMessage(() => {
    const { scenario } = parseSingle(text, FILE, catalog, [], AS_OF)
    if (scenario.kind !== 'train') return expect.fail('not a training scenario')
    const complete = applyTrainDefaults(scenario, FILE, catalog).scenario
    const { request } = resolveTrain(complete, catalog, { asOf: AS_OF, alternatives: ALTERNATIVES })
    return planTrain(request, catalog, { exhaustive })
  })
}

function orMessage(plan: () => TrainResult): TrainResult | InputError {
  try {
    return plan()
  } catch (error) {
    if (error instanceof InputError) return error
    throw error
  }
}

/** The input as a person would plan it: the scenario, and every offer of the catalog. */
function shown(wish: TrainWish, catalog: Catalog): string {
  const offers = [...catalog.offers.values()].map((offer) => `  ${JSON.stringify(offer)}`)
  return `scenario (JSON is YAML):\n${JSON.stringify(wish)}\noffers, in place of all that are shipped:\n${offers.join('\n')}`
}
