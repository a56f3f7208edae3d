import type { ForecastResult } from '../../result/forecast.ts'
import { usd } from '../../units.ts'
import type { ProgramReport } from '../programs/report.ts'
import { forecastColumns, forecastRows } from './csv.ts'
import { forecastMarkdown } from './markdown.ts'
import { forecastText } from './text.ts'

export const forecastReport: ProgramReport<ForecastResult> = {
  text: forecastText,
  markdown: forecastMarkdown,
  csvColumns: forecastColumns,
  csvRows: forecastRows,
  price: ({ total }) => total?.usd ?? null,
  priceText: (value) => `${usd(value)} in all`,
}
