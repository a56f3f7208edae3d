import { numberIn, share } from './lines.ts'
import type { LogQuantity } from './start-log.ts'

/** What a line of memory profiling tells. */
export interface ProfileReader {
  found(quantity: LogQuantity, gib: number): void
  /** Weights as profiling repeats them, with fewer digits than the line of loading has. */
  weights(gib: number): void
  /** Peak of the allocator, weights included. */
  peak(gib: number): void
  device(gib: number): void
  utilization(share: number): void
}

type Take = (reader: ProfileReader, value: number) => void
const quantity =
  (name: LogQuantity): Take =>
  (reader, value) =>
    reader.found(name, value)
const device: Take = (reader, value) => reader.device(value)
const utilization: Take = (reader, value) => {
  const known = share(String(value))
  if (known !== undefined) reader.utilization(known)
}

/** Each form is tried where its text stands in the line. GiB, whatever the log calls them. */
const FORMS: readonly (readonly [text: string, pattern: RegExp, take: Take])[] = [
  // 0.6.6 to 0.9 in sentences (vllm/worker/worker.py), 0.6.5 as a table of the same words.
  ['total_gpu_memory', /total_gpu_memory(?: \(|=|\s+)([\d.]+) ?GiB/, device],
  ['gpu_memory_utilization', /gpu_memory_utilization(?: \(|=|\s+)([\d.]+)/, utilization],
  ['model weights take', /model weights take\s+([\d.]+) ?GiB/, (reader, value) => reader.weights(value)],
  ['non_torch_memory', /non_torch_memory(?: takes |=|\s+)(-?[\d.]+) ?GiB/, quantity('runtime_gib')],
  ['PyTorch activation peak', /PyTorch activation peak memory(?: takes)?\s+([\d.]+) ?GiB/, quantity('activations_gib')],
  ['reserved for KV Cache', /reserved for KV Cache is (-?[\d.]+) ?GiB/, quantity('kv_cache_gib')],
  ['available_kv_cache_memory', /available_kv_cache_memory\s+(-?[\d.]+) ?GiB/, quantity('kv_cache_gib')],
  // 0.6.4 on one line.
  ['peak_torch_memory', /peak_torch_memory=([\d.]+) ?GiB/, (reader, value) => reader.peak(value)],
  ['kv_cache_size=', /kv_cache_size=(-?[\d.]+) ?GiB/, quantity('kv_cache_gib')],
  // From 0.8 on (vllm/v1/worker/gpu_worker.py).
  ['Available KV cache memory', /Available KV cache memory: (-?[\d.]+) ?GiB/, quantity('kv_cache_gib')],
  ['Free memory on device', /Free memory on device[^(]{0,40}\([\d.]+\/([\d.]+) GiB\)/, device],
  ['memory utilization is (', /memory utilization is \(([\d.]+)/, utilization],
  ['for weight', /Actual usage(?: is|:) ([\d.]+) GiB for weight/, (reader, value) => reader.weights(value)],
  ['for peak activation', /([\d.]{1,12}) GiB for peak activation/, quantity('activations_gib')],
  ['for non-torch memory', /(-?[\d.]{1,12}) GiB for non-torch memory/, quantity('runtime_gib')],
  ['for CUDAGraph memory', /([\d.]{1,12}) GiB for CUDAGraph memory/, quantity('graphs_gib')],
  // From 0.21 on: the share of the GPU that is asked for.
  ['The current --gpu-memory-utilization', /The current --gpu-memory-utilization=([\d.]+)/, utilization],
]

/** Tells the reader what a line of memory profiling says. */
export function readProfile(line: string, reader: ProfileReader): void {
  if (!line.includes('emory') && !line.includes('model weights take')) return
  for (const [text, pattern, take] of FORMS) {
    if (!line.includes(text)) continue
    const value = numberIn(line, pattern)
    if (value !== undefined) take(reader, value)
  }
}
