import { GpuNames } from './gpu-name.ts'
import { ContinuedLines, launchCommand } from './launch-command.ts'
import { excerpt, field, fill, logLines, merge, numberIn, share, shareField, wholeField } from './lines.ts'
import { Ranks } from './ranks.ts'
import type { Failure, LogFigures, StartFlags, StartLog } from './start-log.ts'
import { readProfile } from './vllm-profile.ts'

/*
 * Start-up logs of vLLM 0.6 to 0.24, as published in issues of vllm-project/vllm; test/logs/vllm holds excerpts with their sources. What the
 * engine calls GB is GiB: it divides by 2^30 (vllm/utils: GiB_bytes).
 */

/** vLLM's default of --block-size on GPUs, which turns a number of blocks into tokens where the log states no other. */
const BLOCK_TOKENS = 16

const ENGINE = /Initializing an? (?:V[01] )?LLM engine(?: \(v?([\w.+-]+)\))?/
const SERVER = /vLLM API server version (\d[\w.+-]*)/
const PROGRAM = /(?:\bvllm serve|\bvllm\.entrypoints(?:\.openai)?\.api_server)(?=\s)/
/** Process names: ranks print memory, engine cores print what all their ranks agree on. */
const RANK = /\(((?:Vllm|Ray)?Worker[^()]{0,60})\)/
const CORE = /\((EngineCore\w{0,20})/

const REFUSED = [
  'No available memory for the cache blocks',
  'maximum number of tokens that can be stored in KV cache',
  'is larger than the available KV cache memory',
  'is less than desired GPU memory utilization',
]
const OUT_OF_MEMORY = ['OutOfMemoryError', 'CUDA out of memory', 'HIP out of memory']
const READY = ['Application startup complete', 'init engine (profile, create kv cache']

/** The last start in the log of a vLLM server or of its offline class. */
export function readVllm(text: string): StartLog {
  const commands = new ContinuedLines('vllm')
  let start = new VllmStart()
  for (const { number, text: line } of logLines(text)) {
    const command = commandIn(commands, line)
    const stage = command === null ? stageOf(line) : 'command'
    if (stage !== null && start.isOverAt(stage)) start = new VllmStart()
    if (stage !== null) start.begin(stage)
    if (command !== null) start.readCommand(command)
    start.read(line, number)
  }
  return start.result()
}

class VllmStart {
  readonly #ranks = new Ranks()
  readonly #flags: StartFlags = {}
  readonly #models = new Set<string>()
  readonly #servedAs = new Set<string>()
  readonly #notes = new Set<string>()
  /** Stages of a start that were seen: a command, a server, engines by their process id. */
  readonly #seen = new Set<string>()
  #version: string | null = null
  readonly #gpus = new GpuNames()
  #deviceGib: number | null = null
  #blockTokens = BLOCK_TOKENS
  #failure: Failure | null = null
  #outcome: StartLog['outcome'] = 'ok'
  #ready = false

  /** Whether a line of this stage belongs to a start after this one: the stage was passed, and only engines start side by side. */
  isOverAt(stage: string): boolean {
    if (this.#seen.has(stage)) return true
    const engines = [...this.#seen].some((each) => each.startsWith(ENGINE_STAGE))
    return stage === 'command' ? this.#seen.size > 0 : engines && !stage.startsWith(ENGINE_STAGE)
  }

  begin(stage: string): void {
    this.#seen.add(stage)
  }

  read(line: string, number: number): void {
    if (line.includes('with config') || line.includes('non-default args') || line.includes('Namespace(')) {
      this.#readSettings(line)
    }
    this.#gpus.read(line)
    this.#readFigures(line, number)
    this.#readSmallPrint(line)
    this.#readOutcome(line, number)
  }

  result(): StartLog {
    const { figures, lines } = this.#ranks.tightest()
    this.#refuseWithoutRoom(figures, lines)
    fill(this.#flags, { tensor_parallel: this.#ranks.tensorParallel })
    const { tensor_parallel: tp, pipeline_parallel: pp = 1, data_parallel: dp = 1 } = this.#flags
    return {
      engine: 'vllm',
      version: this.#version,
      models: [...new Set([...this.#models, ...this.#servedAs])],
      gpu: this.#gpus.first,
      gpus: tp === undefined ? null : tp * pp * dp,
      deviceGib: this.#deviceGib,
      flags: this.#flags,
      figures,
      lines,
      outcome: this.#outcome,
      failure: this.#failure,
      notes: [...this.#notes, ...this.#gpus.notes],
      unmodelled: null,
    }
  }

  /** A log that ends where no room is left: the engine refuses what the next lines would have said. */
  #refuseWithoutRoom({ kv_cache_gib: room }: LogFigures, { kv_cache_gib: number = 0 }: LogFigures): void {
    if (this.#outcome !== 'ok' || this.#ready || room === undefined || room > 0) return
    this.#outcome = 'rejected'
    this.#failure = { line: number, text: `${room} GiB are left for the KV cache` }
  }

  readCommand(line: string): void {
    const command = launchCommand(line, PROGRAM)
    if (command === null) return
    const whole = (...names: string[]): number | undefined => wholeField(`n=${command.flag(...names) ?? ''}`, 'n')
    const model = command.flag('--model') ?? command.first
    if (model !== undefined) this.#models.add(model)
    merge(this.#flags, {
      tensor_parallel: whole('--tensor-parallel-size', '-tp', '--tp'),
      pipeline_parallel: whole('--pipeline-parallel-size', '-pp'),
      data_parallel: whole('--data-parallel-size', '-dp'),
      utilization: share(command.flag('--gpu-memory-utilization')),
      context: whole('--max-model-len'),
      max_sequences: whole('--max-num-seqs'),
      max_batched_tokens: whole('--max-num-batched-tokens'),
      quantization: command.flag('--quantization', '-q'),
      kv_cache: command.flag('--kv-cache-dtype'),
      eager: command.has('--enforce-eager') ? true : undefined,
    })
    // A command that names no degree runs on one GPU.
    this.#flags.tensor_parallel ??= 1
  }

  /** The engine's configuration, or the arguments it was given. */
  #readSettings(line: string): void {
    this.#version = ENGINE.exec(line)?.[1] ?? this.#version
    const model = field(line, 'model') ?? field(line, 'model_tag')
    if (model !== undefined) this.#models.add(model)
    const served = line.includes('served_model_name') ? field(line, 'served_model_name') : undefined
    if (served !== undefined) this.#servedAs.add(served.replace(/^\['?|'$/g, ''))
    const engine = stageOf(line)?.startsWith(ENGINE_STAGE) === true
    merge(this.#flags, {
      dtype: field(line, 'dtype'),
      // The engine's own line has the last word: None there is a checkpoint that is not quantised.
      quantization: field(line, 'quantization') ?? (engine && line.includes('quantization=None') ? 'none' : undefined),
      kv_cache: field(line, 'kv_cache_dtype'),
      tensor_parallel: wholeField(line, 'tensor_parallel_size'),
      pipeline_parallel: wholeField(line, 'pipeline_parallel_size'),
      data_parallel: wholeField(line, 'data_parallel_size'),
      utilization: shareField(line, 'gpu_memory_utilization'),
      context: wholeField(line, 'max_seq_len') ?? wholeField(line, 'max_model_len'),
      max_sequences: wholeField(line, 'max_num_seqs'),
      max_batched_tokens: wholeField(line, 'max_num_batched_tokens'),
      eager: flag(field(line, 'enforce_eager')),
    })
    if (engine) fill(this.#flags, { tensor_parallel: 1 })
    this.#blockTokens = wholeField(line, 'block_size') ?? this.#blockTokens
    if (field(line, 'enable_expert_parallel') === 'True') {
      this.#flags.expert_parallel = (this.#flags.tensor_parallel ?? 1) * (this.#flags.data_parallel ?? 1)
    }
    if (field(line, 'speculative_config') !== undefined || field(line, 'speculative_model') !== undefined) {
      this.#notes.add(
        'A drafter speculates: its weights and cache are in the figures of the log, not in the prediction.',
      )
    }
    if (field(line, 'kv_cache_memory_bytes') !== undefined) {
      this.#notes.add('The room for the KV cache was asked for in bytes, not left by the share of the GPU.')
    }
    const offload = Number(field(line, 'cpu_offload_gb') ?? 0)
    if (offload > 0)
      this.#notes.add(`${offload} GiB of the weights stay on the host, which the prediction does not know.`)
  }

  #readFigures(line: string, number: number): void {
    const rank = RANK.exec(line)?.[1] ?? ''
    this.#ranks.saw(rank)
    const set = (quantity: Parameters<Ranks['set']>[1], value: number | undefined): void =>
      this.#ranks.set(rank, quantity, value, number)
    if (line.includes('took') && (line.includes('Model loading') || line.includes('Loading model weights'))) {
      set('weights_gib', numberIn(line, /(?:Model loading|Loading model weights) took ([\d.]+) G/))
    }
    readProfile(line, {
      found: (quantity, value) => set(quantity, value),
      weights: (value) => this.#ranks.setFirst(rank, 'weights_gib', value, number),
      /** Of the peak that holds the weights, what is not weights. */
      peak: (value) => set('activations_gib', difference(value, this.#ranks.get(rank, 'weights_gib'))),
      device: (value) => (this.#deviceGib = value),
      utilization: (value) => (this.#flags.utilization ??= value),
    })
    if (line.includes('KV cache size:')) {
      const tokens = numberIn(line, /KV cache size: ([\d,]+) tokens/)
      this.#ranks.set(CORE.exec(line)?.[1] ?? '', 'kv_tokens', tokens, number)
    } else if (line.includes('# CPU blocks:')) {
      const blocks = numberIn(line, /(?:GPU|CUDA|cuda|gpu) blocks: ([\d,]+)/)
      this.#ranks.setFirst('', 'kv_tokens', blocks === undefined ? undefined : blocks * this.#blockTokens, number)
    } else if (line.includes('Graph capturing finished')) {
      set('graphs_gib', numberIn(line, /took (-?[\d.]+) GiB/))
    }
  }

  /** Settings that other lines give away where the configuration is not in the log. */
  #readSmallPrint(line: string): void {
    if (line.includes('Starting to load model ')) {
      const model = /Starting to load model (\S+?)\.\.\./.exec(line)?.[1]
      if (model !== undefined) this.#models.add(model)
    } else if (line.includes('Maximum concurrency for ')) {
      fill(this.#flags, { context: numberIn(line, /Maximum concurrency for ([\d,]+) tokens/) })
    } else if (line.includes('max seq len (')) {
      fill(this.#flags, { context: numberIn(line, /max seq len \((\d+)\)/) })
    } else if (line.includes('Chunked prefill is enabled')) {
      fill(this.#flags, { max_batched_tokens: wholeField(line, 'max_num_batched_tokens') })
    } else if (line.includes('vLLM API server version')) {
      this.#version ??= SERVER.exec(line)?.[1] ?? null
    }
  }

  #readOutcome(line: string, number: number): void {
    if (this.#ready || this.#failure !== null) return
    if (READY.some((text) => line.includes(text))) {
      this.#ready = true
      return
    }
    const refused = REFUSED.some((text) => line.includes(text))
    // Source lines of a traceback quote messages without raising them.
    if (!refused && !OUT_OF_MEMORY.some((text) => line.includes(text))) return
    this.#outcome = refused ? 'rejected' : 'oom'
    this.#failure = { line: number, text: excerpt(line) }
  }
}

const ENGINE_STAGE = 'engine'

/** The stage that a line opens, or null. Engine cores of one server are stages of their own. */
function stageOf(line: string): string | null {
  if (line.includes('LLM engine') && ENGINE.test(line)) return `${ENGINE_STAGE} ${CORE.exec(line)?.[1] ?? ''}`
  if (line.includes('vLLM API server version')) return `server ${/\((APIServer\w{0,20})/.exec(line)?.[1] ?? ''}`
  return null
}

/** The whole command that ends in this line, or null. */
function commandIn(commands: ContinuedLines, line: string): string | null {
  const whole = commands.push(line)
  if (whole === null || !whole.includes('vllm')) return null
  return launchCommand(whole, PROGRAM) === null ? null : whole
}

/** Of two figures with four digits each; undefined where the second is not known. */
function difference(whole: number, part: number | undefined): number | undefined {
  return part === undefined ? undefined : Number((whole - part).toFixed(4))
}

function flag(text: string | undefined): boolean | undefined {
  return text === 'True' ? true : text === 'False' ? false : undefined
}
