import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judge, parseGate } from '../../src/diff/gate.ts'
import type { ServeResult } from '../../src/result/plan.ts'
import { examplePlan, exampleResult, infeasibleResult } from '../report/fixtures.ts'
import { exampleResult as trainResult } from '../report/train-fixtures.ts'

function costing(usd: number): ServeResult {
  const plan = examplePlan()
  return exampleResult({ best: { ...plan, cost: { ...plan.cost, usd_per_hour: usd } } })
}

const fails = (text: string, old = costing(10), next = costing(10.5)): boolean =>
  judge(parseGate(text), 'serve', old, next).failed

describe('--fail-on', () => {
  test('+5% is a share of the old value, over it and not at it', () => {
    expect(fails('cost>+5%')).toBe(false)
    expect(fails('cost>=+5%')).toBe(true)
    expect(fails('cost>+4.9%')).toBe(true)
    expect(fails('cost<-5%', costing(10), costing(9))).toBe(true)
    expect(fails('cost<-5%', costing(10), costing(9.6))).toBe(false)
  })

  test('a signed number is a change in units, a bare one the new value', () => {
    expect(fails('cost>+0.4')).toBe(true)
    expect(fails('cost > +$0.60')).toBe(false)
    expect(fails('usd_per_hour>10.4')).toBe(true)
    expect(fails('usd_per_hour>$10.6')).toBe(false)
    expect(fails('memory>60GiB')).toBe(true)
    expect(fails('memory>64.25GiB')).toBe(false)
    expect(fails('ttft>1.6s')).toBe(true)
    expect(fails('ttft>1700')).toBe(false)
    expect(fails('gpus>+0')).toBe(false)
  })

  test('what cannot be measured fails: a gate does not open silently', () => {
    expect(fails('cost>+5%', costing(10), infeasibleResult())).toBe(true)
    expect(fails('cost>+5%', infeasibleResult(), costing(1))).toBe(true)
    expect(fails('cost>5', infeasibleResult(), costing(1))).toBe(false)
  })

  test.each([
    ['cost', 5, /expected > or </],
    ['', 1, /a figure is missing/],
    ['>5', 1, /a figure is missing/],
    ['cost>', 6, /a limit is missing/],
    ['cost=5', 5, /expected > or </],
    ['  coost>5', 3, /did you mean "cost"/],
    ['constructor>5', 1, /no figure/],
  ])('%j is refused at column %i', (text, column, message) => {
    expect(() => parseGate(text)).toThrow(message)
    expect(() => parseGate(text)).toThrow(`column ${column}:`)
  })

  test.each([
    ['cost>5%', 6, /\+5%/],
    ['cost>+5 apples', 6, /no limit/],
    ['memory>+', 8, /no limit/],
    ['hours>5', 1, /kind serve have no figure "hours"/],
    ['ttft>+5%%', 6, /no limit/],
  ])('%j is refused for a serving result at column %i', (text, column, message) => {
    expect(() => fails(text)).toThrow(message)
    expect(() => fails(text)).toThrow(`column ${column}:`)
  })

  test('cost is the price of a run where training is compared', () => {
    const { figure, unit } = judge(parseGate('cost>+5%'), 'train', trainResult(), trainResult())
    expect([figure, unit]).toEqual(['usd_per_run', 'usd/run'])
  })

  test('no text makes it throw anything but what is wrong with the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z_]{1,6}[<>]=?[+-]?\d{0,3}[%a-zA-Z]{0,3}$/)), (text) => {
        try {
          judge(parseGate(text), 'serve', costing(1), costing(2))
        } catch (error) {
          expect(String(error)).toMatch(/--fail-on .*column \d+/s)
        }
      }),
    )
  })
})
