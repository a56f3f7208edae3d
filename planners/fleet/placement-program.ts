import { type LinearProgram, ProgramBuilder, type Term } from '../solver/program.ts'
import { type Demand, type FleetQuestion, type NodeKind, nodesSpanned, type Placed } from './placement.ts'
import { nodePatterns, sizeLevels } from './size-levels.ts'

/** A program with the meaning of its variables. */
export interface PlacementProgram {
  readonly program: LinearProgram
  /** @returns what a point of the program places, without what it places none of. */
  readonly placedBy: (values: readonly number[]) => Placed[]
  /** @returns nodes of a kind in use at a point of the program. */
  readonly nodesInUse: (kind: NodeKind, values: readonly number[]) => number
}

interface Choice extends Omit<Placed, 'replicas'> {
  readonly variable: number
  /** Nodes that one replica takes whole; 0 where it shares a node. */
  readonly spanned: number
}

/**
 * The cheapest placement of all workloads as a mixed-integer program:
 *
 * - n[workload, option, kind], whole: replicas; y[kind], whole: nodes in use;
 * - minimise the sum of usdPerHour y;
 * - the replicas of a workload carry it, of whatever mix of options and kinds;
 * - replicas fit on the nodes in use, exactly ({@link sizeLevels}, or patterns of nodes where sizes do not divide each other);
 * - a quota holds over the GPUs of its nodes in use.
 */
export function placementProgram({ kinds, demands, quotas }: FleetQuestion): PlacementProgram {
  const builder = new ProgramBuilder('minimize')
  const inUse = new Map(
    kinds.map((kind) => [
      kind.id,
      builder.variable(`nodes ${kind.id}`, { objective: kind.usdPerHour, integer: true, upper: kind.nodes }),
    ]),
  )
  const choices = demands.flatMap((demand) => choicesOf(builder, demand, kinds))

  for (const demand of demands) {
    const carried = choices.filter((choice) => choice.demand === demand)
    // In parts of the demand, so that rows of every workload are of one size.
    const terms = carried.map(({ variable, option }): Term => [variable, option.capacity / demand.capacity])
    if (terms.length === 0) builder.constraint(`carry ${demand.id}`, nothing(builder, demand), { lower: 1 })
    else builder.constraint(`carry ${demand.id}`, terms, { lower: 1 })
  }
  for (const kind of kinds) {
    seat(
      builder,
      kind,
      inUse.get(kind.id) as number,
      choices.filter((choice) => choice.kind === kind),
    )
  }
  for (const { id, kinds: limited, gpus } of quotas) {
    const terms = kinds
      .filter((kind) => limited.includes(kind.id))
      .map((kind): Term => [inUse.get(kind.id) as number, kind.gpusPerNode])
    if (terms.length > 0) builder.constraint(`quota ${id}`, terms, { upper: gpus })
  }

  return {
    program: builder.build(),
    placedBy: (values) =>
      choices.flatMap(({ variable, demand, option, kind }) => {
        const replicas = values[variable] as number
        return replicas > 0 ? [{ demand, option, kind, replicas }] : []
      }),
    nodesInUse: (kind, values) => values[inUse.get(kind.id) as number] as number,
  }
}

/** A variable that can only be 0, so that a workload that runs nowhere conflicts by its own name. */
function nothing(builder: ProgramBuilder, demand: Demand): Term[] {
  return [[builder.variable(`nowhere ${demand.id}`, { upper: 0 }), 1]]
}

function choicesOf(builder: ProgramBuilder, demand: Demand, kinds: readonly NodeKind[]): Choice[] {
  return kinds.flatMap((kind) =>
    demand.options.flatMap((option, index) => {
      const spanned = nodesSpanned(option, kind)
      if (spanned === null) return []
      const variable = builder.variable(`${demand.id} option ${index} on ${kind.id}`, {
        integer: true,
        upper: Math.ceil(demand.capacity / option.capacity),
      })
      return [{ demand, option, kind, variable, spanned }]
    }),
  )
}

/** Rows by which the chosen replicas fit on the nodes in use of one kind. */
function seat(builder: ProgramBuilder, kind: NodeKind, inUse: number, choices: readonly Choice[]): void {
  if (choices.length === 0) return
  const sharing = choices.filter(({ spanned }) => spanned === 0)
  const whole = choices.filter(({ spanned }) => spanned > 0)
  const sizes = [...new Set(sharing.map(({ option }) => option.gpusPerReplica))].sort((a, b) => b - a)
  const levels = sizeLevels(kind.gpusPerNode, sizes)
  if (levels === null) {
    seatByPatterns(builder, kind, inUse, sharing, whole, sizes)
    return
  }
  const free = (usable: number): Term[] => [
    [inUse, -usable],
    ...whole.map(({ variable, spanned }): Term => [variable, spanned * usable]),
  ]
  for (const { leastGpus, usableGpus } of levels) {
    const terms = sharing
      .filter(({ option }) => option.gpusPerReplica >= leastGpus)
      .map(({ variable, option }): Term => [variable, option.gpusPerReplica])
    builder.constraint(`seats of ${leastGpus} on ${kind.id}`, [...terms, ...free(usableGpus)], { upper: 0 }, null)
  }
  if (levels.length === 0) builder.constraint(`whole nodes of ${kind.id}`, free(1), { upper: 0 }, null)
}

function seatByPatterns(
  builder: ProgramBuilder,
  kind: NodeKind,
  inUse: number,
  sharing: readonly Choice[],
  whole: readonly Choice[],
  sizes: readonly number[],
): void {
  const patterns = nodePatterns(kind.gpusPerNode, sizes).map((counts) => ({
    counts,
    variable: builder.variable(`${kind.id} as ${counts.map((n, i) => `${n} x ${sizes[i]}`).join(' + ')}`, {
      integer: true,
      upper: kind.nodes,
    }),
  }))
  sizes.forEach((size, i) => {
    const terms = sharing
      .filter(({ option }) => option.gpusPerReplica === size)
      .map(({ variable }): Term => [variable, 1])
    const seats = patterns.map(({ variable, counts }): Term => [variable, -(counts[i] as number)])
    builder.constraint(`seats of ${size} on ${kind.id}`, [...terms, ...seats], { upper: 0 }, null)
  })
  const nodes = patterns.map(({ variable }): Term => [variable, 1])
  const spanned = whole.map(({ variable, spanned: taken }): Term => [variable, taken])
  builder.constraint(`nodes of ${kind.id}`, [...nodes, ...spanned, [inUse, -1]], { upper: 0 }, null)
}
