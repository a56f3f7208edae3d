import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { planText } from '../../planners/index.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'

/*
 * `headroom: p95`: what is kept free is what the memory of nineteen in twenty held-out runs needed beyond its prediction, in place of a
 * share such as 5 %.
 */

let catalog: Catalog
beforeAll(async () => {
  catalog = await loadCatalog()
})

function planned(name: string, headroom: string) {
  const text = readFileSync(new URL(`../../scenarios/${name}.yaml`, import.meta.url), 'utf8')
  const options = { asOf: '2026-11-21', set: [`headroom=${headroom}`] }
  const result = planText(text, `scenarios/${name}.yaml`, catalog, options)
  return result
}

describe('headroom: p95', () => {
  it.each(['serve-8b', 'serve-70b', 'serve-mixtral', 'train-70b-qlora', 'train-8b-full'])(
    '%s fits its GPU as far as one held-out run in twenty missed',
    (name) => {
      const { best } = planned(name, 'p95')
      const memory = best?.accuracy?.figures.find((figure) => figure.name === 'memory') ?? expect.fail('no band')
      expect(memory.value).toBe(best?.memory.total_bytes)
      expect(memory.high).toBeGreaterThan(memory.value)
      // Figures of a result have ten digits.
      expect(memory.high / (best?.memory.capacity_bytes ?? 0)).toBeLessThanOrEqual(1 + 1e-9)
    },
  )

  it('is listed with the share that it came to and the runs behind it, in place of the 5 %', () => {
    const { assumptions } = planned('serve-8b', 'p95')
    const listed = assumptions.filter((line) => line.startsWith('headroom'))
    expect(listed).toEqual([expect.stringMatching(/^headroom p95: [\d.]+% of the GPU, from \d+ held-out runs of vllm/)])
  })

  it('no other percentile is known', () => {
    expect(() => planned('serve-8b', 'p99')).toThrow(/headroom/)
  })
})
