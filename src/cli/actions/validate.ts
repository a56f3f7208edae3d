import { loadCatalog } from '../../io/load-catalog.ts'
import type { FileToWrite } from '../../io/write-files.ts'
import { validateRecords } from '../../measurements/validate.ts'
import type { Validation } from '../../measurements/validation.ts'
import { isCompared } from '../../report/validation/overview.ts'
import { inputError } from '../../scenario/diagnostic.ts'
import type { Call } from '../command.ts'
import { type Format, formatOf } from '../common-flags.ts'
import { colored, deliver } from '../deliver.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { Flags } from '../flags.ts'
import { readMeasurements, recordsOf } from '../measurement-files.ts'

/** Predictions against measured runs. Exit 3 where not one record could be compared. */
export async function validateMeasurements({ flags, terminal, words }: Call): Promise<ExitCode> {
  const format = formatOf(flags)
  const plot = plotFile(flags)
  const read = readMeasurements(words, 'validate')
  const catalog = await loadCatalog(flags.texts('catalog'))
  const validation = validateRecords(recordsOf(read, catalog), catalog)
  const text = await render(validation, format, flags, colored(flags, terminal))
  const drawn = plot === undefined ? [] : [await drawing(validation, plot)]
  deliver(text, flags, terminal, drawn)
  return validation.records.some(isCompared) ? EXIT.ok : EXIT.infeasible
}

function plotFile(flags: Flags): string | undefined {
  const file = flags.text('plot')
  if (file === undefined) return undefined
  if (!/\.svg$/i.test(file)) {
    throw inputError(`--plot draws SVG, got ${JSON.stringify(file)}`, { hint: 'a file name that ends in .svg' })
  }
  if (file === flags.text('output')) throw inputError('--plot and --output name the same file')
  return file
}

async function drawing(validation: Validation, path: string): Promise<FileToWrite> {
  const { validationPlot } = await import('../../report/validation/plot.ts')
  return { path, text: validationPlot(validation) }
}

async function render(validation: Validation, format: Format, flags: Flags, color: boolean): Promise<string> {
  const records = flags.switch('records')
  switch (format) {
    case 'json':
      return (await import('../../report/validation/json.ts')).validationJson(validation)
    case 'csv':
      return (await import('../../report/validation/csv.ts')).validationCsv(validation)
    case 'markdown':
      return (await import('../../report/validation/markdown.ts')).validationMarkdown(validation, { records })
    case 'text':
      return (await import('../../report/validation/text.ts')).validationText(validation, { color, records })
  }
}
