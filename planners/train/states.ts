import type { TrainAssignment } from './assignment.ts'
import type { TrainRequest } from './request.ts'

/** Bits of a parameter in a doubly quantised NF4 base: 4 + 8/64 + 32/(64 x 256) (QLoRA paper, arXiv 2305.14314). */
const NF4_BITS = 4 + 8 / 64 + 32 / (64 * 256)

/**
 * Bytes of states that one GPU holds at least, as if all were shared as evenly as the ZeRO stage allows and nothing else were
 * in memory. A bound that costs no preparation; never above the exact count.
 */
export function leastStateBytes(request: TrainRequest, a: TrainAssignment): number {
  const { states } = request.trainer
  const { parameters } = request
  const split = a.tensorParallel * a.pipelineParallel * a.expertParallel
  const ranks = a.dataParallel * a.contextParallel
  if (a.offload === 'parameters') return 0
  const weights = a.zeroStage === 3 ? split * ranks : split
  if (a.method !== 'full') {
    const bytes = a.method === 'qlora' ? NF4_BITS / 8 : 2
    return (parameters * Math.min(bytes, states.weights === 0 ? bytes : states.weights)) / weights
  }
  // Optimizer states of other optimizers than Adam may be nothing, so only weights and gradients are sure.
  const gradients = a.zeroStage >= 2 ? split * ranks : split
  return (
    (parameters * states.weights) / weights +
    (parameters * Math.min(2, states.gradients) * keepsGradients(a)) / gradients
  )
}

/** Gradients go to host memory with the optimizer. */
function keepsGradients(a: TrainAssignment): number {
  return a.offload === 'none' ? 1 : 0
}
