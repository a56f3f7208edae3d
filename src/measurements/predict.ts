import type { Catalog } from '../catalog/catalog.ts'
import type { MeasuredRecord } from './record.ts'
import { predictServingMemory } from './serving-memory.ts'
import type { Skipped } from './serving-subject.ts'
import { predictServingThroughput } from './serving-throughput.ts'
import { predictTraining } from './training.ts'
import type { Prediction } from './validation.ts'

/** What the model says of a run, or why it cannot express it. The ids of model and GPU were checked when the record was read. */
export function predictRecord(record: MeasuredRecord, catalog: Catalog): Prediction | Skipped {
  switch (record.kind) {
    case 'serving-memory':
      return predictServingMemory(record, catalog)
    case 'serving-throughput':
      return predictServingThroughput(record, catalog)
    case 'training-memory':
    case 'training-throughput':
      return predictTraining(record, catalog)
  }
}
