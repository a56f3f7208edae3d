import { existsSync } from 'node:fs'
import { didYouMean } from '../catalog/suggest.ts'
import { inputError } from '../scenario/diagnostic.ts'

/** Names of commands, for a misspelt one. */
const COMMANDS = [
  'compare',
  'diff',
  'whatif',
  'estimate',
  'fit',
  'catalog',
  'config',
  'init',
  'schema',
  'completion',
  'validate',
  'calibrate',
  'check-log',
  'export',
]

/** @throws InputError where the first word looks like a misspelt command, or none is given. */
export function refuseCommandNames(scenarios: readonly string[]): void {
  const [first] = scenarios
  if (first === undefined)
    throw inputError('which scenario?', { hint: 'plan scenarios/serve-70b.yaml, or plan --help' })
  if (/^[a-z]+$/.test(first) && !existsSync(first)) {
    const hint = didYouMean(first, COMMANDS)
    if (hint !== undefined) throw inputError(`${JSON.stringify(first)} is neither a command nor a file`, { hint })
  }
}
