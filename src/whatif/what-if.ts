import { isTrainPlan, type SinglePlan } from '../diff/any-result.ts'
import type { ServeResult } from '../result/plan.ts'
import type { TrainResult } from '../result/train.ts'
import { InputError } from '../scenario/diagnostic.ts'
import { findChanges, type Search } from './change-points.ts'
import type { BreakEven, Range, Segment } from './document.ts'
import { identityOf, usdOf } from './identity.ts'
import type { Form } from './vary.ts'

export type { BreakEven, Segment } from './document.ts'

/** One key of a scenario with everything that is needed to plan it at any value of its range. */
export interface Dimension {
  readonly key: string
  readonly form: Form
  readonly from: number
  readonly to: number
  readonly whole: boolean
  /** The scenario's own value, where it states one. */
  readonly now: number | null
  /** @throws InputError where the scenario refuses the value. */
  plan(value: number): ServeResult | TrainResult
}

/** What is best at one value. */
export type Point =
  | { readonly state: 'plan'; readonly identity: string; readonly plan: SinglePlan; readonly usd: number | null }
  | { readonly state: 'no plan' }
  | { readonly state: 'refused'; readonly because: string }

export interface WhatIf extends Range {
  readonly samples: readonly { readonly at: number; readonly point: Point }[]
}

/** Goes through one dimension, everything else as the scenario has it. */
export function whatIf(
  dimension: Dimension,
  search: Omit<Search, 'also'>,
  options: { readonly sizes: boolean; readonly planned?: (plans: number, value: number) => void },
): WhatIf {
  let plans = 0
  const look = (at: number): Point => {
    plans += 1
    options.planned?.(plans, at)
    return pointOf(() => dimension.plan(at), options.sizes)
  }
  const { key, form, from, to, whole, now } = dimension
  const also = now === null ? [] : [now]
  const found = findChanges({ from, to, whole }, { ...search, also }, look, sameBest)
  const samples = found.samples.map((sample) => ({ at: sample.at, point: sample.found }))
  const letters = lettersOf(samples.map(({ point }) => point))
  const segments = segmentsOf(samples, letters)
  const breakEvens = segments.slice(1).map((next, index): BreakEven => {
    const old = segments[index]!
    return {
      below: old.to,
      from: next.from,
      old: old.letter,
      new: next.letter,
      usd_below: old.usd_to,
      usd_from: next.usd_from,
    }
  })
  const some = samples.map(({ point }) => point).find((point) => point.state === 'plan')
  return {
    key,
    form,
    from,
    to,
    whole,
    now,
    figure: some !== undefined && isTrainPlan(some.plan) ? 'usd_per_run' : 'usd_per_hour',
    tolerance: search.tolerance,
    points: search.points,
    plans,
    stopped: found.stopped,
    segments,
    break_evens: breakEvens,
    samples,
  }
}

function pointOf(plan: () => ServeResult | TrainResult, sizes: boolean): Point {
  try {
    const { best } = plan()
    return best === null
      ? { state: 'no plan' }
      : { state: 'plan', identity: identityOf(best, sizes), plan: best, usd: usdOf(best) }
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    return { state: 'refused', because: error.diagnostics[0]?.message ?? 'the scenario refuses it' }
  }
}

function sameBest(a: Point, b: Point): boolean {
  if (a.state === 'plan' && b.state === 'plan') return a.identity === b.identity
  return a.state === b.state
}

/** Letters in the order in which configurations first occur. */
function lettersOf(points: readonly Point[]): ReadonlyMap<string, string> {
  const identities = [...new Set(points.flatMap((point) => (point.state === 'plan' ? [point.identity] : [])))]
  return new Map(identities.map((identity, index) => [identity, letterAt(index)]))
}

const ALPHABET = 26

/** `A` to `Z`, then `A2` and so on. */
function letterAt(index: number): string {
  const round = Math.floor(index / ALPHABET)
  return String.fromCharCode(65 + (index % ALPHABET)) + (round === 0 ? '' : String(round + 1))
}

function segmentsOf(samples: WhatIf['samples'], letters: ReadonlyMap<string, string>): Segment[] {
  const runs: WhatIf['samples'][number][][] = []
  for (const sample of samples) {
    const run = runs.at(-1)
    const before = run?.at(-1)
    if (run !== undefined && before !== undefined && sameBest(before.point, sample.point)) run.push(sample)
    else runs.push([sample])
  }
  return runs.map((run) => {
    const start = run[0]!
    const end = run.at(-1)!
    const usdFrom = start.point.state === 'plan' ? start.point.usd : null
    const usdTo = end.point.state === 'plan' ? end.point.usd : null
    return {
      letter: start.point.state === 'plan' ? (letters.get(start.point.identity) ?? null) : null,
      from: start.at,
      to: end.at,
      state: start.point.state,
      because: start.point.state === 'refused' ? start.point.because : null,
      first: start.point.state === 'plan' ? start.point.plan : null,
      last: end.point.state === 'plan' ? end.point.plan : null,
      usd_from: usdFrom,
      usd_to: usdTo,
      usd_per_unit:
        usdFrom === null || usdTo === null || end.at === start.at ? null : (usdTo - usdFrom) / (end.at - start.at),
    }
  })
}
