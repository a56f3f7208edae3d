import type { Command } from '../command.ts'
import { outputFlags } from '../common-flags.ts'

export const config: Command = {
  name: 'config',
  describe: 'Show each setting with its value and where it comes from',
  help: `Examples:
  plan config                              what holds in this directory, and why
  plan config --format json

Usage:
  plan config

Settings stand in plan.config.yaml, looked for from the working directory up
to the top of the repository, and in $XDG_CONFIG_HOME/gpu-plan/config.yaml
(else ~/.config/gpu-plan/config.yaml). A flag is stronger than the environment,
that than the project's file, that than the user's. --no-config uses none.`,
  exits: { 0: 'printed' },
  words: 0,
  flags: {
    format: { value: 'FORM', describe: 'text, json (text)', choices: ['text', 'json'] },
    output: outputFlags.output!,
    schema: { describe: 'JSON Schema of the settings, for editors' },
  },
  handle: async (call) => (await import('../actions/config.ts')).configAction(call),
}
