import { GpuNames } from './gpu-name.ts'
import { ContinuedLines, launchCommand } from './launch-command.ts'
import { excerpt, field, fill, logLines, merge, numberIn, share, shareField, wholeField } from './lines.ts'
import { Ranks } from './ranks.ts'
import type { Failure, StartFlags, StartLog } from './start-log.ts'

/*
 * Start-up logs of SGLang 0.3 to 0.5, as published in issues of sgl-project/sglang; test/logs/sglang holds excerpts with their sources. What
 * it calls GB is GiB: free memory is divided by 2^30 (sglang/srt/utils: get_available_gpu_memory), cache sizes too.
 */

const PROGRAM = /(?:\bsglang\.launch_server|\bsglang serve)(?=\s)/
/** `[2025-10-16 09:06:09 TP7]`, `[2025-07-02 07:41:58 DP0 TP0]`; older releases `[gpu=0]`. */
const RANK = /^[^[]{0,80}\[(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d ?)?([^\]]{0,40})\]/
const VERSION = /\bsglang(?:\[\w{1,20}\])?(?: version:? |==|-|: )v?(\d+\.\d+(?:\.\w+)*)/i

const REFUSED = [
  'Not enough memory. Please try to increase --mem-fraction-static',
  'leave no GPU memory for the KV cache',
  'Not enough memory; increase --mem-fraction-static',
  'is larger than the profiled value -',
]
/** Classes of drafters. */
const DRAFTER = /type=\w{0,80}(?:Eagle|NextN|MTP|Draft)/i
const OUT_OF_MEMORY = ['OutOfMemoryError', 'CUDA out of memory', 'HIP out of memory']
const READY = 'The server is fired up and ready to roll'

/** The last start in the log of an SGLang server. */
export function readSglang(text: string): StartLog {
  const commands = new ContinuedLines('sglang')
  let start = new SglangStart()
  for (const { number, text: line } of logLines(text)) {
    const command = commandIn(commands, line)
    const settings = line.includes('server_args=ServerArgs(') || line.includes('server_args={')
    if ((command !== null && start.begun) || (settings && start.configured)) start = new SglangStart()
    if (command !== null) start.readCommand(command)
    if (settings) start.readSettings(line)
    start.read(line, number)
  }
  return start.result()
}

/** The whole command that ends in this line, or null. */
function commandIn(commands: ContinuedLines, line: string): string | null {
  const whole = commands.push(line)
  if (whole === null || !whole.includes('sglang')) return null
  return launchCommand(whole, PROGRAM) === null ? null : whole
}

class SglangStart {
  begun = false
  configured = false
  readonly #ranks = new Ranks()
  readonly #flags: StartFlags = {}
  readonly #models = new Set<string>()
  readonly #notes = new Set<string>()
  /** Free memory before the weights, by rank. */
  readonly #freeBefore = new Map<string, number>()
  #version: string | null = null
  readonly #names = new GpuNames()
  #gpus: number | null = null
  /** A drafter is being loaded: what follows is its own. */
  #drafter = false
  #outcome: StartLog['outcome'] = 'ok'
  #failure: Failure | null = null
  #ready = false

  readCommand(line: string): void {
    this.begun = true
    const command = launchCommand(line, PROGRAM)
    if (command === null) return
    const whole = (...names: string[]): number | undefined => wholeField(`n=${command.flag(...names) ?? ''}`, 'n')
    const model = command.flag('--model-path', '--model') ?? command.first
    if (model !== undefined) this.#models.add(model)
    this.#degrees(whole('--tp-size', '--tp', '--tensor-parallel-size') ?? 1, whole('--pp-size', '--pp') ?? 1, {
      data: whole('--dp-size', '--dp') ?? 1,
      shared: command.has('--enable-dp-attention'),
      expert: whole('--ep-size', '--ep'),
    })
    merge(this.#flags, {
      utilization: share(command.flag('--mem-fraction-static', '--mem-frac')),
      context: whole('--context-length'),
      max_sequences: whole('--max-running-requests'),
      max_batched_tokens: whole('--chunked-prefill-size'),
      quantization: command.flag('--quantization'),
      kv_cache: command.flag('--kv-cache-dtype'),
      eager: command.has('--disable-cuda-graph') ? true : undefined,
    })
  }

  readSettings(line: string): void {
    this.begun = true
    this.configured = true
    const model = field(line, 'model_path')
    if (model !== undefined) this.#models.add(model)
    const served = field(line, 'served_model_name')
    if (served !== undefined) this.#models.add(served)
    this.#degrees(wholeField(line, 'tp_size') ?? 1, wholeField(line, 'pp_size') ?? 1, {
      data: wholeField(line, 'dp_size') ?? 1,
      shared: field(line, 'enable_dp_attention') === 'True',
      expert: wholeField(line, 'ep_size'),
    })
    merge(this.#flags, {
      dtype: field(line, 'dtype'),
      quantization: field(line, 'quantization'),
      kv_cache: field(line, 'kv_cache_dtype'),
      utilization: shareField(line, 'mem_fraction_static'),
      context: wholeField(line, 'context_length'),
      max_sequences: wholeField(line, 'max_running_requests'),
      max_batched_tokens: wholeField(line, 'chunked_prefill_size'),
      eager: field(line, 'disable_cuda_graph') === 'True' ? true : undefined,
    })
    if (field(line, 'speculative_algorithm') !== undefined) {
      this.#notes.add('A drafter speculates: what it leaves for the KV cache is less than the prediction knows.')
    }
    if (field(line, 'max_total_tokens') !== undefined) {
      this.#notes.add('The size of the KV cache was asked for (--max-total-tokens), not left by the share of the GPU.')
    }
    const offload = Number(field(line, 'cpu_offload_gb') ?? 0)
    if (offload > 0)
      this.#notes.add(`${offload} GiB of the weights stay on the host, which the prediction does not know.`)
  }

  read(line: string, number: number): void {
    this.#names.read(line)
    if (this.#version === null && /sglang/i.test(line)) this.#version = VERSION.exec(line)?.[1] ?? null
    this.#readFigures(line, number)
    this.#readOutcome(line, number)
  }

  result(): StartLog {
    const { figures, lines } = this.#ranks.tightest()
    const shown = this.#ranks.tensorParallel
    if (this.#gpus === null && shown !== undefined)
      this.#degrees(shown, 1, { data: 1, shared: false, expert: undefined })
    return {
      engine: 'sglang',
      version: this.#version,
      models: [...this.#models],
      gpu: this.#names.first,
      gpus: this.#gpus,
      // Only free memory is printed.
      deviceGib: null,
      flags: this.#flags,
      figures,
      lines,
      outcome: this.#outcome,
      failure: this.#failure,
      notes: [...this.#notes, ...this.#names.notes],
      unmodelled: null,
    }
  }

  /** With attention copies the tensor-parallel group holds them all; without, every copy has GPUs of its own. */
  #degrees(
    tensor: number,
    pipeline: number,
    { data, shared, expert }: { data: number; shared: boolean; expert: number | undefined },
  ): void {
    this.#gpus = tensor * pipeline * (shared ? 1 : data)
    merge(this.#flags, {
      tensor_parallel: shared ? Math.max(1, tensor / data) : tensor,
      pipeline_parallel: pipeline > 1 ? pipeline : undefined,
      data_parallel: data > 1 ? data : undefined,
      expert_parallel: expert !== undefined && expert > 1 ? expert : undefined,
    })
  }

  #readFigures(line: string, number: number): void {
    const rank = RANK.exec(line)?.[1] ?? ''
    this.#ranks.saw(rank)
    if (line.includes('Load weight begin')) {
      const free = numberIn(line, /avail mem=([\d.]+) GB/)
      if (free !== undefined && !this.#freeBefore.has(rank)) this.#freeBefore.set(rank, free)
    } else if (line.includes('Load weight end')) {
      this.#drafter ||= DRAFTER.test(line)
      if (this.#drafter) return
      const free = numberIn(line, /avail mem=([\d.]+) GB/)
      const before = this.#freeBefore.get(rank)
      const difference = free === undefined || before === undefined ? undefined : Number((before - free).toFixed(4))
      this.#ranks.setFirst(rank, 'weights_gib', numberIn(line, /mem usage=([\d.]+) GB/) ?? difference, number)
      fill(this.#flags, { quantization: field(line, 'quant') })
    } else if (line.includes('KV Cache is allocated')) {
      if (!this.#drafter) this.#readCache(rank, line, number)
    } else if (/Capture (?:target verify )?cuda graph end/i.test(line)) {
      this.#ranks.setFirst(rank, 'graphs_gib', numberIn(line, /mem usage=(-?[\d.]+) GB/), number)
    } else if (line.includes('max_total_num_tokens=')) {
      this.#ranks.setFirst('', 'kv_tokens', wholeField(line, 'max_total_num_tokens'), number)
      fill(this.#flags, {
        context: wholeField(line, 'context_len'),
        max_sequences: wholeField(line, 'max_running_requests'),
        max_batched_tokens: wholeField(line, 'chunked_prefill_size'),
      })
    } else if (line.includes('Found local HF snapshot for ')) {
      const model = /Found local HF snapshot for (\S{1,200}) at/.exec(line)?.[1]
      if (model !== undefined) this.#models.add(model)
    } else if (line.includes('Mamba Cache is allocated') || line.includes('SWA')) {
      if (/(?:Mamba Cache is allocated|SWAKVPool mem usage|swa_max_total_num_tokens)/.test(line)) {
        this.#notes.add(
          'The model has states or windows with a pool of their own: the KV cache of the log is not all of it.',
        )
      }
    }
  }

  /** Keys and values apart, or both together where they are one (MLA). A drafter's cache comes second and is left out. */
  #readCache(rank: string, line: string, number: number): void {
    const keys = numberIn(line, /\bK size: ([\d.]+) GB/)
    const values = numberIn(line, /\bV size: ([\d.]+) GB/)
    const both = keys === undefined || values === undefined ? numberIn(line, /KV size: ([\d.]+) GB/) : keys + values
    this.#ranks.setFirst(rank, 'kv_cache_gib', both, number)
    this.#ranks.setFirst(rank, 'kv_tokens', numberIn(line, /#tokens: ([\d,]+)/), number)
    fill(this.#flags, { kv_cache: /dtype: torch\.(\w+)/.exec(line)?.[1] })
  }

  #readOutcome(line: string, number: number): void {
    if (this.#ready || this.#failure !== null) return
    if (line.includes(READY)) {
      this.#ready = true
      return
    }
    const refused = REFUSED.some((text) => line.includes(text))
    if (!refused && !OUT_OF_MEMORY.some((text) => line.includes(text))) return
    this.#outcome = refused ? 'rejected' : 'oom'
    this.#failure = { line: number, text: excerpt(line) }
  }
}
