import { readScenario } from '../../io/read-scenario.ts'
import { withScenarioModels } from '../../io/scenario-models.ts'
import { type Diagnostic, InputError } from '../../scenario/diagnostic.ts'
import { type LocatedScenario, parseScenario, type Scenario } from '../../scenario/schema.ts'
import { readWorkloads } from '../../scenario/workloads.ts'
import { count } from '../../units.ts'
import type { Making } from './kinds.ts'

/** What a new scenario is called while it is checked: references in it count from the folder of the file to be. */
const UNWRITTEN = 'the new scenario'

/**
 * Reads a new scenario as `plan` will, so that only what plans is written.
 * @throws InputError for values that a scenario does not take, named by their keys: there is no file yet to point into
 */
export async function checked(text: string, { catalog, asOf, output, sources }: Making): Promise<Scenario> {
  const file = output ?? UNWRITTEN
  try {
    const complete = await withScenarioModels(catalog, [{ text, file }], sources)
    const located = parseScenario(text, file, complete, [], asOf)
    const { scenario } = located
    if (scenario.kind === 'fleet' || scenario.kind === 'forecast')
      readWorkloads(located as LocatedScenario<typeof scenario>, complete, readScenario, asOf)
    return scenario
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    throw new InputError(error.diagnostics.map((each) => (each.position?.file === file ? unplaced(each) : each)))
  }
}

function unplaced({ position: _, ...rest }: Diagnostic): Diagnostic {
  return rest
}

/** What to know of a context that is longer than the model was made for; undefined where it is not. */
export function longContext(scenario: Scenario, { model: { entry } }: Making): string | undefined {
  if (scenario.kind !== 'serve' || scenario.context === undefined) return undefined
  const positions = entry.architecture?.max_positions
  if (positions === undefined || scenario.context <= positions) return undefined
  return `${entry.id} was made for ${count(positions)} tokens; a context of ${count(scenario.context)} needs a model stretched to it`
}
