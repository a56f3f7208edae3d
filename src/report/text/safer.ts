import type { PlanAccuracy } from '../../result/accuracy.ts'
import { type AnyPlan, kindOf } from '../kinds/index.ts'
import { gpusCell } from '../words.ts'

const RANK: Readonly<Record<PlanAccuracy['verdict'], number>> = { safe: 0, tight: 1, optimistic: 2 }

/** The first of the plans listed beside a doubtful one that the record trusts more; null where there is none. */
export function saferSentence(best: AnyPlan, alternatives: readonly AnyPlan[]): string | null {
  const { accuracy } = best
  if (accuracy === null) return null
  const safer = alternatives.find(
    (plan) => plan.accuracy !== null && RANK[plan.accuracy.verdict] < RANK[accuracy.verdict],
  )
  if (safer?.accuracy == null) return null
  const kind = kindOf(safer)
  const price = kind.price(safer)
  const money = price === null ? '' : ` at ${kind.priceText(price)}`
  return `First of these that is ${safer.accuracy.verdict} by the record of measured runs: ${gpusCell(safer)}, ${kind.short(safer)}${money}`
}
