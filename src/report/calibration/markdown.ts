import type { OwnCalibration } from '../../calibration/own.ts'
import { blocks, bullets, details, escaped, fence, markdownTable } from '../markdown/blocks.ts'
import { printable } from '../printable.ts'
import {
  ERRORS,
  errorRow,
  headline,
  keptSentences,
  LEFT_OUT,
  lawTitle,
  MOVED,
  movedRow,
  outcome,
  planCommand,
  skippedSentences,
  title,
} from './words.ts'

/** The same for a pull request. */
export function calibrationMarkdown(calibration: OwnCalibration): string {
  const shown = printable(calibration)
  const moved = shown.constants.filter(({ kept }) => kept === null)
  const skipped = skippedSentences(shown)
  return blocks([
    '## Calibration to own runs',
    escaped(headline(shown)),
    ...(moved.length === 0
      ? []
      : [
          markdownTable(
            MOVED,
            moved.map((constant) => movedRow(title(constant), constant)),
          ),
        ]),
    ...shown.laws.flatMap((law) => [`### ${escaped(lawTitle(law))}`, markdownTable(ERRORS, law.errors.map(errorRow))]),
    escaped(LEFT_OUT),
    details('Not moved', bullets(keptSentences(shown))),
    ...(skipped.length === 0 ? [] : [details('Left out', bullets(skipped))]),
    ...(shown.notes.length === 0 ? [] : [bullets(shown.notes)]),
    escaped(outcome(shown)),
    ...(shown.files.length === 0 ? [] : [fence(planCommand(shown))]),
  ])
}
