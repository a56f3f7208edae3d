/*
 * Robust non-linear least squares on logarithms: Gauss-Newton with Cauchy weights, and a Gaussian prior on the logarithm of each
 * constant, which holds it near its physical start where few records speak.
 */

/** One published figure and what the law says of it with the constants as they stand. */
export interface Observation {
  readonly id: string
  readonly measured: number
  /** How much the figure counts beside the others. */
  readonly weight: number
  /** Errors are divided by this before they are judged: 0.1 where ten times the usual precision is expected; else 1. */
  readonly scale?: number
  predict(): number
}

/** A constant of the law, held in the objects that catalogs share; all of them move together. */
export interface Parameter {
  readonly name: string
  /** Physical start. */
  readonly start: number
  /** Standard deviation of the logarithm around the start. */
  readonly spread: number
  /** Largest meaningful value (a share of a peak: 1). */
  readonly most?: number
  get(): number
  set(value: number): void
}

export interface FitOptions {
  readonly iterations: number
  /** Errors well beyond this hardly count (Cauchy): they are mistakes or missing physics rather than noise. */
  readonly outlier: number
  /** Standard deviation of an error of a good prediction, against which priors count. */
  readonly noise: number
}

export const defaultFit: FitOptions = { iterations: 60, outlier: 0.15, noise: 0.08 }

const STEP = 1e-3

/** Which observations move when a parameter does: found once, by moving it. */
export function touched(observations: readonly Observation[], parameters: readonly Parameter[]): number[][] {
  const before = observations.map((each) => each.predict())
  return parameters.map((parameter) => {
    const value = parameter.get()
    const list: number[] = []
    // Down as well as up: a value at a cap does not move upwards.
    for (const factor of [0.9, 1.1]) {
      parameter.set(value * factor)
      observations.forEach((each, index) => {
        if (Math.abs(each.predict() / (before[index] ?? 1) - 1) > 1e-7 && !list.includes(index)) list.push(index)
      })
    }
    parameter.set(value)
    return list.sort((a, b) => a - b)
  })
}

/** Moves the parameters to the best fit of the chosen observations. `reach`: {@link touched} of all of them. */
export function fit(
  observations: readonly Observation[],
  parameters: readonly Parameter[],
  reach: readonly (readonly number[])[],
  chosen: ReadonlySet<number>,
  options: FitOptions = defaultFit,
): void {
  const size = parameters.length
  for (let iteration = 0; iteration < options.iterations; iteration++) {
    const matrix = Array.from({ length: size }, () => new Float64Array(size))
    const vector = new Float64Array(size)
    const residuals = new Float64Array(observations.length)
    for (const index of chosen) residuals[index] = residual(observations[index])
    const slopes = parameters.map((parameter, column) => {
      const value = parameter.get()
      parameter.set(value * Math.exp(STEP))
      const own = new Map<number, number>()
      for (const index of reach[column] ?? []) {
        if (chosen.has(index)) own.set(index, (residual(observations[index]) - (residuals[index] ?? 0)) / STEP)
      }
      parameter.set(value)
      return own
    })
    const rows = new Map<number, [number, number][]>()
    slopes.forEach((own, column) => {
      for (const [index, slope] of own) {
        const row = rows.get(index) ?? []
        row.push([column, slope])
        rows.set(index, row)
      }
    })
    for (const [index, row] of rows) {
      const error = residuals[index] ?? 0
      const robust = 1 / (1 + (error / options.outlier) ** 2)
      const weight = ((observations[index]?.weight ?? 0) * robust) / options.noise ** 2
      for (const [a, slopeA] of row) {
        vector[a] = (vector[a] ?? 0) - weight * slopeA * error
        const line = matrix[a]
        if (line === undefined) continue
        for (const [b, slopeB] of row) line[b] = (line[b] ?? 0) + weight * slopeA * slopeB
      }
    }
    parameters.forEach(({ start, spread, get }, column) => {
      const line = matrix[column]
      if (line !== undefined) line[column] = (line[column] ?? 0) + 1 / spread ** 2
      vector[column] = (vector[column] ?? 0) - Math.log(get() / start) / spread ** 2
    })
    const move = solve(matrix, vector)
    let largest = 0
    parameters.forEach((parameter, column) => {
      // No step beyond a third: the law is far from linear at the ends.
      const step = Math.max(-0.3, Math.min(0.3, move[column] ?? 0))
      largest = Math.max(largest, Math.abs(step))
      const next = parameter.get() * Math.exp(step)
      parameter.set(Math.min(next, parameter.most ?? next))
    })
    if (largest < 1e-6) return
  }
}

function residual(observation: Observation | undefined): number {
  if (observation === undefined) return 0
  return Math.log(observation.predict() / observation.measured) / (observation.scale ?? 1)
}

/** Cholesky: the prior makes the matrix positive definite. */
function solve(matrix: Float64Array[], vector: Float64Array): Float64Array {
  const size = vector.length
  const lower = matrix.map((row) => Float64Array.from(row))
  const at = (row: number, column: number): number => lower[row]?.[column] ?? 0
  for (let column = 0; column < size; column++) {
    for (let row = column; row < size; row++) {
      let sum = at(row, column)
      for (let inner = 0; inner < column; inner++) sum -= at(row, inner) * at(column, inner)
      const line = lower[row]
      if (line !== undefined) line[column] = row === column ? Math.sqrt(sum) : sum / at(column, column)
    }
  }
  const half = new Float64Array(size)
  for (let row = 0; row < size; row++) {
    let sum = vector[row] ?? 0
    for (let inner = 0; inner < row; inner++) sum -= at(row, inner) * (half[inner] ?? 0)
    half[row] = sum / at(row, row)
  }
  const answer = new Float64Array(size)
  for (let row = size - 1; row >= 0; row--) {
    let sum = half[row] ?? 0
    for (let inner = row + 1; inner < size; inner++) sum -= at(inner, row) * (answer[inner] ?? 0)
    answer[row] = sum / at(row, row)
  }
  return answer
}
