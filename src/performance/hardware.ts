import type { Fitted } from '../catalog/facts.ts'
import type { Gpu } from '../catalog/gpu.ts'
import type { Generation, Kernel } from '../catalog/performance.ts'
import { entryOf } from '../table.ts'

type ByGeneration = { default: Fitted; generations: Record<string, Fitted> }

export function forGeneration(table: ByGeneration, generation: string): Fitted {
  return table.generations[generation] ?? table.default
}

/** FLOP/s of a kernel's dense peak on a GPU, or null when the data sheet has none for the format. */
export function peakFlopsPerSecond(gpu: Gpu, name: string): number | null {
  const table = gpu.dense_tflops as Record<string, number | undefined>
  // 16-bit formats share their rate; boards without the fast accumulate run at the ordinary one.
  const fallback: Record<string, string[]> = {
    bf16: ['fp16'],
    fp16: ['bf16'],
    fp16_fp16_accumulate: ['fp16', 'bf16'],
    fp4: ['fp8', 'bf16'],
    fp8: ['bf16', 'fp16'],
    int8: ['bf16', 'fp16'],
  }
  for (const key of [name, ...(entryOf(fallback, name) ?? [])]) {
    const tflops = entryOf(table, key)
    if (tflops !== undefined) return tflops * 1e12
  }
  return null
}

/** What a kernel reaches on a GPU. */
export interface KernelRates {
  /** Bytes of weights a second. */
  readonly bytesPerSecond: number
  readonly flopsPerSecond: number
  /** Records behind the two figures; 0 means the specification with an assumed share. */
  readonly records: number
}

/**
 * Rates of a kernel on a GPU: data sheet x kernel share x GPU factor, the share capped at what the board's own copy reaches.
 * @param experts take the factors of routed experts as well
 */
export function kernelRates(gpu: Gpu, kernel: Kernel, experts = false): KernelRates {
  const llamaCpp = kernel.gpu_factors === 'llama_cpp'
  const bandwidthFactor = llamaCpp ? gpu.efficiency.llama_cpp_bandwidth : gpu.efficiency.bandwidth
  const computeFactor = llamaCpp ? gpu.efficiency.llama_cpp_compute : gpu.efficiency.compute
  const bandwidth = forGeneration(kernel.bandwidth, gpu.generation)
  const compute = forGeneration(kernel.compute, gpu.generation)
  const expertBandwidth = experts && kernel.experts ? forGeneration(kernel.experts.bandwidth, gpu.generation).value : 1
  const expertCompute = experts && kernel.experts ? forGeneration(kernel.experts.compute, gpu.generation).value : 1
  const cap = gpu.efficiency.copy_share?.value ?? 1
  const bandwidthShare = Math.min(bandwidth.value * (bandwidthFactor?.value ?? 1), 1, cap)
  const computeShare = Math.min(compute.value * (computeFactor?.value ?? 1), 1)
  const peakName = kernel.peak.generations[gpu.generation] ?? kernel.peak.default
  const peak =
    peakFlopsPerSecond(gpu, peakName) ?? peakFlopsPerSecond(gpu, 'fp16') ?? peakFlopsPerSecond(gpu, 'fp32') ?? 0
  return {
    bytesPerSecond: gpu.memory_bandwidth_gb_per_second * 1e9 * bandwidthShare * expertBandwidth,
    flopsPerSecond: peak * computeShare * expertCompute,
    records: Math.min(bandwidthFactor?.records ?? 0, computeFactor?.records ?? 0),
  }
}

/** Bytes a second at which the KV cache is read. */
export function kvReadBytesPerSecond(gpu: Gpu, generation: Generation, llamaCpp: boolean): number {
  const share = llamaCpp ? generation.llama_cpp_kv_read : generation.kv_read
  const cap = gpu.efficiency.copy_share?.value ?? 1
  return gpu.memory_bandwidth_gb_per_second * 1e9 * Math.min(share.value, cap)
}
