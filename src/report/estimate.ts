import type { Violation } from '../result/plan.ts'
import { estimateResult } from '../result/worked-out.ts'
import { csv } from './csv.ts'
import { json } from './json.ts'
import { type AnyPlan, kindOf } from './kinds/index.ts'
import { blocks, bullets, details, escaped } from './markdown/blocks.ts'
import { derivationDetails, launchDetails, memoryDetails, targetsTable } from './markdown/plan.ts'
import { printable } from './printable.ts'
import { MARKS, type Style, styleFor } from './style.ts'
import { givenPlan, planSentence } from './text/answer.ts'
import { explain } from './text/explain.ts'
import { memoryBars } from './text/memory.ts'
import { assumptions, launch, warnings } from './text/notes.ts'
import { speed } from './text/speed.ts'
import { targets } from './text/targets.ts'
import { join, type TextOptions } from './text.ts'
import { missed } from './words.ts'
import { wrap } from './wrap.ts'

/** One given configuration, worked out. */
export interface Estimate {
  readonly plan: AnyPlan
  readonly assumptions: readonly string[]
  readonly warnings: readonly string[]
  readonly fits: boolean
  readonly violations: readonly Violation[]
}

export function estimateText(model: string, estimate: Estimate, options: TextOptions): string {
  const style = styleFor(options.color)
  const { plan, fits, violations, ...rest } = printable(estimate)
  return join([
    givenPlan(printable(model), plan, style),
    verdict(fits, violations, style),
    memoryBars(plan, style),
    speed(plan, style),
    targets(plan, style),
    [...assumptions(rest.assumptions, style), ...warnings(rest.warnings, style)],
    ...(options.explain === true ? explain(plan, style) : []),
    ...(fits ? [launch(plan, style)] : []),
  ])
}

function verdict(fits: boolean, violations: readonly Violation[], style: Style): string[] {
  if (violations.length > 0) return wrap(missed(violations), `${MARKS.bad} `).map(style.bad)
  return [fits ? style.good(`${MARKS.good} fits`) : style.bad(`${MARKS.bad} does not fit`)]
}

/** The plan itself, with what was assumed and whether it fits beside its own keys. */
export function estimateJson(estimate: Estimate): string {
  return json(estimateResult(estimate))
}

export function estimateCsv(model: string, { plan, fits }: Estimate): string {
  const { csvColumns, csvRecord } = kindOf(plan)
  const record = csvRecord(plan)
  return csv([
    ['model', 'fits', ...csvColumns],
    [model, String(fits), ...csvColumns.map((name) => record[name] ?? null)],
  ])
}

export function estimateMarkdown(
  model: string,
  estimate: Estimate,
  options: { readonly explain?: boolean } = {},
): string {
  const { plan, fits, violations, assumptions, warnings } = printable(estimate)
  const said = violations.length > 0 ? `${planSentence(plan)}: ${missed(violations)}` : planSentence(plan)
  return blocks([
    `## ${escaped(model)}`,
    `${fits ? MARKS.good : MARKS.bad} **${escaped(said)}**`,
    ...targetsTable(plan),
    memoryDetails(plan),
    details('Assumptions and warnings', bullets([...warnings.map((each) => `Warning: ${each}`), ...assumptions])),
    ...(options.explain === true ? derivationDetails(plan) : []),
    ...(fits ? [launchDetails(plan)] : []),
  ])
}
