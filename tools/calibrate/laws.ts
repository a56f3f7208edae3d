import { servingMemoryConstants, trainingMemoryConstants } from '../../src/calibration/memory-constants.ts'
import { servingMemoryObservations, trainingMemoryObservations } from '../../src/calibration/memory-observations.ts'
import type { Constant } from '../../src/calibration/parameters.ts'
import { servingConstants, tied } from '../../src/calibration/serving-constants.ts'
import { type Grouped, servingObservations } from '../../src/calibration/serving-observations.ts'
import { trainingConstants } from '../../src/calibration/training-constants.ts'
import { trainingObservations } from '../../src/calibration/training-observations.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import type { MeasuredRecord, ServingRecord, TrainingRecord } from '../../src/measurements/record.ts'

/** A law with the runs it is fitted to and the constants that move. */
export interface Law {
  readonly name: string
  /**
   * Whether --write takes the fitted constants. Those of memory are counted, or read from logs one by one; their fit shows what they
   * are worth on runs that they were not read from.
   */
  readonly isWritten: boolean
  /**
   * Figures of a program that other sources must hold for it to count as measured when one is left out: many where programs have
   * constants of their own, none where they have not.
   */
  readonly measuredProgram: number
  /** Errors well beyond this hardly count: published speeds of servers scatter more than those of training. */
  readonly outlier?: number
  observations(records: readonly MeasuredRecord[], catalog: Catalog): Grouped[]
  constants(catalog: Catalog): Constant[]
}

export const laws: readonly Law[] = [
  {
    name: 'serving speed',
    isWritten: true,
    measuredProgram: 30,
    outlier: 0.17,
    observations: (records, catalog) =>
      servingObservations(
        records.filter((each): each is ServingRecord => each.kind === 'serving-throughput'),
        catalog,
      ),
    constants: (catalog) => tied(servingConstants(catalog)),
  },
  {
    name: 'training time',
    isWritten: true,
    measuredProgram: 0,
    observations: (records, catalog) => trainingObservations(trainingOf(records, 'training-throughput'), catalog),
    constants: trainingConstants,
  },
  {
    name: 'serving memory',
    isWritten: false,
    measuredProgram: 10,
    observations: (records, catalog) =>
      servingMemoryObservations(
        records.filter((each): each is ServingRecord => each.kind === 'serving-memory'),
        catalog,
      ),
    constants: servingMemoryConstants,
  },
  {
    name: 'training memory',
    isWritten: false,
    measuredProgram: 10,
    observations: (records, catalog) => trainingMemoryObservations(trainingOf(records, 'training-memory'), catalog),
    constants: trainingMemoryConstants,
  },
]

function trainingOf(records: readonly MeasuredRecord[], kind: TrainingRecord['kind']): TrainingRecord[] {
  return records.filter((each): each is TrainingRecord => each.kind === kind)
}
