import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { planScenario } from '../../planners/index.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { readScenario } from '../../src/io/read-scenario.ts'
import { textOf } from '../../src/report/all.ts'
import { type FleetResult, fleetResultSchema } from '../../src/result/fleet.ts'

let catalog: Catalog
beforeAll(async () => {
  catalog = await loadCatalog([])
})

type More = Partial<Parameters<typeof planScenario>[3]>

async function planned(text: string, more: More = {}, file = 'fleet.yaml'): Promise<FleetResult> {
  const result = await planScenario(text, file, catalog, { asOf: '2026-11-21', ...more }, readScenario)
  if (result.kind !== 'fleet') throw new Error(result.kind)
  return fleetResultSchema.parse(result)
}

const ONPREM = readFileSync('scenarios/fleet-onprem.yaml', 'utf8')
const onprem = (more: More = {}) => planned(ONPREM, more, 'scenarios/fleet-onprem.yaml')

const dgx = (nodes: number) =>
  `{ name: dgx, gpu: h100-sxm-80gb, gpus_per_node: 8, nodes: ${nodes}, owned: { capex: 300000, years: 4, watts: 10200, usd_per_kwh: 0.12, pue: 1.3 } }`
const serve = (name: string, model: string, rate: number, more = '') =>
  `{ kind: serve, name: ${name}, model: ${model}, context: 4096, traffic: { requests_per_second: ${rate}, input_tokens: 1000, output_tokens: 200 }, latency: { tpot_ms: 50 }${more} }`
const fleet = (inventory: readonly string[], workloads: readonly string[], more = '') =>
  `kind: fleet\ninventory:\n${inventory.map((each) => `  - ${each}\n`).join('')}workloads:\n${workloads.map((each) => `  - ${each}\n`).join('')}${more}`

describe('what a scenario states for itself alone', () => {
  it('is said where a fleet does not keep it: most GPUs of a service, the budget of a run', async () => {
    const run = (more: string) =>
      `{ scenario: { kind: train, name: tune, model: llama-3.1-8b, data: { tokens: 1M }, search: { method: [lora], max_gpus: 1 }${more} } }`
    const workloads = (search: string, budget: string) => [serve('chat', 'llama-3.1-8b', 1, search), run(budget)]
    const { warnings, placements } = await planned(
      fleet([dgx(2)], workloads(', search: { max_gpus: 1 }', ', budget: 5')),
    )
    expect(warnings).toContain('chat: search.max_gpus: 1 is not kept: inventory and limits say what a fleet may take.')
    expect(warnings).toContain(
      'tune: budget: $5.00 a run is not kept: a fleet has the least cost of all workloads together.',
    )
    // A run keeps to its GPUs.
    expect(placements.find(({ workload }) => workload === 'tune')?.plan.placement.gpus).toBe(1)
    const silent = await planned(fleet([dgx(2)], workloads('', '')))
    expect(silent.warnings.filter((each) => each.includes('not kept'))).toEqual([])
  })
})

describe('what a fleet costs', () => {
  // A DGX: 300,000 / (4 x 8,760) = $8.5616 an hour whether used or not, 10.2 kW x 1.3 x $0.12 = $1.5912 where it is. An L40S server:
  // 18,000 / 35,040 = $0.5137 and 0.9 x 1.3 x 0.12 = $0.1404.
  it('is capital of all owned nodes and electricity of those in use, by hand', async () => {
    const { total, kinds } = await onprem()
    const used = new Map(kinds.map((kind) => [kind.id, kind.nodes_used]))
    const electricity = (used.get('dgx') ?? 0) * 1.5912 + (used.get('l40s') ?? 0) * 0.1404
    expect(total.capital_usd_per_hour).toBeCloseTo(2 * 8.561644 + 4 * 0.513699, 4)
    expect(total.electricity_usd_per_hour).toBeCloseTo(electricity, 6)
    expect(total.rent_usd_per_hour).toBe(0)
    expect(total.usd_per_hour).toBeCloseTo(total.capital_usd_per_hour + electricity, 6)
    expect(total.usd_per_month).toBeCloseTo(total.usd_per_hour * 730, 4)
  })

  it('adds up: what the workloads take and what stands idle is the whole', async () => {
    for (const file of ['fleet-onprem', 'fleet-mixed']) {
      const path = `scenarios/${file}.yaml`
      const { total, placements } = await planned(readFileSync(path, 'utf8'), {}, path)
      const taken = placements.reduce((sum, { plan }) => sum + (plan.cost.usd_per_hour ?? 0), 0)
      expect(taken + total.idle_usd_per_hour).toBeCloseTo(total.usd_per_hour, 4)
    }
  })

  // One H100 at home for $0.16 of electricity, or from the article's price list for $1.99: what is owned runs first.
  it('prefers idle hardware that is owned, and rents for the rest', async () => {
    const single =
      '{ name: home, gpu: h100-pcie-80gb, nodes: 1, owned: { capex: 30000, years: 4, watts: 1000, usd_per_kwh: 0.12, pue: 1.3 } }'
    const rented = '{ offer: runpod/h100-pcie-80gb, max_instances: 4 }'
    const one = await planned(fleet([single, rented], [serve('a', 'llama-3.1-8b', 1)]))
    expect(one.placements.map(({ plan }) => plan.placement.instance)).toEqual(['home'])
    expect(one.total.rent_usd_per_hour).toBe(0)
    const two = await planned(fleet([single, rented], [serve('a', 'llama-3.1-8b', 1), serve('b', 'qwen2.5-7b', 1)]))
    expect(two.total.rent_usd_per_hour).toBeCloseTo(1.99, 6)
    expect(two.kinds.find(({ id }) => id === 'home')?.saved_by_one_more_usd_per_hour).toBeCloseTo(
      1.99 - 0.156 - 30000 / 35040,
      4,
    )
  })
})

describe('where workloads stand', () => {
  it('keeps a spare on a node without another replica of its workload', async () => {
    const { nodes } = await onprem()
    const spares = nodes.flatMap((node) =>
      node.seats.filter(({ role }) => role === 'spare').map(({ workload }) => ({ node, workload })),
    )
    expect(spares.length).toBeGreaterThan(0)
    for (const { node, workload } of spares) {
      expect(node.seats.filter((seat) => seat.workload === workload)).toHaveLength(1)
    }
  })

  it('fills no node beyond its GPUs, and every seat belongs to a placement', async () => {
    const { nodes, placements } = await onprem()
    for (const node of nodes) {
      const alone = node.seats.filter((seat) => seat.shared_gpu === null).reduce((sum, { gpus }) => sum + gpus, 0)
      const together = new Set(node.seats.flatMap((seat) => (seat.shared_gpu === null ? [] : [seat.shared_gpu]))).size
      expect(alone + together).toBe(node.gpus_used)
      expect(node.gpus_used).toBeLessThanOrEqual(node.gpus)
      for (const seat of node.seats) expect(placements[seat.placement]?.workload).toBe(seat.workload)
    }
  })

  it('lets small models share a GPU only where that is allowed, each within its part of memory', async () => {
    const l40s = '{ name: l40s, gpu: l40s, nodes: 3, owned: { capex: 18000, years: 4, watts: 900, usd_per_kwh: 0.12 } }'
    const models = [serve('a', 'llama-3.2-3b', 0.3), serve('b', 'qwen2.5-7b', 0.3), serve('c', 'llama-3.2-1b', 0.3)]
    const apart = await planned(fleet([l40s], models))
    const together = await planned(fleet([l40s], models, 'co_locate: true'))
    expect([apart, together].map(({ nodes }) => nodes.filter(({ seats }) => seats.length > 0).length)).toEqual([3, 1])
    const plans = together.placements.map(({ plan }) => plan)
    const shares = plans.map((plan) =>
      'utilization' in plan.configuration ? (plan.configuration.utilization ?? 1) : 1,
    )
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeLessThanOrEqual(0.9 + 1e-9)
    for (const [i, plan] of plans.entries()) {
      expect(plan.memory.total_bytes).toBeLessThanOrEqual(plan.memory.capacity_bytes * (shares[i] ?? 0) + 1)
      expect(plan.targets.every(({ ok }) => ok)).toBe(true)
      expect(plan.launch).toContain(`--gpu-memory-utilization ${shares[i]}`)
    }
  })

  it('gives a training run machines of its own, paid for the hours that it takes', async () => {
    const train = `{ scenario: { kind: train, name: tune, model: llama-3.1-8b, data: { tokens: 20M }, sequence_length: 2048, global_batch: 32, search: { method: [qlora] } }, runs_per_month: 4 }`
    const { placements, total } = await planned(fleet(['{ offer: runpod/h100-pcie-80gb }'], [train]))
    const [entry] = placements
    if (entry === undefined || !('hours' in entry.plan.performance)) throw new Error('a run')
    const { hours } = entry.plan.performance
    const perHour = (entry.plan.placement.gpus * 1.99 * hours * 4) / 730
    expect(entry.plan.cost.usd_per_hour).toBeCloseTo(perHour, 4)
    expect(total.usd_per_hour).toBeCloseTo(perHour, 4)
    expect(entry.plan.cost.usd_per_run).toBeCloseTo(entry.plan.placement.gpus * 1.99 * hours, 4)
  })
})

describe('a fleet that is too small', () => {
  it('names what cannot be placed, the conflict, and a change that helps, which does', async () => {
    const short = await onprem({ set: ['inventory.0.nodes=1'] })
    expect(short.status).toBe('infeasible')
    expect(short.unplaced.map(({ workload }) => workload)).toEqual(['chat-70b'])
    expect(short.unplaced[0]?.reason).toContain('dgx has 1 node')
    expect(short.conflict).toEqual({
      requirements: ['dgx has 1 node', 'chat-70b keeps 1 spare replica apart'],
      minimal: true,
    })
    expect(short.remedies[0]?.text).toBe('1 more node of dgx (2 in all)')
    const mended = await onprem({ set: ['inventory.0.nodes=2'] })
    expect(mended.status).toBe('optimal')
    expect(mended.total.usd_per_hour).toBeCloseTo(short.remedies[0]?.usd_per_hour ?? 0, 4)
  })

  it('says why a model runs on none of the nodes', async () => {
    const small = '{ name: ada, gpu: l40s, nodes: 2, owned: { capex: 18000, years: 4, watts: 900, usd_per_kwh: 0.12 } }'
    const { unplaced } = await planned(
      fleet([small], [serve('big', 'llama-3.3-70b', 1), serve('a', 'llama-3.1-8b', 1)]),
    )
    expect(unplaced).toHaveLength(1)
    expect(unplaced[0]?.reason).toMatch(
      /^runs on none of the nodes: it needs \d+ l40s together, the largest node with that GPU has 1$/,
    )
  })

  it('a quota binds, and easing it is worth what it saves', async () => {
    const text = fleet(
      ['{ offer: runpod/h100-pcie-80gb }', '{ offer: lambda/gpu_1x_h100_sxm5 }'],
      [serve('a', 'llama-3.1-8b', 40)],
      'limits:\n  - { provider: runpod, gpus: 1 }\n',
    )
    const bound = await planned(text)
    const free = await planned(text, { set: ['limits.0.gpus=2'] })
    expect(bound.tightest_limit?.limit).toBe('runpod: 1 GPU')
    const saved = bound.total.usd_per_hour - free.total.usd_per_hour
    expect(saved).toBeGreaterThan(0)
  })
})

describe('changes against an earlier placement', () => {
  it('are none where nothing changed', async () => {
    const before = await onprem()
    const after = await onprem({ from: { file: 'before.json', value: JSON.parse(JSON.stringify(before)) } })
    expect(after.moves).toEqual([])
    expect(after.nodes).toEqual(before.nodes)
  })

  it('start what is new and leave the rest where it is', async () => {
    const text = (rate: number) => fleet([dgx(2)], [serve('a', 'llama-3.3-70b', 4), serve('b', 'llama-3.1-8b', rate)])
    const before = await planned(text(2))
    const replica = before.placements.find(({ workload }) => workload === 'b')?.plan.performance
    if (replica === undefined || !('requests_per_second' in replica)) throw new Error('a serving plan')
    const more = Math.ceil(replica.requests_per_second) + 1
    const after = await planned(text(more), { from: { file: 'before.json', value: before } })
    expect(after.moves?.map(({ action, workload }) => [action, workload])).toEqual([['start', 'b']])
    expect(textOf([after], { color: false })).toContain('start b')
  })

  it('refuses a file that is no result', async () => {
    await expect(onprem({ from: { file: 'x.json', value: { kind: 'fleet' } } })).rejects.toThrow(
      '"version" is null, not 1',
    )
  })
})

describe('the same input', () => {
  it('gives the same bytes', async () => {
    expect(JSON.stringify(await onprem())).toBe(JSON.stringify(await onprem()))
  })

  it('gives the same cost by either solver', async () => {
    const costs = await Promise.all(
      (['highs', 'javascript-lp-solver'] as const).map(async (solver) => (await onprem({ solver })).total.usd_per_hour),
    )
    expect(costs[0]).toBeCloseTo(costs[1] as number, 6)
  })
})

describe('bad input', () => {
  const wrong = async (text: string): Promise<string> => {
    try {
      await planned(text)
    } catch (error) {
      return (error as Error).message
    }
    return 'planned'
  }

  it('says what and where', async () => {
    const ok = serve('a', 'llama-3.1-8b', 1)
    expect(await wrong(fleet([dgx(-1)], [ok]))).toBe('fleet.yaml:3:63: nodes must be at least 0, got -1')
    expect(await wrong(fleet([dgx(1)], ['nosuch.yaml']))).toBe(
      'fleet.yaml:5:5: the workload "nosuch.yaml": the file does not exist',
    )
    expect(await wrong(fleet([dgx(1)], [ok, ok]))).toContain('fleet.yaml:6:5: two workloads are called "a"')
    expect(await wrong(fleet([dgx(1), dgx(1)], [ok]))).toContain('two lots of nodes are called "dgx"')
    expect(await wrong(fleet(['{ offer: runpod/h100-pcie-80g }'], [ok]))).toContain(
      'fleet.yaml:3:14: unknown offer "runpod/h100-pcie-80g" (did you mean "runpod/h100-pcie-80gb"?)',
    )
    expect(await wrong(fleet([dgx(1)], ['{ kind: serve, model: llama-3.1-8b, trafic: {} }']))).toContain(
      'did you mean "traffic"?',
    )
    expect(await wrong(fleet([dgx(1)], []))).toContain('workloads')
    expect(await wrong(fleet([dgx(1)], [ok], 'limits: [{ gpus: 8 }]'))).toContain('a limit says of what')
  })

  it('a fleet among the workloads, and workloads that lead back', async () => {
    const files: Record<string, string> = {
      'a.yaml': fleet([dgx(1)], ['b.yaml']),
      'b.yaml': fleet([dgx(1)], ['a.yaml']),
      'c.yaml': fleet([dgx(1)], ['d.yaml']),
      'd.yaml': fleet([dgx(1)], [serve('x', 'llama-3.1-8b', 1)]),
    }
    const read = (file: string) => ({ file, text: files[file] ?? '' })
    const plan = (file: string) => planScenario(files[file] ?? '', file, catalog, { asOf: '2026-11-21' }, read)
    await expect(plan('a.yaml')).rejects.toThrow(
      'a.yaml:5:5: the workloads go round in a circle: a.yaml -> b.yaml -> a.yaml',
    )
    await expect(plan('c.yaml')).rejects.toThrow('c.yaml:5:5: the workload "d.yaml" is itself a fleet')
  })
})
