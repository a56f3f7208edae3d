import { existsSync } from 'node:fs'
import { didYouMean } from '../catalog/suggest.ts'
import { inputError } from '../scenario/diagnostic.ts'
import { HELP } from './help.ts'
import { COMMANDS } from './run.ts'

/** @throws InputError where the first word looks like a misspelt command, or none is given. */
export function refuseCommandNames(scenarios: readonly string[]): void {
  const [first] = scenarios
  if (first === undefined) {
    throw inputError('which scenario?', { hint: 'plan init serve > mine.yaml writes one; plan --help says more' })
  }
  if (!/^[a-z][a-z-]*$/.test(first) || existsSync(first)) return
  const hint = didYouMean(first, [HELP, ...COMMANDS.flatMap(({ name }) => (name === null ? [] : [name]))])
  if (hint !== undefined) throw inputError(`${JSON.stringify(first)} is neither a command nor a file`, { hint })
}
