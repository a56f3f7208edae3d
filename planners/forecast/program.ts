import { type LinearProgram, ProgramBuilder, type Term } from '../solver/program.ts'
import { append, key, laneRows } from './lanes.ts'
import { mostMachines, type Pools } from './pools.ts'
import { type ForecastProblem, fixedUsdPerMonth } from './problem.ts'
import { type WayVariable, waysOf } from './ways.ts'

/** What the program asks for: all dollars; or how little of the cap, or of a limit, suffices, whatever the cost. */
export type ProgramAim = 'cost' | 'cap' | { readonly limit: number }

/** The program with the variables by which its answer is read. */
export interface ForecastProgram {
  readonly program: LinearProgram
  readonly ways: readonly WayVariable[]
  /** Variables of machines bought, by source: one a month. */
  readonly bought: ReadonlyMap<number, readonly number[]>
  /** Machines of a group that a class uses, by class, group and month, where that is a choice. */
  readonly used: ReadonlyMap<string, number>
  /** Machines that a class rents by the hour, by class, source and month. */
  readonly rented: ReadonlyMap<string, number>
  /** A workload and month that nothing can carry; null where every one has a way. */
  readonly uncarried: { readonly workload: number; readonly month: number } | null
  /** What is asked for where it is not the cost. */
  readonly aim: number | null
}

/** Fewer commitments where the cost is the same: far below a cent each. */
const COMMITMENT_TIE_USD = 1e-4

/** The forecast as a mixed-integer program. */
export function programOf(
  problem: ForecastProblem,
  pools: Pools,
  monthNames: readonly string[],
  aim: ProgramAim = 'cost',
): ForecastProgram {
  return new Assembly(problem, pools, monthNames, aim).assemble()
}

/** Puts the program together; one method a family of rows. */
class Assembly {
  readonly #problem: ForecastProblem
  readonly #pools: Pools
  readonly #monthNames: readonly string[]
  readonly #aim: ProgramAim
  readonly #builder = new ProgramBuilder('minimize')
  readonly #months: readonly number[]
  /** Dollars billed, by month. */
  readonly #billed: Term[][]
  /** GPUs at once, by limit and month. */
  readonly #counted: Term[][][]
  readonly #ways: WayVariable[] = []
  readonly #bought = new Map<number, number[]>()
  readonly #used = new Map<string, number>()
  readonly #rented = new Map<string, number>()
  /** What serving classes and runs take of a group in a month. */
  readonly #taken = new Map<string, Term[]>()
  #uncarried: ForecastProgram['uncarried'] = null

  constructor(problem: ForecastProblem, pools: Pools, monthNames: readonly string[], aim: ProgramAim) {
    this.#problem = problem
    this.#pools = pools
    this.#monthNames = monthNames
    this.#aim = aim
    this.#months = Array.from({ length: problem.months }, (_, t) => t)
    this.#billed = this.#months.map(() => [])
    this.#counted = problem.limits.map(() => this.#months.map(() => []))
  }

  assemble(): ForecastProgram {
    this.#purchases()
    this.#choices()
    laneRows(this.#builder, this.#ways, (group, t, term) => append(this.#taken, key(group, t), term))
    this.#classes()
    this.#groups()
    const aim = this.#aim === 'cost' ? null : this.#builder.variable('aim', { objective: 1 })
    this.#limits(aim)
    this.#cap(aim)
    return {
      program: this.#builder.build(),
      ways: this.#ways,
      bought: this.#bought,
      used: this.#used,
      rented: this.#rented,
      uncarried: this.#uncarried,
      aim,
    }
  }

  #price(usd: number): number {
    return this.#aim === 'cost' ? usd : 0
  }

  #bill(t: number, variable: number, usd: number): void {
    if (usd !== 0) this.#billed[t]!.push([variable, usd])
  }

  #count(source: number, t: number, variable: number, machines: number): void {
    const { sources, kinds } = this.#problem
    const { limits, kind } = sources[source]!
    for (const limit of limits) this.#counted[limit]![t]!.push([variable, machines * kinds[kind]!.gpusPerMachine])
  }

  /** Machines committed to, by source and month; each is billed while it lasts. */
  #purchases(): void {
    const { sources, months } = this.#problem
    for (const source of this.#pools.committed) {
      const { way, usdPerMonth, termMonths, mayBuy } = sources[source]!
      if (way === 'owned' && mayBuy === 0) continue
      const upper = way === 'owned' ? mayBuy : mostMachines(this.#problem, source)
      const variables = this.#months.map((t) => {
        const paid = way === 'owned' ? months - t : termMonths
        const objective = this.#price(paid * usdPerMonth[t]! + COMMITMENT_TIE_USD)
        return this.#builder.variable(`buy ${source} ${t}`, { objective, integer: true, upper })
      })
      this.#bought.set(source, variables)
      if (way === 'owned') {
        const all = variables.map((variable): Term => [variable, 1])
        this.#builder.constraint(`may buy ${source}`, all, { upper: mayBuy }, null)
      }
      for (const t of this.#months) {
        for (const [from, variable] of this.#active(source, t)) {
          this.#bill(t, variable, usdPerMonth[from]!)
          if (way === 'reserved') this.#count(source, t, variable, 1)
        }
      }
    }
  }

  /** Purchases that are at hand in month t: the month of purchase with its variable. */
  #active(source: number, t: number): [month: number, variable: number][] {
    const { termMonths } = this.#problem.sources[source]!
    return (this.#bought.get(source) ?? []).flatMap((variable, from): [number, number][] =>
      from <= t && (termMonths === 0 || t < from + termMonths) ? [[from, variable]] : [],
    )
  }

  /** One way for each workload in each month. */
  #choices(): void {
    for (const [w, workload] of this.#problem.workloads.entries()) {
      for (const month of this.#months) {
        const possible = waysOf(this.#problem, this.#pools, w, month)
        if (possible.length === 0) {
          this.#uncarried ??= { workload: w, month }
          continue
        }
        const chosen = possible.map((way, index): Term => {
          const usd = way.type === 'pool' ? 0 : way.usd
          const options = { objective: this.#price(usd), integer: true, upper: 1 }
          const variable = this.#builder.variable(`way ${w} ${month} ${index}`, options)
          this.#bill(month, variable, usd)
          if (way.type === 'hourly') this.#count(way.source, month, variable, way.machines)
          this.#ways.push({ workload: w, month, way, variable })
          return [variable, 1]
        })
        this.#builder.constraint(`carry ${w} ${month}`, chosen, { lower: 1, upper: 1 }, `workload ${workload.name}`)
      }
    }
  }

  /** A class has as many machines as its workloads need: of its groups, and rented. */
  #classes(): void {
    const { sources } = this.#problem
    const { classes, groups } = this.#pools
    const users = new Map<string, Term[]>()
    for (const { way, month, variable } of this.#ways) {
      if (way.type === 'pool') append(users, key(way.class, month), [variable, -way.machines])
    }
    for (const [c, { groups: own, hourly }] of classes.entries()) {
      for (const t of this.#months) {
        const needed = users.get(key(c, t))
        if (needed === undefined) continue
        const supply: Term[] = []
        let existing = 0
        for (const group of own) {
          const { runningUsdPerMonth } = groups[group]!
          const isOnly = runningUsdPerMonth === 0 && classes.every((each, o) => o === c || !each.groups.includes(group))
          if (isOnly) {
            // Nobody else's, at no cost of use: what runs leave is all there for the taking.
            supply.push(...this.#stock(group, t))
            supply.push(...(this.#taken.get(key(group, t)) ?? []).map(([v, machines]): Term => [v, -machines]))
            existing += this.#existing(group)
            continue
          }
          const variable = this.#builder.variable(`use ${c} ${group} ${t}`, {
            objective: this.#price(runningUsdPerMonth),
          })
          this.#bill(t, variable, runningUsdPerMonth)
          this.#used.set(key(c, group, t), variable)
          supply.push([variable, 1])
        }
        for (const source of hourly) {
          const { usdPerMonth, limits } = sources[source]!
          // What may be rented up to a limit is whole; without one it follows from the rest.
          const options = { objective: this.#price(usdPerMonth[t]!), integer: limits.length > 0 }
          const variable = this.#builder.variable(`rent ${c} ${source} ${t}`, options)
          this.#bill(t, variable, usdPerMonth[t]!)
          this.#count(source, t, variable, 1)
          this.#rented.set(key(c, source, t), variable)
          supply.push([variable, 1])
        }
        this.#builder.constraint(`supply ${c} ${t}`, [...supply, ...needed], { lower: -existing }, null)
      }
    }
    for (const [place, variable] of this.#used) {
      const [, group, t] = place.split(' ').map(Number)
      append(this.#taken, key(group!, t!), [variable, 1])
    }
  }

  #stock(group: number, t: number): Term[] {
    return this.#pools.groups[group]!.sources.flatMap((source) =>
      this.#active(source, t).map(([, variable]): Term => [variable, 1]),
    )
  }

  #existing(group: number): number {
    return this.#pools.groups[group]!.sources.reduce((sum, source) => sum + this.#problem.sources[source]!.existing, 0)
  }

  /** Nothing is taken of a group that is not there. */
  #groups(): void {
    for (const [place, terms] of this.#taken) {
      const [group, t] = place.split(' ').map(Number)
      const stock = this.#stock(group!, t!).map(([variable, one]): Term => [variable, -one])
      this.#builder.constraint(`have ${place}`, [...terms, ...stock], { upper: this.#existing(group!) }, null)
    }
  }

  #limits(aim: number | null): void {
    for (const [l, { gpus, requirement }] of this.#problem.limits.entries()) {
      const isAim = typeof this.#aim === 'object' && this.#aim.limit === l
      for (const t of this.#months) {
        const terms = this.#counted[l]![t]!
        if (terms.length === 0) continue
        const all: Term[] = isAim ? [...terms, [aim!, -1]] : terms
        this.#builder.constraint(`limit ${l} ${t}`, all, { upper: isAim ? 0 : gpus }, requirement)
      }
    }
  }

  #cap(aim: number | null): void {
    const { monthlyCapUsd } = this.#problem
    const isAim = this.#aim === 'cap'
    if (monthlyCapUsd === null && !isAim) return
    const fixed = fixedUsdPerMonth(this.#problem)
    for (const t of this.#months) {
      if (this.#billed[t]!.length === 0) continue
      const all: Term[] = isAim ? [...this.#billed[t]!, [aim!, -1]] : this.#billed[t]!
      const upper = (isAim ? 0 : (monthlyCapUsd ?? 0)) - fixed
      this.#builder.constraint(`cap ${t}`, all, { upper }, `monthly_cap in ${this.#monthNames[t]}`)
    }
  }
}
