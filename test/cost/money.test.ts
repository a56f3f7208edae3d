import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ownedCapitalUsdPerHour,
  ownedRunningUsdPerHour,
  ownedUsdPerHour,
  usdPerMillionTokens,
  usdPerMonth,
  usdPerRun,
} from '../../src/cost/money.ts'

const usd = fc.double({ min: 0.01, max: 1000, noNaN: true })

describe('money', () => {
  // Article "LLM VRAM Requirements", Cost Implications: two H100 PCIe at 1.99, billed for 30 % of 730 hours, 30M tokens.
  it('gives the monthly cost and the price of a token of the article', () => {
    const hourly = 2 * 1.99
    expect(usdPerMonth(hourly)).toBeCloseTo(2905.4, 6)
    expect(usdPerMonth(hourly) * 0.3).toBeCloseTo(871.62, 6)
    expect((usdPerMonth(hourly) * 0.3) / 30e6).toBeCloseTo(0.000029, 6)
    // MI300X at 3.49 for half the hours: 1273.85, which the article rounds to 1,274.
    expect(usdPerMonth(3.49) * 0.5).toBeCloseTo(1273.85, 6)
  })

  // The same section: QLoRA on one H100 PCIe, full fine-tuning on eight H100 SXM, ten hours each; 91 % saved.
  it('gives the runs of the article', () => {
    expect(usdPerRun(1.99, 10)).toBeCloseTo(19.9, 10)
    expect(usdPerRun(8 * 2.69, 10)).toBeCloseTo(215.2, 10)
    expect(1 - usdPerRun(1.99, 10) / usdPerRun(8 * 2.69, 10)).toBeCloseTo(0.91, 2)
  })

  // 1M tokens a day at 3.98 an hour: 24 x 3.98 = 95.52 a day, so 95.52 per million.
  // 1000 tokens a second at 3.60 an hour: 3.6M tokens an hour, so 1 dollar per million.
  it('spreads the hourly price over the tokens of the hour', () => {
    expect(usdPerMillionTokens(3.98, 1e6 / 86_400)).toBeCloseTo(95.52, 9)
    expect(usdPerMillionTokens(3.6, 1000)).toBeCloseTo(1, 12)
    expect(usdPerMillionTokens(3.6, 0)).toBe(Number.POSITIVE_INFINITY)
  })

  // An eight-GPU server of 300,000 USD over 4 years: 300000 / (4 x 8760) = 8.561644 an hour; 10.2 kW x 1.3 x 0.12 = 1.5912.
  it('prices owned hardware by depreciation and electricity', () => {
    const server = { capex_usd: 300_000, years: 4, watts: 10_200, usd_per_kwh: 0.12, pue: 1.3 }
    expect(ownedCapitalUsdPerHour(server)).toBeCloseTo(8.561644, 6)
    expect(ownedRunningUsdPerHour(server)).toBeCloseTo(1.5912, 9)
    expect(ownedUsdPerHour(server)).toBeCloseTo(10.152844, 6)
    expect(ownedUsdPerHour({ ...server, years: 8 })).toBeCloseTo(4.280822 + 1.5912, 6)
  })

  it('costs half as much per token at twice the rate', () => {
    fc.assert(
      fc.property(usd, fc.double({ min: 0.1, max: 1e6, noNaN: true }), (hourly, rate) => {
        const ratio = usdPerMillionTokens(hourly, rate) / usdPerMillionTokens(hourly, 2 * rate)
        expect(ratio).toBeCloseTo(2, 9)
      }),
    )
  })
})
