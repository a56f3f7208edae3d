import type { WhatIf } from '../../whatif/what-if.ts'
import { printable } from '../printable.ts'
import { type Style, styleFor } from '../style.ts'
import { type Column, table } from '../table.ts'
import { wrap } from '../wrap.ts'
import { chartOf } from './chart.ts'
import {
  bestText,
  breakText,
  pricesCell,
  priceTitle,
  rangeText,
  searchedText,
  slopeCell,
  stepText,
  valueText,
} from './words.ts'

/** Titles of the table of stretches. */
export function stretchColumns(result: WhatIf): Column[] {
  return [
    { title: '' },
    { title: 'from', align: 'right' },
    { title: 'to', align: 'right' },
    { title: priceTitle(result.figure), align: 'right' },
    { title: stepText(result), align: 'right' },
  ]
}

/** One stretch a row, as cells under {@link stretchColumns}. */
export function stretchRows(result: WhatIf): string[][] {
  return result.segments.map((segment) => [
    segment.letter ?? '·',
    valueText(segment.from, result.form),
    valueText(segment.to, result.form),
    pricesCell(segment),
    slopeCell(segment, result),
  ])
}

/** One range below the other, each on its own: what changes where, a table and a chart. */
export function whatIfText(scenario: string, results: readonly WhatIf[], options: { readonly color: boolean }): string {
  const style = styleFor(options.color)
  const shown = printable({ scenario, results })
  const parts = shown.results.map((result) => one(shown.scenario, result, style).join('\n'))
  return `${parts.join('\n\n\n')}\n`
}

function one(scenario: string, result: WhatIf, style: Style): string[] {
  const [titles = '', ...rows] = table(stretchColumns(result), stretchRows(result))
  const chart = chartOf(result)
  return [
    ...wrap(`${scenario}: ${rangeText(result)}, everything else as it is`).map(style.title),
    '',
    style.faint(titles),
    ...rows,
    '',
    ...legend(result).flatMap(([letter, best]) => wrap(best, `${letter}  `)),
    '',
    ...changes(result, style),
    ...(chart.length === 0 ? [] : ['', style.title(chart[0]!), ...chart.slice(1)]),
    '',
    ...wrap(searchedText(result)).map(style.faint),
  ]
}

/** What each letter stands for, in the order of the stretches; a stretch without a plan says why under its dot. */
export function legend({ segments }: WhatIf): [letter: string, best: string][] {
  const entries = segments.map((segment): [string, string] => [segment.letter ?? '·', bestText(segment)])
  return entries.filter(([letter, best], index) => {
    const before = entries.slice(0, index)
    return !before.some((other) => (letter === '·' ? other[1] === best : other[0] === letter))
  })
}

function changes(result: WhatIf, style: Style): string[] {
  if (result.break_evens.length === 0) return ['The best configuration is the same over the whole range.']
  return [
    style.title('The best configuration changes at'),
    ...result.break_evens.flatMap((each) => wrap(breakText(each, result), '- ')),
  ]
}
