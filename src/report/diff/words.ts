import type { Diff, MoneyLine } from '../../diff/diff.ts'
import type { Effects } from '../../diff/effects.ts'
import type { Change } from '../../diff/fact.ts'
import type { FigureUnit } from '../../diff/figures.ts'
import type { Judgement } from '../../diff/gate.ts'
import { entryOf } from '../../table.ts'
import {
  count,
  gib,
  ms,
  percent,
  rate,
  significant,
  usd,
  usdPerHour,
  usdPerMillionTokens,
  usdPerMonth,
} from '../../units.ts'
import { counted, label, quantity, signedPercent } from '../words.ts'

/** `~`, `+`, `-`: the signs of terraform and infracost. */
export const SIGNS: Readonly<Record<Change['change'], string>> = { changed: '~', added: '+', removed: '-' }

const FIGURES: Readonly<Record<string, string>> = {
  usd_per_hour: 'an hour',
  usd_per_month: 'a month',
  usd_per_million_tokens: 'a million tokens',
  usd_per_run: 'a run',
  rent_usd_per_hour: 'rent, an hour',
  electricity_usd_per_hour: 'electricity, an hour',
  capital_usd_per_hour: 'owned, an hour',
  idle_usd_per_hour: 'of which idle',
  usd: 'in all',
  months_usd: 'billed in the months',
  committed_beyond_usd: 'committed beyond',
  idle_usd: 'of which idle',
}

/** What a line of money pays for: `an hour`, `a run`. Of several kinds of totals only forecasts have `in all`. */
export function figureName({ figure }: Pick<MoneyLine, 'figure'>): string {
  return entryOf(FIGURES, figure) ?? label(figure)
}

/** A figure with its unit. */
export function figureText(value: number, unit: FigureUnit): string {
  switch (unit) {
    case 'usd':
      return usd(value)
    case 'usd/h':
      return usdPerHour(value)
    case 'usd/month':
      return usdPerMonth(value)
    case 'usd/M tokens':
      return usdPerMillionTokens(value)
    case 'usd/run':
      return `${usd(value)}/run`
    case 'bytes':
      return gib(value)
    case 'ms':
      return ms(value)
    case 'hours':
      return `${rate(value)} h`
    case 'share':
      return percent(value)
    case 'percent':
      return `${significant(value, 3)}%`
    case 'rate':
      return `${rate(value)}/s`
    case 'count':
      return count(value)
  }
}

/** Money in a table, the unit standing in the row's name; a dash where there is none. */
export function moneyCell(value: number | null, unit: FigureUnit): string {
  return value === null ? '-' : dollars(value, unit)
}

/** Millions of tokens may cost cents, of which three digits are shown. */
function dollars(value: number, unit: FigureUnit): string {
  return unit === 'usd/M tokens' ? usdPerMillionTokens(value).replace('/M tokens', '') : usd(value)
}

/** `+$2.49`, `-$0.10`, `+$0.00`. */
export function signedUsd(value: number): string {
  return `${value < 0 ? '-' : '+'}${usd(Math.abs(value))}`
}

/** A change of money in a table: nothing where a side has none. */
export function deltaCell({ delta, unit }: Pick<MoneyLine, 'delta' | 'unit'>): string {
  if (delta === null) return ''
  return `${delta < 0 ? '-' : '+'}${dollars(Math.abs(delta), unit)}`
}

export function shareCell({ share }: Pick<MoneyLine, 'share'>): string {
  return share === null || share === 0 ? '' : signedPercent(share)
}

/** The price in one line: `$9.96/h -> $7.47/h (-$2.49/h, -25%)`. */
export function headlineText({ money, old, new: next }: Diff): string {
  const [first] = money
  if (old.status === 'absent') return first?.new == null ? 'new, no plan' : `new, ${figureText(first.new, first.unit)}`
  if (next.status === 'absent')
    return first?.old == null ? 'gone, had no plan' : `gone, was ${figureText(first.old, first.unit)}`
  if (first === undefined)
    return next.status === 'infeasible' ? 'no plan before, no plan now' : 'no price on either side'
  const text = (value: number | null): string => (value === null ? 'no plan' : figureText(value, first.unit))
  const { delta, share } = first
  if (delta === 0) return `${text(first.new)}, unchanged`
  const sign = delta !== null && delta < 0 ? '-' : '+'
  const by =
    delta === null
      ? ''
      : ` (${sign}${figureText(Math.abs(delta), first.unit)}${share === null ? '' : `, ${signedPercent(share)}`})`
  return `${text(first.old)} -> ${text(first.new)}${by}`
}

/** What the change is owed to, in one sentence; null where it cannot be split or nothing moved. */
export function effectsText({ effects, old, new: next }: Diff): string | null {
  if (effects === null) return null
  const { price_usd: price, configuration_usd: configuration, figure, basis } = effects
  if (price === 0 && configuration === 0) return null
  const per = figure === 'usd_per_run' ? ' a run' : '/h'
  if (price === 0) return `All of it is the configuration (${signedUsd(configuration)}${per}): no price moved`
  // The same catalog on both sides has the same prices; what a scenario says of them may differ.
  const source = old.catalog_hash === next.catalog_hash ? 'prices as the scenario states them' : 'the price list'
  if (configuration === 0) return `All of it is ${source} (${signedUsd(price)}${per}): the configuration costs the same`
  return `Of that, ${source} ${signedUsd(price)}${per} and configuration ${signedUsd(configuration)}${per} (${BASES[basis]})`
}

const BASES: Readonly<Record<Effects['basis'], string>> = {
  'old at new prices': 'the old plan at the new prices, then the new plan',
  'new at old prices': 'the new plan at the old prices; the offer of the old plan is not sold any more',
  'nodes known to both': 'the old nodes at the new prices, where both have them',
}

const SECTIONS: Readonly<Record<string, string>> = { memory: 'Memory of the fullest GPU', trust: 'Accuracy' }

export function sectionTitle(section: string): string {
  const title = entryOf(SECTIONS, section)
  if (title !== undefined) return title
  return `${section.slice(0, 1).toUpperCase()}${section.slice(1)}`
}

/** Sections whose entries are names or sentences, shown as they are. */
const VERBATIM = new Set([
  'assumptions',
  'warnings',
  'workloads',
  'commitments',
  'nodes in use',
  'providers',
  'unplaced',
  'months',
])

const KEYS: Readonly<Record<string, string>> = {
  ttft_ms: 'TTFT',
  tpot_ms: 'TPOT',
  request_ms: 'whole request',
  gpus: 'GPUs',
  gpu: 'GPU',
  gpus_per_instance: 'GPUs per instance',
  kv_cache: 'KV cache',
  prices_as_of: 'newest price',
  price_as_of: 'price of',
  loss_percent: 'quality loss',
  step_seconds: 'step',
}

export function keyText({ section, key }: Change): string {
  if (VERBATIM.has(section)) return key
  const target = /^(.*) (limit|met)$/.exec(key)
  if (section === 'targets' && target !== null) return `${label(target[1] ?? '')} ${target[2]}`
  return (Object.hasOwn(KEYS, key) ? KEYS[key] : undefined) ?? (key.includes('/') ? key : label(key))
}

/** Old and new of a line: `8 -> 4 (-4, -50%)`, or the one value of what came or went. */
export function valueText({ change, old, new: next, delta, share, unit, section }: Change): string {
  const text = (value: number | string | null): string => sideText(value, unit)
  if (change === 'added') return next === '' || next === null ? '' : text(next)
  if (change === 'removed') return old === '' || old === null ? '' : text(old)
  const arrow = `${text(old)} -> ${text(next)}`
  if (delta === null || section === 'configuration') return arrow
  return `${arrow}${share === null ? '' : ` (${signedPercent(share)})`}`
}

function sideText(value: number | string | null, unit: string): string {
  if (value === null) return 'none'
  if (typeof value === 'string') return value
  if (unit === 'nodes') return counted(value, 'node')
  return unit === 'usd/h' ? usdPerHour(value) : quantity(value, unit)
}

/** A gate's verdict: `cost>+5%: the cost an hour is up by 20.5%`. */
export function judgementText({ expression, measured, measure, unit, failed, figure }: Judgement): string {
  if (measured === null) return `${expression}: ${figureLabel(figure)} cannot be judged: it is not known on both sides`
  const size = measure === 'share' ? shareSize(measured) : figureText(Math.abs(measured), unit)
  const is = measure === 'value' ? size : measured === 0 ? 'unchanged' : `${measured < 0 ? 'down' : 'up'} by ${size}`
  return `${expression}: ${figureLabel(figure)} is ${is}${failed ? '' : ', passed'}`
}

/** A share without its sign, with as many digits as keep it from reading zero. */
function shareSize(share: number): string {
  const size = Math.abs(share)
  return percent(size, size < 0.001 ? 4 : 1)
}

const SUBJECTS: Readonly<Record<string, string>> = {
  gpus: 'the number of GPUs',
  replicas: 'the number of replicas',
  commitments: 'the number of commitments',
  unplaced: 'the number of unplaced workloads',
  memory: 'memory of the fullest GPU',
  mfu: 'MFU',
}

function figureLabel(figure: string): string {
  const subject = entryOf(SUBJECTS, figure)
  if (subject !== undefined) return subject
  const name = entryOf(FIGURES, figure)
  return name === undefined ? label(figure) : `the cost ${name}`
}

/** Sections in the order of the changes, with their lines. */
export function bySection(changes: readonly Change[]): { section: string; changes: Change[] }[] {
  const sections = [...new Set(changes.map((change) => change.section))]
  return sections.map((section) => ({ section, changes: changes.filter((change) => change.section === section) }))
}

/** `3 changed, 1 added, 2 removed`. */
export function countsText(changes: readonly Change[]): string {
  const kinds = ['changed', 'added', 'removed'] as const
  const parts = kinds.flatMap((kind) => {
    const number = changes.filter(({ change }) => change === kind).length
    return number === 0 ? [] : [`${number} ${kind}`]
  })
  return parts.join(', ')
}
