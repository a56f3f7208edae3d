import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { engineOf, readStartLog } from '../../src/logs/detect.ts'
import { field, logLines } from '../../src/logs/lines.ts'
import { excerptOf } from './logs.ts'

const MIB = 2 ** 20
/** A log of fifty megabytes is read in two seconds or so; a quadratic expression would need hours. */
const LONG_MS = 20_000

describe('texts that are no start-up log', () => {
  test.each([
    ['nothing', ''],
    ['a line end', '\n'],
    ['zero bytes', '\u0000'.repeat(1000)],
    ['a scenario', 'kind: serve\nmodel: llama-3.1-8b\n'],
    ['a log of another engine', '[TensorRT-LLM][INFO] Allocated 12.3 GiB for max tokens in paged KV cache (81920).'],
    [
      'an engine that says nothing of memory',
      'INFO vLLM API server version 0.19.0\nINFO:     Started server process [1]',
    ],
    ['a start that names a signature in a sentence', 'we saw that the llama_context: line is missing'],
  ])('%s', (_, text) => {
    expect(readStartLog(text)).toBeNull()
  })

  test('any text is read without an error', () => {
    fc.assert(fc.property(fc.string({ maxLength: 2000, unit: 'binary' }), (text) => readStartLog(text) === null))
  })

  test('any piece of a real log is read without an error, and no figure is not a number', () => {
    const logs = [
      'vllm/0.7.1-qwen2.5-32b-l40s-tp2',
      'sglang/0.4-gemma-3-4b-h200',
      'llama-cpp/4463-pythia-2.8b-v100-twice',
    ]
    fc.assert(
      fc.property(fc.constantFrom(...logs), fc.nat(6000), fc.nat(6000), (name, from, length) => {
        const log = readStartLog(excerptOf(name).slice(from, from + length))
        for (const value of Object.values(log?.figures ?? {})) expect(Number.isFinite(value)).toBe(true)
      }),
    )
  })
})

describe('long logs', () => {
  const repeated = (line: string): string => `${line}\n`.repeat(Math.ceil((50 * MIB) / (line.length + 1)))

  test.each([
    ['vllm', '(Worker_TP0 pid=104) INFO 05-09 10:37:04 [gpu_worker.py:460] Available KV cache memory: 11.06 GiB'],
    [
      'sglang',
      '[2025-03-27 21:33:30 TP0] Load weight end. type=M, dtype=torch.bfloat16, avail mem=131.08 GB, mem usage=8.13 GB.',
    ],
    ['llama.cpp', 'llama_new_context_with_model:      CUDA0 compute buffer size =   672.01 MiB'],
  ])(
    '50 MiB of one line of %s',
    (engine, line) => {
      expect(readStartLog(repeated(line))?.engine).toBe(engine)
    },
    LONG_MS,
  )

  test(
    '50 MiB of requests after a start',
    () => {
      const serving = repeated(
        'INFO 12-11 00:12:34 [loggers.py:236] Engine 000: Running: 1 reqs, GPU KV cache usage: 0.1%, vllm sglang [x]',
      )
      const log = readStartLog(`${excerptOf('vllm/0.12-graphs-tp2')}${serving}`)
      expect(log?.figures.kv_tokens).toBe(686_320)
    },
    LONG_MS,
  )

  test.each([
    ['digits', 'GiB for peak activation memory '.concat('1'.repeat(MIB))],
    ['blanks', `total_gpu_memory${' '.repeat(MIB)}model weights take`],
    ['brackets', '['.repeat(MIB)],
    ['workers', '(Worker'.repeat(MIB / 8)],
    ['quotes', `with config: model=${"'model="[0]}${"'model=".repeat(MIB / 8)}`],
    ['open quotes in a command', `vllm serve ${'"a '.repeat(MIB / 4)}`],
    ['variables before a command', `${'A=B=C='.repeat(MIB / 8)} vllm serve x`],
    ['lines that go on', 'vllm serve x \\\n'.repeat(MIB / 16)],
    ['folders', `${'a/'.repeat(MIB / 2)}python -m sglang.launch_server x`],
    ['buffer names', `load_tensors: ${'A'.repeat(MIB)} buffer size`],
    ['general names', `general.name${' '.repeat(MIB)}= x`],
  ])(
    'a line made to be slow: %s',
    (_, line) => {
      readStartLog(`Model loading took 1.5 GiB\n${line}`)
      readStartLog(`Load weight end. mem usage=1.5 GB\n${line}`)
      readStartLog(`load_tensors: CUDA0 model buffer size = 10.00 MiB\n${line}`)
    },
    LONG_MS,
  )
})

describe('lines and their fields', () => {
  test('colours vanish in all their forms, brackets of logs stay', () => {
    const [line] = logLines(
      '[34m0.00.612.796[0m \u001b[1;31mI\u001b[0m ^[[0;36m(EngineCore)^[[0m [gpu_worker.py:508] 41/51 [00:02<00:01, 2.87s/it]',
    )
    expect(line?.text).toBe('0.00.612.796 I (EngineCore) [gpu_worker.py:508] 41/51 [00:02<00:01, 2.87s/it]')
  })

  test('lines are counted from one, the last one without its end too', () => {
    expect([...logLines('a\n\nb')]).toEqual([
      { number: 1, text: 'a' },
      { number: 2, text: '' },
      { number: 3, text: 'b' },
    ])
  })

  test('fields as Python prints them', () => {
    const line = `Namespace(model_tag='a b', max_model_len=None, tp=2, share=0.9), {'model': "c", 'n': 8192, 'list': ['x', 'y']}`
    expect(field(line, 'model_tag')).toBe('a b')
    expect(field(line, 'max_model_len')).toBeUndefined()
    expect(field(line, 'tp')).toBe('2')
    expect(field(line, 'model')).toBe('c')
    expect(field(line, 'n')).toBe('8192')
    expect(field(line, 'len')).toBeUndefined()
  })

  test('of two engines in one text the later one is read', () => {
    // https://github.com/vllm-project/vllm/issues/21348 compares the two.
    const text =
      'Available KV cache memory: 8.11 GiB\nGPU KV cache size: 178,880 tokens\nKV Cache is allocated. #tokens: 367404, K size: 8.23 GB, V size: 8.23 GB\n'
    expect(engineOf(text)).toBe('sglang')
    expect(readStartLog(text)?.figures).toEqual({ kv_cache_gib: 16.46, kv_tokens: 367_404 })
  })
})

describe('figures that no start has', () => {
  const context = (tokens: string): string =>
    `llama_context: n_ctx         = ${tokens}\nload_tensors:        CUDA0 model buffer size =  5049.71 MiB\n`

  test('a number of two hundred digits, as of lines that ran into each other, is none', () => {
    expect(readStartLog(context('4096'))?.flags.context).toBe(4096)
    expect(readStartLog(context('9'.repeat(200)))?.flags.context).toBeUndefined()
  })
})
