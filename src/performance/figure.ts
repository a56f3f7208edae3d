/** Whole numbers up to here are shown in full: token counts and widths are checked by hand. */
const LARGEST_WHOLE = 1e7

/** A number as formulas show it: whole ones as they are, others by four digits, powers of ten beyond a million. */
export function figure(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < LARGEST_WHOLE) return String(value)
  const rounded = Number(value.toPrecision(4))
  const size = Math.abs(rounded)
  return size >= 1e6 || (size > 0 && size < 1e-3) ? rounded.toExponential().replace('e+', 'e') : String(rounded)
}
