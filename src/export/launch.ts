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
  /** Tokens that the KV cache of one replica holds: the plan's memory rests on them. */
  readonly cacheTokens: number
}

/** Writes the command that starts one replica as planned. */
export type LaunchCommand = (configuration: ServeConfiguration, context: LaunchContext) => string

const commands: Readonly<Record<string, LaunchCommand>> = {
  vllm: vllmCommand,
  sglang: sglangCommand,
  'tensorrt-llm': tensorrtLlmCommand,
  'llama.cpp': llamaCppCommand,
}

/** Formats that an engine makes of a 16-bit checkpoint while it loads. */
const MADE_ON_LOAD: Readonly<Record<string, readonly string[]>> = {
  vllm: ['bf16', 'fp16', 'fp32', 'fp8', 'nf4'],
  sglang: ['bf16', 'fp16', 'fp32', 'fp8'],
  'tensorrt-llm': ['bf16', 'fp16', 'fp32'],
}

/** The launch command, or a comment for an engine of a user's catalog. A checkpoint that must be converted first is named. */
export function launchCommand(configuration: ServeConfiguration, context: LaunchContext): string {
  const { engine, quantization } = configuration
  const command = commands[engine]
  if (command === undefined) return `# no launch command is known for the engine ${engine}`
  const asIs = context.nativeFormat || MADE_ON_LOAD[engine]?.includes(quantization) === true
  const note = asIs ? '' : `# put a checkpoint in ${quantization} in place of ${context.model}\n`
  return `${note}${command(configuration, context)}`
}
