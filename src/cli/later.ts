import { existsSync } from 'node:fs'
import { didYouMean } from '../catalog/suggest.ts'
import { inputError } from '../scenario/diagnostic.ts'

/** Commands of later versions. Their names are never read as scenario files. */
const LATER = ['diff', 'export', 'init'] as const
const COMMANDS = [
  'compare',
  'estimate',
  'fit',
  'catalog',
  'schema',
  'completion',
  'validate',
  'calibrate',
  'check-log',
  ...LATER,
]

/** @throws InputError where the first word is a command of a later version or looks like a misspelt one, or none is given. */
export function refuseCommandNames(scenarios: readonly string[]): void {
  const [first] = scenarios
  if (first === undefined)
    throw inputError('which scenario?', { hint: 'plan scenarios/serve-70b.yaml, or plan --help' })
  if (LATER.some((command) => command === first)) {
    throw inputError(`"plan ${first}" is not available in this version`, {
      hint: `a scenario of that name: ./${first}`,
    })
  }
  if (/^[a-z]+$/.test(first) && !existsSync(first)) {
    const hint = didYouMean(first, COMMANDS)
    if (hint !== undefined) throw inputError(`${JSON.stringify(first)} is neither a command nor a file`, { hint })
  }
}
