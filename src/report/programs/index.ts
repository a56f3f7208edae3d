import type { FleetResult } from '../../result/fleet.ts'
import type { ForecastResult } from '../../result/forecast.ts'
import { fleetReport } from '../fleet/report.ts'
import { forecastReport } from '../forecast/report.ts'
import type { AnyResult } from '../kinds/index.ts'
import type { ProgramReport } from './report.ts'

/** Results that place or budget several workloads, beside those that plan one. */
export type ProgramResult = FleetResult | ForecastResult

export const programReports: {
  readonly fleet: ProgramReport<FleetResult>
  readonly forecast: ProgramReport<ForecastResult>
} = { fleet: fleetReport, forecast: forecastReport }

/** The report of the result's own kind. */
export function reportOf(result: ProgramResult): ProgramReport<ProgramResult> {
  return programReports[result.kind] as ProgramReport<ProgramResult>
}

export function isProgram(result: AnyResult | ProgramResult): result is ProgramResult {
  return result.kind === 'fleet' || result.kind === 'forecast'
}
