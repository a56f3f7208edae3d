/** The months of a forecast by name: `monthsFrom('2027-11', 3)` -> 2027-11, 2027-12, 2028-01. */
export function monthsFrom(start: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => monthAfter(start, index))
}

/** The month `count` months after `month`, YYYY-MM. */
export function monthAfter(month: string, count: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number)
  const months = year * 12 + number - 1 + count
  return `${String(Math.floor(months / 12)).padStart(4, '0')}-${String((months % 12) + 1).padStart(2, '0')}`
}

/** (1 + percent / 100) ^ t for t = 0 .. months - 1. */
export function compound(percent: number, months: number): number[] {
  return Array.from({ length: months }, (_, t) => (1 + percent / 100) ** t)
}
