import type { ScenarioResult } from '../../../planners/index.ts'
import { csvOf, htmlOf, markdownOf, textOf } from '../../../src/report/all.ts'

/** Words that only a figure without a value prints. */
export const ODD = /\b(?:NaN|Infinity|undefined)\b|\[object |(?<!\w)-\$?0(?:\.0+)?(?![\d.,:-])/

/**
 * What no report may say.
 * @param page the HTML page too, which takes longer than all the others
 */
export async function renderingFlaws(result: ScenarioResult, explain: boolean, page: boolean): Promise<string[]> {
  const reports: Readonly<Record<string, string>> = {
    text: textOf([result], { color: false, explain }),
    csv: csvOf([result]),
    markdown: markdownOf([result], { explain }),
    ...(page ? { html: withoutPrograms(await htmlOf([result], { explain })) } : {}),
  }
  return Object.entries(reports).flatMap(([format, report]) => {
    const line = report.split('\n').find((each) => ODD.test(each))
    return line === undefined ? [] : [`${format} says: ${line.slice(0, 300)}`]
  })
}

/** The page without its own script and style, which are the same in every report. */
function withoutPrograms(page: string): string {
  return page.replace(/<(script|style)>[\s\S]*?<\/\1>/g, '')
}
