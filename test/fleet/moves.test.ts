import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { earlierCounts, earlierResult, earlierSeats, movesBetween } from '../../planners/fleet/moves.ts'
import type { NodeKind, Unit } from '../../planners/fleet/placement.ts'
import { planText } from '../../planners/index.ts'
import type { ReplicaOption } from '../../planners/supply/replica-option.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import type { FleetResult } from '../../src/result/fleet.ts'
import { InputError } from '../../src/scenario/diagnostic.ts'
import { shop } from '../answers/shop.ts'
import { NODE } from './unit.ts'

/* What is started, stopped and moved between two placements, and where a unit stood before. */

type Configuration = Record<string, unknown>

const fp8: Configuration = {
  engine: 'vllm',
  quantization: 'fp8',
  tensor_parallel: 1,
  pipeline_parallel: 1,
  replicas: 1,
}
const wide: Configuration = { ...fp8, quantization: 'bf16', tensor_parallel: 2, pipeline_parallel: 4 }
const lora: Configuration = { method: 'lora', micro_batch: 4 }

interface Seat {
  readonly workload: string
  readonly configuration: Configuration
  readonly gpus?: number
}

/** A result with these seats on these nodes: `dgx-1` is a node of the kind `dgx`. */
function result(nodes: Readonly<Record<string, readonly Seat[]>>): FleetResult {
  const placements: object[] = []
  const told = Object.entries(nodes).map(([name, seats]) => ({
    name,
    kind: name.replace(/-\d+$/, ''),
    gpus: 8,
    gpus_used: 8,
    seats: seats.map(({ workload, configuration, gpus = 1 }) => {
      placements.push({ workload, plan: { configuration } })
      return { workload, placement: placements.length - 1, role: 'load', gpus, shared_gpu: null }
    }),
  }))
  return { kind: 'fleet', nodes: told, placements } as unknown as FleetResult
}

const a: Seat = { workload: 'a', configuration: fp8 }

describe('moves', () => {
  it('none, where all stays', () => {
    const same = result({ 'dgx-1': [a, a], 'dgx-2': [{ workload: 'b', configuration: wide }] })
    expect(movesBetween(same, same)).toEqual([])
  })
  it('a replica more is started, one less is stopped', () => {
    const one = result({ 'dgx-1': [a] })
    const three = result({ 'dgx-1': [a, a, a] })
    const start = { action: 'start', workload: 'a', configuration: 'fp8', from: null, to: 'dgx-1' }
    expect(movesBetween(one, three)).toEqual([start, start])
    const stop = { action: 'stop', workload: 'a', configuration: 'fp8', from: 'dgx-1', to: null }
    expect(movesBetween(three, one)).toEqual([stop, stop])
    expect(movesBetween(one, result({ 'dgx-1': [] }))).toEqual([stop])
  })
  it('the same replica on another node is moved, once for each', () => {
    const before = result({ 'dgx-1': [a, a], 'dgx-2': [] })
    const after = result({ 'dgx-1': [], 'dgx-2': [a, a, a] })
    const move = { action: 'move', workload: 'a', configuration: 'fp8', from: 'dgx-1', to: 'dgx-2' }
    expect(movesBetween(before, after)).toEqual([
      move,
      move,
      { action: 'start', workload: 'a', configuration: 'fp8', from: null, to: 'dgx-2' },
    ])
  })
  it('another configuration or another workload is no move', () => {
    const before = result({ 'dgx-1': [a, { workload: 'run', configuration: lora }] })
    const after = result({
      'dgx-2': [{ workload: 'a', configuration: wide }],
      'dgx-3': [{ workload: 'b', configuration: fp8 }],
    })
    expect(movesBetween(before, after)).toEqual([
      { action: 'stop', workload: 'a', configuration: 'fp8', from: 'dgx-1', to: null },
      { action: 'stop', workload: 'run', configuration: 'lora', from: 'dgx-1', to: null },
      { action: 'start', workload: 'a', configuration: 'bf16 TP2 PP4', from: null, to: 'dgx-2' },
      { action: 'start', workload: 'b', configuration: 'fp8', from: null, to: 'dgx-3' },
    ])
  })
  it('the number of replicas and the order of keys are no change, settings and GPUs are', () => {
    const { engine, ...rest } = fp8
    const with_ = (configuration: Configuration, gpus = 1) =>
      result({ 'dgx-1': [{ workload: 'a', configuration, gpus }] })
    expect(movesBetween(with_(fp8), with_({ ...rest, replicas: 9, engine }))).toEqual([])
    const actions = (after: FleetResult) => movesBetween(with_(fp8), after).map(({ action }) => action)
    expect(actions(with_({ ...fp8, context: 4096 }))).toEqual(['stop', 'start'])
    expect(actions(with_(fp8, 2))).toEqual(['stop', 'start'])
  })
})

describe('where units stood', () => {
  const dgx: NodeKind = { ...NODE, id: 'dgx', gpusPerNode: 8 }
  const unit = (workload: string, configuration: Configuration, more: Partial<Unit> = {}): Unit => ({
    id: workload,
    kind: dgx,
    gpus: 1,
    wholeNodes: 0,
    paidShare: null,
    most: 9,
    members: [{ workload, amount: 1, role: 'load', sharers: 1, option: { configuration } as unknown as ReplicaOption }],
    ...more,
  })
  const earlier = result({
    'dgx-1': [a],
    'dgx-12': [a, a],
    'l40s-server-7': [a],
    'dgx-3': [{ workload: 'whole', configuration: wide, gpus: 8 }],
    'dgx-4': [{ workload: 'whole', configuration: wide, gpus: 8 }],
    'dgx-5': [{ workload: 'whole', configuration: wide, gpus: 8 }],
  })
  const seats = earlierSeats(earlier)

  it('by workload, configuration, GPUs and kind of node; nodes count from zero', () => {
    expect(seats(dgx)(unit('a', { ...fp8, replicas: 5 }))).toEqual([0, 11, 11])
    expect(seats({ ...dgx, id: 'l40s-server' })(unit('a', fp8))).toEqual([6])
    expect(seats(dgx)(unit('b', fp8))).toEqual([])
    expect(seats(dgx)(unit('a', wide))).toEqual([])
    expect(seats(dgx)(unit('a', fp8, { gpus: 2 }))).toEqual([])
    expect(seats(dgx)(unit('whole', wide, { gpus: 0, wholeNodes: 1 }))).toEqual([2, 3, 4])
  })
  it('how many of each: units of two nodes are half as many as their nodes', () => {
    const units = [
      unit('a', fp8),
      unit('b', fp8),
      unit('whole', wide, { gpus: 0, wholeNodes: 2 }),
      unit('whole', wide, { id: 'single', gpus: 0, wholeNodes: 1 }),
    ]
    expect([...earlierCounts(units, seats)]).toEqual([
      ['a', 3],
      ['whole', 1],
      ['single', 3],
    ])
  })
})

describe('an earlier result that is none of a fleet', () => {
  it('is refused with what it is', async () => {
    const file = new URL('../answers/train/explained.yaml', import.meta.url).pathname
    const run = planText(readFileSync(file, 'utf8'), file, shop(await loadCatalog()), { asOf: '2026-11-21' })
    const told = (value: unknown): string => {
      try {
        return earlierResult({ file: 'before.json', value }).kind
      } catch (error) {
        return error instanceof InputError ? error.message : expect.fail(String(error))
      }
    }
    expect(told(run)).toContain('before.json: the file holds a result of kind train, not that of a fleet')
    expect(told({ version: 1, results: [run, run] })).toContain(
      'before.json: the file holds several results, not that of a fleet',
    )
    expect(told([])).toContain('before.json: the document is no result of plan')
  })
})
