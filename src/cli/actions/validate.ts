import type { Catalog } from '../../catalog/catalog.ts'
import { readText, STDIN_NAME, writeText } from '../../io/files.ts'
import { loadCatalog } from '../../io/load-catalog.ts'
import { type MeasurementsFile, readRecordFiles } from '../../measurements/read.ts'
import type { MeasuredRecord } from '../../measurements/record.ts'
import { validateRecords } from '../../measurements/validate.ts'
import type { Validation } from '../../measurements/validation.ts'
import { isCompared } from '../../report/validation/overview.ts'
import { type Diagnostic, InputError, inputError } from '../../scenario/diagnostic.ts'
import { catalogLimits } from '../../scenario/yaml.ts'
import type { Call } from '../command.ts'
import { type Format, formatOf } from '../common-flags.ts'
import { colored, deliver } from '../deliver.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { Flags } from '../flags.ts'

/** Predictions against measured runs. Exit 3 where not one record could be compared. */
export async function validateMeasurements({ flags, terminal, words }: Call): Promise<ExitCode> {
  const format = formatOf(flags)
  const plot = plotFile(flags)
  const read = readFiles(words)
  const catalog = await loadCatalog(flags.texts('catalog'))
  const validation = validateRecords(recordsOf(read, catalog), catalog)
  const text = await render(validation, format, flags, colored(flags, terminal))
  if (plot !== undefined) {
    const { validationPlot } = await import('../../report/validation/plot.ts')
    writeText(plot, validationPlot(validation))
  }
  deliver(text, flags, terminal)
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

interface Read {
  readonly files: readonly MeasurementsFile[]
  /** Of the files that could not be read. */
  readonly wrong: readonly Diagnostic[]
}

function readFiles(names: readonly string[]): Read {
  if (names.length === 0) {
    throw inputError('which measurements?', { hint: 'plan validate measurements.yaml, or plan validate --help' })
  }
  if (names.filter((name) => name === '-').length > 1) throw inputError('standard input can be read only once')
  const wrong: Diagnostic[] = []
  const files = names.flatMap((name): MeasurementsFile[] => {
    try {
      return [{ text: readText(name, catalogLimits.bytes), file: name === '-' ? STDIN_NAME : name }]
    } catch (error) {
      wrong.push(...diagnosticsOf(error))
      return []
    }
  })
  return { files, wrong }
}

/** What is wrong with one file does not hide what is wrong with the next. */
function recordsOf({ files, wrong }: Read, catalog: Catalog): MeasuredRecord[] {
  if (wrong.length === 0) return readRecordFiles(files, catalog)
  try {
    readRecordFiles(files, catalog)
  } catch (error) {
    throw new InputError([...wrong, ...diagnosticsOf(error)])
  }
  throw new InputError(wrong)
}

/** Of bad input; a defect passes on. */
function diagnosticsOf(error: unknown): readonly Diagnostic[] {
  if (error instanceof InputError) return error.diagnostics
  throw error
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
