import { type Diagnostic, InputError, inputError, type Path, positionText } from '../scenario/diagnostic.ts'
import { validate, valueAt } from '../scenario/located.ts'
import { parseYaml } from '../scenario/yaml.ts'
import { configSchema } from './schema.ts'
import { type Layer, SETTINGS, type Setting, type Stated } from './settings.ts'

/**
 * The settings of one file, each with its place. A file that holds nothing, or comments only, states nothing.
 * @throws InputError with every problem, each at file:line:column.
 */
export function readConfig(text: string, file: string, layer: Layer): Stated[] {
  if (isBlank(text)) return []
  const parsed = parseYaml(text, file)
  if (!parsed.ok) throw new InputError(parsed.diagnostics)
  if (typeof parsed.value !== 'object' || parsed.value === null || Array.isArray(parsed.value)) {
    throw inputError('a configuration is a map of keys', { position: parsed.locate([]), hint: 'e.g. top: 3' })
  }
  const checked = validate(configSchema, parsed.value, parsed.locate)
  if (!checked.ok) throw new InputError(checked.diagnostics)
  return SETTINGS.flatMap((setting): Stated[] => {
    const path = setting.key.split('.')
    const value = valueAt(checked.data, path)
    if (value === undefined) return []
    const origin = positionText(parsed.locate(path, 'key'))
    return [{ key: setting.key, value, layer, origin }]
  })
}

function isBlank(text: string): boolean {
  return text.split('\n').every((line) => /^\s*(#.*|---\s*)?$/.test(line.replace('\uFEFF', '')))
}

/**
 * The settings that variables of the environment state; an empty variable states nothing.
 * @param separator what stands between directories: `:`, or `;` on Windows
 * @throws InputError that names the variable.
 */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>, separator: string): Stated[] {
  const diagnostics: Diagnostic[] = []
  const stated = SETTINGS.flatMap((setting): Stated[] => {
    const text = env[setting.env]?.trim()
    if (text === undefined || text === '') return []
    const path: Path = setting.key.split('.')
    const checked = validate(configSchema, nested(path, inEnvironment(setting, text, separator)), () => ({
      file: `$${setting.env}`,
    }))
    if (!checked.ok) {
      diagnostics.push(...checked.diagnostics)
      return []
    }
    return [{ key: setting.key, value: valueAt(checked.data, path), layer: 'environment', origin: `$${setting.env}` }]
  })
  if (diagnostics.length > 0) throw new InputError(diagnostics)
  return stated
}

/** Keys whose values are lists. */
const LISTS: readonly string[] = ['search.exclude_providers', 'search.exclude_gpus']

function inEnvironment({ key }: Setting, text: string, separator: string): unknown {
  const split = (by: string): string[] =>
    text
      .split(by)
      .map((each) => each.trim())
      .filter((each) => each !== '')
  if (key === 'catalogs') return split(separator)
  return LISTS.includes(key) ? split(',') : text
}

function nested(path: Path, value: unknown): unknown {
  return path.reduceRight((inner, step) => ({ [step]: inner }), value)
}
