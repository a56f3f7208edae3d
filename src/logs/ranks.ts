import { type LogFigures, type LogQuantity, logQuantities } from './start-log.ts'

interface Reading {
  readonly value: number
  readonly line: number
}
type Readings = Partial<Record<LogQuantity, Reading>>

/** How one rank is chosen to speak for all. */
type Room = (figures: LogFigures) => number

/** Figures of every rank of one start, by the name that the log gives the rank. */
export class Ranks {
  readonly #ranks = new Map<string, Readings>()
  readonly #names = new Set<string>()

  /** Notes that a rank exists, whatever it prints. */
  saw(rank: string): void {
    this.#names.add(rank)
  }

  /** Ranks of a tensor-parallel group that the names show: TP0 and TP3 are four. Undefined where no name has a number. */
  get tensorParallel(): number | undefined {
    const numbers = [...this.#names].flatMap((name) => /(?:^|[^A-Z])TP(\d{1,3})/.exec(name)?.[1] ?? [])
    return numbers.length === 0 ? undefined : Math.max(...numbers.map(Number)) + 1
  }

  /** Notes a figure; a later one of the same rank replaces it. */
  set(rank: string, quantity: LogQuantity, value: number | undefined, line: number): void {
    if (value === undefined) return
    this.#of(rank)[quantity] = { value, line }
  }

  /** Notes a figure where the rank has none: a drafter's comes after the model's own. */
  setFirst(rank: string, quantity: LogQuantity, value: number | undefined, line: number): void {
    if (this.get(rank, quantity) === undefined) this.set(rank, quantity, value, line)
  }

  /** Adds to a figure that a rank prints in several parts. */
  add(rank: string, quantity: LogQuantity, value: number | undefined, line: number): void {
    if (value !== undefined) this.set(rank, quantity, (this.get(rank, quantity) ?? 0) + value, line)
  }

  get(rank: string, quantity: LogQuantity): number | undefined {
    return this.#ranks.get(rank)?.[quantity]?.value
  }

  get names(): string[] {
    return [...this.#ranks.keys()]
  }

  /**
   * Figures of the rank with the least room. What it does not print comes from the rank that is worst off: the least room and fewest
   * tokens, the most of everything else.
   */
  tightest(room: Room = poolLeft): { figures: LogFigures; lines: LogFigures } {
    const figures: LogFigures = {}
    const lines: LogFigures = {}
    const ranked = [...this.#ranks.values()].sort((a, b) => room(values(a)) - room(values(b)))
    for (const quantity of logQuantities) {
      const least = quantity === 'kv_cache_gib' || quantity === 'kv_tokens' ? 1 : -1
      const others = ranked.flatMap((each) => each[quantity] ?? []).sort((a, b) => least * (a.value - b.value))
      // Tokens are those of an engine, which the fewest of its ranks decide.
      const reading = (quantity === 'kv_tokens' ? undefined : ranked[0]?.[quantity]) ?? others[0]
      if (reading === undefined) continue
      figures[quantity] = reading.value
      lines[quantity] = reading.line
    }
    return { figures, lines }
  }

  #of(rank: string): Readings {
    const found = this.#ranks.get(rank)
    if (found !== undefined) return found
    const made: Readings = {}
    this.#ranks.set(rank, made)
    return made
  }
}

function values(readings: Readings): LogFigures {
  return Object.fromEntries(Object.entries(readings).map(([quantity, { value }]) => [quantity, value]))
}

/** Ranks without a pool come last, those with the most weights first among them. */
function poolLeft({ kv_cache_gib: pool, weights_gib: weights = 0 }: LogFigures): number {
  return pool ?? Number.MAX_SAFE_INTEGER - weights
}
