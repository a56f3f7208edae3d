import { inputError } from '../../scenario/diagnostic.ts'
import type { Flags } from '../flags.ts'

const serving = [
  'model',
  'requests-per-second',
  'tokens-per-day',
  'concurrency',
  'input-tokens',
  'output-tokens',
  'context',
  'ttft',
  'tpot',
] as const

/** Flags that describe a serving workload. */
export const servingFlags: readonly string[] = serving

/** What may be said of each kind. */
const FLAGS = {
  serve: [...serving, 'budget'],
  train: [
    'model',
    'method',
    'tokens',
    'examples',
    'tokens-per-example',
    'epochs',
    'sequence-length',
    'deadline',
    'budget',
  ],
  fleet: [...serving, 'workload', 'budget'],
  forecast: [...serving, 'workload', 'months', 'start', 'budget'],
} as const satisfies Record<string, readonly string[]>

/** All flags that say what is wanted; with any of them nothing is asked. */
export const answerFlags: readonly string[] = [...new Set(Object.values(FLAGS).flat())]

/** Flags that mean the same under another name in another kind. */
const INSTEAD: Readonly<Record<string, string>> = { context: '--sequence-length', 'sequence-length': '--context' }

/** @throws InputError for a flag that says nothing of this kind: ignoring it would be a wrong answer. */
export function refuseForeign(kind: keyof typeof FLAGS, flags: Flags): void {
  const own: readonly string[] = FLAGS[kind]
  const foreign = answerFlags.find((name) => flags.given(name) && !own.includes(name))
  if (foreign === undefined) return
  const instead = INSTEAD[foreign]
  const kindsOfIt = Object.entries(FLAGS).flatMap(([name, list]) =>
    (list as readonly string[]).includes(foreign) ? [name] : [],
  )
  throw inputError(`--${foreign} says nothing of a scenario of kind ${kind}`, {
    hint: instead !== undefined && own.includes(instead.slice(2)) ? instead : `it belongs to ${kindsOfIt.join(', ')}`,
  })
}
