import { resolve } from 'node:path'
import { calibrateToOwn, type OwnCalibration } from '../../calibration/own.ts'
import { OVERLAY_MARK } from '../../calibration/own-overlay.ts'
import { loadCatalog } from '../../io/load-catalog.ts'
import { earlierOverlay, writeOverlay } from '../../io/write-overlay.ts'
import { inputError } from '../../scenario/diagnostic.ts'
import type { Call } from '../command.ts'
import { asOfDay, type Format, formatOf } from '../common-flags.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { Flags } from '../flags.ts'
import { readMeasurements, recordsOf } from '../measurement-files.ts'

const DEFAULT_DIRECTORY = './calibrated'

/** Own runs as an overlay catalog. Exit 3, and nothing written, where no constant moved. */
export async function calibrateCatalog({ flags, terminal, words }: Call): Promise<ExitCode> {
  const format = formatOf(flags)
  const asOf = asOfDay(flags)
  const directory = directoryOf(flags)
  const read = readMeasurements(words, 'calibrate')
  const earlier = earlierOverlay(directory, OVERLAY_MARK)
  const catalog = await loadCatalog(flags.texts('catalog'))
  const calibration = calibrateToOwn(recordsOf(read, catalog), catalog, { asOf, source: directory })
  const text = await render(calibration, format, terminal.color && !flags.switch('no-color'))
  const moved = calibration.files.length > 0
  if (moved) writeOverlay(directory, calibration.files, earlier)
  terminal.result(text)
  return moved ? EXIT.ok : EXIT.infeasible
}

/** @throws InputError where the overlay would be written over one that it is made from: its runs would count twice. */
function directoryOf(flags: Flags): string {
  const directory = flags.text('output') ?? DEFAULT_DIRECTORY
  if (flags.texts('catalog').some((each) => resolve(each) === resolve(directory))) {
    throw inputError('--catalog and --output name the same directory', {
      hint: 'a calibration starts at the shipped catalog; leave --catalog out',
    })
  }
  return directory
}

async function render(calibration: OwnCalibration, format: Format, color: boolean): Promise<string> {
  switch (format) {
    case 'json':
      return (await import('../../report/calibration/data.ts')).calibrationJson(calibration)
    case 'csv':
      return (await import('../../report/calibration/data.ts')).calibrationCsv(calibration)
    case 'markdown':
      return (await import('../../report/calibration/markdown.ts')).calibrationMarkdown(calibration)
    case 'text':
      return (await import('../../report/calibration/text.ts')).calibrationText(calibration, { color })
  }
}
