import { tied, servingConstants } from '../../src/calibration/serving-constants.ts'
import { type Grouped, servingObservations } from '../../src/calibration/serving-observations.ts'
import type { Constant } from '../../src/calibration/parameters.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import type { MeasuredRecord, ServingRecord } from '../../src/measurements/record.ts'

/** A law with the runs it is fitted to and the constants that move. */
export interface Law {
  readonly name: string
  observations(records: readonly MeasuredRecord[], catalog: Catalog): Grouped[]
  constants(catalog: Catalog): Constant[]
}

export const laws: readonly Law[] = [
  {
    name: 'serving speed',
    observations: (records, catalog) =>
      servingObservations(
        records.filter((each): each is ServingRecord => each.kind === 'serving-throughput'),
        catalog,
      ),
    constants: (catalog) => tied(servingConstants(catalog)),
  },
]
