import { isDeepStrictEqual } from 'node:util'
import type { z } from 'zod'
import type { ScenarioResult } from '../../planners/index.ts'
import { jsonOf } from '../../src/report/all.ts'
import { fleetResultSchema } from '../../src/result/fleet.ts'
import { forecastResultSchema } from '../../src/result/forecast.ts'
import { resultSchema } from '../../src/result/plan.ts'
import { trainResultSchema } from '../../src/result/train.ts'
import { fleetFlaws } from './sound/fleet.ts'
import { forecastFlaws } from './sound/forecast.ts'
import { numberFlaws } from './sound/numbers.ts'
import { searchResultFlaws } from './sound/search-result.ts'

const SCHEMAS: Readonly<Record<ScenarioResult['kind'], z.ZodType>> = {
  serve: resultSchema,
  train: trainResultSchema,
  fleet: fleetResultSchema,
  forecast: forecastResultSchema,
}

/**
 * What cannot be true of any result, whatever the scenario: figures that are no numbers, sums that are not the sum of their parts,
 * targets that do not hold, GPUs for nothing. Empty where the result is sound.
 */
export function flawsOf(result: ScenarioResult): string[] {
  const odd = numberFlaws(result)
  const text = jsonOf([result])
  const read: unknown = JSON.parse(text)
  // A figure that is no number is null in JSON, which its schema refuses.
  const checked = SCHEMAS[result.kind].safeParse(read)
  const issues = checked.success ? [] : checked.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  if (odd.length + issues.length > 0) return [...odd, ...issues]
  if (!isDeepStrictEqual(checked.data, read)) return ['the schema reads the JSON as something else']
  switch (result.kind) {
    case 'fleet':
      return fleetFlaws(result)
    case 'forecast':
      return forecastFlaws(result)
    default:
      return searchResultFlaws(result)
  }
}
