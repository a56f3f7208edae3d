import type { ProgramBuilder, Term } from '../solver/program.ts'
import type { Need, NodeKind, Unit } from './placement.ts'

/** A unit with the variable that counts it. */
export interface Choice {
  readonly unit: Unit
  readonly variable: number
}

/**
 * Rows that give every unit which shares nodes of a kind its node, so that spares stand apart for certain: x[u,j] of unit u on node j,
 * o[j] = 1 where node j is open, s[w,j] = 1 where a spare of w stands there and nothing else of w.
 * @param inUse the variable of the nodes in use
 * @param slots nodes that may be open at most
 */
export function seatNodeByNode(
  builder: ProgramBuilder,
  kind: NodeKind,
  inUse: number,
  choices: readonly Choice[],
  slots: number,
  needs: readonly Need[],
): void {
  const sharing = choices.filter(({ unit }) => unit.wholeNodes === 0)
  const whole = choices.filter(({ unit }) => unit.wholeNodes > 0)
  const { gpusPerNode } = kind
  const name = (what: string, node: number): string => `${what} on ${kind.id} node ${node}`
  const open = Array.from({ length: slots }, (_, j) => builder.variable(name('open', j), { integer: true, upper: 1 }))
  const placed = sharing.map(({ unit }) =>
    open.map((_, j) =>
      builder.variable(name(unit.id, j), { integer: true, upper: Math.floor(gpusPerNode / unit.gpus) }),
    ),
  )
  const spanned = whole.map(({ variable, unit }): Term => [variable, unit.wholeNodes])
  const opened = open.map((each): Term => [each, 1])
  builder.constraint(`open nodes of ${kind.id}`, [...opened, ...spanned, [inUse, -1]], { upper: 0 }, null)
  sharing.forEach(({ unit, variable }, u) => {
    const nodes = (placed[u] as number[]).map((each): Term => [each, 1])
    builder.constraint(`nodes of ${unit.id}`, [...nodes, [variable, -1]], { lower: 0, upper: 0 }, null)
  })
  open.forEach((each, j) => {
    const gpus = sharing.map(({ unit }, u): Term => [placed[u]?.[j] as number, unit.gpus])
    builder.constraint(name('GPUs', j), [...gpus, [each, -gpusPerNode]], { upper: 0 }, null)
    // Nodes are alike: the first are opened first.
    const next = open[j + 1]
    if (next === undefined) return
    const order: Term[] = [
      [next, 1],
      [each, -1],
    ]
    builder.constraint(name('order', j), order, { upper: 0 }, null)
  })
  for (const { workload, spares } of needs) {
    if (spares === 0) continue
    const termsOf = (isSpare: boolean, j: number): Term[] =>
      sharing.flatMap(({ unit }, u): Term[] =>
        unit.members.some((member) => member.workload === workload && (member.role === 'spare') === isSpare)
          ? [[placed[u]?.[j] as number, 1]]
          : [],
      )
    if (termsOf(true, 0).length === 0) continue
    open.forEach((_, j) => {
      const apart = builder.variable(name(`spare of ${workload}`, j), { integer: true, upper: 1 })
      builder.constraint(name(`spares of ${workload}`, j), [...termsOf(true, j), [apart, -1]], { upper: 0 }, null)
      const loads = termsOf(false, j)
      if (loads.length === 0) return
      const beside: Term[] = [...loads, [apart, gpusPerNode]]
      builder.constraint(name(`loads of ${workload}`, j), beside, { upper: gpusPerNode }, null)
    })
  }
}
