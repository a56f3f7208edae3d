import type { FleetResult } from '../../result/fleet.ts'
import { usdPerHour } from '../../units.ts'
import type { ProgramReport } from '../programs/report.ts'
import { fleetText } from './text.ts'

export const fleetReport: ProgramReport<FleetResult> = {
  text: fleetText,
  markdown: ({ scenario }) => [scenario],
  csvColumns: [],
  csvRows: () => [],
  price: ({ status, total }) => (status === 'infeasible' ? null : total.usd_per_hour),
  priceText: usdPerHour,
}
