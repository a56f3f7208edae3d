import { pad, SCREEN_COLUMNS, width, wrap } from '../report/wrap.ts'
import type { Command } from './command.ts'
import { exitHelp } from './exit-codes.ts'
import type { FlagTable } from './flags.ts'

/** The word that asks for help in place of a command: `plan help`, `plan help fit`. */
export const HELP = 'help'

/** Flags of every command. */
export const alwaysFlags: FlagTable = {
  help: { describe: 'Show this help' },
  h: { describe: 'Show this help' },
  version: { describe: 'Show the version' },
  'no-config': { describe: 'Use no settings of files or of the environment (plan config shows them)' },
}

/** Help of a command within 80 columns: examples and usage, commands (of the default one), flags, exit codes. */
export function helpText(command: Command, commands: readonly Command[]): string {
  const parts = [command.help]
  if (command.name === null) {
    const named = commands.flatMap(({ name, describe }): [string, string][] =>
      name === null ? [] : [[name, describe]],
    )
    parts.push(section('Commands:', named))
  }
  const flags = Object.entries({ ...command.flags, ...alwaysFlags }).filter(([name]) => name.length > 1)
  parts.push(
    section(
      'Flags:',
      flags.map(([name, { value, describe }]) => [`--${name}${value === undefined ? '' : ` ${value}`}`, describe]),
    ),
    exitHelp(command.exits),
  )
  return `${parts.join('\n\n')}\n`
}

function section(title: string, entries: readonly (readonly [string, string])[]): string {
  const columns = Math.max(...entries.map(([name]) => width(name)))
  const lines = entries.flatMap(([name, describe]) =>
    wrap(describe, `  ${pad(name, columns)}  `, ' '.repeat(columns + 4), SCREEN_COLUMNS),
  )
  return [title, ...lines].join('\n')
}

/** `plan help fit` as `plan fit --help`; other words as they are. A file called `help` is given as `./help`. */
export function withoutHelpWord(args: readonly string[]): readonly string[] {
  if (args[0] !== HELP) return args
  return [...args.slice(1), '--help']
}
