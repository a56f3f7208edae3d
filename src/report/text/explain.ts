import { count, gib, usdPerHour } from '../../units.ts'
import { type AnyPlan, type Derived, kindOf } from '../kinds/index.ts'
import type { Style } from '../style.ts'
import { quantity } from '../words.ts'
import { wrap } from '../wrap.ts'

/** The three parts of a derivation, for the formats that print them their own way. */
export function derivations(plan: AnyPlan): { title: string; lines: Derived[] }[] {
  return [
    { title: 'Memory, term by term', lines: memoryLines(plan) },
    { title: 'Speed', lines: speedLines(plan) },
    { title: 'Cost', lines: costLines(plan) },
  ].filter((part) => part.lines.length > 0)
}

export function explain(plan: AnyPlan, style: Style): string[][] {
  return derivations(plan).map(({ title, lines }) => [
    style.title(title),
    ...lines.flatMap(({ name, value, formula }) => [`${name} = ${value}`, ...wrap(formula, '    ')]),
  ])
}

function memoryLines({ memory }: AnyPlan): Derived[] {
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

function speedLines(plan: AnyPlan): Derived[] {
  const derived = (plan.performance.derivation ?? []).map(({ name, value, unit, formula }) => ({
    name,
    value: quantity(value, unit),
    formula,
  }))
  return [...derived, ...kindOf(plan).speedLines(plan)]
}

function costLines(plan: AnyPlan): Derived[] {
  const { usd_per_hour } = plan.cost
  const { instances, gpus_per_instance } = plan.placement
  if (usd_per_hour === null) return []
  return [
    {
      name: 'usd_per_hour',
      value: usdPerHour(usd_per_hour),
      formula: `${count(instances)} x ${usdPerHour(usd_per_hour / instances)} for an instance of ${count(gpus_per_instance)} GPUs`,
    },
    ...kindOf(plan).costLines(plan, usd_per_hour),
  ]
}
