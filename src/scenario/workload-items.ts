import { z } from 'zod'
import { name } from './fields.ts'
import { serveSchema } from './serve.ts'
import { trainSchema } from './train.ts'

/** A serving or training scenario: the path of its file, relative to the file that names it, or the scenario itself. */
export const scenarioReference = z
  .union([name('Path of a scenario file'), serveSchema, trainSchema])
  .meta({ description: 'A scenario of kind serve or train: a path relative to this file, or written out here' })
export type ScenarioReference = z.infer<typeof scenarioReference>

/** What every kind of entry of `workloads` says. */
export const workloadKeys = {
  scenario: scenarioReference,
  name: name('Name in reports; that of the scenario without it').optional(),
}
