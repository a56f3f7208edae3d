import type { Model } from '../src/catalog/model.ts'
import { type Degrees, parallelismProblem, type SplittingProgram } from '../src/memory/feasibility.ts'
import type { ModelTensors } from '../src/model/tensors.ts'
import { inputError } from '../src/scenario/diagnostic.ts'

/**
 * Refuses degrees of parallelism that flags gave and the program cannot divide the model by, before anything is computed with them.
 * Where only a parameter count is known, nothing is known to stand in the way.
 * @throws InputError with what does not divide
 */
export function refuseSplit(
  model: Model,
  tensors: ModelTensors | null,
  program: SplittingProgram,
  degrees: Degrees,
): void {
  const problem = tensors === null ? null : parallelismProblem(tensors, program, degrees)
  if (problem !== null) throw inputError(`${model.id}: ${problem}`)
}
