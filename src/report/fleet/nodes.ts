import type { FleetNode, FleetResult } from '../../result/fleet.ts'
import { count } from '../../units.ts'
import { pad } from '../wrap.ts'
import { drawn, type Letters } from './letters.ts'

/** The nodes with a sign for each GPU, alike ones on one line, and what the signs stand for. */
export function drawing({ nodes }: FleetResult, letters: Letters): string[] {
  const runs: { first: FleetNode; last: FleetNode; number: number; gpus: string }[] = []
  for (const node of nodes) {
    const gpus = drawn(node, letters)
    const run = runs.at(-1)
    if (run !== undefined && run.first.kind === node.kind && run.gpus === gpus) {
      run.last = node
      run.number += 1
    } else runs.push({ first: node, last: node, number: 1, gpus })
  }
  const names = runs.map(({ first, last, number }) =>
    number === 1 ? first.name : `${first.name} to ${endOf(last.name)}`,
  )
  const width = Math.max(0, ...names.map((name) => name.length))
  return runs.map(({ first, number, gpus }, index) => {
    const used = `${count(first.gpus_used)} of ${count(first.gpus)}${number === 1 ? '' : ` each, ${number} nodes`}`
    return `  ${pad(names[index] as string, width)}  [${gpus}]  ${used}`
  })
}

function endOf(name: string): string {
  return /\d+$/.exec(name)?.[0] ?? name
}

export function legend({ of, shared }: Letters): string[] {
  return [...of, ...shared].map(([name, letter]) => `${letter} ${name}`)
}
