import { describe, expect, test } from 'vitest'
import { readStartLog } from '../../src/logs/detect.ts'
import { excerptOf, startOf } from './logs.ts'

// Every figure is read off the excerpt by eye; the first line of an excerpt says where it was published. GB of SGLang are GiB.

describe('published starts', () => {
  test('0.4 in 2025-03: settings, weights, keys and values of 54.12 GiB each', () => {
    const log = startOf('sglang/0.4-gemma-3-4b-h200')
    expect(log.engine).toBe('sglang')
    expect(log.models).toEqual(['google/gemma-3-4b-it'])
    expect(log.flags).toEqual({
      dtype: 'auto',
      kv_cache: 'auto',
      tensor_parallel: 1,
      utilization: 0.88,
      max_batched_tokens: 8192,
    })
    expect(log.gpus).toBe(1)
    expect(log.figures).toEqual({ weights_gib: 8.13, kv_cache_gib: 108.24, kv_tokens: 834_615 })
    expect(log.outcome).toBe('ok')
  })

  test('0.5 in 2026-02 on one GPU: graphs and the limits of the scheduler', () => {
    const log = startOf('sglang/0.5-qwen2.5-0.5b-h100')
    expect(log.models).toEqual(['qwen/qwen2.5-0.5b-instruct'])
    expect(log.figures).toEqual({ weights_gib: 0.98, kv_cache_gib: 0.24, kv_tokens: 20_480, graphs_gib: 0.07 })
    expect(log.flags).toEqual({ context: 32_768, max_sequences: 128, max_batched_tokens: 8192 })
  })

  test('0.5 on eight GPUs: one cache of keys and values together, ranks counted by their names', () => {
    const log = startOf('sglang/0.5-kimi-k2.5-tp8')
    expect(log.models).toEqual(['moonshotai/Kimi-K2.5'])
    expect(log.figures).toEqual({ weights_gib: 73.58, kv_cache_gib: 160.63, kv_tokens: 2_454_421 })
    expect(log.flags.tensor_parallel).toBe(8)
    expect(log.gpus).toBe(8)
  })

  test('weights that leave no room are refused', () => {
    const log = startOf('sglang/0.5-deepseek-v4-pro-h200-refused')
    expect(log.figures).toEqual({ weights_gib: 125.65 })
    expect(log.flags.quantization).toBe('fp8')
    expect(log.outcome).toBe('rejected')
    expect(log.failure?.line).toBe(4)
  })

  test('a profiled cache below zero is refused', () => {
    const log = startOf('sglang/0.4.8-deepseek-dp-attention')
    expect(log.figures).toEqual({ weights_gib: 166.59 })
    expect(log.outcome).toBe('rejected')
  })
})

describe('what one log rarely has', () => {
  const settings = (more: string): string => `[2025-03-27 21:33:10] server_args=ServerArgs(model_path='org/m', ${more})`
  const load = (usage: number, rank = 'TP0', type = 'LlamaForCausalLM'): string =>
    `[2025-03-27 21:33:30 ${rank}] Load weight end. type=${type}, dtype=torch.bfloat16, avail mem=60.00 GB, mem usage=${usage} GB.`

  test('a drafter that loads after the model changes nothing, and alone is no start', () => {
    const draft = [
      load(1.5, 'TP0', 'LlamaForCausalLMEagle3'),
      '[2025-07-28 11:04:15 TP0] KV Cache is allocated. #tokens: 42632, K size: 0.03 GB, V size: 0.03 GB',
    ]
    const own = [load(15), '[x TP0] KV Cache is allocated. #tokens: 1000, K size: 20.00 GB, V size: 20.00 GB']
    expect(readStartLog([...own, ...draft].join('\n'))?.figures).toMatchObject({ weights_gib: 15, kv_cache_gib: 40 })
    expect(readStartLog(draft.join('\n'))).toBeNull()
    expect(readStartLog(excerptOf('sglang/0.4-eagle3-tp2'))).toBeNull()
  })

  test('attention copies share the GPUs of the group; other copies have their own', () => {
    const shared = readStartLog(`${settings('tp_size=8, dp_size=8, enable_dp_attention=True, ep_size=8')}\n${load(1)}`)
    expect(shared?.gpus).toBe(8)
    expect(shared?.flags).toMatchObject({ tensor_parallel: 1, data_parallel: 8, expert_parallel: 8 })
    const own = readStartLog(`${settings('tp_size=2, dp_size=4')}\n${load(1)}`)
    expect(own?.gpus).toBe(8)
    expect(own?.flags).toMatchObject({ tensor_parallel: 2, data_parallel: 4 })
  })

  test('releases that print only free memory: weights are the difference', () => {
    const log = readStartLog(
      '[gpu=0] Load weight begin. avail mem=78.84 GB\n[gpu=0] Load weight end. type=LlamaForCausalLM, dtype=torch.bfloat16, avail mem=63.75 GB',
    )
    expect(log?.figures).toEqual({ weights_gib: 15.09 })
  })

  test('the last of several starts; memory that runs out; a size that was asked for', () => {
    const first = `${settings('tp_size=1')}\n${load(15)}\ntorch.OutOfMemoryError: CUDA out of memory.`
    expect(readStartLog(first)?.outcome).toBe('oom')
    const second = readStartLog(`${first}\n${settings('tp_size=2, max_total_tokens=20480')}\n${load(7.5)}`)
    expect(second?.outcome).toBe('ok')
    expect(second?.figures).toEqual({ weights_gib: 7.5 })
    expect(second?.notes.join(' ')).toContain('--max-total-tokens')
  })
})
