import { verdictLines } from '../accuracy.ts'
import { type AnyPlan, kindOf } from '../kinds/index.ts'
import { MARKS, type Style } from '../style.ts'
import { placementText } from '../words.ts'
import { wrap } from '../wrap.ts'

/** A plan in one sentence: what to rent, how to use it, what it costs. */
export function planSentence(plan: AnyPlan): string {
  const kind = kindOf(plan)
  const how = `${placementText(plan)}, ${kind.how(plan)}`
  const money = kind.money(plan)
  return money === null ? `${how} (no price known)` : `${how}: ${money}`
}

/** The answer in one sentence, and under it what the plan is made of and reaches. */
export function answer(title: string, plan: AnyPlan, style: Style): string[] {
  const kind = kindOf(plan)
  return titled(title, plan, [...kind.makeup(plan), ...kind.reaches(plan)], style)
}

/** The same for a configuration that was given, where no workload is known. */
export function givenPlan(title: string, plan: AnyPlan, style: Style): string[] {
  return titled(title, plan, kindOf(plan).makeup(plan), style)
}

function titled(title: string, plan: AnyPlan, facts: readonly string[], style: Style): string[] {
  return [
    ...wrap(`${title}: ${planSentence(plan)}`).map(style.title),
    ...wrap([...facts, kindOf(plan).trust(plan)].join(` ${MARKS.item} `)).map(style.faint),
    ...verdictLines(plan, style),
  ]
}
