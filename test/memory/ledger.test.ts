import { describe, expect, it } from 'vitest'
import { Ledger, type Term, totalBytes } from '../../src/memory/ledger.ts'

const term = (name: Term['name'], bytes: number, formula = () => 'x'): Term => ({
  name,
  bytes,
  source: 'spec',
  formula,
})

describe('ledger', () => {
  it('totals its terms and nothing else', () => {
    const ledger = new Ledger('gpu 0', [term('weights', 100), term('kv_cache', 20), term('runtime', 3)])
    expect(ledger.totalBytes).toBe(123)
    expect(totalBytes(ledger.terms)).toBe(123)
    expect(ledger.bytesOf('kv_cache')).toBe(20)
    expect(ledger.bytesOf('graphs')).toBe(0)
  })

  it('finds the fullest GPU, the first of equals', () => {
    const small = new Ledger('a', [term('weights', 1)])
    const large = new Ledger('b', [term('weights', 2)])
    const equal = new Ledger('c', [term('weights', 2)])
    expect(Ledger.fullest([small, large, equal])).toBe(large)
    expect(() => Ledger.fullest([])).toThrow(RangeError)
  })

  it('works formulas out only when asked', () => {
    let asked = 0
    const ledger = new Ledger('a', [
      term('weights', 2 ** 30, () => {
        asked += 1
        return '536,870,912 x 2 B'
      }),
    ])
    expect(ledger.lines()).toEqual(['weights: 1.000 GiB (1,073,741,824 B, spec)', 'total: 1.000 GiB (1,073,741,824 B)'])
    expect(asked).toBe(0)
    expect(ledger.lines(true)[0]).toMatch(/= 536,870,912 x 2 B$/)
    expect(asked).toBe(1)
  })
})
