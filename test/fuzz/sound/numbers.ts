import { pathText } from '../../../src/scenario/diagnostic.ts'

/** Numbers that are none, minus zeros and keys without a value, anywhere in plain data. */
export function numberFlaws(value: unknown, path: readonly (string | number)[] = []): string[] {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return [`${pathText(path)} is ${value}`]
    return Object.is(value, -0) ? [`${pathText(path)} is minus zero`] : []
  }
  if (Array.isArray(value)) return value.flatMap((item, index) => numberFlaws(item, [...path, index]))
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, item]) => numberFlaws(item, [...path, key]))
  return value === undefined ? [`${pathText(path)} is undefined`] : []
}

/** Figures are rounded to ten digits before they are added up. */
const SHARE = 1e-8

/** Whether two figures are the same but for rounding. */
export function same(a: number, b: number): boolean {
  return Math.abs(a - b) <= SHARE * Math.max(Math.abs(a), Math.abs(b))
}

/** Whether a figure is the sum of its parts but for the rounding of each. */
export function isSum(total: number, parts: readonly number[]): boolean {
  const sum = parts.reduce((all, part) => all + part, 0)
  const size = parts.reduce((all, part) => all + Math.abs(part), Math.abs(total))
  return Math.abs(total - sum) <= SHARE * size
}
