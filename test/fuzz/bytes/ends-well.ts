import { expect } from 'vitest'
import { InputError } from '../../../src/scenario/diagnostic.ts'
import { draws, SEED } from '../draws.ts'
import { randomOf } from '../random.ts'
import { mutated } from './mutate.ts'

/** Of a processor's time; a file that takes longer was made to be slow, and is read too slowly. */
const MOST_SECONDS = 2

/** A file as it is when nothing is wrong with it. */
export interface Original {
  readonly name: string
  readonly bytes: Buffer
}

/** What became of the files that were tried. */
export interface Outcomes {
  accepted: number
  refused: number
  slowest: number
}

/** Reads the bytes of a file as the program does. What it returns is looked through for figures. */
export type Read = (bytes: Buffer, original: Original) => unknown

const USUAL_DRAWS = 40
const MANY_DRAWS = 2000
/** So many originals show that the reader reads at all. */
const ORIGINALS_READ = 4

/**
 * Reads some originals, which must succeed, then files with mishaps: each must be read or refused with an InputError, in time, and what
 * is read must have finite figures only.
 * @param usual files in the usual run of the tests
 */
export async function endsWell(
  parser: string,
  originals: readonly Original[],
  read: Read,
  usual: number = USUAL_DRAWS,
): Promise<Outcomes> {
  for (const original of originals.slice(0, ORIGINALS_READ)) {
    expect(await flawOf(() => read(original.bytes, original), true), original.name).toBeNull()
  }
  const outcomes: Outcomes = { accepted: 0, refused: 0, slowest: 0 }
  for (let index = 0; index < draws(usual, MANY_DRAWS); index++) {
    const random = randomOf(SEED, numberOf(parser), index)
    const original = random.pick(originals)
    const { bytes, steps } = mutated(original.bytes, random.pick(originals).bytes, random)
    const started = process.cpuUsage()
    let refused = false
    const flaw = await flawOf(async () => {
      try {
        return await read(bytes, original)
      } catch (error) {
        if (!(error instanceof InputError)) throw error
        refused = true
        return messagesOf(error)
      }
    }, false)
    const { user, system } = process.cpuUsage(started)
    const seconds = (user + system) / 1e6
    outcomes[refused ? 'refused' : 'accepted'] += 1
    outcomes.slowest = Math.max(outcomes.slowest, seconds)
    const wrong = flaw ?? (seconds > MOST_SECONDS ? `it took ${seconds} seconds` : null)
    if (wrong !== null) throw new Error(report(parser, index, original, steps, bytes, wrong))
  }
  return outcomes
}

/** A message that cannot be printed in a line is a flaw of its own. */
function messagesOf(error: InputError): readonly string[] {
  expect(error.diagnostics.length).toBeGreaterThan(0)
  for (const { message } of error.diagnostics) expect(message).not.toMatch(/undefined|\[object|^$/)
  return []
}

async function flawOf(read: () => unknown, mustRead: boolean): Promise<string | null> {
  try {
    return infinite(await read(), [])
  } catch (error) {
    if (mustRead && error instanceof InputError) return error.message
    return error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
}

/** Where a figure that is not finite stands in what was read, maps and sets included; null where none does. */
function infinite(value: unknown, path: readonly string[]): string | null {
  if (typeof value === 'number') return Number.isFinite(value) ? null : `${path.join('.')} is ${value}`
  if (typeof value !== 'object' || value === null) return null
  const entries = value instanceof Map || value instanceof Set ? value.entries() : Object.entries(value)
  for (const [key, each] of entries) {
    const found = infinite(each, [...path, String(key)])
    if (found !== null) return found
  }
  return null
}

/** A number for a name, so that parsers draw differently. */
function numberOf(name: string): number {
  return [...name].reduce((sum, character) => sum * 31 + (character.codePointAt(0) ?? 0), 7) % 2 ** 31
}

/** All that is needed to read the file by hand. */
function report(
  parser: string,
  index: number,
  original: Original,
  steps: readonly string[],
  bytes: Buffer,
  wrong: string,
): string {
  return [
    `${parser}, ${original.name}: ${wrong}`,
    `seed ${SEED} (GPU_PLAN_SEED), draw ${index}: ${steps.join(', ')}`,
    `the file, for base64 -d: ${bytes.toString('base64')}`,
  ].join('\n')
}
