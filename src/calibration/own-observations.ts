import type { Catalog } from '../catalog/catalog.ts'
import type { MeasuredRecord, ServingRecord, TrainingRecord } from '../measurements/record.ts'
import { servingMemoryObservations, trainingMemoryObservations } from './memory-observations.ts'
import type { OwnLaw } from './own-constants.ts'
import { type Grouped, servingObservations } from './serving-observations.ts'
import { trainingObservations } from './training-observations.ts'

/** Figures of own runs that one law predicts from constants of this catalog, as they stand when a figure is asked for. */
export function ownObservations(law: OwnLaw, records: readonly MeasuredRecord[], catalog: Catalog): Grouped[] {
  const serving = (kind: ServingRecord['kind']): ServingRecord[] =>
    records.filter((each): each is ServingRecord => each.kind === kind)
  const training = records.filter((each): each is TrainingRecord => each.kind.startsWith('training-'))
  switch (law) {
    case 'serving memory':
      return servingMemoryObservations(serving('serving-memory'), catalog)
    case 'training memory':
      return trainingMemoryObservations(training, catalog)
    case 'serving speed':
      return servingObservations(serving('serving-throughput'), catalog)
    case 'training speed':
      return trainingObservations(training, catalog)
  }
}
