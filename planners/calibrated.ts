import { calibratedSentences } from '../src/catalog/calibrated.ts'
import type { Catalog } from '../src/catalog/catalog.ts'
import { releaseRange } from '../src/catalog/support.ts'
import type { ServeAssignment } from './serve/assignment.ts'
import type { ServeRequest } from './serve/request.ts'
import type { TrainAssignment } from './train/assignment.ts'
import type { TrainRequest } from './train/request.ts'

/** Entries behind a serving plan that were fitted to own runs; without a plan, those that the search tried. */
export function serveCalibration(
  { engines, gpus }: Pick<ServeRequest, 'engines' | 'gpus'>,
  a: ServeAssignment | null,
): string[] {
  const choices = a === null ? engines : [a.engine]
  const links = a === null || a.gpusPerReplica === 1 ? [] : [a.board.link]
  return calibratedSentences([
    ...choices.map(({ engine, release }) => ({
      name: `${engine.name} ${releaseRange(release)}`,
      calibrated: release.calibrated,
    })),
    ...(a === null ? gpus : [a.board.gpu]),
    ...links,
  ])
}

/** The same of a training plan. */
export function trainCalibration(
  { trainer, gpus }: Pick<TrainRequest, 'trainer' | 'gpus'>,
  { physics }: Catalog,
  a: TrainAssignment | null,
): string[] {
  const boards = a === null ? gpus : [a.machine.gpu]
  const isAlone = a !== null && a.gpus === 1
  return calibratedSentences([
    trainer,
    ...boards.map(({ name, training_calibrated: calibrated }) => ({ name, calibrated })),
    ...(isAlone ? [] : [{ name: 'PCIe and network rates', calibrated: physics.training.calibrated }]),
  ])
}
