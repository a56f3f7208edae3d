import { HOURS_PER_MONTH } from '../../../cost/money.ts'
import type { Plan } from '../../../result/plan.ts'
import { percent, rate, significant, usd, usdPerHour, usdPerMillionTokens, usdPerMonth } from '../../../units.ts'
import type { Derived } from '../kind.ts'

/** The month and the million tokens that an hourly price comes to. */
export function costLines({ cost }: Plan, usdHour: number): Derived[] {
  const { usd_per_month, usd_per_million_tokens } = cost
  if (usd_per_month === null) return []
  const billed = usd_per_month / (usdHour * HOURS_PER_MONTH)
  const share = Math.abs(billed - 1) < 1e-9 ? '' : ` x ${percent(billed, 2)} of the hours billed`
  const month = {
    name: 'usd_per_month',
    value: usdPerMonth(usd_per_month),
    formula: `${usdPerHour(usdHour)} x ${HOURS_PER_MONTH} h${share}`,
  }
  return usd_per_million_tokens === null ? [month] : [month, tokenCost(usd_per_month, usd_per_million_tokens)]
}

/** Tokens follow from the two prices, so the line checks one against the other. */
function tokenCost(usdMonth: number, usdMillion: number): Derived {
  const millions = usdMonth / usdMillion
  return {
    name: 'usd_per_million_tokens',
    value: usdPerMillionTokens(usdMillion),
    formula: `${usd(usdMonth)} a month / ${significant(millions, 6)} million tokens of mean traffic a month, input and output (${rate((millions * 1e6) / (HOURS_PER_MONTH * 3600))} a second)`,
  }
}
