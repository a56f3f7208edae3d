import type { Random } from '../random.ts'

/** Bytes that some reader takes for something else: marks of YAML, JSON and CSV, names of prototypes, numbers at the edge, bad UTF-8. */
const TELLING: readonly Buffer[] = [
  ...'"\'[]{}:,&*!|>%@#?-'.split(''),
  ...['\0', '\u001b[2J', '\t', '\r', '\n', '\u0085', '\u2028', '\u202e', '\uFEFF', '\ud83d\ude00'],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'length', 'hasOwnProperty', 'toJSON'],
  ...[
    '1e999',
    '-1e999',
    '-0',
    '1e-320',
    '9007199254740993',
    '0x10',
    '.inf',
    '-.inf',
    '.nan',
    'NaN',
    'Infinity',
    'null',
  ],
  ...[
    '<<: *a',
    '&a ',
    '*a',
    '!!binary ',
    '!!timestamp ',
    '!!js/function ',
    '---\n',
    '...\n',
    '%YAML 1.1\n',
    '? ',
    '"__proto__":',
  ],
]
  .map((text) => Buffer.from(text))
  .concat([Buffer.from([0xff]), Buffer.from([0xc3, 0x28]), Buffer.from([0xed, 0xa0, 0x80]), Buffer.alloc(8, 0xff)])

const LONGEST_CUT = 64
const LONG_LINE = 70_000
const MOST_REPEATS = 300

type Mutation = (bytes: Buffer, random: Random, other: Buffer) => Buffer

/** What can happen to a file on its way: on a disk, in an editor, at the hands of someone who wishes ill. */
const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'flip a bit': (bytes, random) => {
    if (bytes.length === 0) return bytes
    const copy = Buffer.from(bytes)
    const at = place(bytes, random)
    copy.writeUInt8((bytes[at] ?? 0) ^ (1 << random.whole(0, 7)), at)
    return copy
  },
  delete: (bytes, random) => {
    const at = place(bytes, random)
    return spliced(bytes, at, at + random.whole(1, LONGEST_CUT), Buffer.alloc(0))
  },
  'insert noise': (bytes, random) => {
    const noise = Buffer.from(Array.from({ length: random.whole(1, 8) }, () => random.whole(0, 255)))
    return spliced(bytes, place(bytes, random), undefined, noise)
  },
  'insert something telling': (bytes, random) => spliced(bytes, place(bytes, random), undefined, random.pick(TELLING)),
  'replace a word': (bytes, random) => {
    const [start, end] = wordAt(bytes, place(bytes, random))
    return spliced(bytes, start, end, random.pick(TELLING))
  },
  'say a piece twice': (bytes, random) => {
    const at = place(bytes, random)
    const piece = bytes.subarray(at, at + random.whole(1, 400))
    return spliced(bytes, place(bytes, random), undefined, piece)
  },
  'repeat a piece': (bytes, random) => {
    const at = place(bytes, random)
    const piece = bytes.subarray(at, at + random.whole(1, 40))
    return spliced(bytes, at, undefined, Buffer.concat(Array(random.whole(2, MOST_REPEATS)).fill(piece)))
  },
  'continue with another file': (bytes, random, other) =>
    Buffer.concat([bytes.subarray(0, place(bytes, random)), other.subarray(place(other, random))]),
  truncate: (bytes, random) => bytes.subarray(0, place(bytes, random)),
  'make digits nines': (bytes, random) => {
    const copy = Buffer.from(bytes)
    const at = place(bytes, random)
    const end = Math.min(bytes.length, at + random.whole(1, 300))
    for (let index = at; index < end; index++) if (isDigit(copy[index])) copy.writeUInt8(NINE, index)
    return copy
  },
  'lengthen a number': (bytes, random) => {
    const at = bytes.findIndex((byte, index) => index >= place(bytes, random) && isDigit(byte))
    return at < 0 ? bytes : spliced(bytes, at, undefined, Buffer.alloc(random.whole(1, 400), NINE))
  },
  'drop a line': (bytes, random) => {
    const at = place(bytes, random)
    const end = bytes.indexOf('\n', at)
    return spliced(bytes, bytes.lastIndexOf('\n', at) + 1, end < 0 ? bytes.length : end + 1, Buffer.alloc(0))
  },
  'lengthen a line': (bytes, random) =>
    spliced(bytes, place(bytes, random), undefined, Buffer.alloc(LONG_LINE, random.pick(['a', '9', ' ', '"', ',']))),
  'end lines with CRLF': (bytes) => Buffer.from(bytes.toString('latin1').replaceAll('\n', '\r\n'), 'latin1'),
  'end lines with CR': (bytes) => Buffer.from(bytes.toString('latin1').replaceAll('\n', '\r'), 'latin1'),
  'begin with a mark of UTF-8': (bytes) => Buffer.concat([Buffer.from('\uFEFF'), bytes]),
  'write as UTF-16, little end first': (bytes) => Buffer.from(`\uFEFF${bytes.toString()}`, 'utf16le'),
  'write as UTF-16, big end first': (bytes) => swapped(Buffer.from(`\uFEFF${bytes.toString()}`, 'utf16le')),
  'write as UTF-16 without a mark': (bytes) => Buffer.from(bytes.toString(), 'utf16le'),
}

const NAMES = Object.keys(MUTATIONS)
const MOST_MUTATIONS = 3

/** A file after one to three mishaps, and what they were. */
export function mutated(
  bytes: Buffer,
  other: Buffer,
  random: Random,
): { readonly bytes: Buffer; readonly steps: readonly string[] } {
  const steps = Array.from({ length: random.whole(1, MOST_MUTATIONS) }, () => random.pick(NAMES))
  return { bytes: steps.reduce((all, step) => MUTATIONS[step]?.(all, random, other) ?? all, bytes), steps }
}

const NINE = 0x39

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= NINE
}

/** An offset in a file; 0 in an empty one. */
function place(bytes: Buffer, random: Random): number {
  return random.whole(0, Math.max(0, bytes.length - 1))
}

function spliced(bytes: Buffer, start: number, end: number | undefined, insert: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, start), insert, bytes.subarray(end ?? start)])
}

/** The stretch of letters and digits around an offset. */
function wordAt(bytes: Buffer, at: number): [start: number, end: number] {
  const isWord = (index: number): boolean => /[\w.-]/.test(String.fromCharCode(bytes[index] ?? 0))
  let [start, end] = [at, at + 1]
  while (start > 0 && isWord(start - 1)) start--
  while (end < bytes.length && isWord(end)) end++
  return [start, end]
}

function swapped(bytes: Buffer): Buffer {
  return bytes.swap16()
}
