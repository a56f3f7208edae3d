import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seatUnits } from '../../planners/fleet/seat.ts'
import { nodePatterns, sizeLevels } from '../../planners/fleet/size-levels.ts'
import { moreThan } from '../fuzz/draws.ts'
import { unitOf } from './unit.ts'

/** Whether replicas fit on `nodes`, by trying every node for each replica: shares nothing with the code. */
function fits(gpusPerNode: number, nodes: number, replicas: readonly number[]): boolean {
  const free = new Array<number>(nodes).fill(gpusPerNode)
  const place = (i: number): boolean => {
    const size = replicas[i]
    if (size === undefined) return true
    for (let node = 0; node < nodes; node++) {
      if ((free[node] as number) < size) continue
      free[node] = (free[node] as number) - size
      if (place(i + 1)) return true
      free[node] = (free[node] as number) + size
    }
    return false
  }
  return place(0)
}

describe('rows for replicas on nodes', () => {
  it('are one for 1, 2, 4 and 8 GPUs on a node of 8, and more where a size leaves GPUs over', () => {
    expect(sizeLevels(8, [4, 1, 8, 2, 4])).toEqual([
      { leastGpus: 1, usableGpus: 8 },
      { leastGpus: 2, usableGpus: 8 },
      { leastGpus: 4, usableGpus: 8 },
      { leastGpus: 8, usableGpus: 8 },
    ])
    // A node of 6 holds one replica of 4 and one of 2: two nodes hold 2 of 4, not 3, though 12 GPUs are there.
    expect(sizeLevels(6, [2, 4])).toEqual([
      { leastGpus: 2, usableGpus: 6 },
      { leastGpus: 4, usableGpus: 4 },
    ])
  })

  it('are refused where sizes do not divide each other', () => {
    expect(sizeLevels(8, [2, 3])).toBeNull()
    expect(() => sizeLevels(8, [16])).toThrow('a replica of 16 GPUs does not stand on a node of 8')
    expect(() => sizeLevels(8, [0])).toThrow(RangeError)
  })

  it('admit exactly what can be placed', () => {
    const chains = [[1], [1, 2, 4, 8], [2, 4], [3, 6], [1, 3], [2, 6], [1, 5]]
    const seen = { fits: 0, not: 0 }
    fc.assert(
      fc.property(
        fc.constantFrom(...chains),
        fc.integer({ min: 8, max: 10 }),
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 4 }),
        (sizes, gpusPerNode, nodes, counts) => {
          const replicas = sizes.flatMap((size, i) => new Array<number>(counts[i] as number).fill(size))
          const levels = sizeLevels(gpusPerNode, sizes)
          const admitted = levels?.every(
            ({ leastGpus, usableGpus }) =>
              replicas.filter((size) => size >= leastGpus).reduce((sum, size) => sum + size, 0) <= usableGpus * nodes,
          )
          const truth = fits(
            gpusPerNode,
            nodes,
            [...replicas].sort((a, b) => b - a),
          )
          expect(admitted).toBe(truth)
          const placed = sizes.map((gpus, i) => ({ unit: unitOf(`${gpus}`, gpus), count: counts[i] as number }))
          expect(seatUnits(gpusPerNode, [...Array(nodes).keys()], nodes, placed) !== null).toBe(truth)
          seen[truth ? 'fits' : 'not'] += 1
        },
      ),
      { seed: 5, numRuns: 500 },
    )
    expect(Math.min(seen.fits, seen.not)).toBeGreaterThan(moreThan(50))
  })
})

describe('patterns of a node', () => {
  it('are the partitions of 8 GPUs into sizes of 2 and 3 that take no more', () => {
    expect(nodePatterns(8, [3, 2])).toEqual([
      [2, 1],
      [1, 2],
      [0, 4],
    ])
    expect(nodePatterns(8, [])).toEqual([])
  })

  it('hold every set of replicas that fits, and no other', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 6, max: 10 }),
        fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 3, maxLength: 3 }),
        (sizes, gpusPerNode, counts) => {
          const gpus = sizes.reduce((sum, size, i) => sum + size * (counts[i] as number), 0)
          const held = nodePatterns(gpusPerNode, sizes).some((pattern) =>
            pattern.every((n, i) => n >= (counts[i] as number)),
          )
          expect(held).toBe(gpus <= gpusPerNode)
        },
      ),
      { seed: 5, numRuns: 300 },
    )
  })
})
