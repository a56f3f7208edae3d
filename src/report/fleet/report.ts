import type { FleetResult } from '../../result/fleet.ts'
import { usdPerHour } from '../../units.ts'
import type { ProgramReport } from '../programs/report.ts'
import { fleetColumns, fleetRows } from './csv.ts'
import { fleetMarkdown } from './markdown.ts'
import { fleetText } from './text.ts'

/** What a fleet costs an hour is what all its nodes cost, owned ones that stand idle included. */
export const fleetReport: ProgramReport<FleetResult> = {
  text: fleetText,
  markdown: fleetMarkdown,
  csvColumns: fleetColumns,
  csvRows: fleetRows,
  price: ({ status, total }) => (status === 'infeasible' ? null : total.usd_per_hour),
  priceText: usdPerHour,
}
