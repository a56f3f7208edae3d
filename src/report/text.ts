import type { AnyResult } from './kinds/index.ts'
import { printable } from './printable.ts'
import { type Style, styleFor } from './style.ts'
import { answer } from './text/answer.ts'
import { considered, nearMisses } from './text/considered.ts'
import { explain } from './text/explain.ts'
import { front } from './text/front.ts'
import { memoryBars } from './text/memory.ts'
import { noPlan } from './text/no-plan.ts'
import { assumptions, launch, priceDate, warnings } from './text/notes.ts'
import { searched } from './text/searched.ts'
import { targets } from './text/targets.ts'
import { wrap } from './wrap.ts'

export interface TextOptions {
  readonly color: boolean
  /** Adds the arithmetic of every figure; the result must have been planned with `explain`. */
  readonly explain?: boolean
}

/** A result for a terminal of 80 columns, most important first. */
export function textReport(result: AnyResult, options: TextOptions): string {
  const style = styleFor(options.color)
  const shown = printable(result)
  return join(shown.best === null ? noPlanParts(shown, options, style) : planParts(shown, options, style))
}

function planParts(result: AnyResult, options: TextOptions, style: Style): string[][] {
  const best = result.best!
  return [
    answer(result.scenario, best, style),
    targets(best, style),
    memoryBars(best, style),
    considered(best, result.alternatives, style),
    front(result, style),
    nearMisses(result.near_misses, style),
    searched(result, style, options.explain === true),
    [...assumptions(result.assumptions, style), ...warnings(result.warnings, style), ...date(result, style)],
    ...(options.explain === true ? explain(best, style) : []),
    launch(best, style),
  ]
}

function noPlanParts(result: AnyResult, options: TextOptions, style: Style): string[][] {
  const closest = result.near_misses[0]
  return [
    ...noPlan(result, style),
    searched(result, style, options.explain === true),
    [...assumptions(result.assumptions, style), ...warnings(result.warnings, style), ...date(result, style)],
    ...(options.explain === true && closest !== undefined ? explain(closest.plan, style) : []),
  ]
}

function date(result: AnyResult, style: Style): string[] {
  return wrap(`Prices: ${priceDate(result)}`).map(style.faint)
}

/** Parts one below the other with an empty line between them; empty parts vanish. */
export function join(parts: readonly (readonly string[])[]): string {
  return `${parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n')}\n`
}
