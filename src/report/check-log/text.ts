import type { LogCheck } from '../../logs/check.ts'
import { printable } from '../printable.ts'
import { MARKS, type Style, styleFor } from '../style.ts'
import { table } from '../table.ts'
import { assumptions, list } from '../text/notes.ts'
import { join } from '../text.ts'
import { wrap } from '../wrap.ts'
import {
  assumedSentences,
  deviceNote,
  FIGURES,
  failureText,
  figureRow,
  foundSentence,
  type Verdict,
  verdict,
} from './words.ts'

/** What was found, its figures beside the model's, and whether the start went as predicted, within 80 columns. */
export function checkLogText(check: LogCheck, { color }: { readonly color: boolean }): string {
  const style = styleFor(color)
  const shown = printable(check)
  const [head = '', ...rows] = table(
    FIGURES,
    shown.figures.map((figure) => figureRow(figure, shown)),
  )
  const { sentence, mark } = verdict(shown)
  return join([
    wrap(foundSentence(shown)).map(style.title),
    shown.figures.length === 0 ? [] : [style.faint(head), ...rows],
    [
      ...wrap(sentence, `${MARKS[mark]} `).map(marked(style, mark)),
      ...failureText(shown).flatMap((line) => wrap(line, '  ')),
    ],
    list('Notes', [...shown.log.notes, ...deviceNote(shown)], MARKS.item, style),
    assumptions(assumedSentences(shown), style),
  ])
}

function marked(style: Style, mark: Verdict['mark']): (line: string) => string {
  return mark === 'good' ? style.good : mark === 'bad' ? style.bad : style.doubtful
}
