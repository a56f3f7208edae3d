import type { Catalog } from '../catalog/catalog.ts'
import type { ServingRecord, TrainingRecord } from '../measurements/record.ts'
import { predictServingMemory } from '../measurements/serving-memory.ts'
import { servingSubject } from '../measurements/serving-subject.ts'
import { predictTraining } from '../measurements/training.ts'
import { defaultFit } from './least-squares.ts'
import type { Grouped } from './serving-observations.ts'

/*
 * A figure is predicted anew whenever it is asked for. The parts of a prediction that src/memory remembers are kept by
 * model, and every prediction of a record describes its own model, so none holds a constant as it was before the fit
 * moved it.
 */

/**
 * Standard error of a good prediction, relative. Logs print hundredths of a GiB: about 1 % of an activation peak and 4
 * % of what lies outside the allocator. Graphs are a difference of free memory, which other allocations disturb. The
 * room: a share of the GPU.
 */
const NOISE = {
  activations_gib: 0.03,
  runtime_gib: 0.05,
  graphs_gib: 0.15,
  kv_cache_gib: 0.005,
  peak_gib: 0.04,
} as const
type Quantity = keyof typeof NOISE

const SERVING_TABLES = {
  activations_gib: 'activations',
  runtime_gib: 'outside the allocator',
  graphs_gib: 'graphs',
  kv_cache_gib: 'KV room, share of the GPU',
} as const
const SERVING_QUANTITIES = ['activations_gib', 'runtime_gib', 'graphs_gib', 'kv_cache_gib'] as const

/**
 * Sizes of start-up logs that a constant of the engine takes part in. llama.cpp has none: its buffers are counted
 * whole. Left out are figures that say nothing of a constant: what is not above 0 (differences of free memory can be
 * negative), and graphs of releases that print a change of free memory in their place, which are those before graphs
 * entered the budget whose constants no log gave.
 */
export function servingMemoryObservations(records: readonly ServingRecord[], catalog: Catalog): Grouped[] {
  const list = records.flatMap((record): Grouped[] => {
    const subject = servingSubject(record, catalog)
    if ('skipped' in subject || subject.server === null) return []
    const { engine, release } = subject.server
    if (engine.accounting === 'whole-context') return []
    const { graphs_in_budget: inBudget, graphs_base_gib: base } = release.memory
    const { configuration: c, measured } = record
    const parts = [subject.tensorParallel, subject.pipelineParallel, subject.expertParallel, subject.replicas]
    const common = {
      ...groupsOfRecord(record, [
        record.engine.name,
        record.engine.version ?? '',
        c.quantization,
        c.kv_cache ?? '',
        ...parts,
      ]),
      weight: 1,
    }
    return SERVING_QUANTITIES.flatMap((quantity): Grouped[] => {
      const value = measured[quantity]
      if (value === undefined) return []
      const figure = (): number => {
        const prediction = predictServingMemory(record, catalog)
        return 'skipped' in prediction ? Number.NaN : (prediction.figures[quantity] ?? Number.NaN)
      }
      const observation = {
        ...common,
        id: `${record.id} ${quantity}`,
        table: `${engine.id} ${SERVING_TABLES[quantity]}`,
        scale: scaleOf(quantity),
      }
      if (quantity === 'kv_cache_gib') {
        const { usable_gib: usable } = subject.gpu.memory
        return [{ ...observation, measured: usable, predict: () => usable + figure() - value }]
      }
      if (value <= 0 || !(figure() > 0)) return []
      if (quantity === 'graphs_gib' && !inBudget && base.records === 0) return []
      return [{ ...observation, measured: value, predict: figure }]
    })
  })
  return sharedAmongRepeats(list)
}

/** Peaks of training runs, by what each of them counted. */
export function trainingMemoryObservations(records: readonly TrainingRecord[], catalog: Catalog): Grouped[] {
  const list = records.flatMap((record): Grouped[] => {
    const { configuration: c, measured, trainer } = record
    const { peak_gib: peak } = measured
    const figure = (): number => {
      const prediction = predictTraining(record, catalog)
      return 'skipped' in prediction ? Number.NaN : (prediction.figures.peak_gib ?? Number.NaN)
    }
    if (peak === undefined || !(figure() > 0)) return []
    const degrees = [c.tensor_parallel, c.pipeline_parallel, c.context_parallel, c.expert_parallel, c.shard_degree]
    const states = [c.method, c.precision?.weights, c.sharding, c.offload, c.activation_checkpointing]
    return [
      {
        ...groupsOfRecord(record, [trainer.name, trainer.version ?? '', record.gpus, ...states, ...degrees]),
        id: `${record.id} peak_gib`,
        table: `${c.method} peak`,
        weight: 1,
        scale: scaleOf('peak_gib'),
        measured: peak,
        predict: figure,
      },
    ]
  })
  return sharedAmongRepeats(list)
}

/** Records, not figures, behind a constant: one start prints several. `reach`: the observations that it moves. */
export function recordsBehind(observations: readonly Grouped[], reach: readonly number[]): number {
  return new Set(reach.map((index) => observations[index]?.record)).size
}

function groupsOfRecord(
  { id: record, group, model, gpu }: ServingRecord | TrainingRecord,
  parts: readonly (string | number | undefined)[],
): Pick<Grouped, 'record' | 'source' | 'model' | 'gpu' | 'configuration'> {
  const name = typeof model === 'string' ? model : 'described'
  return { record, source: group, model: name, gpu, configuration: [name, gpu, ...parts].join(' ') }
}

/** Errors in units of those that the fit takes for noise. */
function scaleOf(quantity: Quantity): number {
  return NOISE[quantity] / defaultFit.noise
}

/** Runs of one configuration whose figure the law cannot tell apart say it once, however often they were started. */
function sharedAmongRepeats(observations: readonly Grouped[]): Grouped[] {
  const keys = observations.map((each) => [each.table, each.configuration, each.predict() / each.measured].join(' '))
  const counts = new Map<string, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return observations.map((each, index) => ({ ...each, weight: each.weight / (counts.get(keys[index] ?? '') ?? 1) }))
}
