import type { Link } from '../catalog/performance.ts'

/**
 * Latency of one all-reduce over `ranks` GPUs, seconds. Published for 2, 4 and 8; between them interpolated on the number of
 * doublings, and beyond 8 continued with the last step.
 */
export function allReduceLatencySeconds(link: Link, ranks: number): number {
  if (ranks <= 1) return 0
  const { 2: two, 4: four, 8: eight } = link.all_reduce_latency_seconds
  const doublings = Math.log2(ranks)
  if (doublings <= 2) return two.value + (four.value - two.value) * (doublings - 1)
  return four.value + (eight.value - four.value) * (doublings - 2)
}
