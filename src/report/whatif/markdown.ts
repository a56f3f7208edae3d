import type { WhatIf } from '../../whatif/what-if.ts'
import { blocks, bullets, details, escaped, fence, markdownTable } from '../markdown/blocks.ts'
import { printable } from '../printable.ts'
import { chartOf } from './chart.ts'
import { legend, stretchColumns, stretchRows } from './text.ts'
import { breakText, rangeText, searchedText } from './words.ts'

/** For a pull request: where the best configuration changes, the stretches between, the chart folded away. */
export function whatIfMarkdown(scenario: string, results: readonly WhatIf[]): string {
  const shown = printable({ scenario, results })
  return blocks([`## ${escaped(shown.scenario)}: what if`, ...shown.results.flatMap(section)])
}

function section(result: WhatIf): string[] {
  const chart = chartOf(result)
  return [
    `**${escaped(rangeText(result))}**`,
    result.break_evens.length === 0
      ? 'The best configuration is the same over the whole range.'
      : `The best configuration changes at\n\n${bullets(result.break_evens.map((each) => breakText(each, result)))}`,
    markdownTable(stretchColumns(result), stretchRows(result)),
    bullets(legend(result).map(([letter, best]) => `${letter}: ${best}`)),
    ...(chart.length === 0 ? [] : [details('Chart', fence(chart.join('\n')).replace(/^(`+)sh/, '$1text'))]),
    escaped(searchedText(result)),
  ]
}
