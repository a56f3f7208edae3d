import { describe, expect, it } from 'vitest'
import type { FleetQuestion, Member, NodeKind, Placed, Unit } from '../../planners/fleet/placement.ts'
import { trimmed } from '../../planners/fleet/trim.ts'
import type { ReplicaOption } from '../../planners/supply/replica-option.ts'
import { NODE } from './unit.ts'

/* What a placement holds beyond its needs is left out: replicas, and sizes. */

const BOX: NodeKind = { ...NODE, id: 'box', gpusPerNode: 8, nodes: 4 }

const member = (workload: string, amount: number, role: 'load' | 'spare', capacity: number): Member => ({
  workload,
  amount,
  role,
  option: { capacity } as ReplicaOption,
  sharers: 1,
})

/** A replica that carries a part of `w`: its capacity is that part. */
const load = (gpus: number, part: number, more: Partial<Unit> = {}): Unit => ({
  id: `load of ${gpus}`,
  kind: BOX,
  gpus,
  wholeNodes: 0,
  paidShare: null,
  most: 99,
  members: [member('w', part, 'load', part)],
  ...more,
})
const spare = (gpus: number, capacity: number): Unit => ({
  ...load(gpus, 0),
  id: `spare of ${gpus}`,
  members: [member('w', 0, 'spare', capacity)],
})

function left(placed: readonly [Unit, number][], spares = 0, others: readonly Unit[] = []): string[] {
  const units = [...new Set([...placed.map(([unit]) => unit), ...others])]
  const question: FleetQuestion = { kinds: [BOX], units, limits: [], needs: [{ workload: 'w', spares }] }
  const kept: Placed[] = trimmed(
    placed.map(([unit, count]) => ({ unit, count })),
    question,
  )
  return kept.map(({ unit, count }) => `${count} ${unit.id}`)
}

describe('replicas beyond the need', () => {
  it('go, as many as the load allows', () => {
    expect(left([[load(1, 0.25), 6]])).toEqual(['4 load of 1'])
    expect(left([[load(1, 0.3), 6]])).toEqual(['4 load of 1'])
    expect(left([[load(1, 0.25), 4]])).toEqual(['4 load of 1'])
  })
  it('the largest first, while the rest carries all', () => {
    // 0.5 + 4 x 0.25: the large one is not needed.
    expect(
      left([
        [load(1, 0.25), 4],
        [load(4, 0.5), 1],
      ]),
    ).toEqual(['4 load of 1'])
    // 0.5 + 3 x 0.25: only small ones can go.
    expect(
      left([
        [load(1, 0.25), 3],
        [load(4, 0.5), 1],
      ]),
    ).toEqual(['2 load of 1', '1 load of 4'])
  })
  it('a load that fills its replicas exactly loses none to rounding', () => {
    // Three times a third is a little under one in floating point, ten times a tenth too.
    expect(left([[load(1, 0.1), 11]])).toEqual(['10 load of 1'])
    expect(left([[load(1, 1 / 3), 4]])).toEqual(['3 load of 1'])
  })
  it('whole nodes count with all their GPUs', () => {
    const whole = load(0, 0.5, { id: 'whole', wholeNodes: 1 })
    expect(
      left([
        [load(7, 0.5), 2],
        [whole, 1],
      ]),
    ).toEqual(['2 load of 7'])
  })
})

describe('spares beyond the need', () => {
  it('go, and none is larger than it must be', () => {
    expect(
      left(
        [
          [load(2, 1), 1],
          [spare(2, 1), 1],
          [spare(4, 1), 2],
        ],
        2,
      ),
    ).toEqual(['1 load of 2', '2 spare of 2'])
  })
  it('stay where they alone can replace the largest replica', () => {
    expect(
      left(
        [
          [load(4, 1), 1],
          [spare(2, 0.5), 1],
          [spare(4, 1), 1],
        ],
        1,
      ),
    ).toEqual(['1 load of 4', '1 spare of 4'])
  })
  it('all stay where all are asked for', () => {
    expect(
      left(
        [
          [load(4, 1), 1],
          [spare(4, 1), 2],
        ],
        2,
      ),
    ).toEqual(['1 load of 4', '2 spare of 4'])
  })
})

describe('a smaller unit that does', () => {
  it('takes the place of a larger one, the smallest of all first', () => {
    expect(left([[load(8, 1), 1]], 0, [load(4, 1), load(2, 1), load(1, 0.5)])).toEqual(['1 load of 2'])
  })
  it('of two of a size the first by name', () => {
    expect(left([[load(8, 1), 1]], 0, [load(2, 1, { id: 'b' }), load(2, 1, { id: 'a' })])).toEqual(['1 a'])
  })
  it('not where it carries too little, stands elsewhere, is a spare, is a run or is of another workload', () => {
    const elsewhere = load(2, 1, { id: 'elsewhere', kind: { ...BOX, id: 'other' } })
    const run = load(2, 1, { id: 'run', paidShare: 0.5 })
    const strange = load(2, 1, { id: 'strange', members: [member('v', 1, 'load', 1)] })
    const pair = load(2, 1, { id: 'pair', members: [member('w', 1, 'load', 1), member('v', 1, 'load', 1)] })
    expect(left([[load(8, 1), 1]], 0, [load(4, 0.9), elsewhere, run, strange, pair, spare(2, 1)])).toEqual([
      '1 load of 8',
    ])
  })
  it('runs keep their nodes', () => {
    const run = load(0, 1, { id: 'run', wholeNodes: 2, paidShare: 0.1 })
    expect(left([[run, 1]], 0, [load(0, 1, { id: 'shorter', wholeNodes: 1, paidShare: 0.2 })])).toEqual(['1 run'])
  })
  it('some of several change, as many as the load allows', () => {
    // Two of 0.5 carry all by themselves, and 0.4 + 0.5 would not.
    expect(
      left(
        [
          [load(4, 0.5), 2],
          [load(1, 0.2), 1],
        ],
        0,
        [load(2, 0.4)],
      ),
    ).toEqual(['2 load of 4'])
    expect(left([[load(4, 0.6), 2]], 0, [load(2, 0.4)])).toEqual(['1 load of 4', '1 load of 2'])
  })
})
