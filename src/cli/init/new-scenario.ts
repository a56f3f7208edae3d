import { heading } from '../../init/header.ts'
import { layOut } from '../../init/yaml.ts'
import type { Scenario } from '../../scenario/schema.ts'
import { checked } from './checked.ts'
import { kinds, type Making } from './kinds.ts'
import { schemaFor } from './schema-line.ts'

/** What the file is called in its own comments where it goes to standard output. */
const UNNAMED = 'THIS-FILE.yaml'

export interface NewScenario {
  /** The file, comments and all. */
  readonly text: string
  /** The words after `plan` that plan it. */
  readonly command: readonly string[]
  /** What the file says, as `plan` reads it. */
  readonly scenario: Scenario
}

/**
 * A scenario of the kind that the flags describe.
 * @param overlays catalog directories that the model comes from, which planning needs as well
 * @throws InputError for flags that cannot be read, contradict each other or ask for what a scenario does not take
 */
export async function newScenario(
  kind: Scenario['kind'],
  making: Making,
  overlays: readonly string[],
): Promise<NewScenario> {
  const { about, gate } = kinds[kind]
  const limit = gate?.(making.flags)
  const command = [
    making.output ?? UNNAMED,
    ...overlays.flatMap((directory) => ['--catalog', directory]),
    ...(limit?.words ?? []),
  ]
  const top = heading({ ...schemaFor(making.output), about, command, commandNote: limit?.note })
  const text = layOut([...top, ...kinds[kind].rows(making)])
  return { text, command, scenario: await checked(text, making) }
}
