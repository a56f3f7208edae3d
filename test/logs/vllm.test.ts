import { describe, expect, test } from 'vitest'
import { readStartLog } from '../../src/logs/detect.ts'
import { excerptOf, startOf } from './logs.ts'

// Every figure is read off the excerpt by eye; the first line of an excerpt names the issue it was published in.

describe('V0 engines', () => {
  test('0.6.4 prints one line: activations are the peak less the weights, 17.98 - 14.9888 GiB', () => {
    const log = startOf('vllm/0.6.4-llama-3.1-8b-rtx-3090')
    expect(log.figures).toEqual({
      weights_gib: 14.9888,
      kv_cache_gib: 2.89,
      // 1,478 blocks of 16 tokens: the refusal below prints the same number.
      kv_tokens: 23_648,
      activations_gib: 2.9912,
      runtime_gib: 0.35,
    })
    expect(log.flags).toEqual({ utilization: 0.9, context: 29_000 })
    expect(log.deviceGib).toBe(23.58)
    expect(log.outcome).toBe('rejected')
    expect(log.failure?.line).toBe(6)
  })

  test('0.6.5 prints a table; of two starts the last one counts, with the flags of its own command', () => {
    const log = startOf('vllm/0.6.5-llama-3-8b-h100-twice')
    expect(log.models).toEqual(['meta-llama/Meta-Llama-3-8B'])
    expect(log.gpus).toBe(2)
    expect(log.flags).toEqual({ tensor_parallel: 2, utilization: 0.9 })
    // No room yet: its line is missing from the excerpt, and the one of the first start is not taken for it.
    expect(log.figures).toEqual({ weights_gib: 7.48, activations_gib: 1.26, runtime_gib: 3.58 })
    expect(log.lines.weights_gib).toBe(19)
  })

  test('0.7.1 on two GPUs: settings from the engine line, figures of both workers', () => {
    const log = startOf('vllm/0.7.1-qwen2.5-32b-l40s-tp2')
    expect(log.version).toBe('0.7.1')
    expect(log.models).toEqual(['../models/qwen25_32b_instruct_HF/'])
    expect(log.flags).toMatchObject({ tensor_parallel: 2, context: 10_000, utilization: 0.9, quantization: 'none' })
    expect(log.gpus).toBe(2)
    expect(log.deviceGib).toBe(44.42)
    expect(log.figures).toEqual({
      weights_gib: 30.7098,
      kv_cache_gib: 7.71,
      kv_tokens: 3947 * 16,
      activations_gib: 1.26,
      runtime_gib: 0.3,
    })
    expect(log.outcome).toBe('ok')
  })

  test('a negative room is a refusal even where the log ends before the engine says so', () => {
    const log = startOf('vllm/0.7.3-qwen2.5-7b-4bit-refused')
    expect(log.figures).toMatchObject({ weights_gib: 5.2032, kv_cache_gib: -1.05, kv_tokens: 0 })
    expect(log.outcome).toBe('rejected')
    expect(log.failure).toEqual({ line: 5, text: '-1.05 GiB are left for the KV cache' })
  })

  test('a context that the cache cannot hold is a refusal', () => {
    const log = startOf('vllm/v0-llama-3.1-8b-refused')
    expect(log.outcome).toBe('rejected')
    expect(log.flags.context).toBe(131_072)
    expect(log.figures).toMatchObject({
      weights_gib: 14.9888,
      kv_cache_gib: 4.6,
      kv_tokens: 2356 * 16,
      activations_gib: 0.22,
    })
  })
})

describe('V1 engines', () => {
  test('0.10 refuses gpt-oss-120b: 65.9651 GiB of weights, 2.14 GiB too few', () => {
    const log = startOf('vllm/0.10-gpt-oss-120b-h100-refused')
    expect(log.figures).toEqual({ weights_gib: 65.9651, kv_cache_gib: -2.14 })
    expect(log.outcome).toBe('rejected')
    expect(log.failure?.text).toContain('No available memory for the cache blocks')
  })

  test('names of ranks say how many there are, also inside HTML', () => {
    const log = startOf('vllm/0.10-tp2-html')
    expect(log.figures).toEqual({ kv_cache_gib: 26.13, kv_tokens: 570_848 })
    expect(log.flags.tensor_parallel).toBe(2)
    expect(log.gpus).toBe(2)
  })

  test('0.12: graphs, tokens with separators, context from the line of concurrency; lines of serving are nothing', () => {
    const log = startOf('vllm/0.12-graphs-tp2')
    expect(log.figures).toEqual({ kv_cache_gib: 52.36, kv_tokens: 686_320, graphs_gib: 0.08 })
    expect(log.flags).toEqual({ tensor_parallel: 2, context: 100_000 })
    expect(log.outcome).toBe('ok')
  })

  test('0.14.1 under colours that a pager wrote out', () => {
    const log = startOf('vllm/0.14.1-gpt-oss-120b-caret-colours')
    expect(log.models).toEqual(['openai/gpt-oss-120b'])
    expect(log.figures).toEqual({ weights_gib: 64.38 })
  })

  test('0.21 prints the share of the GPU where it counts graphs', () => {
    const log = startOf('vllm/0.21-qwen3.6-27b-tp2-workers')
    expect(log.figures).toEqual({ kv_cache_gib: 11.06 })
    expect(log.flags).toEqual({ utilization: 0.92, tensor_parallel: 2 })
  })

  test('0.24.0: settings after the figures, the engine line cut short', () => {
    const log = startOf('vllm/0.24.0-qwen3.6-35b-a3b-nvfp4-rtx-5090')
    expect(log.version).toBe('0.24.0')
    expect(log.models).toEqual(['~/.cache/huggingface/qwen3.6-35b-a3b-nvfp4', 'qwen3.6-35b-a3b'])
    expect(log.figures).toEqual({ kv_cache_gib: 5.98, kv_tokens: 567_978 })
    expect(log.lines).toEqual({ kv_cache_gib: 2, kv_tokens: 3 })
    expect(log.flags).toEqual({
      dtype: 'bfloat16',
      quantization: 'modelopt',
      kv_cache: 'fp8',
      tensor_parallel: 1,
      context: 131_072,
      max_sequences: 1,
      max_batched_tokens: 8192,
    })
    expect(log.gpus).toBe(1)
  })
})

describe('what one log rarely has', () => {
  const config = (model: string, more = ''): string =>
    `Initializing a V1 LLM engine (v0.19.0) with config: model='${model}', dtype=torch.bfloat16, max_seq_len=8192, tensor_parallel_size=1, pipeline_parallel_size=1, quantization=None, enforce_eager=True, kv_cache_dtype=auto${more}`

  test('the rank that leaves the least room speaks for all', () => {
    const log = readStartLog(
      [
        '(Worker_TP0 pid=1) INFO Model loading took 10.1 GiB memory and 3 seconds',
        '(Worker_TP1 pid=2) INFO Model loading took 10.0 GiB memory and 3 seconds',
        '(Worker_TP1 pid=2) INFO Available KV cache memory: 50.50 GiB',
        '(Worker_TP0 pid=1) INFO Available KV cache memory: 50.75 GiB',
        '(Worker_TP1 pid=2) INFO Graph capturing finished in 20 secs, took 0.60 GiB',
      ].join('\n'),
    )
    expect(log?.figures).toEqual({ weights_gib: 10, kv_cache_gib: 50.5, graphs_gib: 0.6 })
  })

  test('engines of data parallelism start side by side and are one start; a second engine of one process is another', () => {
    const lines = [
      `(EngineCore_DP0 pid=1) ${config('a/first', ', data_parallel_size=2')}`,
      `(EngineCore_DP1 pid=2) ${config('a/first', ', data_parallel_size=2')}`,
      '(EngineCore_DP0 pid=1) GPU KV cache size: 1,000 tokens',
      '(EngineCore_DP1 pid=2) GPU KV cache size: 900 tokens',
    ]
    const both = readStartLog(lines.join('\n'))
    expect(both?.gpus).toBe(2)
    expect(both?.figures.kv_tokens).toBe(900)
    const again = readStartLog(
      [...lines, `(EngineCore_DP0 pid=9) ${config('a/second')}`, 'Model loading took 1 GiB'].join('\n'),
    )
    expect(again?.models).toEqual(['a/second'])
    expect(again?.figures).toEqual({ weights_gib: 1 })
    expect(again?.flags.eager).toBe(true)
  })

  test('profiling in the words of 0.10.2 and later', () => {
    const log = readStartLog(
      'Model loading took 14.99 GiB\nFree memory on device (78.6/79.18 GiB) on startup. Desired GPU memory utilization is (0.9, 71.26 GiB). Actual usage is 14.99 GiB for weight, 1.89 GiB for peak activation, 0.25 GiB for non-torch memory, and 0.60 GiB for CUDAGraph memory.',
    )
    expect(log?.figures).toEqual({ weights_gib: 14.99, activations_gib: 1.89, runtime_gib: 0.25, graphs_gib: 0.6 })
    expect(log?.deviceGib).toBe(79.18)
    expect(log?.flags.utilization).toBe(0.9)
  })

  test('out of memory before the server is up is a failure, after it is none', () => {
    const oom =
      'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 224.00 MiB. GPU 0 has a total capacity of 11.53 GiB'
    expect(readStartLog(`Model loading took 9 GiB\n${oom}`)?.outcome).toBe('oom')
    expect(readStartLog(`Model loading took 9 GiB\nINFO:     Application startup complete.\n${oom}`)?.outcome).toBe(
      'ok',
    )
  })

  test('a command over several lines, with its variables', () => {
    const log = readStartLog(
      'CUDA_VISIBLE_DEVICES=0,1 \\\nvllm serve "Qwen/Qwen3-8B" \\\n  --tensor-parallel-size 2 --max-model-len=4096 \\\n  --gpu-memory-utilization 0.8 --enforce-eager\nModel loading took 7.6 GiB',
    )
    expect(log?.models).toEqual(['Qwen/Qwen3-8B'])
    expect(log?.flags).toEqual({ tensor_parallel: 2, context: 4096, utilization: 0.8, eager: true })
  })

  test('a sentence about the program is no command', () => {
    const log = readStartLog(`${config('a/b')}\nUse vllm serve other/model to start it\nModel loading took 7.6 GiB`)
    expect(log?.models).toEqual(['a/b'])
  })

  test('the GPU where a kernel configuration or nvidia-smi names it', () => {
    const warning = 'N=6144,K=2560,device_name=NVIDIA_GeForce_RTX_4090,dtype=fp8_w8a8,block_shape=[128,128].json'
    expect(readStartLog(`Model loading took 4 GiB\n${warning}`)?.gpu).toBe('NVIDIA GeForce RTX 4090')
    const table = '|   0  NVIDIA GeForce RTX 5090        On  |   00000000:01:00.0  On |                  N/A |'
    expect(readStartLog(`${table}\nModel loading took 4 GiB`)?.gpu).toBe('NVIDIA GeForce RTX 5090')
  })

  test('drafters and offloaded weights are said', () => {
    const spec = ", speculative_config=SpeculativeConfig(method='mtp', num_spec_tokens=3), cpu_offload_gb=4"
    const log = readStartLog(`${config('a/b', spec)}\nModel loading took 7.6 GiB`)
    expect(log?.notes.join(' ')).toMatch(/drafter speculates.*4 GiB of the weights stay on the host/)
  })

  test('every excerpt is read the same with Windows line ends and with colours', () => {
    for (const name of ['vllm/0.7.1-qwen2.5-32b-l40s-tp2', 'vllm/0.12-graphs-tp2']) {
      const plain = readStartLog(excerptOf(name))
      expect(readStartLog(excerptOf(name).replaceAll('\n', '\r\n'))).toEqual(plain)
      expect(readStartLog(excerptOf(name).replaceAll('INFO', '\u001b[32mINFO\u001b[0m'))).toEqual(plain)
    }
  })
})
