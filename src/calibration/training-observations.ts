import type { Catalog } from '../catalog/catalog.ts'
import type { TrainingRecord } from '../measurements/record.ts'
import { trainingRun } from '../measurements/training-run.ts'
import { trainingSpeed } from '../measurements/training-speed.ts'
import type { Grouped } from './serving-observations.ts'

/**
 * Tokens per second of training runs, for the law of time to be fitted to. What a record says is read once: only the time is prepared
 * anew at each evaluation, with the constants as they stand (some tens of microseconds). Runs that the law cannot express say nothing
 * of it.
 */
export function trainingObservations(records: readonly TrainingRecord[], catalog: Catalog): Grouped[] {
  const list = records.flatMap((record): Grouped[] => {
    const { tokens_per_second: measured } = record.measured
    if (measured === undefined) return []
    const run = trainingRun(record, catalog)
    if ('skipped' in run) return []
    const predict = (): number => {
      const speed = trainingSpeed(run, catalog)
      return typeof speed === 'number' ? speed : Number.NaN
    }
    if (Number.isNaN(predict())) return []
    const { id: model, experts } = run.model
    const { configuration: c } = run.read
    const degrees = [
      c.tensorParallel,
      c.pipelineParallel,
      c.contextParallel,
      c.expertParallel,
      c.zeroStage,
      record.gpus,
    ]
    return [
      {
        id: `${record.id} tokens_per_second`,
        record: record.id,
        measured,
        weight: 1,
        predict,
        source: record.group,
        model,
        gpu: record.gpu,
        configuration: [model, record.gpu, record.trainer.name, ...degrees].join(' '),
        table: `training time ${experts ? 'mixture of experts' : 'dense'}, ${record.configuration.method}`,
      },
    ]
  })
  return weighted(list)
}

/**
 * Rows of one model of one publisher share what the law misses of them, so n rows tell less than n and more than one: they count as
 * sqrt(n) together. The mean weight is 1.
 */
function weighted(observations: readonly Grouped[]): Grouped[] {
  const rows = new Map<string, number>()
  const key = ({ source, model }: Grouped): string => JSON.stringify([source, model])
  for (const each of observations) rows.set(key(each), (rows.get(key(each)) ?? 0) + 1)
  const weights = observations.map((each) => (rows.get(key(each)) ?? 1) ** -0.5)
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length
  return observations.map((each, index) => ({ ...each, weight: (weights[index] ?? mean) / mean }))
}
