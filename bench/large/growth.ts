/** What one run of some size took. */
export interface Sized {
  readonly size: number
  /** Processor seconds of the run. */
  readonly seconds: number
}

/** The least that can be told from the noise of two runs of the same, as a share of the run. */
const TELLABLE = 0.05

/**
 * The exponent k of time ~ size^k: the slope of a straight line through the logarithms (least squares), of what each run took beyond
 * one of next to nothing. Null where too few runs took tellably more than that.
 * @param fixed processor seconds of the same command on next to nothing
 */
export function growthExponent(runs: readonly Sized[], fixed: number): number | null {
  const points = runs
    .filter(({ seconds }) => seconds - fixed > TELLABLE * seconds)
    .map(({ size, seconds }) => ({ x: Math.log(size), y: Math.log(seconds - fixed) }))
  if (points.length < 2) return null
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const x = mean(points.map((point) => point.x))
  const y = mean(points.map((point) => point.y))
  const spread = points.reduce((sum, point) => sum + (point.x - x) ** 2, 0)
  return spread === 0 ? null : points.reduce((sum, point) => sum + (point.x - x) * (point.y - y), 0) / spread
}
