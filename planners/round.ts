/** Ten significant digits: beyond any accuracy of the model, and the same on every machine. */
export function round(value: number): number {
  return Number(value.toPrecision(10))
}

/** What the last bits of a product or a quotient may say too much: 10 x 1.1 is a little over 11. */
const DUST = 1e-12

/** Whole things that carry an amount, not one more for the dust of its last bits. */
export function wholeFor(amount: number): number {
  return Math.ceil(amount * (1 - DUST))
}
