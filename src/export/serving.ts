import { compareVersions } from '../catalog/support.ts'
import { inputError } from '../scenario/diagnostic.ts'
import { type Place, placeOf } from './place.ts'
import { checkpointNote, type EngineServer, serverOf } from './server.ts'
import type { ServeExport } from './target.ts'

/** A serving plan with how its engine is started and where its replicas stand. */
export interface Serving extends ServeExport {
  readonly server: EngineServer
  readonly place: Place
  /** The header, and what must be done before the files work. */
  readonly lines: readonly string[]
}

/**
 * What every serving target needs.
 * @throws InputError where the engine is unknown, or cannot spread a replica over machines as planned.
 */
export function servingOf(input: ServeExport): Serving {
  const { engine, plan } = input
  const server = serverOf(engine.id)
  if (server === undefined) {
    throw inputError(`it is not known how ${engine.name} is started`, {
      hint: `plan it with another engine: --set engine=vllm`,
    })
  }
  const place = placeOf(input)
  if (place.nodes > 1) checkNodes(input, server, place)
  const note = checkpointNote(plan.configuration, input.launch)
  return { ...input, server, place, lines: [...input.header, ...(note === null ? [] : [`First ${note}.`])] }
}

/** As `servingOf`, for a target that is one engine. */
export function servingWith(input: ServeExport, engineId: string): Serving {
  if (input.engine.id !== engineId) {
    throw inputError(`the plan runs on ${input.engine.name}`, {
      hint: `--to ${input.engine.id}, or plan it for the other engine: --set engine=${engineId}`,
    })
  }
  return servingOf(input)
}

/** Engines give every machine the same number of GPUs; then tensor-parallel groups stay inside only where they divide it. */
function checkNodes({ engine, plan }: ServeExport, server: EngineServer, { gpus, nodes, gpusPerNode }: Place): void {
  const { tensor_parallel, engine_version } = plan.configuration
  if (gpus % nodes !== 0 || gpusPerNode % tensor_parallel !== 0) {
    throw inputError(
      `a replica of ${gpus} GPUs does not divide into ${nodes} machines by whole groups of ${tensor_parallel}, which ${engine.name} needs`,
      { hint: 'narrow search.pipeline_parallel to a multiple of the machines' },
    )
  }
  if (server.nodesSince !== undefined && compareVersions(engine_version, server.nodesSince) < 0) {
    throw inputError(
      `${engine.name} ${engine_version} spans machines over Ray; from ${server.nodesSince} on it is exported without`,
      { hint: `--set engine_version=${server.nodesSince}` },
    )
  }
}
