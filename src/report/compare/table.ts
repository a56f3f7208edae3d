import { gib, rate, usd } from '../../units.ts'
import { kindOf, kinds } from '../kinds/index.ts'
import { MARKS } from '../style.ts'
import type { Column } from '../table.ts'
import { gpusCell, label, missed, placementText, signedPercent } from '../words.ts'
import type { Compared } from './options.ts'

/** Titles of pace and price: those of the one kind, or neutral ones where options of several kinds stand side by side. */
function titles(rows: readonly Compared[]): { readonly pace: string; readonly price: string; readonly mixed: boolean } {
  const present = [...new Set(rows.map((row) => row.kind))].filter((kind) => kind !== null)
  const [only] = present
  if (only === undefined || present.length > 1) return { pace: 'pace', price: 'price', mixed: true }
  return { pace: kinds[only].paceTitle, price: kinds[only].priceTitle, mixed: false }
}

/** The columns that every format shows. */
export function columns(rows: readonly Compared[]): Column[] {
  const { pace, price } = titles(rows)
  return [
    { title: 'GPUs', least: 8 },
    { title: 'plan', spare: true },
    { title: 'memory', align: 'right' },
    { title: pace, align: 'right' },
    { title: price, align: 'right' },
  ]
}

/** Writes one option as cells under {@link columns} of all rows. An infeasible one shows the configuration that came closest. */
export function cellsOf(rows: readonly Compared[]): (row: Compared) => string[] {
  const { mixed } = titles(rows)
  return ({ plan }) => {
    if (plan === null) return ['-', '-', '-', '-', '-']
    const kind = kindOf(plan)
    const pace = kind.pace(plan)
    const price = kind.price(plan)
    return [
      gpusCell(plan),
      kind.short(plan),
      gib(plan.memory.total_bytes),
      pace === null ? '-' : mixed ? kind.paceText(pace) : rate(pace),
      price === null ? '-' : mixed ? kind.priceText(price) : usd(price),
    ]
  }
}

/** `cheapest`, or what the option costs beside that one. */
export function versusCell({ cheapest, versusCheapest, status }: Compared): string {
  if (cheapest) return 'cheapest'
  if (versusCheapest === null || status !== 'optimal') return '-'
  return signedPercent(versusCheapest)
}

/** What the option lost on, as people call it. */
export function lostCell({ lostOn }: Compared): string {
  return lostOn.map(label).join(', ')
}

/** Why an option has no plan, in one sentence; null where it has one. */
export function whyNot({ option, status, plan, violations, lostOn, errors }: Compared): string | null {
  if (status === 'optimal') return null
  if (status === 'failed') return `${option} was not planned: ${errors.join('; ')}`
  if (plan !== null)
    return `${option}: no plan; the closest, ${placementText(plan)}, ${kindOf(plan).how(plan)}, ${missed(violations)}`
  return lostOn.length === 0
    ? `${option}: no plan; nothing is left to choose from`
    : `${option}: no plan; most falls out by ${lostOn.map(label).join(', ')}`
}

/** Tick, cross, or nothing. */
export function verdictMark({ cheapest, status }: Compared): string {
  if (cheapest) return MARKS.good
  return status === 'optimal' ? '' : MARKS.bad
}
