import { InputError, inputError } from '../scenario/diagnostic.ts'
import { validate } from '../scenario/located.ts'
import { catalogLimits, parseYaml } from '../scenario/yaml.ts'
import { jsonText } from '../visible.ts'
import { yamlText } from '../yaml-text.ts'
import { type Lock, lockSchema, lockVersion } from './lock.ts'

const HEADER = `# Written by plan lock: what was planned, and from what. Renew it with the same command rather than by hand.
#   plan SCENARIO --locked --lock-file THIS     plans what it says, at its prices
#   plan lock --check THIS                      says what has moved since
`

/** A lock as YAML, or as JSON: the same lock has the same bytes. */
export function lockText(lock: Lock, form: 'yaml' | 'json'): string {
  const scenarios = [...lock.scenarios].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0))
  const ordered = { ...lock, scenarios }
  if (form === 'json') return `${jsonText(ordered)}\n`
  return `${HEADER}${yamlText(ordered, { lineWidth: 0, aliasDuplicateObjects: false })}`
}

/**
 * Reads what {@link lockText} wrote.
 * @throws InputError for a text that is no lock file, or one of a newer program.
 */
export function readLock(text: string, file: string): Lock {
  const parsed = parseYaml(text, file, catalogLimits)
  if (!parsed.ok) throw new InputError(parsed.diagnostics)
  const { value, locate } = parsed
  const version = typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined
  if (typeof version === 'number' && version > lockVersion) {
    throw inputError(`the lock file is of version ${version}; this program reads version ${lockVersion}`, {
      position: locate(['version']),
      hint: 'a newer gpu-plan wrote it: update, or lock again with this one',
    })
  }
  if (version === undefined) {
    throw inputError('the file is no lock file: it has no version', {
      position: { file },
      hint: `plan lock SCENARIO.yaml --output ${file} writes one`,
    })
  }
  const checked = validate(lockSchema, value, locate)
  if (!checked.ok) throw new InputError(checked.diagnostics)
  return checked.data
}
