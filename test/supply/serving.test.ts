import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { estimatePlan } from '../../planners/index.ts'
import { search } from '../../planners/search/branch-and-bound.ts'
import { ServeAssignment } from '../../planners/serve/assignment.ts'
import { configurationOf } from '../../planners/serve/plan.ts'
import { resolveServe } from '../../planners/serve/resolve.ts'
import { fitsSpanning, serveSpace } from '../../planners/serve/space.ts'
import { nonDominated, type ReplicaOption } from '../../planners/supply/replica-option.ts'
import { servingOptions } from '../../planners/supply/serving.ts'
import { unpriced } from '../../planners/unpriced.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { applyDefaults } from '../../src/scenario/defaults.ts'
import { parseScenario } from '../../src/scenario/schema.ts'
import { lazily } from '../lazily.ts'

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
  const options = lazily(() =>
    servingOptions(requestOf(['search.gpus=[h100-sxm-80gb, l40s]', 'search.quantization=[bf16, fp8]']), catalog),
  )

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
    expect(servingOptions({ ...free, offers: [] }, catalog)).toEqual([...options])
  })

  it('is all that no other way beats, compared one by one', () => {
    const request = requestOf(['search.gpus=[h100-sxm-80gb]', 'search.quantization=[bf16, fp8, awq-int4]'])
    const link = 'nvlink4'
    const alone = {
      ...request,
      offers: [unpriced({ gpu: 'h100-sxm-80gb', gpu_count: 16, link })],
      maxGpus: Number.POSITIVE_INFINITY,
      redundancy: 0,
    }
    const every: ReplicaOption[] = []
    search(serveSpace(alone, catalog), new ServeAssignment(), {
      exhaustive: true,
      bound: () => null,
      accept: (a) => {
        every.push({
          gpu: 'h100-sxm-80gb',
          link,
          gpusPerReplica: a.gpusPerReplica,
          gpusTogether: a.tensorParallel,
          maySpan: fitsSpanning(alone, catalog, a),
          capacity: a.full.requestsPerSecond,
          memoryBytes: Math.ceil(a.memoryResult.totalBytes),
          lossPercent: a.lossPercent,
          configuration: { ...configurationOf(alone, a), replicas: 1 },
        })
      },
    })
    const isBetter = (a: ReplicaOption, b: ReplicaOption): boolean =>
      a.gpusPerReplica <= b.gpusPerReplica &&
      a.gpusTogether <= b.gpusTogether &&
      a.maySpan >= b.maySpan &&
      a.capacity >= b.capacity &&
      a.memoryBytes <= b.memoryBytes
    const strictly = (a: ReplicaOption, b: ReplicaOption): boolean => isBetter(a, b) && !isBetter(b, a)
    const figures = ({ gpusPerReplica, gpusTogether, maySpan, capacity, memoryBytes }: ReplicaOption): string =>
      [gpusPerReplica, gpusTogether, maySpan, capacity, memoryBytes].join(' ')
    const best = new Set(every.filter((a) => !every.some((b) => strictly(b, a))).map(figures))
    expect(every.length).toBeGreaterThan(2 * best.size)
    const found = servingOptions(request, catalog)
    expect(found.map(figures).sort()).toEqual([...best].sort())
    // Of equal ones the least loss.
    for (const option of found) {
      const equal = every.filter((other) => figures(other) === figures(option))
      expect(option.lossPercent).toBe(Math.min(...equal.map(({ lossPercent }) => lossPercent)))
    }
  })

  it('does not try more GPUs than there are', () => {
    const request = requestOf(['search.gpus=[h100-sxm-80gb, l40s]', 'search.quantization=[fp8]'])
    const all = servingOptions(request, catalog)
    const few = servingOptions(request, catalog, new Map(), new Map([['h100-sxm-80gb', 2]]))
    const isKept = ({ gpu, gpusPerReplica }: ReplicaOption) => gpu !== 'h100-sxm-80gb' || gpusPerReplica <= 2
    expect(few).toEqual(all.filter(isKept))
    expect(few.some(({ gpu, gpusPerReplica }) => gpu === 'h100-sxm-80gb' && gpusPerReplica === 2)).toBe(true)
    expect(few.some(({ gpu }) => gpu === 'l40s')).toBe(true)
    expect(all.some((option) => !isKept(option))).toBe(true)
    const none = servingOptions(request, catalog, new Map(), new Map([['h100-sxm-80gb', 0]]))
    expect(none).toEqual(all.filter(({ gpu }) => gpu === 'l40s'))
  })

  it('knows machines that join the same GPUs otherwise', () => {
    const request = requestOf(['search.gpus=[h100-sxm-80gb]', 'search.quantization=[fp8]'])
    const usual = servingOptions(request, catalog)
    const both = servingOptions(request, catalog, new Map([['h100-sxm-80gb', new Set(['pcie'])]]))
    expect(both.filter(({ link }) => link === 'nvlink4')).toEqual(usual)
    const slow = both.filter(({ link }) => link === 'pcie')
    expect(slow.length).toBeGreaterThan(0)
    const most = (options: readonly ReplicaOption[], gpus: number) =>
      Math.max(...options.filter(({ gpusPerReplica }) => gpusPerReplica === gpus).map(({ capacity }) => capacity))
    expect(most(slow, 8)).toBeLessThan(most(usual, 8))
  })

  it('carries requests in flight where the workload states those', () => {
    const request = requestOf([
      'search.gpus=[h100-sxm-80gb]',
      'search.quantization=[fp8]',
      'traffic={concurrency: 16, input_tokens: 1024, output_tokens: 256}',
    ])
    for (const { capacity, configuration } of servingOptions(request, catalog)) {
      expect(capacity).toBe(configuration.max_concurrency)
    }
  })
})
