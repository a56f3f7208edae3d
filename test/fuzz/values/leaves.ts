/** Where a value stands in plain data: keys and indices, outermost first. */
export type Place = readonly (string | number)[]

/** The places of all values that are no map or list, those of a document that would be typed by hand. */
export function leavesOf(value: unknown, place: Place = []): Place[] {
  if (Array.isArray(value)) return value.flatMap((each, index) => leavesOf(each, [...place, index]))
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, each]) => leavesOf(each, [...place, key]))
  return [place]
}

export function valueAt(value: unknown, place: Place): unknown {
  return place.reduce((inner, step) => (inner as Record<string | number, unknown>)[step], value)
}

/** A copy with another value at a place. */
export function replaced(value: unknown, place: Place, other: unknown): unknown {
  const [step, ...rest] = place
  if (step === undefined) return other
  if (Array.isArray(value)) return value.map((each, index) => (index === step ? replaced(each, rest, other) : each))
  const map = value as Record<string, unknown>
  return { ...map, [step]: replaced(map[step], rest, other) }
}

/** Whether a value is a number, or a text that a reader takes for one: `1M`, `5%`, `72h`. */
export function isNumeric(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && /^\$?-?[\d.,]+\s?[A-Za-z%]{0,3}$/.test(value))
}

/** As the text of a file: what JSON has no number for stands as YAML writes it. */
export function textOf(value: unknown): string {
  return JSON.stringify(value, (_, each) => (each instanceof Written ? `\u0001${each.text}\u0001` : each)).replace(
    /"\\u0001(.*?)\\u0001"/g,
    '$1',
  )
}

/** A number exactly as a file has it, which a number of JavaScript would not keep. */
export class Written {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** Numbers at the edges: of what a double holds, of rounding, of counting; and what is none. */
export const NUMBERS: readonly Written[] = [
  ...['1e308', '-1e308', '1.7976931348623157e308', '1e309', '-0', '-0.0', '0', '-1', '1e-320', '5e-324', '1e-9'],
  ...[
    '0.30000000000000004',
    '9007199254740993',
    '9007199254740991',
    '4294967296',
    '1e15',
    '1e21',
    '0.5',
    '.nan',
    '.inf',
    '-.inf',
  ],
].map((text) => new Written(text))

/** Words and shapes that are mistaken for others: names that every object inherits, maps that have them, texts of many kinds. */
export const ODD: readonly unknown[] = [
  ...[
    'constructor',
    '__proto__',
    'toString',
    'valueOf',
    '',
    ' ',
    'null',
    'NaN',
    '1e999',
    '0x10',
    '1_000',
    '1k',
    '-5%',
    '99999999999999999999',
  ],
  ...[null, true, [], {}, [[]], [null], { toString: 1, valueOf: 1 }, [{ toString: 1 }], { toJSON: 1 }, { length: 5 }],
  ...['a', '9', ' ', '1m', '%'].map((piece) => `1${piece.repeat(50_000)}x`),
  ...['0-999999999', '0-4294967295/3', `0-9${'9'.repeat(400)}`, '5-1'],
]
