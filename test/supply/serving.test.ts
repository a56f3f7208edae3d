import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { estimatePlan } from '../../planners/index.ts'
import { resolveServe } from '../../planners/serve/resolve.ts'
import { nonDominated, type ReplicaOption } from '../../planners/supply/replica-option.ts'
import { servingOptions } from '../../planners/supply/serving.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { applyDefaults } from '../../src/scenario/defaults.ts'
import { parseScenario } from '../../src/scenario/schema.ts'

const AS_OF = '2026-11-21'
let catalog: Catalog
beforeAll(async () => {
  catalog = await loadCatalog()
})

function requestOf(set: string[]) {
  const text = readFileSync(new URL('../../scenarios/serve-70b.yaml', import.meta.url), 'utf8')
  const { scenario } = parseScenario(text, 'serve-70b.yaml', catalog, set, AS_OF)
  if (scenario.kind !== 'serve') throw new Error('no serving scenario')
  const complete = applyDefaults(scenario, 'serve-70b').scenario
  return resolveServe(complete, catalog, { asOf: AS_OF, alternatives: 0, utilizationGiven: false }).request
}

const option = (changes: Partial<ReplicaOption>): ReplicaOption => ({
  gpu: 'h100-sxm-80gb',
  link: 'nvlink4',
  gpusPerReplica: 2,
  gpusTogether: 2,
  maySpan: true,
  capacity: 1,
  memoryBytes: 60,
  lossPercent: 0,
  configuration: {} as ReplicaOption['configuration'],
  ...changes,
})

describe('options that no other beats', () => {
  it('keep what carries more, takes fewer GPUs or less memory, or stands on another GPU or on more machines', () => {
    const kept = [
      option({}),
      option({ capacity: 2, gpusPerReplica: 4, gpusTogether: 4 }),
      option({ memoryBytes: 30, capacity: 0.5 }),
      option({ gpu: 'a100-sxm-80gb', capacity: 0.1 }),
      option({ link: 'pcie', capacity: 0.1 }),
      option({ maySpan: false, memoryBytes: 59 }),
    ]
    const beaten = [
      option({ capacity: 0.9 }),
      option({ gpusPerReplica: 4, gpusTogether: 4, capacity: 1 }),
      option({ lossPercent: 1 }),
      option({ maySpan: false }),
    ]
    const all = nonDominated([...beaten, ...kept])
    expect(all).toHaveLength(kept.length)
    for (const each of kept) expect(all).toContainEqual(each)
    expect(nonDominated(all)).toEqual(all)
    expect(nonDominated([...all].reverse())).toEqual(all)
  })
})

describe('a 70B model on two kinds of GPU', () => {
  let options: ReplicaOption[]
  beforeAll(() => {
    options = servingOptions(
      requestOf(['search.gpus=[h100-sxm-80gb, l40s]', 'search.quantization=[bf16, fp8]']),
      catalog,
    )
  })

  it('fits, meets its targets, and is what an estimate of the same configuration says', () => {
    expect(new Set(options.map(({ gpu }) => gpu))).toEqual(new Set(['h100-sxm-80gb', 'l40s']))
    for (const { gpu, configuration: c, memoryBytes, gpusPerReplica, maySpan } of options) {
      const { plan, fits } = estimatePlan(
        {
          model: 'llama-3-70b',
          gpu,
          gpus: gpusPerReplica,
          tensorParallel: c.tensor_parallel,
          pipelineParallel: c.pipeline_parallel,
          quantization: c.quantization,
          kvCache: c.kv_cache,
          context: 8192,
          inputTokens: 1024,
          outputTokens: 256,
          concurrency: c.max_concurrency,
          asOf: AS_OF,
        },
        catalog,
      )
      // The estimate stands on the cheapest machines: where it spans several, each GPU holds 0.3 GiB more of communicators.
      const spans = gpusPerReplica > plan.placement.gpus_per_instance
      expect(fits).toBe(spans ? maySpan : true)
      const more = spans ? 0.3 * 2 ** 30 : 0
      expect(plan.memory.total_bytes).toBeGreaterThanOrEqual(memoryBytes + more - 10)
      expect(plan.memory.total_bytes).toBeLessThanOrEqual(memoryBytes + more + 10)
      expect(plan.performance.tpot_ms).toBeLessThanOrEqual(50)
      expect(plan.performance.ttft_ms).toBeLessThanOrEqual(2000)
    }
  })

  it('holds the largest rate of each number of GPUs', () => {
    for (const gpus of [1, 2, 4, 8]) {
      const own = options.filter(({ gpu, gpusPerReplica }) => gpu === 'h100-sxm-80gb' && gpusPerReplica === gpus)
      if (own.length === 0) continue
      const smaller = options.filter(({ gpu, gpusPerReplica }) => gpu === 'h100-sxm-80gb' && gpusPerReplica < gpus)
      const most = Math.max(...own.map(({ capacity }) => capacity))
      for (const { capacity } of smaller) expect(most).toBeGreaterThan(0.5 * capacity)
    }
  })

  it('does not depend on prices', () => {
    const free = requestOf(['search.gpus=[h100-sxm-80gb, l40s]', 'search.quantization=[bf16, fp8]'])
    expect(servingOptions({ ...free, offers: [] }, catalog)).toEqual(options)
  })
})
