import type { Catalog } from '../src/catalog/catalog.ts'
import { DEFAULT_PUE } from '../src/catalog/offer.ts'
import type { FleetNodeKind, FleetResult } from '../src/result/fleet.ts'
import { resultVersion } from '../src/result/version.ts'
import { assuming, completePrices } from '../src/scenario/assume.ts'
import { serveDefaults } from '../src/scenario/defaults.ts'
import { inputError } from '../src/scenario/diagnostic.ts'
import type { FleetScenario } from '../src/scenario/fleet.ts'
import type { LocatedScenario } from '../src/scenario/schema.ts'
import { nameOfFile, type ReadScenario, readWorkloads } from '../src/scenario/workloads.ts'
import { percent } from '../src/units.ts'
import { type FleetNode, type Inventory, inventoryOf } from './fleet/inventory.ts'
import { earlierCounts, earlierResult, earlierSeats, movesBetween } from './fleet/moves.ts'
import { whyNowhere } from './fleet/nowhere.ts'
import { type PlaceOutcome, place } from './fleet/place.ts'
import type { FleetQuestion, Unit } from './fleet/placement.ts'
import { type FleetWorkload, fleetWorkload } from './fleet/requests.ts'
import { type Told, tell } from './fleet/result.ts'
import { MOST_SHARERS, type Sharing, sharingUnits } from './fleet/sharing.ts'
import { supplyOf } from './fleet/supply.ts'
import { type Shortage, shortageOf } from './fleet/unplaced.ts'
import { namesText } from './fleet/words.ts'
import { worthOf } from './fleet/worth.ts'
import type { PlanOptions, ProgramOptions } from './index.ts'
import { round } from './round.ts'
import type { SolveOptions } from './solver/solve.ts'
import { unkeptLimits } from './supply/unkept.ts'
import { hostMemoryWarning } from './train/warnings.ts'

/** Stop where nothing can be cheaper by more than this; larger programs sooner. */
const DEFAULT_GAP = 0.001
const DEFAULT_GAP_OF_LARGE = 0.01
/** Variables from which a program is large: a percent takes seconds, a tenth of it may take minutes. */
const LARGE = 300
const DEFAULT_TIME_LIMIT_SECONDS = 60

type Options = PlanOptions & ProgramOptions

/**
 * The cheapest placement of several workloads on owned and rented nodes: every way in which each can run that no other beats, packed onto
 * nodes by a mixed-integer program.
 * @throws InputError for what is wrong with the scenario or those it names; where no placement was found within the time limit
 */
export async function planFleet(
  located: LocatedScenario<FleetScenario>,
  catalog: Catalog,
  options: Options,
  read: ReadScenario,
): Promise<FleetResult> {
  const { scenario, locate, file } = located
  const named = readWorkloads(located, catalog, read, options.asOf)
  const assumptions: string[] = []
  const d = serveDefaults
  const prices = completePrices(scenario.prices ?? {}, d, assuming(assumptions))
  const inventory = inventoryOf(scenario, prices, catalog, options.asOf, locate)
  const { kinds } = inventory
  const read_ = named.map((workload) => {
    const item = scenario.workloads[workload.index]
    const runs = typeof item === 'object' && 'scenario' in item ? item.runs_per_month : undefined
    return fleetWorkload(workload, runs ?? 1, kinds, catalog, options.asOf)
  })
  const workloads = read_.map(({ workload }) => workload)
  assumptions.push(
    ...fleetAssumptions(scenario, workloads),
    ...together(read_.map(({ workload, assumptions: own }) => [workload.name, own])),
  )
  const sharing = scenario.co_locate === true ? sharingUnits(workloads, kinds, catalog) : null
  if (sharing !== null) assumptions.push(...sharingAssumptions(sharing))
  const question = questionOf(workloads, inventory, sharing?.units ?? [], catalog)
  const solving = solvingOf(question, options)
  const before = options.from === undefined ? null : earlierResult(options.from)
  const seats = before === null ? undefined : earlierSeats(before)
  const first = await place(question, solving, seats)
  const shortage =
    first.status === 'infeasible'
      ? await shortageOf(question, kinds, solving, (name) =>
          whyNowhere(workloads.find((each) => each.name === name) as FleetWorkload, catalog),
        )
      : null
  const asked = shortage?.rest ?? question
  const cheapest = shortage === null ? first : await place(asked, solving, seats)
  if (cheapest.status === 'unknown') throw notFound(cheapest, solving)
  if (cheapest.status === 'infeasible') throw new Error('a fleet without workloads has a placement')
  const settled = seats === undefined ? cheapest : await keeping(asked, cheapest, solving, seats)
  const told = tell(settled.placement, kinds, workloads, catalog, options.explain ?? false)
  const used = new Map([...told.used].map(([id, { nodes_used }]) => [id, nodes_used]))
  const worth = shortage === null ? await worthOf(asked, kinds, used, solving) : null
  const { proof } = shortage === null ? settled : { proof: first.proof }
  return {
    version: resultVersion,
    kind: 'fleet',
    scenario: scenario.name ?? nameOfFile(file),
    status: shortage === null ? settled.status : 'infeasible',
    objective: 'cost',
    placements: told.placements,
    nodes: told.nodes,
    kinds: kinds.map((kind) => kindOf(kind, told.used.get(kind.id), worth?.oneMore.get(kind.id) ?? null)),
    unplaced: shortage?.unplaced ?? [],
    conflict: shortage?.conflict ?? null,
    remedies: shortage?.remedies ?? [],
    tightest_limit: worth?.tightest ?? null,
    moves: before === null ? null : movesBetween(before, told),
    total: told.total,
    solver: {
      name: proof.solver,
      variables: proof.variables,
      constraints: proof.constraints,
      gap: shortage === null && proof.gap !== null ? round(proof.gap) : null,
      verified: true,
    },
    assumptions: [...assumptions, ...(worth === null || worth.exact ? [] : [RELAXED])],
    warnings: [
      ...warningsOf(settled, solving, shortage),
      ...named.flatMap((workload) => unkeptLimits(workload, 'fleet')),
      ...spotWarnings(told),
      ...hostWarnings(told, kinds),
    ],
    catalog: { hash: catalog.hash, prices_as_of: pricesAsOf(kinds) },
  }
}

function solvingOf({ units }: FleetQuestion, { timeLimitSeconds, gap, solver }: ProgramOptions): SolveOptions {
  return {
    timeLimitSeconds: timeLimitSeconds ?? DEFAULT_TIME_LIMIT_SECONDS,
    gap: gap ?? (units.length > LARGE ? DEFAULT_GAP_OF_LARGE : DEFAULT_GAP),
    ...(solver === undefined ? {} : { solver }),
  }
}

const RELAXED = 'what one more node saves: by the relaxation of the program, in which parts of nodes count'

function questionOf(
  workloads: readonly FleetWorkload[],
  { kinds, limits }: Inventory,
  sharing: readonly Unit[],
  catalog: Catalog,
): FleetQuestion {
  const supplies = workloads.map((workload) => supplyOf(workload, catalog))
  return {
    kinds,
    needs: supplies.map(({ need }) => need),
    units: [...supplies.flatMap(({ units }) => units), ...sharing],
    limits,
  }
}

type Found = Extract<PlaceOutcome, { placement: unknown }>

/** Of the placements that cost no more, the one nearest to the earlier one. */
async function keeping(
  question: FleetQuestion,
  cheapest: Found,
  solving: SolveOptions,
  seats: ReturnType<typeof earlierSeats>,
): Promise<Found> {
  const usdPerHour = cheapest.placement.usdPerHour * (1 + 1e-9)
  const placed = earlierCounts(question.units, seats)
  const kept = await place(question, { ...solving, gap: 0 }, seats, { keep: { usdPerHour, placed } })
  if (kept.status !== 'optimal' && kept.status !== 'feasible') return cheapest
  return { ...cheapest, placement: kept.placement }
}

function notFound({ why }: Extract<PlaceOutcome, { status: 'unknown' }>, { timeLimitSeconds }: SolveOptions): Error {
  return inputError(`no placement was found within ${timeLimitSeconds} s: ${why}`, { hint: 'a longer --time-limit' })
}

function kindOf(
  kind: FleetNode,
  used: { nodes_used: number; gpus_used: number } | undefined,
  saved: number | null,
): FleetNodeKind {
  const { offer, pricing } = kind.priced
  const isOwned = pricing === 'owned'
  return {
    id: kind.id,
    gpu: kind.gpu,
    gpus_per_node: kind.gpusPerNode,
    owned: isOwned,
    provider: isOwned ? null : offer.provider,
    instance: isOwned ? null : offer.instance,
    region: isOwned ? null : offer.region,
    pricing,
    nodes: kind.nodes,
    nodes_used: used?.nodes_used ?? 0,
    gpus_used: used?.gpus_used ?? 0,
    usd_per_node_hour: round(kind.usdPerHour),
    capital_usd_per_node_hour: round(kind.capitalUsdPerHour),
    saved_by_one_more_usd_per_hour: saved,
  }
}

function fleetAssumptions(scenario: FleetScenario, workloads: readonly FleetWorkload[]): string[] {
  const sentences: string[] = []
  if (scenario.inventory.some((entry) => 'gpu' in entry)) {
    sentences.push('owned nodes: capital is paid whether they are used or not, electricity only where they are')
  }
  if (scenario.inventory.some((entry) => 'gpu' in entry && entry.owned.pue === undefined))
    sentences.push(`PUE: ${DEFAULT_PUE}`)
  if (workloads.some(({ kind }) => kind === 'train')) {
    sentences.push(
      'training: every run has its machines for itself, and is paid on whole nodes for the hours that it takes',
    )
  }
  if (workloads.some((each) => each.kind === 'serve' && each.request.redundancy > 0)) {
    sentences.push(
      'redundancy: spares stand on nodes without another replica of their workload, and can replace any of them',
    )
  }
  return sentences
}

function sharingAssumptions({ units, mostSharers }: Sharing): string[] {
  if (units.length === 0) return ['co-location: no two of the models fit on one GPU']
  const fewer = mostSharers < MOST_SHARERS ? ' (more would be too many sets to try)' : ''
  return [
    `co-location: at most ${mostSharers} models on a GPU${fewer}; their engines take turns, so each has its part of the time and of the memory`,
  ]
}

/** Sentences of the workloads, each once: first those about all, then those about the same few together. */
function together(owns: readonly (readonly [string, readonly string[]])[]): string[] {
  const about = new Map<string, string[]>()
  for (const [name, sentences] of owns) {
    for (const sentence of sentences) about.set(sentence, [...(about.get(sentence) ?? []), name])
  }
  const all: string[] = []
  const some = new Map<string, string[]>()
  for (const [sentence, names] of about) {
    if (names.length === owns.length) all.push(sentence)
    else some.set(namesText(names), [...(some.get(namesText(names)) ?? []), sentence])
  }
  return [...all, ...[...some].map(([names, sentences]) => `for ${names}: ${sentences.join(', ')}`)]
}

function warningsOf(
  { status, proof }: Found,
  { timeLimitSeconds, gap }: SolveOptions,
  shortage: Shortage | null,
): string[] {
  if (status === 'optimal' || shortage !== null) return []
  const known =
    proof.gap === null ? 'nothing is proved about cheaper ones' : `one may be cheaper by ${percent(proof.gap, 2)}`
  return [`The best placement found within ${timeLimitSeconds} s: ${known}, where ${percent(gap, 2)} was asked for.`]
}

/** Serving on machines that may go at any time. Runs there have their interruptions counted. */
function spotWarnings({ placements }: Told): string[] {
  const names = placements
    .filter(({ plan }) => plan.placement.pricing === 'spot' && 'engine' in plan.configuration)
    .map(({ workload }) => workload)
  if (names.length === 0) return []
  return [
    `Spot machines can be taken back at any time: the price of ${namesText([...new Set(names)])} holds no replacement for them.`,
  ]
}

/** Runs whose states lie in the memory of nodes that do not say how much they have. */
function hostWarnings({ placements, nodes }: Told, kinds: readonly FleetNode[]): string[] {
  return placements.flatMap(({ workload, plan, nodes: names }) => {
    const { memory } = plan
    const kind = kinds.find(({ id }) => id === nodes.find(({ name }) => name === names[0])?.kind)
    if (!('host_bytes' in memory) || memory.host_bytes === 0 || kind === undefined) return []
    return kind.priced.offer.ram_gb === null ? [`${workload}: ${hostMemoryWarning(memory.host_bytes, kind.id)}`] : []
  })
}

function pricesAsOf(kinds: readonly FleetNode[]): string | null {
  const dates = kinds.filter(({ priced }) => priced.pricing !== 'owned').map(({ priced }) => priced.offer.price_as_of)
  return dates.sort().at(-1) ?? null
}
