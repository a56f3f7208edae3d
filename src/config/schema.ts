import { z } from 'zod'
import { hardwareSearch, prices } from '../scenario/common.ts'
import { quantity } from '../scenario/fields.ts'
import { parseDuration, parseUsd } from '../units.ts'

/** The same limit as the flag. */
const MOST_ALTERNATIVES = 1000

const usdAmount = z.union([z.number(), z.string()]).refine((given) => {
  const value = typeof given === 'number' ? given : parseUsd(given)
  return value !== undefined && value > 0 && Number.isFinite(value)
}, 'expected an amount of US dollars above 0, as 12 or 1,200')

const duration = z.union([z.number(), z.string()]).refine((given) => {
  const value = typeof given === 'number' ? given : parseDuration(given)
  return value !== undefined && value > 0 && Number.isFinite(value)
}, 'expected seconds above 0, or a time as 30s or 2m')

/** `plan.config.yaml` of a project and `config.yaml` of a user. Unknown keys are errors. */
export const configSchema = z.strictObject({
  catalogs: z
    .array(z.string().min(1))
    .meta({ description: 'Directories laid over the shipped catalog, the last on top; relative to this file' })
    .optional(),
  top: quantity('Alternatives shown', { max: MOST_ALTERNATIVES, whole: true }).optional(),
  max_cost: usdAmount
    .meta({ description: 'Exit 4 above so many US dollars: an hour of serving, or a training run' })
    .optional(),
  time_limit: duration.meta({ description: 'Fleet, forecast: seconds, or a time as 2m, for the solver' }).optional(),
  prices: prices
    .pick({ discount_percent: true, max_age_days: true, min_confidence: true })
    .meta({ description: 'Defaults of scenarios that say nothing of them' })
    .optional(),
  search: z
    .strictObject({
      exclude_providers: hardwareSearch.exclude_providers,
      exclude_gpus: hardwareSearch.exclude_gpus,
    })
    .meta({ description: 'Defaults of scenarios that say nothing of them' })
    .optional(),
})

/** JSON Schema (draft 7) of the configuration as written, for editors. */
export function configJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(configSchema, { io: 'input', target: 'draft-7' })
  return { ...schema, title: 'gpu-plan configuration' }
}
