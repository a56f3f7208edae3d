import type { Command } from '../../src/cli/command.ts'
import { exitHelp } from '../../src/cli/exit-codes.ts'
import type { FlagTable } from '../../src/cli/flags.ts'
import { alwaysFlags } from '../../src/cli/help.ts'
import { SETTINGS } from '../../src/config/settings.ts'
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
  const said: readonly (readonly [string, string])[] = [
    ['NO_COLOR', 'No colours, when it is not empty.'],
    ['FORCE_COLOR', 'Colours even where standard output is no terminal.'],
    ...SETTINGS.map(
      ({ env, key, builtIn }) => [env, `The setting ${key}; without it ${builtIn}. See plan config.`] as const,
    ),
    ['XDG_CONFIG_HOME', 'Where the settings of the user stand, in gpu-plan/config.yaml (~/.config).'],
    ['XDG_CACHE_HOME', 'Where what was read from a model hub is kept, in gpu-plan (~/.cache).'],
    ['HF_TOKEN', 'Access token for gated repositories of the Hugging Face hub.'],
    ['HF_ENDPOINT', 'Address of another hub.'],
    ['HF_HUB_OFFLINE', 'With 1 no network is used, as with --offline.'],
    ['HTTPS_PROXY', 'Proxy for the hub; also HTTP_PROXY, ALL_PROXY and NO_PROXY.'],
  ]
  return tags(said.map(([name, meaning]) => [`Ev ${escaped(name)}`, paragraph(meaning)]))
}

function files(): string[] {
  return tags([
    ['Pa plan.config.yaml', paragraph('Settings of a project, looked for from the working directory upwards.')],
    [
      'Pa ~/.config/gpu\\-plan/config.yaml',
      paragraph('Settings of the user. Those of a project are stronger, and flags are stronger than both.'),
    ],
  ])
}
