import type { FleetResult } from '../../result/fleet.ts'
import { usdPerHour } from '../../units.ts'
import type { ProgramReport } from '../programs/report.ts'

export const fleetReport: ProgramReport<FleetResult> = {
  text: ({ scenario }) => scenario,
  markdown: ({ scenario }) => [scenario],
  csvColumns: [],
  csvRows: () => [],
  price: ({ total }) => total.usd_per_hour,
  priceText: usdPerHour,
}
