import { shellWord } from '../export/shell.ts'
import { type Row, row } from './yaml.ts'

/** What the top of a new scenario says. */
export interface Heading {
  /** Path or URL of the JSON Schema, as an editor finds it from the file. */
  readonly schema: string
  /** Whether the schema is there; where it is not, a comment says how to make it. */
  readonly schemaExists: boolean
  /** What the scenario is, in a few words. */
  readonly about: string
  /** The words after `plan` that plan the file. */
  readonly command: readonly string[]
  /** What to know of that command, if anything. */
  readonly commandNote?: string | undefined
}

/** Schema line for editors first, then what the file is and how to use it. */
export function heading({ schema, schemaExists, about, command, commandNote }: Heading): Row[] {
  return [
    // yaml-language-server takes a comment of this form for the schema of the document
    // (redhat-developer/yaml-language-server, src/languageservice/services/modelineUtil.ts).
    row(`# yaml-language-server: $schema=${encodeURI(schema)}`),
    ...(schemaExists
      ? []
      : [
          row('# Editors complete and check the keys once the schema stands there: plan schema > scenario.schema.json'),
        ]),
    row(`# ${about}`),
    row(`#   plan ${command.map(shellWord).join(' ')}`),
    ...(commandNote === undefined ? [] : [row(`# ${commandNote}`)]),
    row('# Change any value. A key behind a hash is a further choice: remove the hash to use it.'),
  ]
}
