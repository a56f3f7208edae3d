import { z } from 'zod'
import { configDocumentSchema } from '../config/document.ts'
import { diffDocumentSchema } from '../diff/document.ts'
import { lockCheckSchema } from '../lock/document.ts'
import { lockSchema } from '../lock/lock.ts'
import { validationSchema } from '../measurements/validation.ts'
import { servingEstimateSchema, trainingEstimateSchema } from '../result/estimate.ts'
import { servingFitSchema, trainingFitSchema } from '../result/fit.ts'
import { fleetResultSchema } from '../result/fleet.ts'
import { forecastResultSchema } from '../result/forecast.ts'
import { resultSchema } from '../result/plan.ts'
import { trainResultSchema } from '../result/train.ts'
import { resultVersion } from '../result/version.ts'
import { whatIfDocumentSchema } from '../whatif/document.ts'
import { calibrationSchema } from './calibration/document.ts'
import {
  catalogCheckSchema,
  catalogCountsSchema,
  catalogListSchema,
  catalogShowSchema,
  offersImportSchema,
} from './catalog-documents.ts'
import { checkLogSchema, startRecordsSchema } from './check-log/document.ts'
import { compareSchema, severalSchema } from './compare/document.ts'

/** Every document that a command prints as JSON, by the name of its definition in the schema. A new one adds itself here. */
export const jsonDocuments = {
  serve: resultSchema,
  train: trainResultSchema,
  fleet: fleetResultSchema,
  forecast: forecastResultSchema,
  several: severalSchema,
  compare: compareSchema,
  diff: diffDocumentSchema,
  whatif: whatIfDocumentSchema,
  serving_estimate: servingEstimateSchema,
  training_estimate: trainingEstimateSchema,
  serving_fit: servingFitSchema,
  training_fit: trainingFitSchema,
  lock: lockSchema,
  lock_check: lockCheckSchema,
  validate: validationSchema,
  calibrate: calibrationSchema,
  check_log: checkLogSchema,
  check_log_record: startRecordsSchema,
  catalog_subjects: catalogCountsSchema,
  catalog_list: catalogListSchema,
  catalog_show: catalogShowSchema,
  catalog_check: catalogCheckSchema,
  catalog_import_offers: offersImportSchema,
  config: configDocumentSchema,
} as const satisfies Readonly<Record<string, z.ZodType>>

/** Documents that are read again: saved results, and locks. */
export const savedDocuments = [
  'serve',
  'train',
  'fleet',
  'forecast',
  'several',
  'lock',
] as const satisfies readonly (keyof typeof jsonDocuments)[]

/**
 * JSON Schema (draft 7) of everything that the program prints as JSON, a definition for each document. Objects are open: a later
 * program of the same version may add keys.
 */
export function resultJsonSchema(): Record<string, unknown> {
  const all = z.union(Object.values(jsonDocuments))
  const { $schema, ...schema } = z.toJSONSchema(all, {
    target: 'draft-7',
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
    },
  })
  const description =
    'What gpu-plan prints with --format json. Bytes, milliseconds, hours and US dollars as the keys name them; a month is 730 hours.'
  return {
    $schema,
    title: `gpu-plan results, version ${resultVersion}`,
    description,
    version: resultVersion,
    ...schema,
  }
}
