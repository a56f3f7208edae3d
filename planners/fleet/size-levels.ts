/** On nodes of a kind: replicas of at least this many GPUs together take at most so many GPUs of each node. */
export interface SizeLevel {
  readonly leastGpus: number
  /** GPUs of one node that replicas of `leastGpus` and more can fill: whole multiples of `leastGpus`. */
  readonly usableGpus: number
}

/**
 * The rows of a program that say, exactly, which replicas fit on y nodes of g GPUs, whatever node each stands on. Where each size divides
 * the next larger one, replicas of sizes s placed n(s) times fit if and only if at every size t
 *
 *   sum over s >= t of s n(s)  <=  floor(g / t) t y.
 *
 * Necessary: sizes from t up are multiples of t, so one node holds at most floor(g / t) units of t GPUs of them. Sufficient: placed by
 * falling size, all that stands on a node when size t comes is made of whole units of t, so the free units of all nodes can be used to the
 * last one.
 *
 * @param sizes GPUs of a replica, in any order, repeats allowed; those larger than a node belong elsewhere
 * @returns null where some size does not divide a larger one: the rows would then admit what does not fit
 * @throws RangeError for a size that is no whole number from 1 to `gpusPerNode`
 */
export function sizeLevels(gpusPerNode: number, sizes: readonly number[]): SizeLevel[] | null {
  for (const size of sizes) {
    if (!(Number.isInteger(size) && size > 0 && size <= gpusPerNode))
      throw new RangeError(`a replica of ${size} GPUs does not stand on a node of ${gpusPerNode}`)
  }
  const rising = [...new Set(sizes)].sort((a, b) => a - b)
  const isChain = rising.every((size, i) => i === 0 || size % (rising[i - 1] as number) === 0)
  if (!isChain) return null
  return rising.map((size) => ({ leastGpus: size, usableGpus: Math.floor(gpusPerNode / size) * size }))
}

/**
 * Every largest set of replicas that one node can hold, as a number for each size: what replaces {@link sizeLevels} where sizes do not
 * divide each other. "Largest" = not one more replica of any size fits.
 *
 * @param sizes distinct sizes, GPUs
 * @returns patterns[p][i] = replicas of sizes[i]; in falling order of the first size that differs
 */
export function nodePatterns(gpusPerNode: number, sizes: readonly number[]): number[][] {
  const smallest = Math.min(...sizes)
  const patterns: number[][] = []
  const extend = (chosen: readonly number[], free: number): void => {
    const size = sizes[chosen.length]
    if (size === undefined) {
      if (free < smallest) patterns.push([...chosen])
      return
    }
    for (let count = Math.floor(free / size); count >= 0; count--) extend([...chosen, count], free - count * size)
  }
  if (sizes.length > 0) extend([], gpusPerNode)
  return patterns
}
