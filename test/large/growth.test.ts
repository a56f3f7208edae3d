import { describe, expect, test } from 'vitest'
import { growthExponent } from '../../bench/large/growth.ts'

describe('the exponent of growth', () => {
  const sizes = [500, 1_000, 2_000]
  test.each([0.5, 1, 2])('of n^%s is found, also above what is always there', (exponent) => {
    const runs = (fixed: number) => sizes.map((size) => ({ size, seconds: fixed + 1e-3 * size ** exponent }))
    expect(growthExponent(runs(0), 0)).toBeCloseTo(exponent, 9)
    expect(growthExponent(runs(0.01), 0.01)).toBeCloseTo(exponent, 9)
  })

  test('is none where a run takes no longer than one of nothing', () => {
    expect(
      growthExponent(
        sizes.map((size) => ({ size, seconds: 1 })),
        0.99,
      ),
    ).toBeNull()
  })
})
