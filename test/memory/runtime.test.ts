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
