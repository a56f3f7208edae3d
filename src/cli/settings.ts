import { listOf, type Resolved, valueText } from '../config/settings.ts'
import { loadSettings } from '../io/config.ts'
import type { FlagTable } from './flags.ts'
import type { Terminal } from './terminal.ts'

/** Switches the settings of files and of the environment off. */
export const NO_CONFIG = 'no-config'

type Values = Readonly<Record<string, unknown>>

/** A command line with what settings add to it. */
export interface Settled {
  readonly values: Values
  /** A sentence for each setting that a plan follows from. */
  readonly assumed: readonly string[]
}

/**
 * The values of a command line with those that settings add: flags that the command has and the user did not give, directories of
 * catalogs below the given ones, and defaults of scenarios. What was added is said on standard error.
 * @throws InputError for settings that cannot be read.
 */
export async function withSettings(argv: Values, flags: FlagTable, terminal: Terminal): Promise<Settled> {
  if (argv[NO_CONFIG] === true) return { values: argv, assumed: [] }
  const { resolved } = await loadSettings({ env: process.env, workingDirectory: process.cwd() })
  const values: Record<string, unknown> = { ...argv }
  const used: string[] = []
  const assumed: string[] = []
  for (const each of resolved) {
    const { setting } = each
    const strongest = each.values.at(-1)
    if (strongest === undefined) continue
    if ('flag' in setting.effect) {
      const { flag } = setting.effect
      if (flags[flag] === undefined) continue
      if (setting.adds === true) values[flag] = [...listOf(each), ...given(argv[flag])]
      else if (argv[flag] === undefined) values[flag] = valueText(strongest.value)
      else continue
      used.push(said(each))
      if (setting.adds === true) assumed.push(`setting: ${said(each)}`)
    } else if (flags.set !== undefined) {
      // Defaults come after what the user set, so that they see it.
      values.set = [...given(values.set), `${setting.effect.scenario}?=${valueText(strongest.value)}`]
      const sentence = `${said(each)} where the scenario says nothing`
      used.push(sentence)
      assumed.push(`setting: ${sentence}`)
    }
  }
  if (used.length > 0 && argv.quiet !== true) terminal.note(`settings: ${used.join('; ')}`)
  return { values, assumed }
}

function given(value: unknown): unknown[] {
  if (value === undefined) return []
  return Array.isArray(value) ? value : [value]
}

function said(each: Resolved): string {
  const { setting, values } = each
  const value = values.at(-1)?.value
  const list = setting.adds === true ? listOf(each) : value
  const shown = Array.isArray(list) ? list.join(', ') : valueText(value)
  return `${setting.key} ${shown} (${[...new Set(values.map(({ origin }) => origin))].join(', ')})`
}
