import { type AnyPlan, kindOf } from '../kinds/index.ts'
import type { Style } from '../style.ts'

/** What a plan without targets reaches; with targets the verdicts say it already. */
export function speed(plan: AnyPlan, style: Style): string[] {
  const [title, ...lines] = kindOf(plan).speed(plan)
  return [style.title(title), ...lines.map((line) => `  ${line}`)]
}
