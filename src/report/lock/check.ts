import type { Judgement } from '../../diff/gate.ts'
import type { LockCheck } from '../../lock/document.ts'
import type { Repriced } from '../../lock/reprice.ts'
import { resultVersion } from '../../result/version.ts'
import { judgementText, SIGNS } from '../diff/words.ts'
import { json } from '../json.ts'
import { blocks, bullets, details, escaped } from '../markdown/blocks.ts'
import { printable } from '../printable.ts'
import { MARKS, styleFor } from '../style.ts'
import { wrap } from '../wrap.ts'
import { bestText, headlineText, movedTexts, offerText } from './words.ts'

/** Locked plans priced again, money first. */
export function checkText(
  all: readonly Repriced[],
  judgements: readonly (readonly Judgement[])[],
  options: { readonly color: boolean },
): string {
  const style = styleFor(options.color)
  const parts = printable(all).map((each, index) => {
    const moved = movedTexts(each)
    const paint = (each.delta ?? 1) > 0 ? style.doubtful : style.good
    return [
      ...wrap(`${each.scenario}: ${headlineText(each)}`).map((line) =>
        style.title(each.delta === 0 ? line : paint(line)),
      ),
      ...(each.delta === 0 ? [] : wrap(offerText(each), `${SIGNS.changed} `)),
      ...wrap(bestText(each)),
      ...moved.flatMap((text) => wrap(text, `${SIGNS.changed} `)),
      ...(judgements[index] ?? []).flatMap((gate) =>
        wrap(judgementText(gate), `${gate.failed ? MARKS.bad : MARKS.good} `).map(gate.failed ? style.bad : style.good),
      ),
    ].join('\n')
  })
  return `${parts.join('\n\n')}\n`
}

/** The same for a pull request. */
export function checkMarkdown(all: readonly Repriced[], judgements: readonly (readonly Judgement[])[]): string {
  const parts = printable(all).flatMap((each, index) => {
    const moved = movedTexts(each)
    const gates = (judgements[index] ?? []).map(
      (gate) => `${gate.failed ? MARKS.bad : MARKS.good} ${judgementText(gate)}`,
    )
    return [
      `**${escaped(each.scenario)}**: ${escaped(headlineText(each))}`,
      escaped(bestText(each)),
      ...(gates.length === 0 ? [] : [bullets(gates)]),
      details('What moved', bullets([offerText(each), ...moved])),
    ]
  })
  return blocks(['## Locked GPU plans, priced again', ...parts])
}

/** One document: each locked plan with its price then and now, and what moved. */
export function checkJson(all: readonly Repriced[], judgements: readonly (readonly Judgement[])[]): string {
  return json<LockCheck>({
    version: resultVersion,
    locked: all.map((each, index) => ({ ...each, gates: judgements[index] ?? [] })),
  })
}
