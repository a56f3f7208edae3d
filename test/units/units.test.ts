import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  compactCount,
  count,
  exactBytes,
  exactDuration,
  gb,
  gib,
  ms,
  parseBytes,
  parseCount,
  parseDuration,
  parsePercent,
  parseUsd,
  percent,
  rate,
  roundedCount,
  seconds,
  significant,
  usd,
  usdPerHour,
  usdPerMillionTokens,
  usdPerMonth,
} from '../../src/units.ts'

describe('reading', () => {
  it.each<[string, number | undefined]>([
    ['1M', 1_000_000],
    ['1.5B', 1_500_000_000],
    ['500k', 500_000],
    ['4k', 4000],
    ['70e9', 70e9],
    ['1.76T', 1.76e12],
    ['128Ki', 131_072],
    ['1_000', 1000],
    ['70.6B', 70_600_000_000], // 70.6 x 1e9 leaves dust in binary; a whole count stays whole
    ['-3', -3],
    ['.5', 0.5],
    ['', undefined],
    ['M', undefined],
    ['1Q', undefined],
    ['1 000', undefined],
    ['1,000', undefined],
    ['0x10', undefined],
    ['Infinity', undefined],
    ['1e999', undefined],
    ['1constructor', undefined],
  ])('counts: %s', (text, value) => expect(parseCount(text)).toBe(value))

  it.each<[string, number | undefined]>([
    ['80GB', 80_000_000_000],
    ['24 GiB', 25_769_803_776], // 24 x 2^30
    ['1.5MiB', 1_572_864],
    ['17B', 17],
    ['80', undefined],
    ['80Gb', undefined],
  ])('bytes: %s', (text, value) => expect(parseBytes(text)).toBe(value))

  it.each<[string, number | undefined]>([
    ['72h', 259_200],
    ['30m', 1800],
    ['30min', 1800],
    ['2d', 172_800],
    ['1h30m', 5400],
    ['250ms', 0.25],
    ['72', undefined],
    ['h', undefined],
    ['3 fortnights', undefined],
  ])('durations: %s', (text, value) => expect(parseDuration(text)).toBe(value))

  it('percentages and money', () => {
    expect(parsePercent('5%')).toBe(0.05)
    expect(parsePercent('7 %')).toBe(0.07)
    expect(parsePercent('5')).toBeUndefined()
    expect(parseUsd('$1.99')).toBe(1.99)
    expect(parseUsd('1,200.50')).toBe(1200.5)
    expect(parseUsd('$50k')).toBe(50_000)
    expect(parseUsd('-$3')).toBe(-3)
    expect(parseUsd('two')).toBeUndefined()
  })
})

describe('printing', () => {
  it('memory', () => {
    // Llama 3.1 70B in BF16 over 4 GPUs: 70,553,706,496 x 2 / 4 bytes = 32.85 GiB.
    expect(gib((70_553_706_496 * 2) / 4)).toBe('32.9 GiB')
    expect(gib(0)).toBe('0.0 GiB')
    expect(gib(2 ** 20 * 5)).toBe('0.0049 GiB')
    expect(gib(1536 * 2 ** 30)).toBe('1,536.0 GiB')
    expect(gb(80e9, 0)).toBe('80 GB')
  })

  it('money', () => {
    expect(usd(1.99)).toBe('$1.99')
    expect(usd(0)).toBe('$0.00')
    expect(usd(15_709.6)).toBe('$15,709.60') // 8 x 2.69 x 730
    expect(usd(120_000)).toBe('$120,000')
    expect(usd(0.004213)).toBe('$0.0042')
    expect(usd(-1.5)).toBe('-$1.50')
    expect(usd(-0.001)).toBe('-$0.001')
    expect(usdPerHour(3.98)).toBe('$3.98/h')
    expect(usdPerMonth(2905.4)).toBe('$2,905.40/month')
    expect(usdPerMillionTokens(0.4213)).toBe('$0.421/M tokens')
    expect(usdPerMillionTokens(19.9)).toBe('$19.90/M tokens')
  })

  it('counts, times and shares', () => {
    expect(count(1024)).toBe('1,024')
    expect(count(0.5)).toBe('0.5')
    expect(count(-1_234_567)).toBe('-1,234,567')
    expect(compactCount(1_000_000)).toBe('1M')
    expect(compactCount(8192)).toBe('8192')
    expect(compactCount(70.6e9)).toBe('70.6B')
    expect(roundedCount(70_553_706_496)).toBe('70.6B')
    expect(roundedCount(131_072)).toBe('131k')
    expect(roundedCount(999_950)).toBe('1M')
    expect(ms(12.54)).toBe('12.5 ms')
    expect(ms(1834.2)).toBe('1,830 ms')
    expect(seconds(0.0421)).toBe('42.1 ms')
    expect(seconds(90)).toBe('90 s')
    expect(seconds(259_200)).toBe('72 h')
    expect(exactDuration(259_200)).toBe('72h')
    expect(exactDuration(604_800)).toBe('7d')
    expect(percent(0.0532)).toBe('5.3%')
    expect(percent(0.9)).toBe('90%')
    expect(rate(12_345.6)).toBe('12,346')
    expect(rate(0.012345)).toBe('0.0123')
    expect(significant(99.96, 3)).toBe('100')
    expect(significant(1e-7, 2)).toBe('0.0000001')
  })
})

describe('round trips', () => {
  const whole = fc.integer({ min: 0, max: 2 ** 50 })

  it('a printed count, size or duration reads back as itself', () => {
    fc.assert(
      fc.property(whole, (value) => {
        expect(parseCount(compactCount(value))).toBe(value)
        expect(parseBytes(exactBytes(value))).toBe(value)
        expect(parseDuration(exactDuration(value))).toBe(value)
      }),
    )
  })

  it('a count with a suffix reads as the number it names, and prints no longer than it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999 }), fc.constantFrom('k', 'M', 'B'), (value, suffix) => {
        const text = `${value}${suffix}`
        const factor = { k: 1e3, M: 1e6, B: 1e9 }[suffix] ?? 1
        expect(parseCount(text)).toBe(value * factor)
        expect(compactCount(value * factor).length).toBeLessThanOrEqual(text.length)
      }),
    )
  })

  it('percent reads back to the digit printed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), (tenths) => {
        expect(parsePercent(percent(tenths / 1000))).toBeCloseTo(tenths / 1000, 12)
      }),
    )
  })

  it('money reads back to the cent', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9_999_999 }), (cents) => {
        expect(parseUsd(usd(cents / 100))).toBeCloseTo(cents / 100, 9)
      }),
    )
  })
})
