import type { FleetNode, FleetResult } from '../../result/fleet.ts'
import { count } from '../../units.ts'
import { pad } from '../wrap.ts'
import { drawn, type Letters } from './letters.ts'

/** Nodes of a kind, one after the other, whose GPUs hold the same. */
export interface NodeRun {
  /** `dgx-1`, `dgx-1 to 5`. */
  readonly name: string
  /** A sign for each GPU: `AAAABB1.`. */
  readonly gpus: string
  /** `8 of 8 each, 5 nodes`. */
  readonly used: string
}

/** The nodes in their order, alike ones together. */
export function nodeRuns({ nodes }: FleetResult, letters: Letters): NodeRun[] {
  const runs: { first: FleetNode; last: FleetNode; number: number; gpus: string }[] = []
  for (const node of nodes) {
    const gpus = drawn(node, letters)
    const run = runs.at(-1)
    if (run !== undefined && run.first.kind === node.kind && run.gpus === gpus) {
      run.last = node
      run.number += 1
    } else runs.push({ first: node, last: node, number: 1, gpus })
  }
  return runs.map(({ first, last, number, gpus }) => ({
    name: number === 1 ? first.name : `${first.name} to ${endOf(last.name)}`,
    gpus,
    used: `${count(first.gpus_used)} of ${count(first.gpus)}${number === 1 ? '' : ` each, ${number} nodes`}`,
  }))
}

/** The nodes with a sign for each GPU, alike ones on one line, and what the signs stand for. */
export function drawing(result: FleetResult, letters: Letters): string[] {
  const runs = nodeRuns(result, letters)
  const width = Math.max(0, ...runs.map(({ name }) => name.length))
  return runs.map(({ name, gpus, used }) => `  ${pad(name, width)}  [${gpus}]  ${used}`)
}

function endOf(name: string): string {
  return /\d+$/.exec(name)?.[0] ?? name
}

export function legend({ of, shared }: Letters): string[] {
  return [...of, ...shared].map(([name, letter]) => `${letter} ${name}`)
}
