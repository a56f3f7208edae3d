import type { Command } from '../../src/cli/command.ts'
import { exitHelp } from '../../src/cli/exit-codes.ts'
import type { FlagTable } from '../../src/cli/flags.ts'
import { alwaysFlags } from '../../src/cli/help.ts'
import { ENVIRONMENT } from './environment.ts'
import { argument, display, escaped, literal, paragraph, tags } from './mdoc.ts'

/** The day that the page carries: that of the version in package.json. */
const DATE = 'November 21, 2026'

/**
 * The manual page plan(1) in mdoc, made of the data that help is made of.
 * @param version of the package
 */
export function manualPage(commands: readonly Command[], version: string): string {
  const main = commands.find(({ name }) => name === null)
  if (main === undefined) throw new Error('no default command')
  const { examples, usage, prose } = partsOf(main.help)
  const lines = [
    '.\\" Made by `npm run man` from the data of the commands. Changes belong there.',
    `.Dd ${DATE}`,
    '.Dt PLAN 1',
    `.Os gpu-plan ${version}`,
    '.Sh NAME',
    '.Nm plan',
    '.Nd which GPUs to rent or buy for a large language model',
    '.Sh SYNOPSIS',
    '.Nm',
    '.Ar SCENARIO.yaml ...',
    '.Op Ar flags',
    '.Nm',
    '.Ar COMMAND',
    '.Op Ar flags',
    '.Sh DESCRIPTION',
    ...paragraph(
      'A scenario in YAML says which model is to be served or trained, under which load, targets and limits. Without a command every scenario is planned: the cheapest configuration of GPUs, engine and parallelism that fits and meets the targets is printed with its memory, speed and price. Planning a model of the catalog needs no network.',
    ),
    ...display(usage),
    ...prose.flatMap((text) => ['.Pp', ...paragraph(text)]),
    '.Pp',
    'Flags:',
    ...flagList({ ...main.flags, ...alwaysFlags }),
    '.Sh COMMANDS',
    ...commands.flatMap((command) => (command.name === null ? [] : section(command))),
    '.Sh ENVIRONMENT',
    ...environment(),
    '.Sh FILES',
    ...files(),
    '.Sh EXIT STATUS',
    ...exits(undefined),
    ...ENDINGS.flatMap((text) => ['.Pp', ...paragraph(text)]),
    '.Sh EXAMPLES',
    ...display(examples),
  ]
  return `${lines.join('\n')}\n`
}

function section(command: Command): string[] {
  const { examples, usage, prose } = partsOf(command.help)
  return [
    `.Ss ${argument(`plan ${command.name}`)}`,
    ...paragraph(`${command.describe}.`),
    ...display(usage),
    ...prose.flatMap((text) => ['.Pp', ...paragraph(text)]),
    '.Pp',
    'Examples:',
    ...display(examples),
    ...(Object.keys(command.flags).length === 0 ? [] : ['.Pp', 'Flags:', ...flagList(command.flags)]),
    ...(command.exits === undefined ? [] : ['.Pp', 'Exit status:', ...exits(command.exits)]),
  ]
}

/** What a command's help consists of: paragraphs, two of which are lists of lines under a heading. */
function partsOf(help: string): { examples: string[]; usage: string[]; prose: string[] } {
  const parts = help.trim().split(/\n\n+/)
  const under = (heading: RegExp): string[] =>
    parts
      .filter((part) => heading.test(part))
      .flatMap((part) => part.split('\n').slice(1))
      .map((line) => line.replace(/^ {2}/, ''))
  const prose = parts.filter((part) => !/^(Examples?|Usage):\n/.test(part))
  return { examples: under(/^Examples?:\n/), usage: under(/^Usage:\n/), prose }
}

function flagList(flags: FlagTable): string[] {
  return tags(
    Object.entries(flags)
      .filter(([name]) => name.length > 1)
      .map(([name, { value, describe }]) => [
        `Fl \\-${literal(name)}${value === undefined ? '' : ` Ar ${argument(value)}`}`,
        paragraph(`${describe}.`),
      ]),
  )
}

function exits(meanings: Command['exits']): string[] {
  const [, ...lines] = exitHelp(meanings).split('\n')
  return tags(
    lines.map((line) => {
      const [code = '', ...meaning] = line.trim().split(/\s+/)
      return [code, paragraph(`${meaning.join(' ')}.`)]
    }),
  )
}

function environment(): string[] {
  return tags(
    ENVIRONMENT.map(([names, meaning]) => [names.map((name) => `Ev ${escaped(name)}`).join(' , '), paragraph(meaning)]),
  )
}

/** What ends a run beside its answer. */
const ENDINGS = [
  'SIGINT, SIGTERM and SIGHUP end the program at once, as a shell reports with 130, 143 and 129. Files are written whole or not at all, also then.',
  'A reader of standard output that goes away is no error: the rest is not written, and the code is that of the answer. Where standard output or a file cannot be written, as on a full disk, the code is 2 and the message says why.',
]

function files(): string[] {
  return tags([
    ['Pa plan.config.yaml', paragraph('Settings of a project, looked for from the working directory upwards.')],
    [
      'Pa ~/.config/gpu\\-plan/config.yaml',
      paragraph('Settings of the user. Those of a project are stronger, and flags are stronger than both.'),
    ],
  ])
}
