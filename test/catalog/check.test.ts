import { describe, expect, test } from 'vitest'
import { checkCatalog, checkDefaults } from '../../src/catalog/check.ts'
import { buildCatalog } from '../../src/catalog/compile.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'

const shipped = await loadCatalog()

/** What is found of the offers of one's own. */
function found(...offers: string[]): string[] {
  const rows = offers.map((offer) => `  - { region: r, confidence: high, source: s, ${offer} }`)
  const text = `provider: mine\nas_of: 2026-11-20\noffers:\n${rows.join('\n')}\n`
  const catalog = buildCatalog([{ path: 'mine.yaml', relativePath: 'offers/mine.yaml', text }], shipped)
  return checkCatalog(catalog, { ...checkDefaults, asOf: '2026-11-21' })
    .filter(({ id }) => id.startsWith('mine/'))
    .map(({ kind, id, message }) => `${kind} ${id}: ${message}`)
}

describe('checking a catalog', () => {
  test('an H100 at $0.30 is suspicious, one at the going rate is not', () => {
    const [finding, ...others] = found(
      'instance: a, gpu: h100-sxm-80gb, gpu_count: 1, usd_per_hour: { on-demand: 0.30 }',
    )
    expect(finding).toMatch(
      /^suspicious-price mine\/a\/r: on-demand costs \$0\.30 per GPU-hour, 0\.\d+ times the median/,
    )
    expect(others).toEqual([])
    expect(found('instance: a, gpu: h100-sxm-80gb, gpu_count: 1, usd_per_hour: { on-demand: 2.50 }')).toEqual([])
  })

  test('spot and reserved prices that are not below what they should be below', () => {
    expect(
      found(
        'instance: a, gpu: l40s, gpu_count: 1, usd_per_hour: { on-demand: 1, spot: 1 }',
        'instance: b, gpu: l40s, gpu_count: 1, usd_per_hour: { on-demand: 1, reserved-1y: 1.2, reserved-3y: 0.9 }',
        'instance: c, gpu: l40s, gpu_count: 1, usd_per_hour: { on-demand: 1, reserved-1y: 0.8, reserved-3y: 0.9 }',
        'instance: d, gpu: l40s, gpu_count: 1, usd_per_hour: { on-demand: 1, spot: 0.7, reserved-1y: 0.8, reserved-3y: 0.6 }',
      ),
    ).toEqual([
      'suspicious-price mine/a/r: spot at $1.00/h is no cheaper than on-demand at $1.00/h',
      'suspicious-price mine/b/r: reserved-1y at $1.20/h is dearer than on-demand at $1.00/h',
      'suspicious-price mine/c/r: reserved-3y at $0.90/h is dearer than reserved-1y at $0.80/h',
    ])
  })

  test('one machine under two spellings: twins at one price, a conflict at two', () => {
    expect(
      found(
        'instance: Box_1, gpu: l40s, gpu_count: 1, usd_per_hour: { on-demand: 1 }',
        'instance: box-1, gpu: l40s, gpu_count: 1, usd_per_hour: { on-demand: 1.10 }',
        'instance: other, gpu: l40s, gpu_count: 1, usd_per_hour: { on-demand: 1 }',
        'instance: BOX.1, gpu: l40s, gpu_count: 2, link: pcie, usd_per_hour: { on-demand: 2.2 }',
      ),
    ).toEqual([
      'duplicate-offer mine/other/r: looks like mine/Box_1/r: same GPUs, region and prices',
      'conflicting-offer mine/box-1/r: on-demand costs $1.10/h, and $1.00/h as mine/Box_1/r',
    ])
  })

  test('several GPUs without a link', () => {
    expect(found('instance: a, gpu: h100-sxm-80gb, gpu_count: 8, usd_per_hour: { on-demand: 20 }')).toEqual([
      'unknown-link mine/a/r: 8 GPUs and no link: planned as nvlink4, as h100-sxm-80gb usually is joined',
    ])
  })

  test('the shipped offers say how their GPUs are joined, and none contradicts another', () => {
    const kinds = checkCatalog(shipped, { ...checkDefaults, asOf: '2026-11-21' }).map(({ kind }) => kind)
    expect(kinds).not.toContain('unknown-link')
    expect(kinds).not.toContain('conflicting-offer')
  })
})
