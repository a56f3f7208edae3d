import type { DerivationLine } from '../src/performance/explain.ts'

/**
 * Computes what a derivation prints, as a reader with a pocket calculator would: numbers, `x`, `/`, `of`, `+`, `-`, `^`, `max`, `min`
 * and parentheses. Words are names; what stands before a colon says what is meant; a parenthesis right after a quantity is a remark, and
 * so is everything after a semicolon.
 * Times come out in seconds and sizes in bytes.
 */
export function computed(formula: string): number {
  const tokens = tokensOf(formula.replace(/^[^()]*?: /, ''))
  let at = 0
  const peek = (): string | undefined => tokens[at]
  const take = (): string => {
    const token = tokens[at++]
    if (token === undefined) throw new Error(`the derivation ends early: ${formula}`)
    return token
  }
  const fail = (what: string): never => {
    throw new Error(`${what} at ${tokens.slice(0, at + 1).join(' ')} of: ${formula}`)
  }

  /** `9 of 51 sizes` is a share of them; `ms of host time` is a name. */
  const isShare = (token: string | undefined): boolean => token === 'of' && /^\d/.test(tokens[at + 1] ?? '')

  /** Names and units after a quantity, and remarks in parentheses. */
  const scaled = (value: number): number => {
    let result = value
    for (let next = peek(); next !== undefined; next = peek()) {
      if (next === '(') skipRemark()
      else if (isWord(next) && !isShare(next)) result *= SCALE[take()] ?? 1
      else break
    }
    return result
  }
  const skipRemark = (): void => {
    let depth = 0
    do {
      const token = take()
      if (token === '(' || FUNCTIONS.has(token)) depth += 1
      if (token === ')') depth -= 1
    } while (depth > 0)
  }
  const operand = (): number => {
    while (isWord(peek()) || peek() === ',') take()
    const token = take()
    if (FUNCTIONS.has(token)) {
      const values = [sum()]
      while (peek() === ',') {
        take()
        values.push(sum())
      }
      if (take() !== ')') fail('an unclosed parenthesis')
      return scaled(token === 'max(' ? Math.max(...values) : Math.min(...values))
    }
    if (token === '(') {
      const value = sum()
      if (take() !== ')') fail('an unclosed parenthesis')
      return scaled(value)
    }
    const value = Number(token.replaceAll(',', ''))
    return Number.isNaN(value) ? fail('no number') : scaled(value)
  }
  const power = (): number => {
    let value = operand()
    while (peek() === '^') {
      take()
      value **= operand()
    }
    return value
  }
  const product = (): number => {
    let value = power()
    for (let next = peek(); next === 'x' || next === '/' || isShare(next); next = peek()) {
      take()
      value = next === 'x' ? value * power() : value / power()
    }
    return value
  }
  const sum = (): number => {
    let value = product()
    for (let next = peek(); next === '+' || next === '-'; next = peek()) {
      take()
      value = next === '+' ? value + product() : value - product()
    }
    return value
  }

  // Only words: nothing is there, and nothing is counted.
  if (tokens.every((token) => isWord(token))) return 0
  const result = sum()
  return at === tokens.length || peek() === ';' ? result : fail('two quantities without an operator between them')
}

/** Printed figures are rounded to three or four digits, and differences of them lose some. */
const ROUNDING = 0.005
/** Sizes in GiB are printed to a thousandth; a term may hold several. */
const SMALLEST_BYTES = 4 * 2 ** 20

/** What is wrong with the derivation of a size in bytes, or null. */
export function wrongBytes(formula: string, bytes: number): string | null {
  const here = computed(formula)
  return Math.abs(here - bytes) <= bytes * ROUNDING + SMALLEST_BYTES ? null : `${bytes}, but ${formula} is ${here}`
}

const SECONDS: Readonly<Record<string, number>> = { ms: 1e-3, us: 1e-6 }
/** Shorter than any time that is printed. */
const SMALLEST_SECONDS = 1e-9

/** What is wrong with a line of the derivation of a speed, or null. */
export function wrongLine({ name, value, unit, formula }: DerivationLine): string | null {
  const expected = value * (SECONDS[unit] ?? 1)
  const here = computed(formula)
  const slack = Math.abs(expected) * ROUNDING + SMALLEST_SECONDS
  return Math.abs(here - expected) <= slack ? null : `${name}: ${expected}, but ${formula} is ${here}`
}

const SCALE: Readonly<Record<string, number>> = { ms: 1e-3, us: 1e-6, GiB: 2 ** 30, MiB: 2 ** 20 }
const FUNCTIONS = new Set(['max(', 'min('])

const isWord = (token: string | undefined): boolean =>
  token !== undefined && /^[A-Za-z]/.test(token) && !FUNCTIONS.has(token) && token !== 'x'

function tokensOf(formula: string): string[] {
  const tokens = formula.match(/max\(|min\(|[A-Za-z][\w./'-]*|\d[\d,]*(?:\.\d+)?(?:e-?\d+)?(?!\w)|[-+/^(),;]/g) ?? []
  // A comma that separates is not a part of a number.
  return tokens.flatMap((token) => (/^\d.*,$/.test(token) ? [token.slice(0, -1), ','] : [token]))
}
