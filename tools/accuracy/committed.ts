import type { SummaryRow, Validation } from '../../src/measurements/validation.ts'

/** Errors that may not get worse: `kind quantity group` -> count, median, 90th percentile. */
export type CommittedErrors = Readonly<Record<string, readonly [count: number, median: number, p90: number]>>

/** Groups of fewer records move with every one of them. */
const LEAST_RECORDS = 3
const DIGITS = 4

export function committedErrors({ summary }: Validation): CommittedErrors {
  const digits = (value: number): number => Number(value.toPrecision(DIGITS))
  const kept = summary.filter((row) => row.count >= LEAST_RECORDS && !row.group.startsWith('outcome'))
  return Object.fromEntries(kept.map((row) => [keyOf(row), [row.count, digits(row.median), digits(row.p90)] as const]))
}

export function keyOf({ kind, quantity, group }: SummaryRow): string {
  return `${kind} ${quantity} ${group}`
}
