import { percent } from '../units.ts'
import type { Band } from './band.ts'

/**
 * safe: what the plan promises holds with 95 % likelihood, by the record of held-out runs. tight: more likely than not with a margin of the
 * usual error, but not 95 %. optimistic: the margin is smaller than the typical error.
 */
export type Verdict = 'safe' | 'tight' | 'optimistic'

/** A promise of a plan: a figure with the limit it keeps. */
export interface Claim {
  /** As reports name it: `memory`, `tpot`. */
  readonly name: string
  /** Room between the figure and its limit as a share of the figure (memory: of the GPU); negative where the limit is missed. */
  readonly room: number
  /** Which side hurts: figures that may be higher than predicted (memory, latencies, hours), or lower (rates). */
  readonly worse: 'higher' | 'lower'
  readonly band: Band
}

export interface Judgement {
  readonly verdict: Verdict
  /** The claim that decides, in words; null where every claim is safe. */
  readonly because: string | null
}

const RANK: Readonly<Record<Verdict, number>> = { safe: 0, tight: 1, optimistic: 2 }

/** The verdict of the weakest claim. */
export function judge(claims: readonly Claim[]): Judgement {
  let worst: Judgement = { verdict: 'safe', because: null }
  let least = Number.POSITIVE_INFINITY
  for (const claim of claims) {
    const verdict = verdictOf(claim)
    const slack = claim.room - needed(claim)
    if (RANK[verdict] < RANK[worst.verdict] || (RANK[verdict] === RANK[worst.verdict] && slack >= least)) continue
    if (verdict === 'safe') continue
    least = slack
    worst = { verdict, because: sentence(claim) }
  }
  return worst
}

export function verdictOf(claim: Claim): Verdict {
  if (claim.room >= needed(claim)) return 'safe'
  return claim.room >= claim.band.typical ? 'tight' : 'optimistic'
}

/** Room with which a claim holds for nineteen of twenty held-out runs. */
function needed({ worse, band }: Claim): number {
  return Math.max(0, worse === 'higher' ? band.high : -band.low)
}

function sentence(claim: Claim): string {
  const of = claim.name === 'memory' ? ' of the GPU' : ''
  return `${claim.name} has ${percent(Math.max(0, claim.room), 1)}${of} to spare where one held-out run in twenty missed by more than ${percent(needed(claim), 1)}`
}
