import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'

/** Where the JSON Schema of scenarios may stand beside or above a scenario: made by hand, in a clone, in an installed package. */
const PLACES = [
  'scenario.schema.json',
  'schema/scenario.schema.json',
  'node_modules/gpu-plan/schema/scenario.schema.json',
]

/** The schema's path from the scenario's folder; where there is none yet, the place that `plan schema` is to fill. */
export function schemaFor(output: string | null): { schema: string; schemaExists: boolean } {
  const folder = resolve(output === null ? '.' : dirname(output))
  for (let above = folder; ; above = dirname(above)) {
    const found = PLACES.map((place) => join(above, place)).find((file) => existsSync(file))
    if (found !== undefined) return { schema: fromHere(relative(folder, found)), schemaExists: true }
    if (dirname(above) === above) return { schema: './scenario.schema.json', schemaExists: false }
  }
}

function fromHere(path: string): string {
  const forward = path.split(sep).join('/')
  return forward.startsWith('.') ? forward : `./${forward}`
}
