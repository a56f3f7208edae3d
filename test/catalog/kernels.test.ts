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

  it('reaches a part of bandwidth and peak, never all of them', () => {
    for (const { id, bandwidth, compute } of kernels.values())
      for (const { value } of [bandwidth, compute].flatMap((by) => [by.default, ...Object.values(by.generations)])) {
        expect(value, id).toBeGreaterThan(0.1)
        expect(value, id).toBeLessThan(1)
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

  it('gives the shares fitted to public benchmarks, with their record counts', () => {
    // Fit of 2026-11 to 900 public records (the collections are named in each file's sources).
    expect(share(kernel('nvfp4').compute, 'blackwell-gddr')).toEqual({ value: 0.545, records: 91 })
    expect(share(kernel('mxfp4').bandwidth, 'blackwell')).toEqual({ value: 0.799, records: 72 })
    expect(share(kernel('gguf-k').bandwidth, 'ampere')).toEqual({ value: 0.594, records: 16 })
    expect(kernel('int4').batched_weight_read_factor).toEqual({ value: 3.17, records: 12 })
    expect(kernel('w4a8').batched_weight_read_factor).toEqual({ value: 3.17, records: 12 })
    expect(kernel('fp8').batched_weight_read_factor).toBeUndefined()
    expect([kernel('mxfp4').peak.default, kernel('mxfp4').peak.generations.blackwell]).toEqual(['bf16', 'fp8'])
    expect(kernel('gguf-f16').gpu_factors).toBe('llama_cpp')
    expect(kernel('f16').gpu_factors).toBe('general')
  })

  it('carries the hand calculation of Llama 3.1 70B FP8 on two H100 SXM, 32 sequences of 1152 tokens', () => {
    // Worked by hand. Linear layers: 68,452,360,192 one-byte parameters over two GPUs.
    const h100 = gpus.find(({ id }) => id === 'h100-sxm-80gb') ?? expect.fail()
    const bandwidth = h100.memory_bandwidth_gb_per_second * 1e9
    const factor = h100.efficiency.bandwidth?.value ?? expect.fail()
    const readShare = share(kernel('fp8').bandwidth, 'hopper').value * factor
    expect(readShare).toBeCloseTo(0.8491, 4)
    const half = 68_452_360_192 / 2
    expect((half / (bandwidth * readShare)) * 1e3).toBeCloseTo(12.032, 2)
    const computeShare =
      share(kernel('fp8').compute, 'hopper').value * (h100.efficiency.compute?.value ?? expect.fail())
    expect(computeShare).toBeCloseTo(0.6156, 4)
    expect(((2 * half * 32) / ((h100.dense_tflops.fp8 ?? 0) * 1e12 * computeShare)) * 1e3).toBeCloseTo(1.798, 3)
    // Output head: 1,050,673,152 two-byte parameters over two GPUs, read at the f16 share 0.9385.
    const headShare = share(kernel('f16').bandwidth, 'hopper').value * factor
    expect((1_050_673_152 / (bandwidth * headShare)) * 1e3).toBeCloseTo(0.334, 3)
    // KV cache: 163,840 bytes a token over two GPUs.
    expect(((32 * 1152 * 163_840) / (2 * bandwidth * generation('hopper').kv_read.value)) * 1e3).toBeCloseTo(1.002, 3)
    // 160 all-reduces of 32 rows of 8192 two-byte values: 1.072 ms; of 1056 rows: 18.908 ms.
    const reduce = (rows: number) =>
      160 *
      (link('nvlink4').all_reduce_latency_seconds[2].value +
        (rows * 16_384) / link('nvlink4').all_reduce_bytes_per_second.value)
    expect(reduce(32) * 1e3).toBeCloseTo(1.072, 3)
    expect(reduce(1056) * 1e3).toBeCloseTo(18.908, 2)
    // Prompt attention of 1024 tokens: 0.763 ms.
    const attention = (1024 * 2 * 64 * 128 * 80 * 1024) / (2 * 989e12 * generation('hopper').prompt_attention.value)
    expect(attention * 1e3).toBeCloseTo(0.763, 3)
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

  it('spreads the 165 llama.cpp records over its generations', () => {
    expect([...generations.values()].reduce((sum, of) => sum + of.llama_cpp_kv_read.records, 0)).toBe(165)
  })
})

describe('link catalog', () => {
  it('keeps each link in the file of its name, slower with more GPUs', () => {
    for (const [file, { id, all_reduce_latency_seconds: latency }] of links) {
      expect(id).toBe(file)
      expect(latency[2].value, id).toBeLessThan(latency[4].value)
      expect(latency[4].value, id).toBeLessThan(latency[8].value)
      expect(latency[8].value, id).toBeLessThan(1e-3)
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
  it('turns 64 routed tokens into 24 uniform ones', () => {
    // 64^0.761 = exp(0.761 x 4.1589) = exp(3.165) = 23.7.
    expect(64 ** physics.expert_routing_skew.value).toBeCloseTo(23.7, 1)
  })

  it('lets wide experts fill the tensor cores and narrow ones not', () => {
    // Qwen3-30B experts are 768 wide, Mixtral's 16384: 768 / (768 + 574) = 0.572, 16384 / 16958 = 0.966.
    const filled = (width: number) => width / (width + physics.expert_half_width.value)
    expect(filled(768)).toBeCloseTo(0.572, 3)
    expect(filled(16_384)).toBeCloseTo(0.966, 3)
  })

  it('holds the constants of hand-over, queue and chunk', () => {
    expect(physics.pipeline_handover_seconds.llama_cpp_per_boundary).toEqual({ value: 106e-6, records: 96 })
    expect(physics.pipeline_handover_seconds.other_per_step).toEqual({ value: 64.9e-6, records: 58 })
    expect([
      physics.prompt_chunk_tokens.value,
      physics.max_prompt_utilization.value,
      physics.kv_warning_share.value,
    ]).toEqual([8192, 0.9, 0.85])
  })
})
