import { didYouMean } from '../catalog/suggest.ts'
import { inputError } from '../scenario/diagnostic.ts'
import { parseBytes, parseCount, parseDuration, parsePercent, parseUsd } from '../units.ts'
import type { DiffableKind, DiffableResult } from './any-result.ts'
import type { Judgement } from './document.ts'
import { difference } from './fact.ts'
import { allFigureNames, type FigureUnit, figuresOf } from './figures.ts'

export type { Judgement } from './document.ts'

type Operator = '>' | '>=' | '<' | '<='

/** A condition on which a comparison fails: `cost>+5%`, `gpus>+2`, `ttft>=500`. */
export interface Gate {
  /** As it was written. */
  readonly text: string
  readonly figure: string
  readonly operator: Operator
  /** What the figure is held against: its value now, how much it grew, or by which share. */
  readonly measure: 'value' | 'delta' | 'share'
  /** The limit as written, without its sign where the measure is a value. */
  readonly limit: string
  /** Column of the figure and of the limit in the text, from 1. */
  readonly columns: { readonly figure: number; readonly limit: number }
}

const SHAPE = /^(\s*)([A-Za-z_]\w*)(\s*)(>=|<=|>|<)(\s*)(\S.*)$/

/**
 * Reads `FIGURE OPERATOR LIMIT`. A limit with a sign is a change: `+5%` a share of the old value, `+10` or `-2GiB` units of the figure.
 * Without a sign it is the new value itself: `1000`, `$20k`, `70GiB`, `500ms`.
 * @throws InputError with the place in the expression.
 */
export function parseGate(text: string): Gate {
  const match = SHAPE.exec(text)
  if (match === null) throw shapeError(text)
  const [, lead = '', figure = '', gap = '', operator = '>', space = '', rest = ''] = match
  const columns = {
    figure: lead.length + 1,
    limit: lead.length + figure.length + gap.length + operator.length + space.length + 1,
  }
  const known = allFigureNames()
  if (!known.includes(figure)) {
    throw gateError(
      text,
      columns.figure,
      `no figure is called ${JSON.stringify(figure)}`,
      didYouMean(figure, known) ?? `one of ${known.join(', ')}`,
    )
  }
  const limit = rest.trim()
  const signed = /^[+-]/.test(limit)
  const measure = signed ? (limit.endsWith('%') ? 'share' : 'delta') : 'value'
  return { text, figure, operator: operator as Operator, measure, limit, columns }
}

/** The sooner of the two mistakes: no figure at the start, or nothing to hold it against. */
function shapeError(text: string): Error {
  const name = /^\s*([A-Za-z_]\w*)?\s*/.exec(text)
  const start = name?.[1] === undefined ? 1 : (name[0]?.length ?? 0) + 1
  const rest = text.slice(start - 1)
  const operator = /^(>=|<=|>|<)\s*$/.exec(rest)
  const what =
    name?.[1] === undefined
      ? 'a figure is missing'
      : operator !== null
        ? 'a limit is missing'
        : `expected > or <, got ${JSON.stringify(rest)}`
  return gateError(text, operator === null ? start : text.length + 1, what)
}

function gateError(text: string, column: number, message: string, hint = 'e.g. cost>+5%, gpus>+2, ttft>500'): Error {
  return inputError(`--fail-on ${JSON.stringify(text)}, column ${column}: ${message}`, { hint })
}

/**
 * Holds a comparison against a gate.
 * @throws InputError where results of the kind do not have the figure, or the limit is not written in its unit.
 */
export function judge(
  gate: Gate,
  kind: DiffableKind,
  old: DiffableResult | null,
  next: DiffableResult | null,
): Judgement {
  const figure = figuresOf(kind).get(gate.figure)
  if (figure === undefined) {
    const names = [...figuresOf(kind).keys()]
    const message = `results of kind ${kind} have no figure ${JSON.stringify(gate.figure)}`
    throw gateError(gate.text, gate.columns.figure, message, `one of ${names.join(', ')}`)
  }
  const value = (result: DiffableResult | null): number | null => (result === null ? null : figure.of(result))
  return judgeValues(gate, figure, value(old), value(next))
}

/**
 * The same where the figure is known on both sides; null where it is not.
 * @throws InputError where the limit is not written in the figure's unit.
 */
export function judgeValues(
  gate: Gate,
  { name, unit }: { readonly name: string; readonly unit: FigureUnit },
  old: number | null,
  next: number | null,
): Judgement {
  const limit = limitOf(gate, unit)
  const measured = measureOf(gate.measure, old, next)
  const { text: expression, measure } = gate
  const failed = measured === null || holds(measured, gate.operator, limit)
  return { expression, figure: name, measure, measured, limit, unit, failed }
}

function measureOf(measure: Gate['measure'], old: number | null, next: number | null): number | null {
  if (measure === 'value') return next
  const { delta, share } = difference(old, next)
  return measure === 'delta' ? delta : share
}

function holds(value: number, operator: Operator, limit: number): boolean {
  switch (operator) {
    case '>':
      return value > limit
    case '>=':
      return value >= limit
    case '<':
      return value < limit
    case '<=':
      return value <= limit
  }
}

function limitOf({ measure, limit, text, columns }: Gate, unit: FigureUnit): number {
  const value = measure === 'share' ? parsePercent(limit) : readIn(unit, limit)
  if (value !== undefined && Number.isFinite(value)) return value
  const examples = EXAMPLES[unit]
  const sign = measure === 'value' && limit.endsWith('%') ? `a change carries its sign: +${limit}` : undefined
  const message = `${JSON.stringify(limit)} is no limit of a figure in ${NAMES[unit]}`
  throw gateError(text, columns.limit, message, sign ?? `e.g. ${examples} or +5%`)
}

/** A limit in the unit of its figure; a bare number is in that unit already. */
function readIn(unit: FigureUnit, text: string): number | undefined {
  switch (unit) {
    case 'usd':
    case 'usd/h':
    case 'usd/month':
    case 'usd/M tokens':
    case 'usd/run':
      return parseUsd(text.replace(/^([+-])\$/, '$1').replace(/^\+/, ''))
    case 'bytes':
      return parseBytes(text) ?? parseCount(text)
    case 'ms': {
      const seconds = parseDuration(text)
      return seconds === undefined ? parseCount(text) : seconds * 1000
    }
    case 'hours': {
      const seconds = parseDuration(text)
      return seconds === undefined ? parseCount(text) : seconds / 3600
    }
    case 'share':
      return parsePercent(text) ?? parseCount(text)
    case 'percent': {
      const share = parsePercent(text)
      return share === undefined ? parseCount(text) : share * 100
    }
    case 'rate':
    case 'count':
      return parseCount(text)
  }
}

const NAMES: Readonly<Record<FigureUnit, string>> = {
  usd: 'US dollars',
  'usd/h': 'US dollars an hour',
  'usd/month': 'US dollars a month',
  'usd/M tokens': 'US dollars a million tokens',
  'usd/run': 'US dollars a run',
  bytes: 'bytes',
  ms: 'milliseconds',
  hours: 'hours',
  share: 'shares',
  percent: 'percent',
  rate: 'units a second',
  count: 'whole numbers',
}

const EXAMPLES: Readonly<Record<FigureUnit, string>> = {
  usd: '50k',
  'usd/h': '12.50',
  'usd/month': '8000',
  'usd/M tokens': '0.50',
  'usd/run': '500',
  bytes: '70GiB',
  ms: '500',
  hours: '72',
  share: '0.4',
  percent: '1',
  rate: '1000',
  count: '8',
}
