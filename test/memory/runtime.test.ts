import { describe, expect, it } from 'vitest'
import { captureSizes, graphs, type RuntimeOptions, runtime } from '../../src/memory/runtime.ts'
import { GIB, llamaCpp, releaseFrom, sglang, vllm } from './fixtures.ts'

const outside = (given: Partial<RuntimeOptions> = {}, from = '0.18') =>
  runtime({
    memory: releaseFrom(vllm, from).memory,
    engine: vllm,
    linkKind: 'nvlink',
    multiNode: false,
    tensorParallel: 1,
    pipelineParallel: 1,
    ...given,
  })
const chargedGib = (...args: Parameters<typeof outside>) => outside(...args).chargedBytes / GIB

describe('memory outside the allocator', () => {
  it('follows the start-up logs of vLLM', () => {
    // llm-d-incubation/llm-d-planner PR 205: 0.25 on one H100; 2.09, 2.12-2.17 on two and four over NVLink; 0.13 in 0.11.
    // Fitted: 1.97 + 0.104 log2(tp).
    expect(chargedGib()).toBeCloseTo(0.25, 6)
    expect(chargedGib({ tensorParallel: 2 })).toBeCloseTo(1.97 + 0.104, 6)
    expect(chargedGib({ tensorParallel: 4 })).toBeCloseTo(1.97 + 2 * 0.104, 6)
    expect(chargedGib({}, '0.10')).toBeCloseTo(0.13, 6)
    expect(chargedGib({ tensorParallel: 2 }, '0.10')).toBeCloseTo(0.55, 6)
  })

  it('is small over PCIe and larger over two machines', () => {
    expect(chargedGib({ tensorParallel: 2, linkKind: 'pcie' })).toBeCloseTo(0.25, 6)
    expect(chargedGib({ tensorParallel: 8, multiNode: true })).toBeCloseTo(1.97 + 3 * 0.104 + 0.3, 6)
  })

  it('is charged little but takes 1.4 GiB where stages run without tensor parallelism', () => {
    const split = outside({ pipelineParallel: 2 })
    expect(split.chargedBytes / GIB).toBeCloseTo(0.07, 6)
    expect((split.communicationBytes + split.runtimeBytes) / GIB).toBeCloseTo(0.07 + 1.4, 6)
  })

  it('shows communicators apart from the rest and the CUDA context', () => {
    const two = outside({ tensorParallel: 2 })
    expect(two.communicationBytes / GIB).toBeCloseTo(2.074 - 0.25, 6)
    expect(two.runtimeBytes / GIB).toBeCloseTo(0.25 + 0.51, 6)
    expect(outside().communicationBytes).toBe(0)
  })

  it('sets aside what SGLang does: 0.5 GiB context, 1 GiB communicators', () => {
    const { memory } = releaseFrom(sglang, '0.4')
    const two = outside({ memory, engine: sglang, tensorParallel: 2 })
    expect(two.communicationBytes / GIB).toBeCloseTo(1, 6)
    expect(two.runtimeBytes / GIB).toBeCloseTo(0.5, 6)
  })
})

describe('what is said of it', () => {
  const told = (...args: Parameters<typeof outside>) => outside(...args).explainCommunication()
  it('communicators by their degrees and link, and what is taken before load', () => {
    expect(told()).toBe('one GPU: no communicators')
    expect(told({ tensorParallel: 2 })).toBe(
      'communicators at tp 2, pp 1 over nvlink: 2.074 GiB outside the allocator - 0.250 GiB of a single GPU',
    )
    expect(told({ pipelineParallel: 2, linkKind: 'pcie' })).toMatch(
      /^communicators at tp 1, pp 2 over pcie: 0\.070 GiB outside the allocator - 0\.070 GiB of a single GPU \+ [\d.]+ GiB taken before load$/,
    )
    expect(outside().explainRuntime()).toBe('outside the allocator 0.250 GiB + CUDA context 0.510 GiB')
  })
  it('is as its constant was found', () => {
    const { memory } = releaseFrom(vllm, '0.18')
    const found = (single: number, nvlink: number, tensorParallel: number) =>
      outside({
        tensorParallel,
        memory: {
          ...memory,
          runtime_single_gib: { value: 0.25, records: single },
          runtime_nvlink_base_gib: { value: 1.97, records: nvlink },
        },
      }).source
    expect([found(0, 5, 1), found(5, 0, 1), found(0, 5, 2), found(5, 0, 2)]).toEqual([
      'assumed',
      'fitted',
      'fitted',
      'assumed',
    ])
  })
  it("a vendor's fabric counts as NVLink", () => {
    expect(chargedGib({ tensorParallel: 4, linkKind: 'fabric' })).toBe(chargedGib({ tensorParallel: 4 }))
    expect(chargedGib({ tensorParallel: 4, linkKind: 'none' })).toBe(
      chargedGib({ tensorParallel: 4, linkKind: 'pcie' }),
    )
  })
  it('graphs: by the formula, or none', () => {
    const { memory } = releaseFrom(vllm, '0.18')
    expect(graphs(memory, 80, 8192, false).explain(256)).toBe(
      '(0.42 + 0.0081 x 80 layers + 0.00006 x 8,192 hidden) GiB x 51 of 51 sizes',
    )
    expect(graphs(memory, 80, 8192, true).explain(256)).toBe('eager mode: no graphs')
    const of = (records: number) =>
      graphs({ ...memory, graphs_base_gib: { value: 0.42, records } }, 80, 8192, false).source
    expect([of(0), of(4)]).toEqual(['assumed', 'fitted'])
  })
})

describe('CUDA graphs', () => {
  const { memory } = releaseFrom(vllm, '0.18')

  it('captures 51 sizes up to 512', () => {
    // 1, 2, 4, then 8 to 256 by 8, then 272 to 512 by 16
    expect(captureSizes(512)).toBe(3 + 32 + 16)
    expect(captureSizes(2)).toBe(2)
    expect(captureSizes(16)).toBe(5)
  })

  it('follows 0.42 + 0.0081 L + 6e-5 H GiB: 1.56 for Llama 3 70B', () => {
    expect(graphs(memory, 80, 8192, false).bytes(1024) / GIB).toBeCloseTo(0.42 + 0.0081 * 80 + 6e-5 * 8192, 6)
  })

  it('shrinks with few sequences and vanishes in eager mode', () => {
    const full = graphs(memory, 80, 8192, false)
    expect(full.bytes(8) / full.bytes(256)).toBeCloseTo(5 / 51, 6)
    expect(full.bytes(256)).toBe(full.bytes(1024))
    expect(graphs(memory, 80, 8192, true).bytes(1024)).toBe(0)
  })

  it('does not exist in llama.cpp', () => {
    expect(graphs(releaseFrom(llamaCpp, '0').memory, 32, 4096, false).bytes(1)).toBe(0)
  })
})
