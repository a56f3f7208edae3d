import type { Objective } from '../scenario.ts'
import { compareLeaves, isTied, type Leaf } from './leaf.ts'

/** The best of all plans, or none. */
export function bestOf(leaves: readonly Leaf[], objective: Objective): Leaf | null {
  let best: Leaf | null = null
  for (const leaf of leaves) if (best === null || compareLeaves(leaf, best, objective) < 0) best = leaf
  return best
}

/** The best plan of each GPU and weight format, best first: what a result shows beside its winner. */
export function bestOfGroups(leaves: readonly Leaf[], objective: Objective): Leaf[] {
  const best = new Map<string, Leaf>()
  for (const leaf of leaves) {
    const group = `${leaf.board.gpu.id} ${leaf.split.quantization.id}`
    const known = best.get(group)
    if (known === undefined || compareLeaves(leaf, known, objective) < 0) best.set(group, leaf)
  }
  return [...best.values()].sort((a, b) => compareLeaves(a, b, objective))
}

/** Dollars an hour and seconds a request of the plans that none other beats in one without losing in the other, cheapest first. */
export function frontOf(leaves: readonly Leaf[]): [dollars: number, seconds: number][] {
  const sorted = [...leaves].sort((a, b) =>
    isTied(a.dollarsAnHour, b.dollarsAnHour) ? a.requestSeconds - b.requestSeconds : a.dollarsAnHour - b.dollarsAnHour,
  )
  const front: [number, number][] = []
  for (const { dollarsAnHour, requestSeconds } of sorted) {
    const fastest = front.at(-1)?.[1] ?? Number.POSITIVE_INFINITY
    if (requestSeconds < fastest && !isTied(requestSeconds, fastest)) front.push([dollarsAnHour, requestSeconds])
  }
  return front
}
