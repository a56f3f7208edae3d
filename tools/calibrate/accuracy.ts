import { stringify } from 'yaml'
import type { Grouped } from '../../src/calibration/serving-observations.ts'
import type { AccuracyRow } from '../../src/catalog/accuracy.ts'
import { type Catalog, get } from '../../src/catalog/catalog.ts'
import { recordModel } from '../../src/measurements/model.ts'
import { quantile } from '../../src/measurements/quantile.ts'
import type { MeasuredRecord } from '../../src/measurements/record.ts'

/** A signed error of a prediction that had not seen its run. */
export interface HeldOutError {
  readonly figure: AccuracyRow['figure']
  readonly leftOut: AccuracyRow['left_out']
  readonly source: string
  readonly program: string
  readonly gpu: string
  readonly generation: string
  readonly experts: boolean
  /** measured / predicted - 1; of memory in servers, the same difference as a share of the GPU. */
  readonly error: number
}

/** Rows with fewer figures say little of their tails. */
const LEAST = 10
const DIGITS = 3

/** Figures of plans by the row of the calibration's table. */
export function figureOf(table: string): AccuracyRow['figure'] | null {
  if (table.startsWith('TPOT') || table === 'single stream') return 'tpot'
  if (table.startsWith('TTFT') || table === 'lone prompt') return 'ttft'
  // A rate at a given load follows from the time between tokens, which is a figure of its own.
  if (/^(maximum load|whole batch)/.test(table)) return 'rate'
  if (table.startsWith('training time')) return 'training_rate'
  if (table.includes('KV room')) return 'serving_memory'
  return table.endsWith('peak') ? 'training_memory' : null
}

/**
 * The errors of one set of held-out predictions; `errors` are predicted / measured - 1.
 * @param measuredProgram figures of a program that other sources must hold for it to count as measured without one of them
 */
export function heldOutErrors(
  observations: readonly Grouped[],
  errors: Float64Array,
  leftOut: 'model' | 'source' | 'gpu',
  records: ReadonlyMap<string, MeasuredRecord>,
  catalog: Catalog,
  measuredProgram: number,
): HeldOutError[] {
  const found = withoutPrograms(observations, errors, leftOut, records, catalog)
  if (leftOut !== 'source') return found
  return found.map((each) => {
    const others = found.filter(
      ({ figure, program, source }) => figure === each.figure && program === each.program && source !== each.source,
    )
    return others.length >= measuredProgram ? each : { ...each, leftOut: 'program' as const }
  })
}

function withoutPrograms(
  observations: readonly Grouped[],
  errors: Float64Array,
  leftOut: 'model' | 'source' | 'gpu',
  records: ReadonlyMap<string, MeasuredRecord>,
  catalog: Catalog,
): HeldOutError[] {
  return observations.flatMap(({ record: id, table }, index) => {
    const figure = figureOf(table)
    const record = records.get(id)
    const error = errors[index] ?? Number.NaN
    if (figure === null || record === undefined || Number.isNaN(error)) return []
    const gpu = get(catalog, 'gpus', record.gpu)
    const model = recordModel(record.model, catalog)
    const experts = 'experts' in model && model.experts
    const program = 'engine' in record ? record.engine.name : record.trainer.name
    return [
      {
        figure,
        leftOut,
        source: record.group,
        program,
        gpu: gpu.id,
        generation: gpu.generation,
        experts,
        error: 1 / (1 + error) - 1,
      },
    ]
  })
}

/** The rows of accuracy.yaml: every group of enough held-out figures, the closest groups first. */
export function accuracyYaml(errors: readonly HeldOutError[], asOf: string): string {
  const keys: (keyof HeldOutError)[][] = [
    ['program', 'generation', 'experts'],
    ['program', 'experts'],
    ['program'],
    ['generation', 'experts'],
    ['experts'],
    [],
  ]
  // A program without runs is never asked for by its name.
  const rows = keys.flatMap((group) =>
    rowsOf(group.includes('program') ? errors.filter(({ leftOut }) => leftOut !== 'program') : errors, group),
  )
  // Of a group the errors of sources left out go before those of models left out.
  const groupOf = ({ figure, program, generation, experts }: AccuracyRow) =>
    JSON.stringify([figure, program, generation, experts])
  const bySource = new Set(rows.filter((row) => row.left_out === 'source').map(groupOf))
  const asked = rows.filter((row) => row.left_out !== 'model' || !bySource.has(groupOf(row)))
  const seen = (key: 'gpu' | 'generation') =>
    Object.fromEntries(
      [...new Set(errors.map(({ figure }) => figure))]
        .sort()
        .map((figure) => [
          figure,
          [...new Set(errors.filter((each) => each.figure === figure).map((each) => each[key]))].sort(),
        ]),
    )
  const lines = asked.map((row) => `  - ${stringify(row, { collectionStyle: 'flow', lineWidth: 0 }).trim()}`)
  return `# Written by \`npm run calibrate -- --write\`. Errors of predictions against measured runs that took no part in the fit; shares of the
# predicted figure, of servers' memory shares of the GPU. A generation without runs is given the errors of GPUs left out, widened.
as_of: ${asOf}
unmeasured_generation_factor: 2
generations:
${mapYaml(seen('generation'))}gpus:
${mapYaml(seen('gpu'))}rows:
${lines.join('\n')}
`
}

function mapYaml(map: Record<string, string[]>): string {
  return Object.entries(map)
    .map(([key, list]) => `  ${key}: [${list.join(', ')}]\n`)
    .join('')
}

function rowsOf(errors: readonly HeldOutError[], group: readonly (keyof HeldOutError)[]): AccuracyRow[] {
  const groups = new Map<string, HeldOutError[]>()
  for (const each of errors) {
    const key = JSON.stringify([each.figure, each.leftOut, ...group.map((name) => each[name])])
    groups.set(key, [...(groups.get(key) ?? []), each])
  }
  return [...groups.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .filter(([, list]) => list.length >= LEAST)
    .map(([, list]) => {
      const [first] = list
      if (first === undefined) throw new Error('an empty group')
      const signed = list.map(({ error }) => error)
      const sizes = signed.map(Math.abs)
      const digits = (value: number): number => Number(value.toPrecision(DIGITS))
      return {
        figure: first.figure,
        left_out: first.leftOut,
        ...Object.fromEntries(group.map((name) => [name, first[name]])),
        count: list.length,
        p50: digits(quantile(sizes, 0.5)),
        p80: digits(quantile(sizes, 0.8)),
        low: digits(quantile(signed, 0.05)),
        high: digits(quantile(signed, 0.95)),
      }
    })
}
