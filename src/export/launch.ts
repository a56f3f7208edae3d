import type { ServeConfiguration } from '../result/plan.ts'
import { llamaCppCommand } from './llama-cpp.ts'
import { sglangCommand } from './sglang.ts'
import { tensorrtLlmCommand } from './tensorrt-llm.ts'
import { vllmCommand } from './vllm.ts'

/** What a launch command needs beside the configuration. */
export interface LaunchContext {
  /** Repository or path that the engine loads. */
  readonly model: string
  /** Value of the engine's KV-cache flag; null = the engine's default already is this format. */
  readonly kvValue: string | null
  /** True when the checkpoint itself is in the planned format, so nothing must be converted. */
  readonly nativeFormat: boolean
  /** Instances over which one replica is spread. */
  readonly instancesPerReplica: number
}

/** Writes the command that starts one replica as planned. */
export type LaunchCommand = (configuration: ServeConfiguration, context: LaunchContext) => string

const commands: Readonly<Record<string, LaunchCommand>> = {
  vllm: vllmCommand,
  sglang: sglangCommand,
  'tensorrt-llm': tensorrtLlmCommand,
  'llama.cpp': llamaCppCommand,
}

/** The launch command, or the configuration as a comment for an engine of a user's catalog. */
export function launchCommand(configuration: ServeConfiguration, context: LaunchContext): string {
  const command = commands[configuration.engine]
  return command
    ? command(configuration, context)
    : `# no launch command is known for the engine ${configuration.engine}`
}
