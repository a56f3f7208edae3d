import type { BandedFigure, PlanAccuracy } from '../result/accuracy.ts'
import type { Target } from '../result/plan.ts'
import { fixed, gib, percent } from '../units.ts'
import type { AnyPlan } from './kinds/kind.ts'
import { MARKS, type Style } from './style.ts'
import { wrap } from './wrap.ts'

const MEANINGS: Readonly<Record<PlanAccuracy['verdict'], string>> = {
  safe: "Safe: by the model's record on measured runs, memory and targets hold 19 times in 20",
  tight: 'Tight',
  optimistic: 'Only optimistic',
}

/** The verdict on a plan in one sentence; null where no record stands behind it. */
export function verdictSentence({ accuracy }: AnyPlan): string | null {
  if (accuracy === null) return null
  const { verdict, because } = accuracy
  return because === null ? MEANINGS[verdict] : `${MEANINGS[verdict]}: ${because}`
}

export function verdictLines(plan: AnyPlan, style: Style): string[] {
  const sentence = verdictSentence(plan)
  if (sentence === null || plan.accuracy === null) return []
  const { verdict } = plan.accuracy
  const paint = verdict === 'safe' ? style.good : verdict === 'tight' ? style.doubtful : style.bad
  const mark = verdict === 'safe' ? MARKS.good : MARKS.warning
  return wrap(sentence, `${mark} `).map(paint)
}

/** The figure that a target limits. */
const FIGURES: Readonly<Record<string, BandedFigure['name']>> = {
  ttft: 'ttft',
  tpot: 'tpot',
  rate: 'rate',
  deadline: 'hours',
  budget: 'hours',
}

/** ` ±14%` after the value of a target; nothing where the figure has no band. */
export function plusMinus({ accuracy }: AnyPlan, target: Pick<Target, 'name'>): string {
  return shareOf(accuracy, Object.hasOwn(FIGURES, target.name) ? FIGURES[target.name] : undefined)
}

/** From here on a band is a factor either way. */
const WIDE = 0.5

/** The same for a figure by its own name. */
export function shareOf(accuracy: PlanAccuracy | null, name: BandedFigure['name'] | undefined): string {
  const figure = accuracy?.figures.find((each) => each.name === name)
  if (figure === undefined || figure.value <= 0) return ''
  const share = figure.plus_minus / figure.value
  // As wide as this a symmetric band would reach to nothing.
  return share < WIDE ? ` ±${percent(share, 0)}` : ` ×/÷${fixed(1 + share, 1)}`
}

/** How far the total of the fullest GPU may be off: `± 0.5 GiB in four of five held-out starts`. */
export function memoryBand({ accuracy }: AnyPlan): string[] {
  const figure = accuracy?.figures.find((each) => each.name === 'memory')
  return figure === undefined ? [] : [`total ± ${gib(figure.plus_minus)} (four of five of ${figure.basis})`]
}
