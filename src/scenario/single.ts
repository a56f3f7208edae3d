import type { Catalog } from '../catalog/catalog.ts'
import { inputError } from './diagnostic.ts'
import { type LocatedScenario, parseScenario } from './schema.ts'
import type { ServeScenario } from './serve.ts'
import type { TrainScenario } from './train.ts'

/** As `parseScenario`, where only a scenario of one workload can be meant. */
export function parseSingle(
  text: string,
  file: string,
  catalog: Catalog,
  set: readonly string[],
  asOf: string,
): LocatedScenario<ServeScenario | TrainScenario> {
  const located = parseScenario(text, file, catalog, set, asOf)
  const { scenario, locate } = located
  if (scenario.kind === 'serve' || scenario.kind === 'train') return { ...located, scenario }
  throw inputError(`a scenario of kind serve or train is needed here, this is a ${scenario.kind}`, {
    path: ['kind'],
    position: locate(['kind']),
    hint: `plan ${file} plans it`,
  })
}
