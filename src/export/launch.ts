import type { ServeConfiguration } from '../result/plan.ts'
import { visible } from '../visible.ts'
import { checkpointNote, serverOf } from './server.ts'
import { shellCommand, shellWord } from './shell.ts'

/** What a launch command needs beside the configuration. */
export interface LaunchContext {
  /** Repository or path that the engine loads. */
  readonly model: string
  /** False where neither a repository nor a path of the weights is known, so that `model` is only a name. */
  readonly modelKnown: boolean
  /** Value of the engine's KV-cache flag; null = the engine's default already is this format. */
  readonly kvValue: string | null
  /** True when the checkpoint itself is in the planned format, so nothing must be converted. */
  readonly nativeFormat: boolean
  /** Weight format of that checkpoint. */
  readonly storedFormat: string
  /** Instances over which one replica is spread. */
  readonly instancesPerReplica: number
  /** Tokens that the KV cache of one replica holds: the plan's memory rests on them. */
  readonly cacheTokens: number
}

/** The command that starts one replica, or a comment for an engine of a user's catalog. What must be converted first is named. */
export function launchCommand(configuration: ServeConfiguration, context: LaunchContext): string {
  const { engine } = configuration
  const server = serverOf(engine)
  if (server === undefined) return `# no launch command is known for the engine ${engine}`
  const note = checkpointNote(configuration, context)
  const options = server.options?.(configuration, context) ?? null
  const lines = [
    ...(note === null ? [] : [`# ${visible(note)}`]),
    // JSON says it as YAML does.
    ...(options === null ? [] : [`printf '%s\\n' ${shellWord(JSON.stringify(options.value))} > ${options.name}`]),
    shellCommand(server.program(context), [
      ...server.flags(configuration, context),
      ...(options === null ? [] : [[options.flag, options.name]]),
      ...(server.nodeFlags?.(exampleNode(context)) ?? []),
    ]),
  ]
  return lines.join('\n')
}

/** Where a replica spans nodes, the command of the first; the others differ in the rank. */
function exampleNode({ instancesPerReplica }: LaunchContext) {
  return { nodes: instancesPerReplica, rank: '0', head: 'HEAD_ADDRESS', isHead: true }
}
