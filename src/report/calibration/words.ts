import type { OwnCalibration, OwnConstant, OwnErrors, OwnLawFit } from '../../calibration/own.ts'
import { shellWord } from '../../export/shell.ts'
import { count, significant } from '../../units.ts'
import type { Column } from '../table.ts'
import { shortPercent, signedError } from '../validation/words.ts'
import { counted } from '../words.ts'

/** `12 own runs: 3 constants moved, 14 kept`. */
export function headline({ given, used, constants }: OwnCalibration): string {
  const moved = constants.filter(({ kept }) => kept === null).length
  const of = used === given ? counted(used, 'own run') : `${count(used)} of ${counted(given, 'own run')}`
  return `${of}: ${counted(moved, 'constant')} moved, ${count(constants.length - moved)} kept`
}

export const MOVED: readonly Column[] = [
  { title: 'moved' },
  { title: 'from', align: 'right' },
  { title: 'to', align: 'right' },
  { title: 'change', align: 'right' },
  { title: 'runs', align: 'right' },
]

/** `vLLM 0.22 and later: host step_seconds`. */
export function title({ owner, name }: OwnConstant): string {
  return `${owner}: ${name}`
}

/** The row of a constant under a name that its owner may be part of. */
export function movedRow(named: string, { from, to, records }: OwnConstant): string[] {
  return [named, value(from), value(to), signedError(to / from - 1), count(records)]
}

/** Constants are as small as microseconds and as large as gigabytes a second. */
function value(number: number): string {
  return number < 1e-2 || number >= 1e6 ? number.toExponential(2) : significant(number, 4)
}

export const ERRORS: readonly Column[] = [
  { title: 'error, median / p90 in %', least: 24 },
  { title: 'figures', align: 'right', spare: true },
  { title: 'before', align: 'right' },
  { title: 'after', align: 'right' },
  { title: 'left out', align: 'right' },
]

export function errorRow({ figure, count: figures, before, after, heldOut }: OwnErrors): string[] {
  const pair = ({ median, p90 }: { median: number; p90: number }): string =>
    `${shortPercent(median)} / ${shortPercent(p90)}`
  return [figure, count(figures), pair(before), pair(after), pair(heldOut)]
}

/** `serving speed, 12 runs`, with the reason where its constants stay as shipped. */
export function lawTitle({ law, records, kept }: OwnLawFit): string {
  return `${law}, ${counted(records, 'run')}${kept === null ? '' : `: kept, ${kept}`}`
}

export const LEFT_OUT =
  '"left out": each run predicted by constants fitted without it (of more than 20, without its fifth).'
export const NEVER_MOVED =
  'Constants of kernels, GPU generations, NVLink and counted sizes rest on public runs of many machines and are never moved.'

/** Why constants stay, a sentence a reason, with the constants it holds for. */
export function keptSentences({ constants }: OwnCalibration): string[] {
  const reasons = new Map<string, string[]>()
  for (const constant of constants) {
    const { kept } = constant
    if (kept !== null) reasons.set(kept, [...(reasons.get(kept) ?? []), title(constant)])
  }
  return [...[...reasons].map(([reason, titles]) => `${reason}: ${titles.join('; ')}`), NEVER_MOVED]
}

export function skippedSentences({ skipped }: OwnCalibration): string[] {
  const reasons = new Map<string, string[]>()
  for (const { id, reason } of skipped) reasons.set(reason, [...(reasons.get(reason) ?? []), id])
  return [...reasons].map(([reason, ids]) => `${count(ids.length)}: ${reason}: ${ids.join(', ')}`)
}

/** What was written and how plans take it; or that nothing was. */
export function outcome({ files, source }: OwnCalibration): string {
  if (files.length === 0) return 'Nothing is written: plans are as good with the shipped constants.'
  return `Written to ${source}: ${files.map(({ path }) => path).join(', ')}`
}

export function planCommand({ source }: OwnCalibration): string {
  return `plan scenario.yaml --catalog ${shellWord(source)}`
}
