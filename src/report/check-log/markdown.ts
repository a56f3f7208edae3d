import type { LogCheck } from '../../logs/check.ts'
import { blocks, bullets, details, escaped, markdownTable } from '../markdown/blocks.ts'
import { printable } from '../printable.ts'
import { MARKS } from '../style.ts'
import { assumedSentences, deviceNote, FIGURES, failureText, figureRow, foundSentence, verdict } from './words.ts'

/** The same for a pull request or an issue. */
export function checkLogMarkdown(check: LogCheck): string {
  const shown = printable(check)
  const { sentence, mark } = verdict(shown)
  const notes = [...failureText(shown), ...shown.log.notes, ...deviceNote(shown)]
  const assumed = assumedSentences(shown)
  return blocks([
    `## ${escaped(foundSentence(shown))}`,
    `${MARKS[mark]} **${escaped(sentence)}**`,
    ...(shown.figures.length === 0
      ? []
      : [
          markdownTable(
            FIGURES,
            shown.figures.map((figure) => figureRow(figure, shown)),
          ),
        ]),
    ...(notes.length === 0 ? [] : [bullets(notes)]),
    ...(assumed.length === 0 ? [] : [details('Assumed', bullets(assumed))]),
  ])
}
