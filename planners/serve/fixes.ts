import type { Catalog } from '../../src/catalog/catalog.ts'
import type { Fix } from '../../src/result/plan.ts'
import { round } from '../round.ts'
import type { Candidate } from './incumbents.ts'
import type { Miss } from './near-misses.ts'
import type { ServeRequest } from './request.ts'
import { runServe } from './run.ts'

/** A single change of the scenario that may make a plan possible. */
export interface Relaxation {
  /** The setting that is changed, e.g. `context`. */
  readonly setting: string
  /**
   * The best plan with the smallest change of this setting that has one, or null.
   * @param plan plans a request
   * @param miss the configuration that came closest, which may say how far to go
   */
  attempt(plan: (request: ServeRequest) => Candidate | null, miss: Miss | undefined): Candidate | null
  /** What is changed, for a machine and for a person. */
  describe(found: Candidate): { change: Fix['change']; text: string }
}

/** A change with the cheapest plan that it makes possible. */
export interface Remedy {
  readonly setting: string
  readonly change: Fix['change']
  readonly text: string
  readonly found: Candidate
}

/** How many fixes are worth reading. */
const FIXES = 3

/**
 * Configurations that may be evaluated for fixes: several times the whole of most spaces. Each change is a search of its own that has no
 * plan to prune with, so beyond that a user would wait longer for hints than for the answer.
 */
const MOST_EVALUATED = 10_000_000

/** What answers a violation: the settings to try first where not all can be. */
const ANSWERS: Readonly<Record<string, readonly string[]>> = {
  ttft: ['ttft_ms'],
  prompt_queue: ['ttft_ms'],
  tpot: ['tpot_ms'],
  quality: ['max_loss_percent'],
  memory: ['kv_cache', 'quantization', 'context', 'gpus', 'max_gpus'],
  max_gpus: ['max_gpus'],
}

/** The cheapest changes that make a plan possible, and those that the size of the space left no room to try. */
export interface Remedies {
  readonly remedies: readonly Remedy[]
  readonly untried: readonly string[]
}

/**
 * The cheapest single changes that make a plan possible, each verified by planning it; cheapest plan first.
 * @param mostEvaluated configurations after which no further change is tried
 */
export function remediesFor(
  catalog: Catalog,
  relaxations: readonly Relaxation[],
  miss: Miss | undefined,
  mostEvaluated = MOST_EVALUATED,
): Remedies {
  let evaluated = 0
  const plan = (request: ServeRequest): Candidate | null => {
    if (evaluated >= mostEvaluated) return null
    const { best, counts } = runServe({ ...request, objective: 'cost', alternatives: 0 }, catalog, false)
    evaluated += counts.evaluated
    return best
  }
  const answers = new Set(miss?.violations.flatMap(({ constraint }) => ANSWERS[constraint] ?? []))
  const found = new Map<Relaxation, Candidate>()
  const untried: string[] = []
  for (const relaxation of [...relaxations].sort((a, b) => rank(a, answers) - rank(b, answers))) {
    const candidate = evaluated >= mostEvaluated ? null : relaxation.attempt(plan, miss)
    if (candidate !== null) found.set(relaxation, candidate)
    else if (evaluated >= mostEvaluated) untried.push(relaxation.setting)
  }
  const remedies = relaxations.flatMap((relaxation): Remedy[] => {
    const candidate = found.get(relaxation)
    return candidate === undefined
      ? []
      : [{ setting: relaxation.setting, ...relaxation.describe(candidate), found: candidate }]
  })
  return {
    remedies: remedies.sort((a, b) => a.found.assignment.usdPerHour - b.found.assignment.usdPerHour).slice(0, FIXES),
    untried,
  }
}

function rank({ setting }: Relaxation, answers: ReadonlySet<string>): number {
  return answers.has(setting) ? 0 : 1
}

/** Says what was not tried; nothing where everything was. */
export function untriedWarning({ untried }: Remedies): string[] {
  if (untried.length === 0) return []
  return [
    `The search is so large that other values were not tried for ${untried.join(', ')}: a narrower one has them tried.`,
  ]
}

/** The remedies as differences to the configuration that came closest. */
export function fixesOf(remedies: readonly Remedy[], miss: Miss): Fix[] {
  return remedies.map(({ change, text, found }) => {
    const { usdPerHour } = found.assignment
    return {
      change,
      text,
      usd_per_hour: round(usdPerHour),
      cost_delta_usd_per_hour: round(usdPerHour - miss.candidate.assignment.usdPerHour),
    }
  })
}
