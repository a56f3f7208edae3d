import { type LinearProgram, ProgramBuilder, type Term } from '../../planners/solver/program.ts'

/** Mulberry32 (Tommy Ettinger, public domain): the same numbers for a seed on every machine. */
export function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Shapes of the planners' programs with made-up prices and speeds. */
export type Family = 'cover' | 'mix' | 'fixed' | 'budget' | 'fleet' | 'forecast'

/** Workloads with classes of requests, each served by whole replicas of some option, within quotas of GPUs. */
function cover(seed: number, workloads: number, options: number): LinearProgram {
  const next = random(seed)
  const builder = new ProgramBuilder('minimize')
  const quotas = new Map<number, [number, number][]>()
  for (let w = 0; w < workloads; w += 1) {
    const replicas: number[] = []
    const demand: [number, number][] = []
    for (let o = 0; o < options; o += 1) {
      const speed = 100 + Math.round(900 * next())
      const gpus = 2 ** Math.floor(4 * next())
      const index = builder.variable(`n ${w} ${o}`, {
        objective: Math.round(speed * (0.5 + next())) / 100,
        integer: true,
      })
      replicas.push(index)
      demand.push([index, speed])
      const pool = Math.floor(4 * next())
      quotas.set(pool, [...(quotas.get(pool) ?? []), [index, gpus]])
    }
    builder.constraint(`demand ${w}`, demand, { lower: Math.round(2000 + 8000 * next()) })
    builder.constraint(
      `spare ${w}`,
      replicas.map((index) => [index, 1]),
      { lower: 2 },
    )
  }
  for (const [pool, terms] of quotas) builder.constraint(`quota ${pool}`, terms, { upper: 60 * workloads })
  return builder.build()
}

/** As cover, but each class's share is routed continuously: `sum y / speed <= n`; `fixed` adds a yes or no to each option. */
function mix(seed: number, workloads: number, options: number, fixed: boolean): LinearProgram {
  const next = random(seed)
  const builder = new ProgramBuilder('minimize')
  const quota: Term[] = []
  for (let w = 0; w < workloads; w += 1) {
    const routed: Term[][] = [[], []]
    const used: Term[] = []
    const spare: Term[] = []
    for (let o = 0; o < options; o += 1) {
      const price = 1 + 10 * next()
      const n = builder.variable(`n ${w} ${o}`, { objective: price, integer: true })
      spare.push([n, 1])
      quota.push([n, 2 ** Math.floor(4 * next())])
      const load: Term[] = [[n, -1]]
      for (const [k, terms] of routed.entries()) {
        const y = builder.variable(`y ${w} ${o} ${k}`)
        terms.push([y, 1])
        load.push([y, 1 / (price * (60 + 80 * next()))])
      }
      builder.constraint(`load ${w} ${o}`, load, { upper: 0 })
      if (fixed) {
        const z = builder.variable(`z ${w} ${o}`, { integer: true, upper: 1 })
        used.push([z, 1])
        builder.constraint(`most ${w} ${o}`, [[n, 1], [z, -60]], { upper: 0 }) // biome-ignore format: a row of terms
        builder.constraint(`least ${w} ${o}`, [[n, 1], [z, -2]], { lower: 0 }) // biome-ignore format: a row of terms
      }
    }
    for (const [k, terms] of routed.entries()) {
      builder.constraint(`demand ${w} ${k}`, terms, { lower: Math.round(1000 + 9000 * next()) })
    }
    builder.constraint(`spare ${w}`, spare, { lower: 2 })
    if (fixed) builder.constraint(`kinds ${w}`, used, { upper: 3 })
  }
  builder.constraint('quota', quota, { upper: 100 * workloads })
  return builder.build()
}

/** Months of growing demand met by on-demand, spot and reserved instances, reservations holding for a year. */
function budget(seed: number, months: number, offers: number): LinearProgram {
  const next = random(seed)
  const builder = new ProgramBuilder('minimize')
  const active: Term[][] = Array.from({ length: months }, () => [])
  const spot: Term[][] = Array.from({ length: months }, () => [])
  for (let o = 0; o < offers; o += 1) {
    const speed = 300 + Math.round(1200 * next())
    const price = speed * (1.5 + next())
    const quota: Term[][] = Array.from({ length: months }, () => [])
    for (let m = 0; m < months; m += 1) {
      for (const [kind, factor, term] of [
        ['demand', 1, 1],
        ['spot', 0.6, 1],
        ['year', 0.65 * Math.min(12, months - m), 12],
        ['three', 0.45 * Math.min(36, months - m), 36],
      ] as const) {
        const index = builder.variable(`${kind} ${o} ${m}`, { objective: price * factor, integer: true })
        for (let held = m; held < Math.min(m + term, months); held += 1) {
          active[held]!.push([index, speed])
          quota[held]!.push([index, 1])
          spot[held]!.push([index, kind === 'spot' ? 0.7 * speed : -0.3 * speed])
        }
      }
    }
    quota.forEach((terms, m) => {
      builder.constraint(`quota ${o} ${m}`, terms, { upper: 60 })
    })
  }
  let demand = 4000 + 4000 * next()
  for (let m = 0; m < months; m += 1) {
    builder.constraint(`need ${m}`, active[m]!, { lower: Math.round(demand) })
    builder.constraint(`spot ${m}`, spot[m]!, { upper: 0 })
    demand *= 1 + 0.01 + 0.08 * next()
  }
  return builder.build()
}

/** Workloads with replicas of 1 to 8 GPUs, whole, on nodes of 8 of ten kinds, each node in use paid once; quotas over kinds. */
function fleet(seed: number, workloads: number, options: number): LinearProgram {
  const next = random(seed)
  const builder = new ProgramBuilder('minimize')
  const kinds = Array.from({ length: 10 }, (_, k) => ({
    nodes: builder.variable(`nodes ${k}`, { objective: 10 + Math.round(800 * next()) / 10, integer: true, upper: 100 }),
    speed: 50 + 250 * next(),
    seated: [[], [], []] as Term[][],
  }))
  for (let w = 0; w < workloads; w += 1) {
    const carried: Term[] = []
    const least = Math.floor(4 * next())
    for (let o = 0; o < options; o += 1) {
      const kind = kinds[o % kinds.length]!
      const level = Math.min(3, least + (o % 3))
      const n = builder.variable(`n ${w} ${o}`, { integer: true })
      carried.push([n, (kind.speed * 2 ** level * (0.5 + next())) / 2000])
      kind.seated.forEach((terms, row) => {
        if (level >= row) terms.push([n, 2 ** level])
      })
    }
    builder.constraint(`carry ${w}`, carried, { lower: 1 + 4 * next() })
  }
  for (const [k, { nodes, seated }] of kinds.entries()) {
    for (const [row, terms] of seated.entries()) {
      builder.constraint(`seat ${k} ${row}`, [...terms, [nodes, -8]], { upper: 0 })
    }
  }
  for (let q = 0; q < 5; q += 1) {
    const limited = kinds.filter((_, k) => k % 5 === q)
    builder.constraint(`quota ${q}`, limited.map(({ nodes }): Term => [nodes, 8]), { upper: 1000 }) // biome-ignore format: a row of terms
  }
  return builder.build()
}

/** Workloads that run each month on one of several shapes (a yes or no), from pools rented by the month or for a year. */
function forecast(seed: number, months: number, workloads: number): LinearProgram {
  const next = random(seed)
  const builder = new ProgramBuilder('minimize')
  const shapes = Array.from({ length: 4 }, () => ({ price: 2000 + 10000 * next(), speed: 0.5 + next() }))
  const used = shapes.map(() => Array.from({ length: months }, (): Term[] => []))
  for (let w = 0; w < workloads; w += 1) {
    const suits = shapes.map(({ price, speed }) => (price * speed * (0.7 + 0.6 * next())) / 1000)
    let demand = 2 + 30 * next()
    const growth = 1.01 + 0.07 * next()
    for (let m = 0; m < months; m += 1) {
      const choice = suits.map((each, s): Term => {
        const z = builder.variable(`z ${w} ${s} ${m}`, { integer: true, upper: 1 })
        used[s]![m]!.push([z, Math.ceil(demand / each)])
        return [z, 1]
      })
      builder.constraint(`runs ${w} ${m}`, choice, { lower: 1, upper: 1 })
      demand *= growth
    }
  }
  const spent = Array.from({ length: months }, (): Term[] => [])
  for (const [s, { price }] of shapes.entries()) {
    for (let m = 0; m < months; m += 1) {
      const rented = builder.variable(`demand ${s} ${m}`, { objective: price })
      used[s]![m]!.push([rented, -1])
      spent[m]!.push([rented, price / 1000])
      if (m + 12 > months) continue
      const reserved = builder.variable(`year ${s} ${m}`, { objective: 12 * 0.65 * price, integer: true })
      for (let held = m; held < m + 12; held += 1) {
        used[s]![held]!.push([reserved, -1])
        spent[held]!.push([reserved, (0.65 * price) / 1000])
      }
    }
    used[s]!.forEach((terms, m) => {
      builder.constraint(`pool ${s} ${m}`, terms, { upper: 0 })
    })
  }
  for (const [m, terms] of spent.entries()) builder.constraint(`cap ${m}`, terms, { upper: 1e5 })
  return builder.build()
}

/** @param size workloads, or months. @param options of each workload, or offers of a budget, or workloads of a forecast. */
export function instance(family: Family, seed: number, size: number, options: number): LinearProgram {
  if (family === 'cover') return cover(seed, size, options)
  if (family === 'budget') return budget(seed, size, options)
  if (family === 'fleet') return fleet(seed, size, options)
  if (family === 'forecast') return forecast(seed, size, options)
  return mix(seed, size, options, family === 'fixed')
}
