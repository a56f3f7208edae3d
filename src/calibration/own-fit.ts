import type { Catalog } from '../catalog/catalog.ts'
import type { MeasuredRecord } from '../measurements/record.ts'
import { type Errors, errorsNow, groupsOf, heldOut } from './folds.ts'
import { defaultFit, type FitOptions, fit, touched } from './least-squares.ts'
import { type OwnLaw, ownConstants } from './own-constants.ts'
import { ownObservations } from './own-observations.ts'
import { type Constant, type Place, parametersOf } from './parameters.ts'
import type { Grouped } from './serving-observations.ts'

/** Fewer runs than this say nothing that is not their own. */
export const LEAST_RECORDS = 3
/** Up to so many runs each is left out in turn; of more, a fold at a time. */
const MOST_LEFT_OUT_ALONE = 20
const FOLDS = 5
/** A constant that would move by less than this share stays. */
const LEAST_MOVE = 0.005
/** Held-out errors must be smaller than the present ones by this share of them, and the present ones above this size. */
const LEAST_GAIN = 0.05
const LEAST_ERROR = 0.002
/** Significant digits of a fitted value. */
const DIGITS = 5
/** An own machine may differ from the shipped one by more than published runs of one machine differ among each other. */
const OPTIONS: FitOptions = { ...defaultFit, iterations: 20, outlier: 0.3 }

/** A constant that own records decide a figure of, and what the fit makes of it. */
export interface FittedConstant {
  readonly law: OwnLaw
  readonly place: Place
  readonly from: number
  readonly to: number
  /** Why it stays; null where it moved. */
  readonly kept: string | null
  /** Ids of those records. */
  readonly ids: ReadonlySet<string>
}

export interface FittedLaw {
  readonly law: OwnLaw
  /** Why its constants stay as shipped; null where they moved. */
  readonly kept: string | null
  readonly constants: readonly FittedConstant[]
  /** Held-out errors of the observations by id. */
  readonly out: ReadonlyMap<string, number>
}

/** Moves the constants of a law in the working catalog, or leaves them all. */
export function fitLaw(law: OwnLaw, records: readonly MeasuredRecord[], working: Catalog): FittedLaw {
  const observations = ownObservations(law, records, working)
  const all = ownConstants(law, records, working)
  const reachOfAll = touched(observations, parametersOf(all))
  const candidate = (
    constant: Constant,
    list: readonly number[],
    to: number,
    kept: string | null,
  ): FittedConstant[] => {
    const [place] = constant.places
    if (place === undefined || list.length === 0) return []
    return [
      {
        law,
        place,
        from: constant.start,
        to,
        kept,
        ids: recordIds(list.flatMap((index) => observations[index] ?? [])),
      },
    ]
  }
  const isFitted = reachOfAll.map(
    (list) => recordIds(list.flatMap((index) => observations[index] ?? [])).size >= LEAST_RECORDS,
  )
  const few = all.flatMap((constant, index) =>
    isFitted[index] === true
      ? []
      : candidate(
          constant,
          reachOfAll[index] ?? [],
          constant.start,
          `decides fewer than ${LEAST_RECORDS} of the records`,
        ),
  )
  const constants = all.filter((_, index) => isFitted[index])
  const reach = reachOfAll.filter((_, index) => isFitted[index])
  const present = errorsNow(observations)
  const parameters = parametersOf(constants)
  const stay = (kept: string, out: Errors): FittedLaw => {
    parameters.forEach((each) => {
      each.set(each.start)
    })
    const stayed = constants.flatMap((each, index) => candidate(each, reach[index] ?? [], each.start, kept))
    return { law, kept, constants: [...stayed, ...few], out: byId(observations, out) }
  }
  if (constants.length === 0) return stay(`no constant decides ${LEAST_RECORDS} of the records`, present)
  fit(observations, parameters, reach, new Set(observations.keys()), OPTIONS)
  const folds = recordIds(observations).size > MOST_LEFT_OUT_ALONE ? FOLDS : undefined
  const groups = groupsOf(observations, ({ record }) => record, folds)
  const out = heldOut(observations, parameters, reach, groups, () => {}, OPTIONS)
  if (meanSize(present) <= LEAST_ERROR) return stay('the shipped constants predict the runs as they are', out)
  if (meanSize(out) > (1 - LEAST_GAIN) * meanSize(present)) {
    return stay('runs left out of the fit are predicted no better by it', out)
  }
  const settled = constants.flatMap((constant, index) => {
    const parameter = parameters[index]
    if (parameter === undefined) return []
    const isSmall = Math.abs(Math.log(parameter.get() / constant.start)) < LEAST_MOVE
    const to = isSmall ? constant.start : Number(parameter.get().toPrecision(DIGITS))
    parameter.set(to)
    return candidate(constant, reach[index] ?? [], to, isSmall ? 'the runs agree with it' : null)
  })
  return { law, kept: null, constants: [...settled, ...few], out: byId(observations, out) }
}

export function recordIds(observations: readonly Grouped[]): Set<string> {
  return new Set(observations.map(({ record }) => record))
}

function byId(observations: readonly Grouped[], errors: Errors): Map<string, number> {
  return new Map(observations.map(({ id }, index) => [id, errors[index] ?? Number.NaN]))
}

function meanSize(errors: Errors): number {
  return errors.reduce((sum, error) => sum + Math.abs(error), 0) / errors.length
}
