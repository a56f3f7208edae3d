import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { Fitted } from '../../src/catalog/facts.ts'
import { gpuFileSchema } from '../../src/catalog/gpu.ts'
import { generationSchema, kernelSchema, linkSchema, servingPhysicsSchema } from '../../src/catalog/performance.ts'

const root = join(import.meta.dirname, '../../catalogs')
const load = (path: string): unknown => parse(readFileSync(join(root, path), 'utf8'))
const names = (folder: string) =>
  readdirSync(join(root, folder))
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => basename(file, '.yaml'))

const kernels = new Map(names('kernels').map((id) => [id, kernelSchema.parse(load(`kernels/${id}.yaml`))]))
const generations = new Map(
  names('generations').map((id) => [id, generationSchema.parse(load(`generations/${id}.yaml`))]),
)
const links = new Map(names('links').map((id) => [id, linkSchema.parse(load(`links/${id}.yaml`))]))
const gpus = names('gpus').flatMap((family) => gpuFileSchema.parse(load(`gpus/${family}.yaml`)).gpus)
const physics = servingPhysicsSchema.parse(load('physics/serving.yaml'))

const kernel = (id: string) => kernels.get(id) ?? expect.fail(`no kernel ${id}`)
const generation = (id: string) => generations.get(id) ?? expect.fail(`no generation ${id}`)
const link = (id: string) => links.get(id) ?? expect.fail(`no link ${id}`)
const share = (of: { default: Fitted; generations: Record<string, Fitted> }, generationId: string): Fitted =>
  of.generations[generationId] ?? of.default

describe('kernel catalog', () => {
  it('keeps each kernel in the file of its name', () => {
    for (const [file, { id }] of kernels) expect(id).toBe(file)
    for (const id of [
      'f16',
      'fp8',
      'nvfp4',
      'int8',
      'int8-weight-only',
      'int4',
      'w4a8',
      'mxfp4',
      'gguf-f16',
      'gguf-k',
      'gguf-q8_0',
    ])
      expect(kernels.has(id), id).toBe(true)
  })

  it('names peaks that some GPU has and generations that exist', () => {
    const peaks = new Set(gpus.flatMap(({ dense_tflops }) => Object.keys(dense_tflops)))
    for (const { id, peak, bandwidth, compute, experts } of kernels.values()) {
      for (const name of [peak.default, ...Object.values(peak.generations)])
        expect(peaks.has(name), `${id}: ${name}`).toBe(true)
      const used = [peak, bandwidth, compute, ...(experts ? [experts.bandwidth, experts.compute] : [])]
      for (const name of used.flatMap((by) => Object.keys(by.generations)))
        expect(generations.has(name), `${id}: ${name}`).toBe(true)
    }
  })

  it('reaches a part of bandwidth and peak, at most all of them', () => {
    for (const { id, bandwidth, compute } of kernels.values())
      for (const { value } of [bandwidth, compute].flatMap((by) => [by.default, ...Object.values(by.generations)])) {
        expect(value, id).toBeGreaterThan(0.1)
        expect(value, id).toBeLessThanOrEqual(1)
      }
  })

  it('marks as assumed every default beside fitted generations', () => {
    for (const { id, compute } of kernels.values())
      if (Object.values(compute.generations).some(({ records }) => records > 0))
        expect(compute.default.records, id).toBe(0)
    expect(share(kernel('f16').compute, 'turing')).toEqual({ value: 0.55, records: 0 })
    expect(share(kernel('gguf-k').compute, 'turing')).toEqual({ value: 0.3, records: 0 })
    expect(share(kernel('fp8').experts?.compute ?? expect.fail(), 'ada')).toEqual({ value: 0.7, records: 0 })
  })

  it('gives the shares fitted to public benchmarks with their record counts', () => {
    // Values move with each fit (npm run calibrate prints them); what they rest on does not.
    expect(share(kernel('nvfp4').compute, 'blackwell-gddr').records).toBe(91)
    expect(share(kernel('mxfp4').bandwidth, 'blackwell').records).toBe(72)
    expect(share(kernel('gguf-k').bandwidth, 'ampere').records).toBe(16)
    // 70B in INT4 on an H200 gave 0.52 and 0.42 of the FP8 output at batch 8 and 64, although its weights are half as large.
    for (const [id, records] of [
      ['int4', 6],
      ['w4a8', 6],
    ] as const) {
      expect(kernel(id).batched_weight_read_factor?.records, id).toBe(records)
      expect(kernel(id).batched_weight_read_factor?.value, id).toBeGreaterThan(1.5)
      expect(kernel(id).batched_weight_read_factor?.value, id).toBeLessThan(4)
    }
    expect(kernel('fp8').batched_weight_read_factor).toBeUndefined()
    expect([kernel('mxfp4').peak.default, kernel('mxfp4').peak.generations.blackwell]).toEqual(['bf16', 'fp8'])
    expect(kernel('gguf-f16').gpu_factors).toBe('llama_cpp')
    expect(kernel('f16').gpu_factors).toBe('general')
  })
})

describe('generation catalog', () => {
  it('assumes exactly the generations without a published record', () => {
    const assumed = [...generations.values()].filter((of) => of.assumed).map(({ id }) => id)
    expect(assumed.sort()).toEqual(['cdna2', 'cdna3', 'cdna4', 'gaudi', 'tpu', 'turing', 'volta'])
    for (const id of assumed) {
      expect(generation(id).kv_read).toEqual({ value: 0.8, records: 0 })
      expect(generation(id).prompt_attention).toEqual({ value: 0.5, records: 0 })
    }
  })

  it('spreads the 85 llama.cpp runs that decode over their generations; the 80 that only read a prompt say nothing of it', () => {
    expect([...generations.values()].reduce((sum, of) => sum + of.llama_cpp_kv_read.records, 0)).toBe(165 - 80)
  })
})

describe('link catalog', () => {
  it('keeps each link in the file of its name, slower with more GPUs but where its remark says why not', () => {
    for (const [file, { id, all_reduce_latency_seconds: latency, notes }] of links) {
      expect(id).toBe(file)
      expect(latency[2].value, id).toBeLessThan(latency[4].value)
      expect(latency[2].value, id).toBeLessThan(latency[8].value)
      expect(latency[8].value, id).toBeLessThan(1e-3)
      const explained = (notes ?? []).some((note) => note.startsWith('Eight GPUs seem faster than four'))
      expect(latency[4].value < latency[8].value, id).toBe(!explained)
    }
  })

  it('moves more with every generation of NVLink, and never more than the data sheet', () => {
    const rate = (id: string) => link(id).all_reduce_bytes_per_second.value
    const order = [
      'pcie3',
      'pcie',
      'nvlink3-bridge',
      'nvlink2',
      'nvlink3',
      'nvlink4-400',
      'nvlink4-bridge',
      'nvlink4',
      'nvlink5',
    ]
    expect([...order].sort((a, b) => rate(a) - rate(b))).toEqual(order)
    for (const { id, interconnect } of gpus)
      if (interconnect.gb_per_second_bidirectional !== null)
        expect(rate(interconnect.link), id).toBeLessThan((interconnect.gb_per_second_bidirectional / 2) * 1e9)
  })

  it('says which links were measured', () => {
    const measured = [...links.values()]
      .filter((of) => of.all_reduce_latency_seconds[2].records > 0)
      .map(({ id }) => id)
    expect(measured.sort()).toEqual(['nvlink3', 'nvlink4', 'nvlink5', 'pcie', 'pcie5'])
    expect(link('pcie5').all_reduce_bytes_per_second).toEqual({ value: 25e9, records: 0 })
    expect(link('xgmi').all_reduce_bytes_per_second).toEqual({ value: 120e9, records: 0 })
  })
})

describe('serving constants', () => {
  it('turns 64 routed tokens into half as many uniform ones', () => {
    // 64^0.8 = exp(0.8 x 4.1589) = 27.9, 64^0.85 = 34.3: routing is not uniform, and not hopeless.
    expect(64 ** physics.expert_routing_skew.value).toBeGreaterThan(24)
    expect(64 ** physics.expert_routing_skew.value).toBeLessThan(36)
  })

  it('lets wide experts fill the tensor cores and narrow ones not', () => {
    // Qwen3-30B experts are 768 wide, Mixtral's 16384: with 860 about 768 / 1628 = 0.47 and 16384 / 17244 = 0.95.
    const filled = (width: number) => width / (width + physics.expert_half_width.value)
    expect(filled(768)).toBeCloseTo(0.47, 1)
    expect(filled(16_384)).toBeGreaterThan(0.94)
  })

  it('holds the constants of hand-over, queue and chunk', () => {
    const { llama_cpp_per_boundary: boundary, other_per_step: step } = physics.pipeline_handover_seconds
    expect([boundary.records, step.records]).toEqual([96, 58])
    // One kernel launch and one transfer: tens to hundreds of microseconds.
    for (const { value } of [boundary, step]) {
      expect(value).toBeGreaterThan(10e-6)
      expect(value).toBeLessThan(500e-6)
    }
    expect([
      physics.prompt_chunk_tokens.value,
      physics.max_prompt_utilization.value,
      physics.kv_warning_share.value,
    ]).toEqual([8192, 0.9, 0.85])
  })
})
