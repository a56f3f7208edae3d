/**
 * Soft maximum of the time that memory needs and the time that compute needs: (x^p + y^p)^(1/p).
 * The two overlap, but not perfectly near the balance point, where a hard maximum is up to a quarter too fast.
 */
export function softMaximum(x: number, y: number, exponent: number): number {
  if (x === 0) return y
  if (y === 0) return x
  // The larger one is taken out so that the powers stay near 1.
  const larger = x > y ? x : y
  const ratio = (x > y ? y : x) / larger
  return larger * (1 + ratio ** exponent) ** (1 / exponent)
}
