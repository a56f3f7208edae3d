import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { type Gpu, gpuFileSchema, gpuSchema } from '../../src/catalog/gpu.ts'
import { generationSchema, linkSchema } from '../../src/catalog/performance.ts'

const root = join(import.meta.dirname, '../../catalogs')
const read = (folder: string): { file: string; value: unknown }[] =>
  readdirSync(join(root, folder))
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => ({ file: basename(file, '.yaml'), value: parse(readFileSync(join(root, folder, file), 'utf8')) }))

const files = read('gpus').map(({ file, value }) => ({ file, content: gpuFileSchema.parse(value) }))
const gpus = files.flatMap(({ content }) => content.gpus)
const byId = new Map(gpus.map((gpu) => [gpu.id, gpu]))
const gpu = (id: string): Gpu => {
  const found = byId.get(id)
  if (!found) throw new Error(`no GPU ${id}`)
  return found
}
const generations = new Map(read('generations').map(({ file, value }) => [file, generationSchema.parse(value)]))
const links = new Map(read('links').map(({ file, value }) => [file, linkSchema.parse(value)]))

describe('GPU catalog', () => {
  it('holds 55 GPUs with ids of their own, in files named after their family', () => {
    expect(gpus).toHaveLength(55)
    expect(byId.size).toBe(55)
    for (const { file, content } of files) expect(content.family).toBe(file)
  })

  it('refers only to generations and links that exist under their file name', () => {
    for (const [file, generation] of generations) expect(generation.id).toBe(file)
    for (const [file, link] of links) expect(link.id).toBe(file)
    for (const { id, generation, interconnect } of gpus) {
      expect(generations.has(generation), `${id}: generation ${generation}`).toBe(true)
      expect(links.has(interconnect.link), `${id}: link ${interconnect.link}`).toBe(true)
    }
  })

  // NVIDIA, AMD and Google data sheets as quoted by stas00/ml-engineering compute/accelerator/README.md (dense figures);
  // usable memory from nvidia-smi outputs in SpareCores/sc-inspector-data: (total - reserved) MiB / 1024.
  it.each([
    ['h100-sxm-80gb', (81559 - 479) / 1024, 3350, 989, 1979],
    ['h100-pcie-80gb', (81559 - 551) / 1024, 2000, 756.5, 1513],
    ['h200-sxm-141gb', (143771 - 614) / 1024, 4800, 989, 1979],
    ['b200-sxm', (183359 - 735) / 1024, 8000, 2250, 4500],
    ['a100-sxm-80gb', (81920 - 768) / 1024, 2039, 312, undefined],
    ['a100-pcie-80gb', (81920 - 768) / 1024, 1935, 312, undefined],
    ['l40s', (46068 - 609) / 1024, 864, 362.05, 733],
    ['l4', (23034 - 469) / 1024, 300, 121, 242],
    ['rtx-pro-6000-blackwell-server', (97887 - 635) / 1024, 1792, 467.8, 935.6],
    ['rtx-4090', 23.64, 1010, 165.2, 330.3],
    ['rtx-3090', 23.69, 936, 71, undefined],
    ['mi300x', 191.69, 5300, 1307, 2614],
    ['gaudi3', 126.5, 3700, 1677, 1677],
    ['tpu-v6e', 32, 1638, 918, 918],
  ])('%s: usable memory, bandwidth, dense BF16 and FP8', (id, usableGib, bandwidth, bf16, fp8) => {
    const { memory, memory_bandwidth_gb_per_second, dense_tflops } = gpu(id)
    expect(memory.usable_gib).toBeCloseTo(usableGib, 1)
    expect(Math.abs(memory.usable_gib - usableGib)).toBeLessThan(0.011)
    expect(memory_bandwidth_gb_per_second).toBe(bandwidth)
    expect(dense_tflops.bf16).toBe(bf16)
    expect(dense_tflops.fp8).toBe(fp8)
  })

  it('has figures that are easily confused right', () => {
    // The A10G is not an A10: 70 against 125 dense FP16 TFLOPS (cli99/llm-analysis gpu_configs).
    expect([gpu('a10g').dense_tflops.fp16, gpu('a10').dense_tflops.fp16]).toEqual([70, 125])
    // GeForce tensor rates with FP32 accumulation are half of those with FP16 (hmc-tech.com data-sheet copy).
    expect(gpu('rtx-4090').dense_tflops.fp16_fp16_accumulate).toBe(330.3)
    // Blackwell Ultra cut INT8 (ai-dynamo/aiconfigurator systems/b300_sxm.yaml).
    expect(gpu('b300-sxm').dense_tflops.int8).toBe(153.5)
    // Reports of Apple's press release of 2026-03-03; three quarters of the unified memory for the GPU.
    expect(gpu('apple-m5-max').memory_bandwidth_gb_per_second).toBe(614)
    expect(gpu('apple-m5-max').memory.usable_gib).toBe(0.75 * 128)
    // Slowest cloud counts: GCP a3 moves 27.7 GB/s to an H100, UpCloud 55.3 (SpareCores nvbandwidth output).
    expect(gpu('h100-sxm-80gb').host_to_device_gb_per_second).toBe(27.7)
    expect(gpu('t4').efficiency.copy_share?.value).toBeCloseTo(234 / 320, 2)
    expect(gpu('l4').efficiency.copy_share?.value).toBeCloseTo(231 / 300, 2)
    expect(gpu('a10').efficiency.copy_share?.value).toBeCloseTo(485 / 600, 2)
  })

  it('joins GPUs as their machines do', () => {
    const link = (id: string) => [gpu(id).interconnect.link, gpu(id).interconnect.domain_size]
    expect(link('h100-sxm-80gb')).toEqual(['nvlink4', 8])
    expect(link('a100-sxm-80gb')).toEqual(['nvlink3', 8])
    expect(link('gb200-nvl72')).toEqual(['nvlink5', 72])
    expect(link('rtx-pro-6000-blackwell-server')).toEqual(['pcie5', 8])
    expect(link('mi300x')).toEqual(['xgmi', 8])
    expect(link('apple-m3-ultra')).toEqual(['none', 1])
    // Boards whose NVLink bridge is an accessory are planned over PCIe.
    for (const id of ['a100-pcie-80gb', 'h100-pcie-80gb', 'a40', 'a30', 'rtx-a6000', 'rtx-a5000', 'rtx-3090', 'l40s'])
      expect(link(id)).toEqual(['pcie', 8])
    for (const { id, interconnect } of gpus) {
      expect(interconnect.domain_size === 1, id).toBe(links.get(interconnect.link)?.kind === 'none')
      expect(interconnect.gb_per_second_bidirectional === null, id).toBe(interconnect.link === 'none')
    }
  })

  it('never reports more memory than is built in, and says how a derived figure came about', () => {
    for (const { id, memory } of gpus) {
      expect(memory.usable_gib, id).toBeLessThanOrEqual(memory.nominal_gb)
      expect(memory.usable_gib / memory.nominal_gb, id).toBeGreaterThan(id.startsWith('apple') ? 0.74 : 0.88)
      if (memory.usable_basis === 'assumed') expect(memory.note, id).toBeTruthy()
    }
  })

  it('has a peak for every format that the tensor cores take, and none that they do not', () => {
    for (const { id, formats, dense_tflops } of gpus) {
      expect(dense_tflops.bf16 ?? dense_tflops.fp16, id).toBeGreaterThan(0)
      if (formats.fp8) expect(dense_tflops.fp8, id).toBeGreaterThan(0)
      if (formats.fp4) expect(dense_tflops.fp4, id).toBeGreaterThan(0)
      if (formats.int8) expect(dense_tflops.int8, id).toBeGreaterThan(0)
      if (!formats.fp8) expect(dense_tflops.fp8, id).toBeUndefined()
      if (!formats.fp4) expect(dense_tflops.fp4, id).toBeUndefined()
    }
  })

  it('names a source for every figure it rests on', () => {
    for (const {
      id,
      sources,
      efficiency,
      host_to_device_gb_per_second,
      matmul_tflops,
      purchase_usd,
      power_watts,
    } of gpus) {
      for (const figure of ['memory', 'memory_bandwidth', 'dense_tflops'])
        expect(sources[figure], `${id}: ${figure}`).toBeDefined()
      if (Object.keys(efficiency).length > 0) expect(sources.efficiency, id).toBeDefined()
      if (host_to_device_gb_per_second !== undefined) expect(sources.host_to_device, id).toBeDefined()
      if (matmul_tflops) expect(sources.matmul_tflops, id).toBeDefined()
      if (purchase_usd) expect(sources.purchase, id).toBeDefined()
      if (power_watts !== null) expect(sources.power, id).toBeDefined()
    }
  })
})

describe('GPU schema', () => {
  const sound = gpu('h100-sxm-80gb')

  it('takes the shipped entry', () => {
    expect(gpuSchema.safeParse(sound).success).toBe(true)
  })

  it.each([0, -3350, null, undefined, Number.NaN, Number.POSITIVE_INFINITY, '3350'])(
    'refuses a bandwidth of %s: no free and no infinitely slow GPU',
    (bandwidth) => {
      const result = gpuSchema.safeParse({ ...sound, memory_bandwidth_gb_per_second: bandwidth })
      expect(result.error?.issues.map(({ path }) => path.join('.'))).toEqual(['memory_bandwidth_gb_per_second'])
    },
  )

  it('refuses zero memory, a zero peak and unknown keys', () => {
    const path = (value: unknown) => gpuSchema.safeParse(value).error?.issues[0]?.path.join('.')
    expect(path({ ...sound, memory: { ...sound.memory, usable_gib: 0 } })).toBe('memory.usable_gib')
    expect(path({ ...sound, dense_tflops: { ...sound.dense_tflops, fp8: 0 } })).toBe('dense_tflops.fp8')
    expect(gpuSchema.safeParse({ ...sound, bandwidth: 3350 }).error?.issues[0]?.code).toBe('unrecognized_keys')
  })
})
