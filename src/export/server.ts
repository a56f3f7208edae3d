import type { ServeConfiguration } from '../result/plan.ts'
import type { LaunchContext } from './launch.ts'
import { llamaCpp } from './llama-cpp.ts'
import { sglang } from './sglang.ts'
import { tensorrtLlm } from './tensorrt-llm.ts'
import { TORCH_TYPES } from './torch-types.ts'
import { vllm } from './vllm.ts'

/** A flag with its values, as words that are not yet quoted. */
export type Flag = readonly [name: string, ...values: string[]]

/** How one node of a replica that spans several finds the others. */
export interface NodePlace {
  readonly nodes: number
  /** Number of this node from 0, as a word of whatever starts it (`0`, `$NODE_RANK`). */
  readonly rank: string
  /** Address of node 0. */
  readonly head: string
  /** Only node 0 answers requests. */
  readonly isHead: boolean
}

/** Settings without flags of their own. */
export interface OptionsFile {
  readonly flag: string
  /** File name that the engine's own documents use or that is as good. */
  readonly name: string
  readonly value: Readonly<Record<string, unknown>>
}

/** How an engine's server is started: the one place that knows its flags. */
export interface EngineServer {
  /** Program and model, before the flags. */
  program(context: LaunchContext): readonly string[]
  /** The same inside the engine's container image, where it differs. */
  containerProgram?(context: LaunchContext): readonly string[]
  /** The flags on which the plan's memory rests; see {@link options} for what has no flag. */
  flags(configuration: ServeConfiguration, context: LaunchContext): readonly Flag[]
  /** What the server takes only in a file, and by which flag it takes that. Absent or null: everything is a flag. */
  options?(configuration: ServeConfiguration, context: LaunchContext): OptionsFile | null
  /** Listens for every host, which not all engines do unasked. */
  listen(port: number): readonly Flag[]
  /**
   * Flags that make nodes one replica. Absent: the engine cannot, or its processes are started by MPI.
   */
  nodeFlags?(place: NodePlace): readonly Flag[]
  /** First version whose server knows those flags. */
  readonly nodesSince?: string
}

const servers: Readonly<Record<string, EngineServer>> = {
  vllm,
  sglang,
  'tensorrt-llm': tensorrtLlm,
  'llama.cpp': llamaCpp,
}

/** How an engine of the shipped catalog is started; undefined for one that only a user's catalog knows. */
export function serverOf(engine: string): EngineServer | undefined {
  return Object.hasOwn(servers, engine) ? servers[engine] : undefined
}

/** Formats that an engine makes of a 16-bit checkpoint while it loads. */
const MADE_ON_LOAD: Readonly<Record<string, readonly string[]>> = {
  vllm: ['bf16', 'fp16', 'fp32', 'fp8', 'nf4'],
  sglang: ['bf16', 'fp16', 'fp32', 'fp8'],
  'tensorrt-llm': ['bf16', 'fp16', 'fp32'],
}

/** What must be put in place of the named weights before the server can start as planned; null where nothing must. */
export function checkpointNote({ engine, quantization }: ServeConfiguration, context: LaunchContext): string | null {
  const plain = TORCH_TYPES[context.storedFormat] !== undefined
  const asIs = context.nativeFormat || (plain && MADE_ON_LOAD[engine]?.includes(quantization) === true)
  if (!asIs) return `put a checkpoint in ${quantization} in place of ${context.model}`
  return context.modelKnown ? null : `put the path of the weights in place of ${context.model}`
}
