import type { OwnCalibration, OwnConstant, OwnLawFit } from '../../calibration/own.ts'
import { printable } from '../printable.ts'
import { MARKS, type Style, styleFor } from '../style.ts'
import { type Column, table } from '../table.ts'
import { list } from '../text/notes.ts'
import { join } from '../text.ts'
import { wrap } from '../wrap.ts'
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
} from './words.ts'

/** What moved, what it does to the errors, what stayed and why, and how to plan with it, within 80 columns. */
export function calibrationText(calibration: OwnCalibration, { color }: { readonly color: boolean }): string {
  const style = styleFor(color)
  const shown = printable(calibration)
  const moved = shown.constants.filter(({ kept }) => kept === null)
  const written = shown.files.length > 0
  return join([
    [style.title(headline(shown))],
    moved.length === 0 ? [] : movedLines(moved, style),
    ...shown.laws.map((law) => lawLines(law, style)),
    wrap(LEFT_OUT).map(style.faint),
    list('Not moved', keptSentences(shown), MARKS.item, style),
    list('Left out', skippedSentences(shown), MARKS.item, style),
    list('Notes', shown.notes, MARKS.warning, style),
    wrap(outcome(shown)).map(written ? style.good : style.doubtful),
    written ? [planCommand(shown)] : [],
  ])
}

/** Constants under what they belong to. */
function movedLines(moved: readonly OwnConstant[], style: Style): string[] {
  const [head = '', ...rows] = lines(
    MOVED,
    moved.map((constant) => movedRow(`  ${constant.name}`, constant)),
    style,
  )
  return [
    head,
    ...rows.flatMap((row, index) => {
      const owner = moved[index]?.owner ?? ''
      return owner === moved[index - 1]?.owner ? [row] : [owner, row]
    }),
  ]
}

function lawLines(law: OwnLawFit, style: Style): string[] {
  return [...wrap(lawTitle(law)).map(style.title), ...lines(ERRORS, law.errors.map(errorRow), style)]
}

function lines(head: readonly Column[], rows: readonly (readonly string[])[], style: Style): string[] {
  const [titles = '', ...rest] = table(head, rows)
  return [style.faint(titles), ...rest]
}
