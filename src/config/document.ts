import { z } from 'zod'
import { versionKey } from '../result/plan.ts'

const layer = z.enum(['user file', 'project file', 'environment'])
const origin = z.string().describe('File, line and column, or the variable of the environment')

/** What `plan config --format json` prints. */
export const configDocumentSchema = z
  .strictObject({
    version: versionKey,
    files: z.array(
      z.strictObject({
        layer: z.string(),
        path: z.string().nullable().describe('Null where there is nowhere to look'),
        exists: z.boolean(),
      }),
    ),
    settings: z.array(
      z.strictObject({
        key: z.string(),
        value: z.unknown().describe('Null where nothing is set, and what is built in holds'),
        built_in: z.string().describe('What holds without the setting, in words'),
        environment: z.string().describe('Variable of the environment'),
        origins: z.array(z.strictObject({ layer, origin })),
        overridden: z.array(z.strictObject({ layer, origin, value: z.unknown() })),
      }),
    ),
  })
  .meta({ id: 'config', title: 'plan config' })
export type ConfigDocument = z.infer<typeof configDocumentSchema>
