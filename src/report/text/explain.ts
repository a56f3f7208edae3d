import { HOURS_PER_MONTH } from '../../cost/money.ts'
import type { Plan } from '../../result/plan.ts'
import {
  count,
  gib,
  percent,
  rate,
  significant,
  usd,
  usdPerHour,
  usdPerMillionTokens,
  usdPerMonth,
} from '../../units.ts'
import type { Style } from '../style.ts'
import { quantity } from '../words.ts'
import { wrap } from '../wrap.ts'

/** A figure with the arithmetic that gave it. */
export interface Derived {
  readonly name: string
  readonly value: string
  readonly formula: string
}

/** The three parts of a derivation, for the formats that print them their own way. */
export function derivations(plan: Plan): { title: string; lines: Derived[] }[] {
  return [
    { title: 'Memory, term by term', lines: memoryLines(plan) },
    { title: 'Speed', lines: speedLines(plan) },
    { title: 'Cost', lines: costLines(plan) },
  ].filter((part) => part.lines.length > 0)
}

export function explain(plan: Plan, style: Style): string[][] {
  return derivations(plan).map(({ title, lines }) => [
    style.title(title),
    ...lines.flatMap(({ name, value, formula }) => [`${name} = ${value}`, ...wrap(formula, '    ')]),
  ])
}

function memoryLines({ memory }: Plan): Derived[] {
  const terms = memory.terms.map(({ name, bytes, source, formula }) => ({
    name,
    value: `${gib(bytes, 3)} (${count(bytes)} bytes, ${source})`,
    formula: formula ?? 'no formula was asked for',
  }))
  return [
    ...terms,
    {
      name: 'total',
      value: `${gib(memory.total_bytes, 3)} (${count(memory.total_bytes)} bytes)`,
      formula: `sum of the terms, of ${count(memory.capacity_bytes)} bytes that the driver reports`,
    },
  ]
}

function speedLines({ performance }: Plan): Derived[] {
  return (performance.derivation ?? []).map(({ name, value, unit, formula }) => ({
    name,
    value: quantity(value, unit),
    formula,
  }))
}

function costLines({ cost, placement }: Plan): Derived[] {
  const { usd_per_hour, usd_per_month, usd_per_million_tokens } = cost
  if (usd_per_hour === null) return []
  const each = usd_per_hour / placement.instances
  const lines: Derived[] = [
    {
      name: 'usd_per_hour',
      value: usdPerHour(usd_per_hour),
      formula: `${count(placement.instances)} x ${usdPerHour(each)} for an instance of ${count(placement.gpus_per_instance)} GPUs`,
    },
  ]
  if (usd_per_month !== null) {
    const billed = usd_per_month / (usd_per_hour * HOURS_PER_MONTH)
    const share = Math.abs(billed - 1) < 1e-9 ? '' : ` x ${percent(billed, 2)} of the hours billed`
    lines.push({
      name: 'usd_per_month',
      value: usdPerMonth(usd_per_month),
      formula: `${usdPerHour(usd_per_hour)} x ${HOURS_PER_MONTH} h${share}`,
    })
    if (usd_per_million_tokens !== null) lines.push(tokenCost(usd_per_month, usd_per_million_tokens))
  }
  return lines
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
