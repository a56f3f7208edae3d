import type { Catalog } from '../../src/catalog/catalog.ts'
import { priceAgeDays } from '../../src/cost/eligibility.ts'
import type { Fix } from '../../src/result/plan.ts'
import { type CompleteTrainScenario, trainDefaults } from '../../src/scenario/train-defaults.ts'
import { round } from '../round.ts'
import { smallestChange } from '../search/near-miss.ts'
import type { TrainCandidate } from './incumbents.ts'
import type { TrainMiss } from './near-misses.ts'
import type { TrainRequest } from './request.ts'
import { type ResolveTrainOptions, resolveTrain } from './resolve.ts'
import { runTrain } from './run.ts'

/** A single change with the cheapest plan that it makes possible. */
export interface TrainRemedy {
  readonly setting: string
  readonly change: Fix['change']
  readonly text: string
  readonly found: TrainCandidate
}

/** How many fixes are worth reading. */
const FIXES = 3
/** More GPUs than any scenario means. */
const MANY_GPUS = 2048
/** A limit is relaxed in these steps until a plan appears. */
const STEPS = [1.1, 1.25, 1.5, 2, 3, 5, 8, 16, 64, 1024]

/** The single changes of a scenario that make a plan possible, each with the cheapest plan that it makes; cheapest first. */
export function trainRemedies(
  scenario: CompleteTrainScenario,
  catalog: Catalog,
  options: ResolveTrainOptions,
): TrainRemedy[] {
  const plan = (changed: CompleteTrainScenario): TrainCandidate | null => {
    const { request } = resolveTrain(changed, catalog, options)
    const cheapest: TrainRequest = { ...request, objective: 'cost', alternatives: 0 }
    return runTrain(cheapest, catalog, false).best
  }
  const remedies: TrainRemedy[] = []
  const add = (
    setting: string,
    found: TrainCandidate | null,
    describe: (found: TrainCandidate) => { change: Fix['change']; text: string },
  ): void => {
    if (found !== null) remedies.push({ setting, found, ...describe(found) })
  }
  const { search, prices } = scenario
  const searching = (changes: Partial<CompleteTrainScenario['search']>): CompleteTrainScenario => {
    const widened: Record<string, unknown> = { ...search, ...changes }
    for (const [key, value] of Object.entries(changes)) if (value === undefined) delete widened[key]
    return { ...scenario, search: widened as unknown as CompleteTrainScenario['search'] }
  }
  const narrower = (given: readonly unknown[], all: readonly unknown[]): boolean =>
    all.some((each) => !given.includes(each))

  if (search.gpus !== undefined || search.exclude_gpus !== undefined) {
    add('gpus', plan(searching({ gpus: undefined, exclude_gpus: undefined })), ({ assignment: a }) => ({
      change: { gpus: a.machine.gpu.id },
      text: `GPU ${a.machine.gpu.id}`,
    }))
  }
  if (search.providers !== undefined || search.exclude_providers !== undefined) {
    add('providers', plan(searching({ providers: undefined, exclude_providers: undefined })), ({ assignment: a }) => ({
      change: { providers: a.priced.offer.provider },
      text: `provider ${a.priced.offer.provider}`,
    }))
  }
  const methods = ['full', 'lora', 'qlora'] as const
  if (narrower(search.method, methods)) {
    add('method', plan(searching({ method: [...methods] })), ({ assignment: a }) => ({
      change: { method: a.method },
      text: `method ${a.method}`,
    }))
  }
  const offload = [...trainDefaults.offload]
  if (narrower(search.offload, offload)) {
    add('offload', plan(searching({ offload })), ({ assignment: a }) => ({
      change: { offload: a.offload },
      text: `offload of ${a.offload}`,
    }))
  }
  const checkpointing = [...trainDefaults.activationCheckpointing]
  if (narrower(search.activation_checkpointing, checkpointing)) {
    add(
      'activation_checkpointing',
      plan(searching({ activation_checkpointing: checkpointing })),
      ({ assignment: a }) => ({
        change: { activation_checkpointing: a.checkpointing },
        text: `${a.checkpointing} activation checkpointing`,
      }),
    )
  }
  const zero = [...trainDefaults.zeroStage]
  if (narrower(search.zero_stage, zero)) {
    add('zero_stage', plan(searching({ zero_stage: zero })), ({ assignment: a }) => ({
      change: { zero_stage: a.zeroStage },
      text: `ZeRO stage ${a.zeroStage}`,
    }))
  }
  if (!search.optimizer.includes('adamw-8bit')) {
    add('optimizer', plan(searching({ optimizer: ['adamw-8bit'] })), () => ({
      change: { optimizer: 'adamw-8bit' },
      text: 'optimizer adamw-8bit',
    }))
  }
  if (search.max_gpus < MANY_GPUS) {
    add('max_gpus', plan(searching({ max_gpus: MANY_GPUS })), ({ assignment: a }) => ({
      change: { max_gpus: a.gpus },
      text: `${a.gpus} GPUs`,
    }))
  }
  const { deadline, budget } = scenario
  if (deadline !== undefined) {
    const later = STEPS.map((factor) => () => ({
      ...scenario,
      deadline: { ...deadline, seconds: deadline.seconds * factor },
    }))
    add('deadline', smallestChange(later, plan)?.found ?? null, ({ assignment: a }) => ({
      change: { deadline: `${Math.ceil(a.hours)}h` },
      text: `deadline of ${Math.ceil(a.hours)} hours`,
    }))
  }
  if (budget !== undefined) {
    const { budget: _, ...unlimited } = scenario
    add('budget', plan(unlimited), ({ assignment: a }) => ({
      change: { budget: Math.ceil(a.usdPerRun) },
      text: `budget of $${Math.ceil(a.usdPerRun)}`,
    }))
  }
  if (prices.min_confidence !== 'low') {
    const doubtful: CompleteTrainScenario = { ...scenario, prices: { ...prices, min_confidence: 'low' } }
    add('min_confidence', plan(doubtful), ({ assignment: a }) => ({
      change: { min_confidence: 'low' },
      text: `prices of low confidence (${a.priced.offer.id})`,
    }))
  }
  const old: CompleteTrainScenario = { ...scenario, prices: { ...prices, max_age_days: Number.MAX_SAFE_INTEGER } }
  add('max_age_days', plan(old), ({ assignment: a }) => ({
    change: { max_age_days: priceAgeDays(a.priced.offer.price_as_of, options.asOf) },
    text: `prices as old as ${a.priced.offer.price_as_of}`,
  }))
  return remedies.sort((x, y) => x.found.assignment.usdPerRun - y.found.assignment.usdPerRun)
}

/** The cheapest remedies as differences to the configuration that came closest, US dollars an hour as in every fix. */
export function trainFixes(remedies: readonly TrainRemedy[], miss: TrainMiss): Fix[] {
  const perHour = ({ assignment: a }: TrainCandidate): number => a.instances * a.priced.usdPerHour
  return remedies.slice(0, FIXES).map(({ change, text, found }) => ({
    change,
    text: `${text}: ${round(found.assignment.hours).toPrecision(3)} hours, $${found.assignment.usdPerRun.toFixed(2)} a run`,
    usd_per_hour: round(perHour(found)),
    cost_delta_usd_per_hour: round(perHour(found) - perHour(miss.candidate)),
  }))
}
