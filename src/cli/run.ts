import yargs, { type Arguments, type Argv } from 'yargs'
import { inputError } from '../scenario/diagnostic.ts'
import { visible, visibleLines } from '../visible.ts'
import type { Command } from './command.ts'
import { calibrate } from './commands/calibrate.ts'
import { catalog } from './commands/catalog.ts'
import { checkLog } from './commands/check-log.ts'
import { compare } from './commands/compare.ts'
import { completion } from './commands/completion.ts'
import { config } from './commands/config.ts'
import { diff } from './commands/diff.ts'
import { estimate } from './commands/estimate.ts'
import { exportCommand } from './commands/export.ts'
import { fit } from './commands/fit.ts'
import { init } from './commands/init.ts'
import { lock } from './commands/lock.ts'
import { plan } from './commands/plan.ts'
import { schema } from './commands/schema.ts'
import { validate } from './commands/validate.ts'
import { whatif } from './commands/whatif.ts'
import { COMPLETE, complete } from './complete.ts'
import { report, usageError } from './errors.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { Flags, parserOptions } from './flags.ts'
import { alwaysFlags, helpText, withoutHelpWord } from './help.ts'
import { refuseInputAsOutput } from './input-files.ts'
import { withSettings } from './settings.ts'
import type { Terminal } from './terminal.ts'
import { packageVersion } from './version.ts'

export const COMMANDS: readonly Command[] = [
  plan,
  compare,
  diff,
  whatif,
  lock,
  estimate,
  fit,
  validate,
  calibrate,
  checkLog,
  catalog,
  config,
  exportCommand,
  init,
  schema,
  completion,
]

/**
 * Runs one command line and says with which code the process ends. Never throws.
 * @param entry the program's own file, from which it may start threads
 */
export async function run(args: readonly string[], given: Terminal, entry: string | null = null): Promise<ExitCode> {
  const terminal = withVisibleNotes(given)
  try {
    if (args[0] === COMPLETE) {
      terminal.result((await complete(COMMANDS, args.slice(1))).map((word) => `${word}\n`).join(''))
      return EXIT.ok
    }
    return await dispatch(withoutHelpWord(args), terminal, entry)
  } catch (error) {
    return report(error, terminal)
  }
}

/** Messages name files, ids and values of users in many places; none of them may steer the terminal. */
function withVisibleNotes(terminal: Terminal): Terminal {
  return {
    ...terminal,
    note: (text) => terminal.note(visibleLines(text)),
    rewrite: (line) => terminal.rewrite(visible(line)),
  }
}

async function dispatch(args: readonly string[], terminal: Terminal, entry: string | null): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok
  // The flags of the command that is being read, for suggestions.
  let known: readonly string[] = []
  const line = parser(args).fail((message, error) => {
    throw usageError(message, error, known)
  })
  for (const command of COMMANDS) {
    const flags = { ...command.flags, ...alwaysFlags }
    line.command({
      command: command.name ?? '$0',
      describe: command.describe,
      builder: (inner) => {
        known = Object.keys(flags)
        return inner.options(parserOptions(flags))
      },
      handler: async (argv) => {
        code = await call(command, argv, terminal, entry)
      },
    })
  }
  await line.parseAsync()
  return code
}

/** Only the parser of yargs is used: help, version and messages are this program's own. */
function parser(args: readonly string[]): Argv {
  return yargs([...args])
    .detectLocale(false)
    .parserConfiguration({
      // Values are read by Flags: yargs would turn `abc` into NaN and `0x10` into 16.
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'dot-notation': false,
      'camel-case-expansion': false,
      'boolean-negation': false,
      'greedy-arrays': false,
    })
    .exitProcess(false)
    .strictOptions()
    .version(false)
    .help(false)
}

async function call(command: Command, argv: Arguments, terminal: Terminal, entry: string | null): Promise<ExitCode> {
  const flags = new Flags(argv)
  // The parser keeps the command's own word first; the default command has none.
  const words = argv._.map(String).slice(command.name === null ? 0 : 1)
  if (flags.switch('help') || flags.switch('h')) {
    // `plan estimat --help` is no wish for the help of plan.
    if (command.name === null && words.length > 0) (await import('./command-names.ts')).refuseCommandNames(words)
    terminal.result(helpText(command, COMMANDS))
    return EXIT.ok
  }
  if (flags.switch('version')) {
    terminal.result(`${packageVersion()}\n`)
    return EXIT.ok
  }
  const excess = words[command.words]
  if (excess !== undefined) {
    throw inputError(`unexpected argument ${JSON.stringify(excess)}`, { hint: `plan ${command.name ?? ''} --help` })
  }
  const { values, assumed } = await withSettings(argv, command.flags, terminal)
  refuseInputAsOutput(values.output, [...words, values.check])
  return command.handle({ flags: new Flags(values), terminal, words, entry, assumed })
}
