import type { Fitted } from '../catalog/facts.ts'
import type { Parameter } from './least-squares.ts'

/** A constant that a fit may move: objects of a catalog that hold the same value and move together. */
export interface Constant {
  /** `kernels/fp8 bandwidth.default`: file and path. */
  readonly name: string
  readonly objects: readonly Fitted[]
  /** Where the objects stand, for writing. */
  readonly places: readonly Place[]
  /** Physical start of the fit, in the unit of the value. */
  readonly start: number
  /** Standard deviation of the logarithm around the start. */
  readonly spread: number
  /** Largest meaningful value: 1 for a share. */
  readonly most?: number
}

/** A path inside an entry of a catalog; `id` of physics is the name of its file. */
export interface Place {
  readonly subject: 'kernels' | 'generations' | 'links' | 'engines' | 'gpus' | 'trainers' | 'physics'
  readonly id: string
  readonly path: readonly (string | number)[]
  /** Takes the value of the constant without a record of its own: what stands there of records stays. */
  readonly follows?: boolean
}

/** The constants as the fit moves them: in place, in the catalog that they were found in. */
export function parametersOf(constants: readonly Constant[]): Parameter[] {
  return constants.map(({ name, objects, start, spread, most }) => ({
    name,
    start,
    spread,
    ...(most === undefined ? {} : { most }),
    get: () => objects[0]?.value ?? Number.NaN,
    set: (value) => {
      for (const object of objects) (object as { value: number }).value = value
    },
  }))
}
