import { type AnyPlan, type AnyResult, kindOf } from '../kinds/index.ts'
import { MARKS, type Style } from '../style.ts'
import { wrap } from '../wrap.ts'

/** A titled list of sentences; nothing where there are none. */
export function list(title: string, sentences: readonly string[], mark: string, style: Style): string[] {
  if (sentences.length === 0) return []
  return [style.title(title), ...sentences.flatMap((sentence) => wrap(sentence, `${mark} `))]
}

/** What nobody said and the plan took for granted, as one paragraph: all of it must be on the first screen. */
export function assumptions(sentences: readonly string[], style: Style): string[] {
  if (sentences.length === 0) return []
  const plain = sentences.map((sentence) => sentence.replace(/\.$/, ''))
  return [style.title('Assumed'), ...wrap(plain.join(` ${MARKS.item} `))]
}

export function warnings(sentences: readonly string[], style: Style): string[] {
  return list('Warnings', sentences, MARKS.warning, style).map((line, index) =>
    index === 0 ? line : style.doubtful(line),
  )
}

/** Date of the price and of the newest one that took part, and which catalog it was. */
export function priceDate({ best, catalog }: AnyResult): string {
  const own = best?.cost.price_as_of ?? null
  const newest = catalog.prices_as_of
  const dates = [own === null ? null : `this one of ${own}`, newest === null ? null : `the newest of ${newest}`]
  return [...dates.filter((date) => date !== null), `catalog ${catalog.hash}`].join(', ')
}

/** The command that starts it, unindented so that it can be copied. */
export function launch(plan: AnyPlan, style: Style): string[] {
  return [style.title(kindOf(plan).launchTitle), ...plan.launch.split('\n')]
}
