/** Ten significant digits: beyond any accuracy of the model, and the same on every machine. */
export function round(value: number): number {
  return Number(value.toPrecision(10))
}
