import { count } from '../../src/units.ts'
import type { Candidate } from './incumbents.ts'
import type { ServeRequest } from './request.ts'

/** Above this share of the sustained rate, bursts queue for long even though the mean fits (M/D/1: 4.5 services at 0.9). */
const BUSY = 0.9

/** What a reader should know before renting the plan. */
export function warningsFor(request: ServeRequest, { assignment: a, concurrency }: Candidate): string[] {
  const warnings: string[] = []
  const { physics, generation, kernel } = a.performance.system
  const used =
    'inFlight' in request.peak
      ? concurrency / a.maxConcurrency
      : request.peak.requestsPerSecond / (a.loadedReplicas * a.full.requestsPerSecond)
  if ('requestsPerSecond' in request.peak && used > BUSY) {
    warnings.push(
      `The busiest hour takes ${Math.round(used * 100)} % of what the replicas sustain: bursts will queue. Raise traffic.peak_factor or redundancy for room.`,
    )
  }
  if (a.memoryResult.kvUtilization > physics.kv_warning_share.value) {
    warnings.push(
      `A full replica uses ${Math.round(a.memoryResult.kvUtilization * 100)} % of its KV cache: requests start to wait before it is full.`,
    )
  }
  if (request.tensors === null) {
    warnings.push(
      'Only the parameter count of the model is known: memory follows rules of thumb, and the speed counts the reading of all parameters and no communication between GPUs. Real speed is lower.',
    )
  } else if (generation.assumed && a.board.gpu.calibrated === undefined) {
    warnings.push(`No measured run on ${generation.name} stands behind these speeds: expect twice the usual error.`)
  } else if ((kernel.compute.generations[a.board.gpu.generation]?.records ?? 0) === 0) {
    warnings.push(
      `No measured run of ${a.quantization.name} on ${generation.name} stands behind these speeds: they rest on the data sheet and an assumed efficiency.`,
    )
  }
  const positions = request.tensors?.architecture.max_positions ?? Number.POSITIVE_INFINITY
  if (request.context > positions) {
    warnings.push(
      `The context of ${count(request.context)} tokens is beyond the ${count(positions)} positions of ${request.model.id}: engines refuse to start unless its position encoding is stretched (RoPE scaling), whose loss of quality is not counted.`,
    )
  }
  if (a.weightSupport.level === 'expanded') {
    warnings.push(`${a.board.gpu.name} runs ${a.quantization.name} expanded: ${a.weightSupport.reason}.`)
  }
  if (a.priced.pricing === 'spot') {
    warnings.push('Spot instances can be taken back at any time: this price holds no replacement for them.')
  }
  if (a.gpusPerReplica > a.priced.offer.gpu_count) {
    warnings.push(
      'A replica spans several instances: hand-overs between them run over the network, which the speed model does not measure.',
    )
  }
  return warnings
}
