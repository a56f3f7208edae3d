import { entryOf } from '../table.ts'
import { GpuNames } from './gpu-name.ts'
import { launchCommand } from './launch-command.ts'
import { excerpt, fill, logLines, numberIn } from './lines.ts'
import { Ranks } from './ranks.ts'
import type { Failure, LogFigures, StartFlags, StartLog } from './start-log.ts'

/*
 * Start-up logs of llama.cpp (llama-server, llama-cli and programs that hold its library), builds of 2023 to 2026, as published in issues of
 * ggml-org/llama.cpp; test/logs/llama-cpp holds excerpts with their sources.
 */

const MIB_PER_GIB = 1024

const LOADER = 'llama_model_loader: loaded meta data'
/** What a process prints once. */
const PROCESS = ['_init: found ', '_cublas: found ', 'llama backend init']
/** `CUDA0 model buffer size =  4095.05 MiB`; builds of 2024 leave out "model". */
const BUFFER =
  /([A-Za-z]\w{0,20})\s{1,20}(model |KV |RS |compute |output |)buffer size\s{0,4}=\s{0,20}([\d.]{1,12}) MiB/
/** Memory of the host, whichever backend pins it. */
const HOST = /^(?:CPU|BLAS|AMX|.*_Host|.*_Mapped|.*_REPACK|.*_AARCH64)/
const PROGRAM = /\b(?:llama-(?:server|cli|run)|server|main)(?:\.exe)?(?=\s)/
const BUILD = /\bbuild(?:_info)?(?:: b?|=|":)(\d{3,})|\bversion: (\d{3,}) \(/
const CONTEXT = /(?:llama_context|llama_new_context_with_model|llama_init_from_model)\s*: n_ctx {1,20}= (\d+)/

const OUT_OF_MEMORY = [
  'cudaMalloc failed: out of memory',
  'hipMalloc failed: out of memory',
  'CUDA error: out of memory',
  'unable to allocate CUDA',
  'failed to allocate CUDA',
  'failed to allocate ROCm',
]
const READY = ['server is listening', 'all slots are idle', 'main: model loaded', 'main: server is listening']

/** The last start in the log of llama.cpp. */
export function readLlamaCpp(text: string): StartLog {
  let start = new LlamaStart()
  for (const { number, text: line } of logLines(text)) {
    if (start.isOverAt(line)) start = new LlamaStart()
    start.read(line, number)
  }
  return start.result()
}

class LlamaStart {
  readonly #ranks = new Ranks()
  readonly #flags: StartFlags = {}
  /** The file's own name for the model, and its path. */
  #name: string | null = null
  #path: string | null = null
  readonly #notes = new Set<string>()
  readonly #seen = new Set<string>()
  #version: string | null = null
  readonly #gpus = new GpuNames()
  #unmodelled: string | null = null
  #outcome: StartLog['outcome'] = 'ok'
  #failure: Failure | null = null
  #ready = false
  /** A drafter or projector is loaded after the model. */
  #another = false
  /** Weights that the host keeps, GiB: the embedding, and what does not go to the GPU. */
  #hostGib = 0

  isOverAt(line: string): boolean {
    if (PROCESS.some((text) => line.includes(text) && this.#seen.has(text))) return true
    // Without a line that names the process, a second file is a second start; with one it is a drafter's.
    return line.includes(LOADER) && this.#seen.has(LOADER) && this.#seen.size === 1
  }

  read(line: string, number: number): void {
    for (const text of PROCESS) if (line.includes(text)) this.#seen.add(text)
    if (line.includes(LOADER)) {
      if (this.#seen.has(LOADER)) {
        this.#another = true
        this.#notes.add('A second model is loaded beside the first: its buffers are not counted.')
      }
      this.#seen.add(LOADER)
    }
    if (line.includes('.gguf') && this.#path === null) this.#path = modelFile(line)
    if (line.includes('ersion: ') || line.includes('build')) {
      const build = BUILD.exec(line)
      this.#version ??= build?.[1] ?? build?.[2] ?? null
    }
    this.#gpus.read(line)
    if (!this.#another) {
      if (line.includes('buffer size')) this.#readBuffer(line, number)
      else this.#readSettings(line, number)
    }
    this.#readOutcome(line, number)
  }

  result(): StartLog {
    const devices = this.#ranks.names.filter((name) => this.#ranks.get(name, 'weights_gib') !== undefined)
    const { figures, lines } = this.#ranks.tightest(free)
    const onGpus = devices.reduce((sum, name) => sum + (this.#ranks.get(name, 'weights_gib') ?? 0), 0)
    if (this.#hostGib > onGpus)
      this.#unmodelled ??= 'most of the weights are on the host, which the memory model does not know'
    if (devices.length > 1) this.#flags.pipeline_parallel = devices.length
    return {
      engine: 'llama.cpp',
      version: this.#version,
      models: [this.#path, this.#name].filter((name) => name !== null),
      gpu: this.#gpus.first,
      gpus: devices.length > 0 ? devices.length : null,
      deviceGib: null,
      flags: this.#flags,
      figures,
      lines,
      outcome: this.#outcome,
      failure: this.#failure,
      notes: [...this.#notes, ...this.#gpus.notes],
      unmodelled: this.#unmodelled,
    }
  }

  #readBuffer(line: string, number: number): void {
    const [, device, kind, size] = BUFFER.exec(line) ?? []
    if (device === undefined || size === undefined) return
    const gib = Number(size) / MIB_PER_GIB
    if (HOST.test(device)) {
      if (kind === 'model ' || kind === '') this.#hostGib += gib
      if (kind === 'KV ' && gib > 0)
        this.#unmodelled ??= 'the KV cache is on the host, which the memory model does not know'
      return
    }
    // States of recurrent layers stand beside keys and values.
    if (kind === 'KV ' || kind === 'RS ') this.#ranks.add(device, 'kv_cache_gib', gib, number)
    else if (kind === 'compute ') this.#ranks.set(device, 'activations_gib', gib, number)
    else if (kind !== 'output ') this.#ranks.add(device, 'weights_gib', gib, number)
  }

  #readSettings(line: string, number: number): void {
    if (line.includes(LOADER)) {
      this.#path ??= / tensors from (.{1,1000}?) \(version /.exec(line)?.[1] ?? null
    } else if (line.includes('general.name')) {
      this.#name ??= /general\.name\s{1,80}(?:str\s{1,80})?= (.{1,200})$/.exec(line.trimEnd())?.[1] ?? null
    } else if (/ftype {1,20}= |file type {1,20}= /.test(line)) {
      fill(this.#flags, { quantization: /(?:ftype|file type) {1,20}= (.{1,60})$/.exec(line.trimEnd())?.[1] })
    } else if (line.includes('offloaded ')) {
      const [, on, of] = /offloaded (\d+)\/(\d+) layers/.exec(line) ?? []
      if (on !== undefined && Number(on) < Number(of)) {
        this.#unmodelled = `only ${on} of ${of} layers are on the GPU, and the memory model keeps none on the host`
      }
    } else if (line.includes('buffer type overrid')) {
      this.#unmodelled ??=
        'single tensors were placed by hand (--override-tensor), which the memory model does not know'
    } else if (line.includes('n_ctx ')) {
      const tokens = numberIn(line, CONTEXT)
      if (tokens === undefined) return
      fill(this.#flags, { context: tokens })
      this.#ranks.setFirst('', 'kv_tokens', tokens, number)
    } else if (line.includes('n_ubatch ')) {
      fill(this.#flags, { max_batched_tokens: numberIn(line, /n_ubatch {1,20}= (\d+)/) })
    } else if (line.includes('n_seq_max ')) {
      fill(this.#flags, { max_sequences: numberIn(line, /n_seq_max {1,20}= (\d+)/) })
    } else if (line.includes('flash_attn ')) {
      const value = /flash_attn {1,20}= (\w+)/.exec(line)?.[1]
      if (value !== undefined)
        this.#notes.add(
          `Flash attention: ${entryOf(FLASH, value) ?? value}; the prediction takes the default of the build.`,
        )
    } else if (line.includes('K (')) {
      this.#readTypes(line)
    }
  }

  /** `K (f16): 4.50 MiB, V (f16): 4.50 MiB`. */
  #readTypes(line: string): void {
    const [, keys, values] = /\bK \((\w+)\):[^V]{0,40}V \((\w+)\)/.exec(line) ?? []
    if (keys === undefined) return
    this.#flags.kv_cache ??= keys
    if (keys !== values)
      this.#notes.add(`Keys are ${keys} and values ${values}: the prediction takes ${keys} for both.`)
  }

  #readOutcome(line: string, number: number): void {
    if (this.#ready || this.#failure !== null) return
    if (READY.some((text) => line.includes(text))) {
      this.#ready = true
      return
    }
    if (!OUT_OF_MEMORY.some((text) => line.includes(text))) return
    this.#outcome = 'oom'
    this.#failure = { line: number, text: excerpt(line) }
  }
}

/** The file that a pasted command or a message names. */
function modelFile(line: string): string | null {
  return launchCommand(line, PROGRAM)?.flag('-m', '--model') ?? /model,? '([^']{1,500}\.gguf)'/.exec(line)?.[1] ?? null
}

const FLASH: Readonly<Record<string, string>> = { 0: 'off', 1: 'on', enabled: 'on', disabled: 'off' }

/** Devices are equal: the one that holds the most has the least room. What is of no device comes last. */
function free({ weights_gib, kv_cache_gib = 0, activations_gib = 0 }: LogFigures): number {
  return weights_gib === undefined ? Number.POSITIVE_INFINITY : -(weights_gib + kv_cache_gib + activations_gib)
}
