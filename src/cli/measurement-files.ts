import type { Catalog } from '../catalog/catalog.ts'
import { readText, STDIN_NAME } from '../io/files.ts'
import { type MeasurementsFile, readRecordFiles } from '../measurements/read.ts'
import type { MeasuredRecord } from '../measurements/record.ts'
import { type Diagnostic, InputError, inputError } from '../scenario/diagnostic.ts'
import { catalogLimits } from '../scenario/yaml.ts'

/** Files of measurements as they were read, before a catalog judges them. */
export interface ReadMeasurements {
  readonly files: readonly MeasurementsFile[]
  /** Of the files that could not be read. */
  readonly wrong: readonly Diagnostic[]
}

/** @throws InputError where no file is named, or standard input twice. `command`: for the hint. */
export function readMeasurements(names: readonly string[], command: string): ReadMeasurements {
  if (names.length === 0) {
    throw inputError('which measurements?', {
      hint: `plan ${command} measurements.yaml, or plan ${command} --help`,
    })
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

/** @throws InputError with what is wrong in any file: what is wrong with one does not hide what is wrong with the next. */
export function recordsOf({ files, wrong }: ReadMeasurements, catalog: Catalog): MeasuredRecord[] {
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
