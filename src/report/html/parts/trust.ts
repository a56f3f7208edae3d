import type { BandedFigure } from '../../../result/accuracy.ts'
import { count } from '../../../units.ts'
import type { AnyPlan } from '../../kinds/index.ts'
import type { Column } from '../../table.ts'
import { quantity } from '../../words.ts'
import { type Html, html } from '../html.ts'
import { htmlTable } from '../table.ts'

const FIGURES: Readonly<Record<BandedFigure['name'], string>> = {
  memory: 'memory of a GPU',
  ttft: 'TTFT',
  tpot: 'TPOT',
  rate: 'output rate',
  tokens_per_second: 'tokens a second',
  hours: 'hours',
}

const HEAD: readonly Column[] = [
  { title: 'figure' },
  { title: 'predicted', align: 'right' },
  { title: '4 of 5 runs within', align: 'right' },
  { title: '19 of 20 above', align: 'right' },
  { title: '19 of 20 below', align: 'right' },
  { title: 'measured on' },
]

/** What stands behind the predicted figures: the bands of measured runs that took no part in the fit. */
export function recordTable({ accuracy }: AnyPlan): Html | null {
  if (accuracy === null || accuracy.figures.length === 0) return null
  const rows = accuracy.figures.map(({ name, value, unit, plus_minus: band, low, high, basis }) => [
    FIGURES[name],
    quantity(value, unit),
    `± ${quantity(band, unit)}`,
    quantity(low, unit),
    quantity(high, unit),
    basis,
  ])
  return html`<h3>Record on measured runs</h3>${htmlTable(HEAD, rows, { label: 'Record on measured runs' })}`
}

/** Offers that the plans stand on, with the day of their price. */
export function pricesTable(plans: readonly AnyPlan[]): Html | null {
  const offers = new Map<string, AnyPlan>()
  for (const plan of plans) {
    const { offer } = plan.placement
    if (offer !== null && !offers.has(offer)) offers.set(offer, plan)
  }
  if (offers.size === 0) return null
  const rows = [...offers].map(([offer, { placement, cost }]) => [
    offer,
    placement.pricing ?? '-',
    quantity((cost.usd_per_hour ?? 0) / placement.instances, 'usd'),
    `${count(placement.gpus_per_instance)} x ${placement.gpu}`,
    cost.price_as_of ?? 'no date',
  ])
  const head: readonly Column[] = [
    { title: 'offer' },
    { title: 'pricing' },
    { title: '$/h of an instance', align: 'right' },
    { title: 'GPUs of an instance' },
    { title: 'price of' },
  ]
  return html`<h3>Prices</h3>${htmlTable(head, rows, { label: 'Prices by offer' })}`
}
