import { logLines } from './lines.ts'
import { readLlamaCpp } from './llama-cpp.ts'
import { readSglang } from './sglang.ts'
import type { LogEngine, StartLog } from './start-log.ts'
import { readVllm } from './vllm.ts'

/** Texts that only one engine writes when it starts. */
const SIGNATURES: Readonly<Record<LogEngine, readonly string[]>> = {
  vllm: [
    'Model loading took ',
    'Loading model weights took ',
    'model weights take ',
    'Available KV cache memory: ',
    'GPU KV cache size: ',
    'LLM engine (v',
    'LLM engine with config',
    'vLLM API server version',
    'Memory profiling results',
    '# CPU blocks: ',
  ],
  sglang: ['Load weight end.', 'KV Cache is allocated', 'server_args=ServerArgs(', 'max_total_num_tokens='],
  'llama.cpp': [
    'llama_model_loader: ',
    'load_tensors: ',
    'llama_kv_cache',
    'llama_context: ',
    'llama_new_context_with_model: ',
    'llama_init_from_model: ',
  ],
}

/** One text of each engine that a message can name. */
export const lookedFor: Readonly<Record<LogEngine, string>> = {
  vllm: 'Model loading took ... GiB',
  sglang: 'Load weight end. ... mem usage=... GB',
  'llama.cpp': 'load_tensors: CUDA0 model buffer size = ... MiB',
}

const READERS: Readonly<Record<LogEngine, (text: string) => StartLog>> = {
  vllm: readVllm,
  sglang: readSglang,
  'llama.cpp': readLlamaCpp,
}

/** The engine whose start-up lines come last, or null where none of the three has any. */
export function engineOf(text: string): LogEngine | null {
  let last: LogEngine | null = null
  for (const { text: line } of logLines(text)) {
    if (last !== null && SIGNATURES[last].some((signature) => line.includes(signature))) continue
    last = ENGINES.find((engine) => SIGNATURES[engine].some((signature) => line.includes(signature))) ?? last
  }
  return last
}

const ENGINES = Object.keys(SIGNATURES) as readonly LogEngine[]

/**
 * The last start of a server that a log tells of, or null where no line of a start-up is found: neither a figure nor a failure. Pure; time
 * linear in the length of the text.
 */
export function readStartLog(text: string): StartLog | null {
  const engine = engineOf(text)
  if (engine === null) return null
  const log = READERS[engine](text)
  return Object.keys(log.figures).length > 0 || log.failure !== null ? log : null
}
