/** `x` rounded up to a multiple of `step`. */
export function roundUp(x: number, step: number): number {
  return Math.ceil(x / step) * step
}
