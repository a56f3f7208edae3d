import { z } from 'zod'
import { programResultKeys } from './program.ts'

export const forecastResultSchema = z.strictObject({ ...programResultKeys('forecast') })
export type ForecastResult = z.infer<typeof forecastResultSchema>
