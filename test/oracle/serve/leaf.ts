import type { Rented } from '../offers.ts'
import type { Objective } from '../scenario.ts'
import type { Board, EngineChoice } from './choices.ts'
import type { Split } from './replica-types.ts'

/** One combination of all choices that holds every limit. */
export interface Leaf {
  readonly choice: EngineChoice
  readonly board: Board
  readonly split: Split
  readonly rented: Rented
  readonly maxConcurrency: number
  /** Replicas that are paid, spares among them. */
  readonly replicas: number
  readonly instances: number
  readonly gpus: number
  readonly dollarsAnHour: number
  /** From arrival to last token, at the busiest hour. */
  readonly requestSeconds: number
  /** Output tokens a second of all loaded replicas, all of their places taken. */
  readonly fullTokensASecond: number
  readonly lossPercent: number
  /** What the fullest GPU holds. */
  readonly memoryBytes: number
}

/** What a scenario wants least of (contract of the objectives: docstrings of `objectiveOf`, planners/serve/incumbents.ts). */
export function objectiveOf(leaf: Leaf, objective: Objective): number {
  switch (objective) {
    case 'cost':
      return leaf.dollarsAnHour
    case 'cost_per_token':
      return leaf.dollarsAnHour / leaf.fullTokensASecond
    case 'time':
    case 'latency':
      return leaf.requestSeconds
    case 'gpus':
      return leaf.gpus
    case 'energy':
      return leaf.gpus * (leaf.board.gpu.power_watts ?? Number.POSITIVE_INFINITY)
  }
}

/** The figures that order plans, the first difference decides: objective, cost, GPUs, latency, quality loss. */
export function figuresOf(leaf: Leaf, objective: Objective): number[] {
  return [objectiveOf(leaf, objective), leaf.dollarsAnHour, leaf.gpus, leaf.requestSeconds, leaf.lossPercent]
}

/** The names that order plans of equal figures, by code point; degrees upwards, the larger cap on sequences first. */
export function namesOf({ choice, split, rented, maxConcurrency }: Leaf): (string | number)[] {
  const { quantization, kv, tensorParallel, pipelineParallel, expertParallel } = split
  return [
    rented.offer.id,
    rented.pricing,
    choice.engine.id,
    quantization.id,
    kv.id,
    tensorParallel,
    pipelineParallel,
    expertParallel,
    -maxConcurrency,
  ]
}

/** Equal but for the rounding of results to ten digits. */
export function isAlike(a: number, b: number): boolean {
  return isWithin(1e-9, a, b)
}

/** Equal but for the last bits, which depend on the order of multiplications: what the next figure decides between. */
export function isTied(a: number, b: number): boolean {
  return isWithin(1e-13, a, b)
}

function isWithin(share: number, a: number, b: number): boolean {
  if (a === b) return true
  return Number.isFinite(a) && Number.isFinite(b) && Math.abs(a - b) <= share * Math.max(Math.abs(a), Math.abs(b))
}

/** Negative where `a` is the better plan. */
export function compareLeaves(a: Leaf, b: Leaf, objective: Objective): number {
  const figuresOfB = figuresOf(b, objective)
  for (const [index, figure] of figuresOf(a, objective).entries()) {
    const other = figuresOfB[index] ?? 0
    if (!isTied(figure, other)) return figure < other ? -1 : 1
  }
  const namesOfB = namesOf(b)
  for (const [index, name] of namesOf(a).entries()) {
    const other = namesOfB[index] ?? 0
    if (name !== other) return name < other ? -1 : 1
  }
  return 0
}
