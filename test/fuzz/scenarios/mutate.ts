import type { Path } from '../../../src/scenario/diagnostic.ts'
import { knownKeys } from '../../../src/scenario/located.ts'
import { scenarioSchema } from '../../../src/scenario/schema.ts'
import type { Random } from '../random.ts'
import type { Written } from './document.ts'

/** Most things that are wrong with one document. */
const MOST_MUTATIONS = 3

/** What people, templates and other programs put where something else belongs. */
export const JUNK: readonly unknown[] = [
  null,
  true,
  false,
  '',
  '   ',
  [],
  {},
  -1,
  0,
  -0,
  1,
  0.5,
  0.1 + 0.2,
  1e308,
  -1e308,
  5e-324,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.MAX_SAFE_INTEGER + 1,
  '1e999',
  '9'.repeat(400),
  '0x10',
  '1M',
  '-5%',
  '5%',
  '100%',
  '72h',
  '-1h',
  'nan',
  'null',
  'none',
  'p95',
  'h100',
  'llama-3.1-8b',
  'constructor',
  'toString',
  '../../etc/passwd',
  'x'.repeat(300),
  '\u202Egnp',
  '\u0007',
  ['a', 1, null],
  { a: { b: {} } },
]

/** A document with one to three things changed, of which most are wrong. */
export function mutate(written: Written, random: Random): Written {
  let changed = { ...written, value: structuredClone(written.value) }
  const count = random.chance(0.6) ? 1 : random.whole(2, MOST_MUTATIONS)
  for (let step = 0; step < count; step += 1) changed = { ...changed, ...mutateOnce(changed, random) }
  return changed
}

function mutateOnce({ value }: Written, random: Random): Partial<Written> {
  const paths = pathsOf(value)
  if (paths.length === 0) return {}
  const path = random.pick(paths)
  const parent = at(value, path.slice(0, -1))
  const key = path.at(-1) as string | number
  const here = at(value, path)
  switch (random.whole(0, 9)) {
    case 0:
      remove(parent, key)
      return {}
    case 1:
      if (typeof key === 'string') rename(parent, key, misspelt(key, random))
      return {}
    case 2:
      return typeof key === 'string' ? { twice: path } : {}
    case 3:
      // A key that the place knows, but that may contradict those which stand there.
      if (!Array.isArray(parent)) {
        const known = knownKeys(scenarioSchema, path.slice(0, -1), value)
        if (known.length > 0) put(parent, random.pick(known), random.pick(JUNK))
      }
      return {}
    case 4:
      put(parent, key, random.chance(0.5) ? [here] : { [String(key)]: here })
      return {}
    case 5:
      put(parent, key, typeof here === 'string' ? misspelt(here, random) : scaled(here, random))
      return {}
    case 6: {
      // Something from another place of the same document.
      put(parent, key, structuredClone(at(value, random.pick(paths))))
      return {}
    }
    case 7:
      if (Array.isArray(here)) here.push(structuredClone(here[0] ?? null))
      else put(parent, key, random.pick(JUNK))
      return {}
    default:
      put(parent, key, random.pick(JUNK))
      return {}
  }
}

function scaled(value: unknown, random: Random): unknown {
  if (typeof value !== 'number') return random.pick(JUNK)
  return random.pick([-value, value * 1e6, value / 1e6, value + 0.5, value * 1e300, String(value), `${value}%`])
}

/** A letter lost, doubled, exchanged with the next, or in capitals. */
function misspelt(text: string, random: Random): string {
  if (text === '') return 'x'
  const index = random.whole(0, text.length - 1)
  const [before, letter, after] = [text.slice(0, index), text.charAt(index), text.slice(index + 1)]
  return random.pick([
    before + after,
    before + letter + letter + after,
    before + after.slice(0, 1) + letter + after.slice(1),
    text.toUpperCase(),
    `${text} `,
  ])
}

/** Every place of a document but the document itself. */
export function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return []
  const steps: (string | number)[] = Array.isArray(value) ? value.map((_, index) => index) : Object.keys(value)
  return steps.flatMap((step) => {
    const inner = [...path, step]
    return [inner, ...pathsOf(at(value, [step]), inner)]
  })
}

export function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((here, step) => (here as Record<string | number, unknown> | undefined)?.[step], value)
}

function put(container: unknown, key: string | number, value: unknown): void {
  ;(container as Record<string | number, unknown>)[key] = value
}

export function remove(container: unknown, key: string | number): void {
  if (Array.isArray(container)) container.splice(Number(key), 1)
  else delete (container as Record<string, unknown>)[key]
}

function rename(container: unknown, from: string, to: string): void {
  const map = container as Record<string, unknown>
  const value = map[from]
  delete map[from]
  map[to] = value
}
