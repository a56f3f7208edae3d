import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SupportRow } from '../../src/catalog/quantization.ts'
import {
  holdsNative,
  LONG_CONTEXT_TOKENS,
  qualityLoss,
  searchedByDefault,
  supportFor,
} from '../../src/catalog/support.ts'
import { engines, gpu, gpus, kvFormat, kvFormats, quantization, quantizations } from './formats.ts'

const engineIds = [...engines.values()].map(({ id }) => id)

describe('supportFor', () => {
  // vLLM: docs/features/quantization/README.md (volta to hopper, AMD, Gaudi, TPU); llm-compressor docs/steps/choosing-scheme.md for
  // the floors of newer formats. TensorRT-LLM: docs/source/features/quantization.md. SGLang: docs/advanced_features/quantization.md.
  it.each([
    // vLLM table
    ['vllm', 'awq-int4', 'v100-sxm2-32gb', 'refused', undefined], // AWQ: Volta no
    ['vllm', 'awq-int4', 't4', 'full', undefined], // AWQ: Turing yes
    ['vllm', 'gptq-int4', 'v100-sxm2-32gb', 'full', undefined], // GPTQ: Volta yes
    ['vllm', 'gptq-int4', 'a100-sxm-80gb', 'full', undefined], // Marlin: Ampere yes
    ['vllm', 'gptq-int4', 'mi300x', 'refused', undefined], // GPTQ: AMD no
    ['vllm', 'int8', 'v100-sxm2-32gb', 'refused', undefined], // INT8 W8A8: Volta no
    ['vllm', 'int8', 't4', 'full', undefined], // INT8 W8A8: Turing yes
    ['vllm', 'int8', 'h100-sxm-80gb', 'full', undefined], // INT8 W8A8: Hopper yes
    ['vllm', 'int8', 'b200-sxm', 'refused', undefined], // not documented on Blackwell
    ['vllm', 'int8', 'mi300x', 'refused', undefined], // INT8 W8A8: AMD no
    ['vllm', 'int8', 'tpu-v6e', 'full', undefined], // INT8 W8A8: TPU yes
    ['vllm', 'fp8', 't4', 'refused', undefined], // FP8: below Ampere no
    ['vllm', 'fp8', 'a100-sxm-80gb', 'full', 'fp8-weight-only'], // FP8 Marlin, weight-only
    ['vllm', 'fp8', 'rtx-3090', 'full', 'fp8-weight-only'],
    ['vllm', 'fp8', 'l40s', 'full', undefined], // FP8 W8A8: Ada yes
    ['vllm', 'fp8', 'mi300x', 'full', undefined], // FP8 W8A8: AMD yes
    ['vllm', 'fp8', 'mi210', 'refused', undefined], // CDNA 2 has no FP8
    ['vllm', 'fp8', 'gaudi3', 'full', undefined], // INC W8A8: Gaudi yes
    ['vllm', 'nf4', 'mi300x', 'refused', undefined], // bitsandbytes: AMD no
    ['vllm', 'nvfp4', 'b200-sxm', 'full', undefined], // floor 10.0
    ['vllm', 'nvfp4', 'h100-sxm-80gb', 'full', 'nvfp4-weight-only'], // W4A16
    ['vllm', 'nvfp4', 'a100-sxm-80gb', 'refused', undefined],
    ['vllm', 'w4a8', 'h100-sxm-80gb', 'full', undefined], // W4AFP8 from 9.0
    ['vllm', 'w4a8', 'l40s', 'refused', undefined],
    ['vllm', 'mxfp4', 'mi300x', 'expanded', 'f16'],
    ['vllm', 'bf16', 't4', 'refused', undefined], // bfloat16 from 8.0
    ['vllm', 'fp16', 't4', 'full', undefined],
    // TensorRT-LLM table
    ['tensorrt-llm', 'fp8', 'a100-sxm-80gb', 'refused', undefined], // fp8_per_tensor: Ampere no
    ['tensorrt-llm', 'fp8', 'l40s', 'full', undefined],
    ['tensorrt-llm', 'awq-int4', 'a100-sxm-80gb', 'full', undefined], // w4a16_awq: Ampere yes
    ['tensorrt-llm', 'awq-int4', 'b200-sxm', 'refused', undefined], // w4a16_awq: Blackwell no
    ['tensorrt-llm', 'w4a8', 'l40s', 'full', undefined], // w4a8_awq: Ada yes
    ['tensorrt-llm', 'nvfp4', 'rtx-5090', 'full', undefined], // SM120 yes
    ['tensorrt-llm', 'nvfp4', 'h100-sxm-80gb', 'refused', undefined],
    ['tensorrt-llm', 'mxfp4', 'h100-sxm-80gb', 'refused', undefined], // blank on Hopper
    ['tensorrt-llm', 'int8', 'h100-sxm-80gb', 'refused', undefined],
    // SGLang table
    ['sglang', 'int8', 'mi300x', 'full', undefined], // w8a8_int8: MI300X yes
    ['sglang', 'awq-int4', 'mi300x', 'full', undefined], // Triton
    ['sglang', 'nvfp4', 'mi300x', 'full', 'nvfp4-weight-only'], // petit_nvfp4
    ['sglang', 'nvfp4', 'h100-sxm-80gb', 'refused', undefined], // modelopt_fp4: sm100+
    ['sglang', 'mxfp4', 'mi300x', 'full', undefined], // Aiter
    ['sglang', 'fp8', 'a100-sxm-80gb', 'refused', undefined], // no fallback documented
    // GGUF: every type on every backend of llama.cpp, nowhere else
    ['llama.cpp', 'gguf-q4_k_m', 'apple-m2-ultra', 'full', undefined],
    ['llama.cpp', 'gguf-q4_k_m', 'v100-sxm2-32gb', 'full', undefined],
    ['vllm', 'gguf-q4_k_m', 'h100-sxm-80gb', 'refused', undefined],
    ['llama.cpp', 'awq-int4', 'rtx-4090', 'refused', undefined],
  ] as const)('%s, %s on %s: %s', (engineId, format, board, level, kernel) => {
    const support = supportFor(quantization(format), engineId, gpu(board))
    expect(support.level).toBe(level)
    expect(support.kernel).toBe(kernel)
    expect(support.reason).not.toBe('')
  })

  // vllm-project/vllm vllm/config/cache.py (CUDA and ROCm); TensorRT-LLM table: FP8 KV even on Ampere; Volta and Turing absent.
  it.each([
    ['tensorrt-llm', 'fp8', 'a100-sxm-80gb', 'full'],
    ['vllm', 'fp8', 'rtx-3090', 'full'], // github.com/noonghunna/club-3090 issue 104 runs it
    ['vllm', 'fp8', 't4', 'refused'],
    ['vllm', 'fp8', 'mi300x', 'full'],
    ['vllm', 'fp8', 'mi210', 'refused'],
    ['sglang', 'fp8', 'h100-sxm-80gb', 'full'],
    ['tensorrt-llm', 'nvfp4', 'b200-sxm', 'full'],
    ['tensorrt-llm', 'nvfp4', 'h100-sxm-80gb', 'refused'],
    ['llama.cpp', 'q8_0', 'rtx-4090', 'full'],
    ['llama.cpp', 'fp8', 'rtx-4090', 'refused'],
    ['vllm', 'q8_0', 'rtx-4090', 'refused'],
    ['llama.cpp', 'bf16', 'apple-m2-ultra', 'full'],
  ] as const)('%s, %s cache on %s: %s', (engineId, format, board, level) => {
    expect(supportFor(kvFormat(format), engineId, gpu(board)).level).toBe(level)
  })

  it('takes the first row that matches, and refuses with a reason where none does', () => {
    const format: { support: SupportRow[] } = {
      support: [
        { generations: ['ada'], level: 'refused', reason: 'first' },
        { level: 'full', kernel: 'f16', reason: 'second' },
      ],
    }
    expect(supportFor(format, 'vllm', gpu('l40s'))).toEqual({ level: 'refused', reason: 'first' })
    expect(supportFor(format, 'vllm', gpu('h20'))).toEqual({ level: 'full', kernel: 'f16', reason: 'second' })
    expect(supportFor({ support: [] }, 'vllm', gpu('h20'))).toEqual({
      level: 'refused',
      reason: 'vllm documents no support on nvidia hopper',
    })
  })

  it('gives every GPU some 16-bit format under each engine', () => {
    const safetensors = [quantization('bf16'), quantization('fp16')]
    for (const board of gpus) {
      for (const engineId of ['vllm', 'sglang', 'tensorrt-llm']) {
        expect(safetensors.some((format) => supportFor(format, engineId, board).level === 'full')).toBe(true)
      }
      expect(supportFor(quantization('gguf-f16'), 'llama.cpp', board).level).toBe('full')
    }
  })

  it('never runs a safetensors format in llama.cpp or a GGUF one elsewhere', () => {
    for (const format of quantizations.values()) {
      for (const engineId of engineIds) {
        const runs = gpus.some((board) => supportFor(format, engineId, board).level !== 'refused')
        if ((engineId === 'llama.cpp') !== (format.gguf !== undefined))
          expect(runs, `${format.id} ${engineId}`).toBe(false)
      }
    }
  })
})

describe('searchedByDefault', () => {
  it('searches fp16 only where bf16 is missing', () => {
    expect(searchedByDefault(quantization('fp16'), gpu('t4'))).toBe(true)
    expect(searchedByDefault(quantization('fp16'), gpu('a10g'))).toBe(false)
    expect(searchedByDefault(quantization('bf16'), gpu('a10g'))).toBe(true)
    expect(searchedByDefault(quantization('int2'), gpu('a10g'))).toBe(false)
  })
})

describe('qualityLoss', () => {
  const loss = (weights: string, kv: string, parameters: number, context = 8192, nativeScheme?: string) =>
    qualityLoss(quantization(weights), { parameters, nativeScheme }, kvFormat(kv), context)

  it('expects the middle of the range of the size class', () => {
    // AWQ: 3-5.5 under 4B, 1-5.7 up to 30B, 0.5-2 above (NVIDIA/Model-Optimizer, torchao, lmdeploy rows).
    expect(loss('awq-int4', 'bf16', 3.99e9)).toEqual({ low: 3, high: 5.5, expected: 4.25 })
    expect(loss('awq-int4', 'bf16', 4e9)).toEqual({ low: 1, high: 5.7, expected: 3.35 })
    expect(loss('awq-int4', 'bf16', 30e9).expected).toBe(3.35)
    expect(loss('awq-int4', 'bf16', 70.6e9)).toEqual({ low: 0.5, high: 2, expected: 1.25 })
  })

  it('adds the loss of the cache', () => {
    // FP8 weights 0-0.5 over 30B; FP8 cache 0-2, typically 0.5, 0-7 beyond 32k tokens (vLLM post of 2026-04-22).
    expect(loss('fp8', 'fp8', 70.6e9)).toEqual({ low: 0, high: 2.5, expected: 0.75 })
    expect(loss('fp8', 'fp8', 70.6e9, LONG_CONTEXT_TOKENS)).toEqual({ low: 0, high: 2.5, expected: 0.75 })
    expect(loss('fp8', 'fp8', 70.6e9, LONG_CONTEXT_TOKENS + 1)).toEqual({ low: 0, high: 7.5, expected: 3.75 })
    expect(loss('bf16', 'int8', 70.6e9, 131072).expected).toBe(0.15)
  })

  it('costs nothing in the format a model was released in, or in one that stores it exactly', () => {
    expect(loss('fp8', 'bf16', 671e9, 8192, 'fp8').expected).toBe(0)
    expect(loss('mxfp4', 'bf16', 117e9, 8192, 'mxfp4').expected).toBe(0)
    expect(loss('gguf-mxfp4', 'bf16', 117e9, 8192, 'mxfp4').expected).toBe(0)
    expect(loss('fp8', 'bf16', 671e9, 8192, 'deepseek-v4-fp4').expected).toBe(0)
    expect(loss('bf16', 'bf16', 671e9, 8192, 'fp8').expected).toBe(0)
    expect(loss('int8', 'bf16', 671e9, 8192, 'fp8').expected).toBe(1)
    expect(loss('fp8', 'bf16', 671e9).expected).toBe(0.25)
    expect(holdsNative(quantization('gguf-mxfp4'), 'mxfp4')).toBe(true)
    expect(holdsNative(quantization('awq-int4'), 'mxfp4')).toBe(false)
  })

  it('stays inside its range for every pair of formats, and a longer context never loses less', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...quantizations.keys()),
        fc.constantFrom(...kvFormats.keys()),
        fc.double({ min: 1e8, max: 2e12, noNaN: true }),
        fc.integer({ min: 1, max: 1_000_000 }),
        (weights, kv, parameters, context) => {
          const { low, high, expected } = loss(weights, kv, parameters, context)
          expect(low).toBeLessThanOrEqual(expected)
          expect(expected).toBeLessThanOrEqual(high)
          expect(loss(weights, kv, parameters, context * 2).expected).toBeGreaterThanOrEqual(expected)
        },
      ),
    )
  })
})
