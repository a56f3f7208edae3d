import type { FleetNode, FleetResult } from '../../result/fleet.ts'

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const DIGITS = '123456789'
/** Stands for workloads beyond the letters. */
const MANY = '#'
const IDLE = '.'

/** What each sign in a drawing of nodes stands for. */
export interface Letters {
  readonly of: ReadonlyMap<string, string>
  /** Models that share a GPU, by their names joined. */
  readonly shared: ReadonlyMap<string, string>
}

/** A letter for each workload in the order of the result, a digit for each set that shares a GPU. */
export function lettersOf({ placements, nodes }: FleetResult): Letters {
  const names = [...new Set(placements.map(({ workload }) => workload))]
  const of = new Map(names.map((name, index) => [name, LETTERS[index] ?? MANY]))
  const shared = new Map<string, string>()
  for (const node of nodes) {
    for (const sharers of sharersOf(node)) {
      if (!shared.has(sharers.join(' + '))) shared.set(sharers.join(' + '), DIGITS[shared.size] ?? MANY)
    }
  }
  return { of, shared }
}

function sharersOf({ seats }: FleetNode): string[][] {
  const groups = new Map<number, string[]>()
  for (const { shared_gpu: gpu, workload } of seats) {
    if (gpu !== null) groups.set(gpu, [...(groups.get(gpu) ?? []), workload])
  }
  return [...groups.values()]
}

/** A node's GPUs as signs, one each: `AAAABB1.`. */
export function drawn(node: FleetNode, { of, shared }: Letters): string {
  const alone = node.seats
    .filter((seat) => seat.shared_gpu === null)
    .map(({ workload, gpus }) => (of.get(workload) ?? MANY).repeat(gpus))
  const together = sharersOf(node).map((sharers) => shared.get(sharers.join(' + ')) ?? MANY)
  return [...alone, ...together].join('').padEnd(node.gpus, IDLE)
}
