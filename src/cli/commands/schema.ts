import type { Command } from '../command.ts'
import { EXIT } from '../exit-codes.ts'

export const schema: Command = {
  name: 'schema',
  describe: 'JSON Schema of scenario files, for editors',
  help: `Example:
  plan schema > scenario.schema.json

Usage:
  plan schema`,
  exits: { 0: 'printed' },
  words: 0,
  flags: {},
  handle: async ({ terminal }) => {
    const { scenarioJsonSchema } = await import('../../scenario/schema.ts')
    terminal.result(`${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`)
    return EXIT.ok
  },
}
