import { describe, expect, test } from 'vitest'
import { draw } from '../../../src/report/html/charts/draw.ts'
import { memoryFigure } from '../../../src/report/html/charts/memory.ts'
import { paretoFigure } from '../../../src/report/html/charts/pareto.ts'
import { pricesFigure } from '../../../src/report/html/charts/prices.ts'
import type { Html } from '../../../src/report/html/html.ts'
import { examplePlan } from '../fixtures.ts'

/** The rendering for a desk. */
function wide({ markup }: Html): string {
  return /<div class="chart wide"[^>]*>([\s\S]*?)<\/div>/.exec(markup)?.[1] ?? ''
}

/** Width and hint of every part of a bar: `M4 11l10 0l0 18l-10 0Z`. */
function bars(svg: string): { width: number; hint: string; color: string }[] {
  return [
    ...svg.matchAll(/<path d="M[\d.-]+ [\d.-]+l([\d.]+) 0[^"]*"[^>]*fill="([^"]+)"[^>]*><title>([^<]*)<\/title>/g),
  ].map(([, width, color = '', hint = '']) => ({ width: Number(width), color, hint }))
}

describe('memory', () => {
  // 40 + 20 + 1 + 0.5 + 2 + 0.75 = 64.25 of 79.25 GiB, 15 free.
  const drawn = bars(wide(memoryFigure([{ name: 'one', memory: examplePlan().memory }])))

  test('parts are as wide as their terms are large, and end at what the driver reports', () => {
    expect(drawn.map(({ hint }) => hint)).toEqual([
      'weights 40.0 GiB, 50.5%',
      'KV cache 20.0 GiB, 25.2%',
      'activations 1.0 GiB, 1.3%',
      'graphs 0.5 GiB, 0.6%',
      'communication 2.0 GiB, 2.5%',
      'runtime 0.8 GiB, 0.9%',
      'free 15.0 GiB, 18.9%',
    ])
    const perGib = drawn[0]!.width / 40
    const sizes = [40, 20, 1, 0.5, 2, 0.75, 15]
    // A gap of half a pixel is drawn around each.
    for (const [index, { width }] of drawn.entries()) expect(Math.abs(width - sizes[index]! * perGib)).toBeLessThan(1)
    expect(new Set(drawn.map(({ color }) => color)).size).toBe(7)
  })

  test('more than the GPU has: a stroke where it ends', () => {
    const memory = examplePlan().memory
    const short = { ...memory, capacity_bytes: 50 * 2 ** 30, free_bytes: -14.25 * 2 ** 30 }
    const { markup } = memoryFigure([{ name: 'one', memory: short }])
    expect(markup).toContain('what the GPU has')
    expect(markup).toContain('holds 64.3 GiB of 50.0 GiB')
  })
})

describe('price and pace', () => {
  const at = (gpu: string, usd: number, ms: number) =>
    examplePlan({
      placement: { ...examplePlan().placement, gpu },
      cost: { ...examplePlan().cost, usd_per_hour: usd },
      performance: { ...examplePlan().performance, request_ms: ms },
    })
  const dots = (svg: string) =>
    [...svg.matchAll(/transform="matrix\([\d.]+,0,0,[\d.]+,([\d.]+),([\d.]+)\)"[^>]*><title>([^<]*)/g)].map(
      ([, x, y, hint]) => ({ x: Number(x), y: Number(y), hint }),
    )

  test('cheaper is further left, faster is lower, twice as much is a step of a doubling', () => {
    const front = [at('a', 1, 8000), at('b', 2, 4000), at('c', 16, 500)]
    const svg = wide(paretoFigure({ chosen: front[0]!, front, others: [], missed: [] })!)
    const [a, b, c] = ['a', 'b', 'c'].map((name) => dots(svg).find(({ hint }) => hint?.startsWith(`8x ${name} `))!)
    expect(b!.x - a!.x).toBeCloseTo((c!.x - b!.x) / 3, 0)
    expect(b!.y - a!.y).toBeCloseTo((c!.y - b!.y) / 3, 0)
    expect(a!.hint).toBe('8x a fp8 TP2 x3: $1.00/h, 8 s a request')
  })

  test('a single plan is no chart', () => {
    const only = at('a', 1, 8000)
    expect(paretoFigure({ chosen: only, front: [only], others: [], missed: [] })).toBeNull()
  })

  test('a plan without a price has no place', () => {
    const free = examplePlan({ cost: { ...examplePlan().cost, usd_per_hour: null } })
    expect(paretoFigure({ chosen: free, front: [free], others: [], missed: [] })).toBeNull()
  })
})

test('prices are bars of their length, each with its figure', () => {
  const svg = wide(
    pricesFigure('Dollars a month', [
      { name: 'one', usd: 100, role: 'chosen' },
      { name: 'two', usd: 300, role: 'other' },
    ])!,
  )
  const widths = [...svg.matchAll(/<path d="M[\d.-]+ [\d.-]+l([\d.]+) 0l0 18/g)].map(([, width]) => Number(width))
  expect(widths[1]! / widths[0]!).toBeCloseTo(3, 1)
  expect(svg).toContain('$100.00')
  expect(svg).toContain('$300.00')
  expect(pricesFigure('Dollars a month', [{ name: 'one', usd: 100, role: 'chosen' }])).toBeNull()
})

test('what a chart says is text, in its own direction', () => {
  const { markup } = draw(
    {
      grid: { left: 10, right: 10, top: 10, bottom: 10 },
      xAxis: { type: 'value' },
      yAxis: { type: 'category', data: ['</svg><script>שרת"'] },
      series: [{ type: 'bar', data: [1] }],
    },
    { width: 300, height: 100 },
    () => '</title><script>שרת\u202e',
  )
  expect(markup).not.toContain('<script')
  expect(markup).toContain('&lt;/svg&gt;&lt;script&gt;\u2068שרת\u2069&quot;')
  expect(markup).toContain('<title>&lt;/title&gt;&lt;script&gt;\u2068שרת\u2069\\u202e</title>')
})
