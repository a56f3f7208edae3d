import { describe, expect, test } from 'vitest'
import { readStartLog } from '../../src/logs/detect.ts'
import { startOf } from './logs.ts'

// Every figure is read off the excerpt by eye; the first line of an excerpt says where it was published. Logs print MiB.

describe('published starts', () => {
  test('2024-03: layers split over two cards, the fuller one speaks', () => {
    const log = startOf('llama-cpp/2024-03-command-r-two-gpus')
    expect(log.engine).toBe('llama.cpp')
    expect(log.gpus).toBe(2)
    expect(log.flags).toEqual({ context: 4096, max_batched_tokens: 512, kv_cache: 'f16', pipeline_parallel: 2 })
    expect(log.figures.weights_gib).toBeCloseTo(13_989.53 / 1024, 10)
    expect(log.figures.kv_cache_gib).toBe(3584 / 1024)
    expect(log.figures.kv_tokens).toBe(4096)
    // The excerpt ends before the buffer of the second card.
    expect(log.figures.activations_gib).toBeCloseTo(672.01 / 1024, 10)
    expect(log.notes.join(' ')).toContain('several kinds of GPU')
  })

  test('build 4463: the second of two runs in one file', () => {
    const log = startOf('llama-cpp/4463-pythia-2.8b-v100-twice')
    expect(log.version).toBe('4463')
    expect(log.gpu).toBe('Tesla V100-PCIE-16GB')
    expect(log.models).toEqual(['../models-mnt/pythia/2.8B/ggml-model-q8_0.gguf', '2.8B'])
    expect(log.flags).toMatchObject({ quantization: 'Q8_0', context: 2048, kv_cache: 'f16' })
    expect(log.figures.weights_gib).toBeCloseTo(2684.57 / 1024, 10)
    expect(log.figures.kv_cache_gib).toBe(0.625)
    expect(log.figures.activations_gib).toBeCloseTo(162 / 1024, 10)
  })

  test('2025: two caches of one model are added', () => {
    const log = startOf('llama-cpp/2025-05-gemma-3-27b-iswa')
    expect(log.figures.weights_gib).toBeCloseTo(15_773.7 / 1024, 10)
    expect(log.figures.kv_cache_gib).toBe((3840 + 7488) / 1024)
    expect(log.flags).toMatchObject({ context: 49_152, max_sequences: 16, max_batched_tokens: 128 })
  })

  test('2026: states beside keys and values, the file named by the command', () => {
    const log = startOf('llama-cpp/2026-qwen3.5-9b-q4_k_m')
    expect(log.models).toEqual(['Qwen_Qwen3.5-9B-Q4_K_M.gguf'])
    expect(log.flags).toMatchObject({ kv_cache: 'q8_0', context: 262_144 })
    expect(log.figures.kv_cache_gib).toBeCloseTo((4352 + 100.5) / 1024, 10)
    expect(log.figures.activations_gib).toBeCloseTo(808.02 / 1024, 10)
    expect(log.notes).toEqual(['Flash attention: on; the prediction takes the default of the build.'])
  })

  test('memory that runs out while buffers are made', () => {
    const log = startOf('llama-cpp/2025-10-out-of-memory')
    expect(log.outcome).toBe('oom')
    expect(log.figures).toEqual({})
    expect(log.failure?.line).toBe(2)
    expect(log.models).toEqual(['models/large/Apertus-70B-Instruct-2509-IQ4_XS.gguf'])
  })

  test('layers on the host are no case of the memory model', () => {
    const log = startOf('llama-cpp/2024-partly-offloaded')
    expect(log.unmodelled).toContain('only 0 of 33 layers')
    expect(log.gpu).toBe('NVIDIA H800')
  })
})

describe('what one log rarely has', () => {
  const first = [
    'ggml_cuda_init: found 1 CUDA devices:',
    'llama_model_loader: loaded meta data with 20 key-value pairs and 300 tensors from big-Q4_K_M.gguf (version GGUF V3 (latest))',
    'load_tensors:        CUDA0 model buffer size =  4096.00 MiB',
    'llama_context:      CUDA0 compute buffer size =   512.00 MiB',
  ]
  const loader =
    'llama_model_loader: loaded meta data with 9 key-value pairs and 99 tensors from small.gguf (version GGUF V3 (latest))'

  test('a drafter in the same process is not counted', () => {
    const log = readStartLog(
      [...first, loader, 'load_tensors:        CUDA0 model buffer size =  1024.00 MiB'].join('\n'),
    )
    expect(log?.figures.weights_gib).toBe(4)
    expect(log?.models).toEqual(['big-Q4_K_M.gguf'])
    expect(log?.notes.join(' ')).toContain('second model')
  })

  test('a new process is a new start', () => {
    const log = readStartLog(
      [...first, first[0], loader, 'load_tensors: CUDA0 model buffer size = 1024.00 MiB'].join('\n'),
    )
    expect(log?.figures).toEqual({ weights_gib: 1 })
    expect(log?.models).toEqual(['small.gguf'])
  })

  test('a cache on the host, tensors placed by hand, weights left on the host', () => {
    const unmodelledWith = (line: string): string | null | undefined =>
      readStartLog([...first, line].join('\n'))?.unmodelled
    expect(unmodelledWith('llama_kv_cache:        CPU KV buffer size =    96.00 MiB')).toContain(
      'KV cache is on the host',
    )
    expect(unmodelledWith('tensor blk.59.ffn_gate_exps.weight buffer type overriden to CPU')).toContain(
      '--override-tensor',
    )
    expect(unmodelledWith('load_tensors:   CPU_Mapped model buffer size = 15317.02 MiB')).toContain(
      'most of the weights',
    )
    expect(unmodelledWith('load_tensors:   CPU_Mapped model buffer size =   545.62 MiB')).toBeNull()
  })
})
