import { type LinearProgram, ProgramBuilder, type Term } from '../solver/program.ts'
import { type Choice, seatNodeByNode } from './node-by-node.ts'
import {
  type FleetQuestion,
  type Limit,
  MOST_NODES,
  type Need,
  type NodeKind,
  type Placed,
  type Unit,
} from './placement.ts'
import { nodePatterns, sizeLevels } from './size-levels.ts'

/** A program with the meaning of its variables and rows. */
export interface PlacementProgram {
  readonly program: LinearProgram
  /** @returns what a point of the program places, without what it places none of. */
  readonly placedBy: (values: readonly number[]) => Placed[]
  /** @returns nodes of a kind in use at a point of the program, without those that runs take for themselves. */
  readonly nodesInUse: (kind: NodeKind, values: readonly number[]) => number
  /** @returns the variable whose value is 1 where a workload is left out; only with `mayLeaveOut`. */
  readonly leftOut: ReadonlyMap<string, number>
}

export interface ProgramVariant {
  /** Workloads need not be placed: the fewest possible are left out, at no other cost. */
  readonly mayLeaveOut?: boolean
  /** The cost of an hour is at most this, and the units of an earlier placement (by id, with their number) are kept as far as that allows. */
  readonly keep?: { readonly usdPerHour: number; readonly placed: ReadonlyMap<string, number> }
  /** Kinds, by id, of which every unit is given its node, with the most nodes that may then be open. */
  readonly nodeByNode?: ReadonlyMap<string, number>
}

/** Names of rows by which conflicts are told. */
export const requirementOf = {
  carry: (workload: string): string => `carry ${workload}`,
  spare: (workload: string): string => `spare ${workload}`,
  nodes: (kind: string): string => `nodes ${kind}`,
  limit: (limit: string): string => `limit ${limit}`,
}

/** The way back: what a row's name says, of what. */
export function partsOf(requirement: string): { readonly what: keyof typeof requirementOf; readonly name: string } {
  const [what = '', ...name] = requirement.split(' ')
  if (!Object.hasOwn(requirementOf, what)) throw new RangeError(`"${requirement}" is no requirement of a placement`)
  return { what: what as keyof typeof requirementOf, name: name.join(' ') }
}

/**
 * The cheapest placement of all workloads as a mixed-integer program:
 *
 * - x[unit], whole: how many of each unit; y[kind], whole: nodes in use;
 * - minimise the sum of usdPerHour y, and what runs pay for nodes of their own while they last;
 * - the units of a workload carry it, of whatever mix of options and kinds;
 * - its spares can each replace its largest replica, and there are nodes enough for them to stand apart;
 * - units fit on the nodes in use, exactly ({@link sizeLevels}, or patterns of nodes where sizes do not divide each other);
 * - there are no more nodes than there are, of those that may be rented without a number no more than {@link MOST_NODES}, and limits hold over several kinds.
 *
 * Which node a unit stands on is settled afterwards; that spares stand apart is not guaranteed here, only made possible, but for kinds
 * of which every unit is given its node.
 */
export function placementProgram(question: FleetQuestion, variant: ProgramVariant = {}): PlacementProgram {
  const { kinds, needs, units, limits } = question
  const builder = new ProgramBuilder('minimize')
  const isCost = variant.mayLeaveOut !== true && variant.keep === undefined
  const inUse = new Map(
    kinds.map((kind) => [
      kind.id,
      builder.variable(`nodes ${kind.id}`, { objective: isCost ? kind.usdPerHour : 0, integer: true }),
    ]),
  )
  const choices = units.map((unit): Choice => {
    const objective = isCost ? ownUsdPerHour(unit) : 0
    return { unit, variable: builder.variable(unit.id, { objective, integer: true, upper: unit.most }) }
  })
  const leftOut = new Map<string, number>()
  if (variant.mayLeaveOut === true) {
    for (const { workload } of needs)
      leftOut.set(workload, builder.variable(`leave out ${workload}`, { objective: 1, integer: true, upper: 1 }))
  }
  for (const need of needs) carry(builder, need, choices, leftOut.get(need.workload))
  for (const need of needs) if (need.spares > 0) keepSpares(builder, need, choices, inUse, leftOut.get(need.workload))
  for (const kind of kinds) {
    const own = choices.filter(({ unit }) => unit.kind === kind)
    const y = inUse.get(kind.id) as number
    const lasting = own.filter(({ unit }) => unit.paidShare === null)
    seat(builder, kind, y, lasting)
    const slots = variant.nodeByNode?.get(kind.id)
    if (slots !== undefined) seatNodeByNode(builder, kind, y, lasting, slots, needs)
    const most = kind.nodes ?? (nodesAtMost(own) > MOST_NODES ? MOST_NODES : null)
    if (most !== null) {
      const apart = own.filter(({ unit }) => unit.paidShare !== null)
      const terms = apart.map(({ unit, variable }): Term => [variable, unit.wholeNodes])
      builder.constraint(requirementOf.nodes(kind.id), [[y, 1], ...terms], { upper: most })
    }
  }
  for (const limit of limits) limitRow(builder, limit, kinds, inUse, choices)
  if (variant.keep !== undefined) keepPlaced(builder, variant.keep, kinds, inUse, choices)

  return {
    program: builder.build(),
    placedBy: (values) =>
      choices.flatMap(({ variable, unit }) => {
        const count = values[variable] as number
        return count > 0 ? [{ unit, count }] : []
      }),
    nodesInUse: (kind, values) => values[inUse.get(kind.id) as number] as number,
    leftOut,
  }
}

/** Nodes that the units of a kind could take if each were chosen as often as may help, and none shared a node. */
function nodesAtMost(own: readonly Choice[]): number {
  return own.reduce((sum, { unit }) => sum + unit.most * Math.max(1, unit.wholeNodes), 0)
}

/** What a unit costs an hour beside the nodes in use: the whole nodes of a run, over the time that it has them. */
export function ownUsdPerHour({ kind, wholeNodes, paidShare }: Unit): number {
  return paidShare === null ? 0 : wholeNodes * kind.usdPerHour * paidShare
}

function partOf({ unit, variable }: Choice, workload: string): Term[] {
  const member = unit.members.find((each) => each.workload === workload)
  return member === undefined || member.amount === 0 ? [] : [[variable, member.amount]]
}

function carry(builder: ProgramBuilder, { workload }: Need, choices: readonly Choice[], leaveOut?: number): void {
  // In parts of the demand, so that rows of every workload are of one size.
  const terms = choices.flatMap((choice) => partOf(choice, workload))
  if (leaveOut !== undefined) terms.push([leaveOut, 1])
  // A variable that can only be 0, so that a workload that runs nowhere conflicts by its own name.
  if (terms.length === 0) terms.push([builder.variable(`nowhere ${workload}`, { upper: 0 }), 1])
  builder.constraint(requirementOf.carry(workload), terms, { lower: 1 })
}

/**
 * Spares: with b[j] = 1 where the largest replica that carries load has the j-th capacity, so many spares have at least that one. And
 * since each stands on a node of its own among those of the workload, there is one node more than there are spares.
 */
function keepSpares(
  builder: ProgramBuilder,
  { workload, spares }: Need,
  choices: readonly Choice[],
  inUse: ReadonlyMap<string, number>,
  leaveOut?: number,
): void {
  const own = choices.flatMap((choice) => {
    const member = choice.unit.members.find((each) => each.workload === workload)
    return member === undefined || member.role === 'run'
      ? []
      : [{ ...choice, role: member.role, capacity: member.option.capacity }]
  })
  const loads = own.filter(({ role }) => role === 'load')
  const capacities = [...new Set(loads.map(({ capacity }) => capacity))].sort((a, b) => a - b)
  if (capacities.length === 0) return
  const largest = capacities.map((_, j) =>
    builder.variable(`largest of ${workload} is ${j}`, { integer: true, upper: 1 }),
  )
  builder.constraint(
    `one largest of ${workload}`,
    largest.map((b): Term => [b, 1]),
    { lower: 1, upper: 1 },
    null,
  )
  for (const { unit, variable, capacity } of loads) {
    const allowed = capacities.flatMap((c, j): Term[] => (c >= capacity ? [[largest[j] as number, -unit.most]] : []))
    builder.constraint(`${unit.id} within the largest of ${workload}`, [[variable, 1], ...allowed], { upper: 0 }, null)
  }
  const excused: Term[] = leaveOut === undefined ? [] : [[leaveOut, spares]]
  for (const [j, least] of capacities.entries()) {
    const able = own.filter(({ role, capacity }) => role === 'spare' && capacity >= least)
    const terms = able.map(({ variable }): Term => [variable, 1])
    builder.constraint(
      `spares of ${workload} for ${j}`,
      [...terms, ...excused, [largest[j] as number, -spares]],
      { lower: 0 },
      requirementOf.spare(workload),
    )
  }
  const kinds = new Set(own.map(({ unit }) => unit.kind.id))
  const nodes = [...kinds].map((id): Term => [inUse.get(id) as number, 1])
  const more: Term[] = leaveOut === undefined ? [] : [[leaveOut, spares + 1]]
  builder.constraint(`nodes of ${workload}`, [...nodes, ...more], { lower: spares + 1 }, requirementOf.spare(workload))
  for (const id of kinds)
    standApart(
      builder,
      workload,
      own.filter(({ unit }) => unit.kind.id === id),
      inUse.get(id) as number,
    )
}

/**
 * On one kind of node each spare takes a node that no other replica of the workload uses: spares are no more than the nodes in use, and the
 * replicas that carry load fit on the others. Necessary, not sufficient: other workloads stand there too.
 */
function standApart(
  builder: ProgramBuilder,
  workload: string,
  own: readonly (Choice & { readonly role: 'load' | 'spare' })[],
  inUse: number,
): void {
  const [first] = own
  if (first === undefined) return
  const { kind } = first.unit
  const spares = own.filter(({ unit, role }) => role === 'spare' && unit.wholeNodes === 0)
  const taken = (usable: number): Term[] => spares.map(({ variable }): Term => [variable, usable])
  builder.constraint(`spares of ${workload} on ${kind.id}`, [...taken(1), [inUse, -1]], { upper: 0 }, null)
  const loads = own.filter(({ unit, role }) => role === 'load' && unit.wholeNodes === 0)
  for (const least of new Set(loads.map(({ unit }) => unit.gpus))) {
    const usable = Math.floor(kind.gpusPerNode / least)
    const terms = loads
      .filter(({ unit }) => unit.gpus >= least)
      .map(({ unit, variable }): Term => [variable, Math.floor(unit.gpus / least)])
    builder.constraint(
      `${workload} of ${least} beside its spares on ${kind.id}`,
      [...terms, ...taken(usable), [inUse, -usable]],
      { upper: 0 },
      null,
    )
  }
}

function limitRow(
  builder: ProgramBuilder,
  { id, kinds: limited, counts, most }: Limit,
  kinds: readonly NodeKind[],
  inUse: ReadonlyMap<string, number>,
  choices: readonly Choice[],
): void {
  const weight = (kind: NodeKind): number => (counts === 'gpus' ? kind.gpusPerNode : 1)
  const terms = kinds
    .filter((kind) => limited.includes(kind.id))
    .flatMap((kind): Term[] => [
      [inUse.get(kind.id) as number, weight(kind)],
      ...choices
        .filter(({ unit }) => unit.kind === kind && unit.paidShare !== null)
        .map(({ unit, variable }): Term => [variable, unit.wholeNodes * weight(kind)]),
    ])
  if (terms.length > 0) builder.constraint(requirementOf.limit(id), terms, { upper: most })
}

/** Rows by which the chosen units fit on the nodes in use of one kind. */
function seat(builder: ProgramBuilder, kind: NodeKind, inUse: number, choices: readonly Choice[]): void {
  if (choices.length === 0) return
  const sharing = choices.filter(({ unit }) => unit.wholeNodes === 0)
  const whole = choices.filter(({ unit }) => unit.wholeNodes > 0)
  const sizes = [...new Set(sharing.map(({ unit }) => unit.gpus))].sort((a, b) => b - a)
  const levels = sizeLevels(kind.gpusPerNode, sizes)
  if (levels === null) {
    seatByPatterns(builder, kind, inUse, sharing, whole, sizes)
    return
  }
  const free = (usable: number): Term[] => [
    [inUse, -usable],
    ...whole.map(({ variable, unit }): Term => [variable, unit.wholeNodes * usable]),
  ]
  for (const { leastGpus, usableGpus } of levels) {
    const terms = sharing
      .filter(({ unit }) => unit.gpus >= leastGpus)
      .map(({ variable, unit }): Term => [variable, unit.gpus])
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
    }),
  }))
  sizes.forEach((size, i) => {
    const terms = sharing.filter(({ unit }) => unit.gpus === size).map(({ variable }): Term => [variable, 1])
    const seats = patterns.map(({ variable, counts }): Term => [variable, -(counts[i] as number)])
    builder.constraint(`seats of ${size} on ${kind.id}`, [...terms, ...seats], { upper: 0 }, null)
  })
  const nodes = patterns.map(({ variable }): Term => [variable, 1])
  const spanned = whole.map(({ variable, unit }): Term => [variable, unit.wholeNodes])
  builder.constraint(`nodes of ${kind.id}`, [...nodes, ...spanned, [inUse, -1]], { upper: 0 }, null)
}

/** The second objective: as few units to start as the cost allows. What is stopped is what is no longer needed. */
function keepPlaced(
  builder: ProgramBuilder,
  { usdPerHour, placed }: NonNullable<ProgramVariant['keep']>,
  kinds: readonly NodeKind[],
  inUse: ReadonlyMap<string, number>,
  choices: readonly Choice[],
): void {
  const cost = [
    ...kinds.map((kind): Term => [inUse.get(kind.id) as number, kind.usdPerHour]),
    ...choices.map(({ unit, variable }): Term => [variable, ownUsdPerHour(unit)]),
  ]
  builder.constraint('cost of an hour', cost, { upper: usdPerHour }, null)
  for (const { unit, variable } of choices) {
    const before = placed.get(unit.id) ?? 0
    // Starting a larger unit is more work: it is counted by its GPUs.
    const gpus = unit.gpus + unit.wholeNodes * unit.kind.gpusPerNode
    const started = builder.variable(`start ${unit.id}`, { objective: gpus })
    builder.constraint(
      `started ${unit.id}`,
      [
        [variable, 1],
        [started, -1],
      ],
      { upper: before },
      null,
    )
  }
}
