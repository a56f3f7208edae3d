import type { Plan } from '../../src/result/plan.ts'
import type { ServeAssignment } from './assignment.ts'
import type { ServeRequest } from './request.ts'

/** Measured: benchmark runs of this GPU and of this kernel stand behind the speed. */
export function speedConfidence(request: ServeRequest, a: ServeAssignment): Plan['confidence'] {
  const { kernel, gpu, generation } = a.performance.system
  const factor = kernel.gpu_factors === 'llama_cpp' ? gpu.efficiency.llama_cpp_bandwidth : gpu.efficiency.bandwidth
  const compute = kernel.compute.generations[gpu.generation]
  const known =
    (factor?.records ?? 0) > 0 && (compute?.records ?? 0) > 0 && (!generation.assumed || gpu.calibrated !== undefined)
  return known && request.tensors !== null ? 'measured' : 'specification'
}

/** Benchmark runs of this weight format on GPUs of this generation stand behind the speed, if not on this very GPU. */
export function isFormatMeasured(a: ServeAssignment): boolean {
  const { kernel, gpu, generation } = a.performance.system
  return (
    (kernel.compute.generations[gpu.generation]?.records ?? 0) > 0 &&
    (!generation.assumed || gpu.calibrated !== undefined)
  )
}
