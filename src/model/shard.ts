import { kvHeadsPerRank } from './kv.ts'
import type { Tensor } from './tensor.ts'

/**
 * Parameters of a tensor (all copies) that the fullest rank of a stage holds. Divisions that do not come out even are left as
 * fractions, except heads, which are whole; planners only offer degrees that divide.
 * @param expertParallel ranks over which whole experts are spread; inside an expert `tp / ep` ranks split it
 */
export function shardedParameters(tensor: Tensor, tensorParallel: number, expertParallel: number): number {
  const whole = tensor.inputs * tensor.outputs * tensor.copies
  switch (tensor.shard) {
    case 'column':
    case 'row':
    case 'vocabulary':
      return whole / tensorParallel
    case 'kv': {
      const heads = tensor.kvHeads ?? 1
      return (whole / heads) * kvHeadsPerRank(heads, tensorParallel)
    }
    case 'expert': {
      const each = Math.ceil(tensor.copies / expertParallel)
      const inside = Math.max(1, tensorParallel / expertParallel)
      return (tensor.inputs * tensor.outputs * each) / inside
    }
    case 'replicated':
      return whole
  }
}
