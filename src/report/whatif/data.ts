import { resultVersion } from '../../result/version.ts'
import type { WhatIfDocument } from '../../whatif/document.ts'
import { written } from '../../whatif/vary.ts'
import type { Point, WhatIf } from '../../whatif/what-if.ts'
import { csv } from '../csv.ts'
import type { Cell } from '../csv-fields.ts'
import { json } from '../json.ts'
import { kindOf } from '../kinds/index.ts'

/** One document: every range with its break-even points, its stretches with the plans at their ends, and the prices that were planned. */
export function whatIfJson(scenario: string, results: readonly WhatIf[]): string {
  return json<WhatIfDocument>({
    version: resultVersion,
    scenario,
    varied: results.map(({ samples, ...result }) => ({
      ...result,
      samples: samples.map(({ at, point }) => ({
        at,
        state: point.state,
        letter: letterOf(result.segments, at),
        usd: point.state === 'plan' ? point.usd : null,
      })),
    })),
  })
}

/** A row a planned value. */
export function whatIfCsv(scenario: string, results: readonly WhatIf[]): string {
  const head = [
    'scenario',
    'key',
    'value',
    'value_as_written',
    'state',
    'letter',
    'gpu',
    'gpus',
    'provider',
    'configuration',
    'figure',
    'usd',
  ]
  const rows = results.flatMap(({ key, form, figure, samples, segments }) =>
    samples.map(({ at, point }): Cell[] => [
      scenario,
      key,
      at,
      form === 'factor' ? String(at) : written(at, form),
      point.state,
      letterOf(segments, at),
      ...planCells(point),
      figure,
      point.state === 'plan' ? point.usd : null,
    ]),
  )
  return csv([head, ...rows])
}

function planCells(point: Point): Cell[] {
  if (point.state !== 'plan') return [null, null, null, null]
  const { plan } = point
  return [plan.placement.gpu, plan.placement.gpus, plan.placement.provider, kindOf(plan).how(plan)]
}

function letterOf(segments: WhatIf['segments'], at: number): string | null {
  return segments.find(({ from, to }) => at >= from && at <= to)?.letter ?? null
}
