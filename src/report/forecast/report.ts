import type { ForecastResult } from '../../result/forecast.ts'
import { usd } from '../../units.ts'
import type { ProgramReport } from '../programs/report.ts'

export const forecastReport: ProgramReport<ForecastResult> = {
  text: ({ scenario }) => scenario,
  markdown: ({ scenario }) => [scenario],
  csvColumns: [],
  csvRows: () => [],
  price: () => null,
  priceText: usd,
}
