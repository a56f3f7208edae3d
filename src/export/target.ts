import type { Engine } from '../catalog/engine.ts'
import type { Gpu } from '../catalog/gpu.ts'
import type { Model } from '../catalog/model.ts'
import type { Offer } from '../catalog/offer.ts'
import type { Plan } from '../result/plan.ts'
import type { TrainPlan } from '../result/train.ts'
import type { LaunchContext } from './launch.ts'
import type { TrainingLaunchContext } from './training.ts'

/** One file that a target takes. */
export interface ExportFile {
  /** Name without folders. */
  readonly name: string
  readonly text: string
  readonly executable?: boolean
}

/** Where a plan comes from and runs; null what an estimate without an offer does not have. */
interface Origin {
  /** Name of the scenario. */
  readonly scenario: string
  /** Lines that say from which plan a file comes; each target writes them as its own comments. */
  readonly header: readonly string[]
  readonly model: Model
  readonly gpu: Gpu
  readonly offer: Offer | null
}

export interface ServeExport extends Origin {
  readonly plan: Plan
  readonly launch: LaunchContext
  /** Entry of the engine that the plan runs on, with the container images it is published as. */
  readonly engine: Engine
}

export interface TrainExport extends Origin {
  readonly plan: TrainPlan
  readonly launch: TrainingLaunchContext
}

/**
 * A tool that takes a plan as files. A target that cannot express a plan throws an InputError that says why and what could be done:
 * never a file whose memory is not the plan's.
 */
export interface ExportTarget {
  /** As in `plan export --to ID`. */
  readonly id: string
  /** One line for the list of targets. */
  readonly describe: string
  readonly serve?: (input: ServeExport) => readonly ExportFile[]
  readonly train?: (input: TrainExport) => readonly ExportFile[]
}
