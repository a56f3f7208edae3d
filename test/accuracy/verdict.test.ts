import { describe, expect, it } from 'vitest'
import type { Band } from '../../src/accuracy/band.ts'
import { type Claim, judge, verdictOf } from '../../src/accuracy/verdict.ts'

const band: Band = { typical: 0.05, usual: 0.1, low: -0.15, high: 0.2, runs: 30, basis: '30 held-out runs' }
const claim = (room: number, changes: Partial<Claim> = {}): Claim => ({
  name: 'TPOT',
  room,
  worse: 'higher',
  band,
  ...changes,
})

describe('one claim', () => {
  it.each([
    [0.25, 'safe'],
    [0.2, 'safe'],
    [0.19, 'tight'],
    [0.05, 'tight'],
    [0.04, 'optimistic'],
    [-0.1, 'optimistic'],
  ] as const)('with %f to spare is %s', (room, verdict) => {
    expect(verdictOf(claim(room))).toBe(verdict)
  })
  it('looks at the side that hurts', () => {
    expect(verdictOf(claim(0.16))).toBe('tight')
    expect(verdictOf(claim(0.16, { worse: 'lower' }))).toBe('safe')
  })
  it('is safe with nothing to spare where no held-out run was worse', () => {
    expect(verdictOf(claim(0, { band: { ...band, high: -0.02 } }))).toBe('safe')
  })
})

describe('a plan', () => {
  it('is as good as its weakest claim, which is named', () => {
    const judged = judge([claim(0.5), claim(0.1, { name: 'rate' }), claim(0.3, { name: 'memory' })])
    expect(judged).toEqual({
      verdict: 'tight',
      because: 'rate has 10% to spare where one held-out run in twenty missed by more than 20%',
    })
    expect(judge([claim(0.1), claim(0.01, { name: 'rate' })]).verdict).toBe('optimistic')
    expect(judge([claim(0.5)])).toEqual({ verdict: 'safe', because: null })
    expect(judge([])).toEqual({ verdict: 'safe', because: null })
  })
})
