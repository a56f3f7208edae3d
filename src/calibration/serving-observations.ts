import type { Catalog } from '../catalog/catalog.ts'
import type { ServingRecord } from '../measurements/record.ts'
import { prepareServingThroughput } from '../measurements/serving-throughput.ts'
import type { Observation } from './least-squares.ts'

/** A figure of a record with what folds and tables group it by. */
export interface Grouped extends Observation {
  /** Id of the record: one may hold several figures. */
  readonly record: string
  readonly source: string
  readonly model: string
  readonly gpu: string
  /** Model, GPU, program, format and degrees: what a fold over configurations leaves out together. */
  readonly configuration: string
  /** The row of the table of errors: `TPOT dense`, `maximum load mixture of experts` ... */
  readonly table: string
}

/**
 * First tokens hang on the start of a run and on queues: they count less, and a lone prompt of an old kernel too. The time between tokens
 * counts more: targets rest on it, and there are twice as many rates.
 */
const WEIGHTS = { 'ttft-loop': 0.35, 'ttft-lone': 0.5, rate: 1, 'rate-with-latency': 0.5, tpot: 1.5 } as const

/** Figures of serving runs that the law can be fitted to; runs that queue say nothing of it. */
export function servingObservations(records: readonly ServingRecord[], catalog: Catalog): Grouped[] {
  return records.flatMap((record) => {
    const { measured, note = '', configuration: c } = record
    // Another arithmetic than the one whose peak the kernels' shares are of.
    if (/fp16-accumulate/.test(note)) return []
    const prepared = prepareServingThroughput(record, catalog)
    if ('skipped' in prepared) return []
    const model = typeof record.model === 'string' ? record.model : 'described'
    const queues = /queue/.test(note) || prepared.evaluate().assumed.some((line) => line.startsWith('requests queue'))
    const degrees = [c.tensor_parallel, c.pipeline_parallel, c.expert_parallel, c.data_parallel, record.gpus].join(' ')
    const base = {
      record: record.id,
      source: record.group,
      model,
      gpu: record.gpu,
      configuration: [model, record.gpu, record.engine.name, record.engine.version, c.quantization, degrees].join(' '),
    }
    const mixture = prepared.experts ? 'mixture of experts' : 'dense'
    const list: Grouped[] = []
    const add = (quantity: 'ttft_ms' | 'tpot_ms' | 'output_tokens_per_second', table: string, weight: number): void => {
      const value = measured[quantity]
      if (value === undefined || prepared.evaluate().figures[quantity] === undefined) return
      const predict = (): number => prepared.evaluate().figures[quantity] ?? Number.NaN
      list.push({ ...base, id: `${record.id} ${quantity}`, measured: value, weight, predict, table })
    }
    switch (prepared.way) {
      case 'lone-prompt':
        add('ttft_ms', 'lone prompt', WEIGHTS['ttft-lone'])
        break
      case 'single-stream':
        add('output_tokens_per_second', 'single stream', WEIGHTS.rate)
        add('tpot_ms', 'single stream', WEIGHTS.tpot)
        break
      case 'whole-batch':
        add('output_tokens_per_second', 'whole batch', WEIGHTS.rate)
        break
      case 'maximum-load':
        add('output_tokens_per_second', `maximum load ${mixture}`, WEIGHTS.rate)
        break
      case 'closed-loop': {
        if (queues) break
        const latencies = measured.tpot_ms !== undefined
        add('tpot_ms', `TPOT ${mixture}`, WEIGHTS.tpot)
        add('ttft_ms', `TTFT ${mixture}`, WEIGHTS['ttft-loop'])
        add(
          'output_tokens_per_second',
          `rate at given load ${mixture}`,
          latencies ? WEIGHTS['rate-with-latency'] : WEIGHTS.rate,
        )
      }
    }
    return list
  })
}
