import { inputError } from '../../scenario/diagnostic.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit-codes.ts'

/** What has a schema. */
const SUBJECTS = ['scenario', 'results'] as const

export const schema: Command = {
  name: 'schema',
  describe: 'JSON Schema of scenario files, for editors, and of results, for programs',
  help: `Examples:
  plan schema > scenario.schema.json
  plan schema results > results.schema.json

Usage:
  plan schema [scenario|results]

The schema of results has a definition for each document that a command
prints as JSON. It is of the version that the documents carry: within one
version keys are added, and none changes its meaning or disappears.`,
  exits: { 0: 'printed' },
  words: 1,
  completes: [SUBJECTS],
  flags: {},
  handle: async ({ terminal, words }) => {
    terminal.result(`${JSON.stringify(await schemaOf(words[0] ?? 'scenario'), null, 2)}\n`)
    return EXIT.ok
  },
}

async function schemaOf(subject: string): Promise<object> {
  switch (subject) {
    case 'scenario':
      return (await import('../../scenario/schema.ts')).scenarioJsonSchema()
    case 'results':
      return (await import('../../report/json-documents.ts')).resultJsonSchema()
    default:
      throw inputError(`there is no schema of ${JSON.stringify(subject)}`, { hint: `one of ${SUBJECTS.join(', ')}` })
  }
}
