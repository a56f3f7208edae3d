import { describe, expect, it } from 'vitest'
import { compareVersions, newestRelease, releaseFor } from '../../src/catalog/support.ts'
import { engine, engines, gpu } from './formats.ts'

const release = (id: string, version: string) => {
  const answer = releaseFor(engine(id), version)
  return answer.ok ? answer.release : expect.fail(answer.message)
}

describe('engine catalog', () => {
  it('has the four engines with unique names', () => {
    const all = [...engines.values()]
    expect(all.map(({ id }) => id).sort()).toEqual(['llama.cpp', 'sglang', 'tensorrt-llm', 'vllm'])
    const names = all.flatMap(({ id, aliases }) => [id, ...aliases])
    expect(new Set(names).size).toBe(names.length)
  })

  it.each([...engines.values()].map((entry) => [entry.id, entry] as const))(
    '%s: releases tile without gaps',
    (_, entry) => {
      const { releases } = entry
      expect(releases.at(-1)?.until).toBeNull()
      releases.slice(1).forEach((later, index) => {
        const earlier = releases[index]
        expect(later.from).toBe(earlier?.until)
        expect(compareVersions(later.from, earlier?.from ?? '')).toBeGreaterThan(0)
      })
    },
  )

  it.each([...engines.values()].map((entry) => [entry.id, entry] as const))(
    '%s: batch defaults hold for any memory, and time constants are seconds',
    (_, entry) => {
      const last = entry.batch_defaults.at(-1)
      expect([last?.min_memory_gib, last?.except_gpus]).toEqual([0, []])
      for (const name of entry.batch_defaults.flatMap((row) => row.except_gpus)) expect(gpu(name).id).toBe(name)
      for (const { host, host_maximum_load } of entry.releases) {
        for (const constants of [host, host_maximum_load ?? host]) {
          expect(constants.step_seconds.value).toBeLessThan(0.01)
          expect(constants.step_seconds_per_layer.value).toBeLessThan(1e-3)
          expect(constants.step_seconds_per_moe_layer.value).toBeLessThan(1e-3)
          expect(constants.step_seconds_per_sequence.value).toBeLessThan(1e-4)
          expect(constants.first_token_seconds.value).toBeLessThan(0.3)
          expect(constants.fill.value).toBeGreaterThan(0.5)
          expect(constants.fill.value).toBeLessThanOrEqual(1)
        }
      }
    },
  )
})

describe('vLLM constants', () => {
  // Start-up logs of 0.19 on H100 (llm-d-incubation/llm-d-planner PR 205): Qwen2.5-72B tp 2 logs 2.09 GiB outside the allocator,
  // Qwen2.5-7B tp 4 2.13, one GPU 0.25. By hand 1.97 + 0.104 = 2.074 and 1.97 + 2 x 0.104 = 2.178, within 0.05 GiB of them.
  it('0.19: memory outside the allocator by tensor parallelism', () => {
    const { memory } = release('vllm', '0.19.0')
    const outside = (tp: number) =>
      memory.runtime_nvlink_base_gib.value + memory.runtime_nvlink_per_doubling_gib.value * Math.log2(tp)
    expect(memory.runtime_single_gib.value).toBe(0.25)
    expect(outside(2)).toBeCloseTo(2.074, 9)
    expect(outside(4)).toBeCloseTo(2.178, 9)
    expect(Math.abs(outside(2) - 2.09)).toBeLessThan(0.05)
    expect(Math.abs(outside(4) - 2.13)).toBeLessThan(0.05)
    expect(memory.sampler_bytes).toMatchObject({ value: 14, records: 32 })
    expect(memory.activation_base_gib.value).toBe(0.115)
    expect(memory.graphs_in_budget).toBe(false)
    expect(memory.expert_workspace).toBe(true)
  })

  // Llama 3 70B: 80 layers, 8192 wide: 0.42 + 0.648 + 0.4915; the same logs read 1.54 to 1.61 GiB for 72B models.
  it('0.19: CUDA graphs of a 70B model', () => {
    const { memory } = release('vllm', '0.19')
    const gib =
      memory.graphs_base_gib.value + memory.graphs_per_layer_gib.value * 80 + memory.graphs_per_hidden_gib.value * 8192
    expect(gib).toBeCloseTo(1.56, 2)
    expect([memory.graphs_full_sizes, memory.graphs_max_size]).toEqual([51, 512])
  })

  // llm-d-incubation/llm-d-planner docs/empirical-vllm-memory-results.md: gpt-oss-120b under 0.11 logs an activation peak of 7.38 GiB
  // = (38 B x 1024 x 201,088 + 2 x 8192 x 2880 ... ) with base 0.05, and 0.13 GiB outside the allocator.
  it('0.11: sampler with a full sort, no expert workspace', () => {
    const { memory } = release('vllm', '0.11')
    expect(
      (memory.sampler_bytes.value * 1024 * 201088 + 8192 * 2880 * 2) / 2 ** 30 + memory.activation_base_gib.value,
    ).toBeCloseTo(7.38, 2)
    expect(memory.runtime_single_gib.value).toBe(0.13)
    expect(memory.runtime_nvlink_base_gib.value).toBe(0.55)
    expect(memory.expert_workspace).toBe(false)
    expect(memory.hybrid_allocator).toBe(true)
  })

  // gpustack/runner PR 251, vllm-project/vllm PR 30515: graphs enter the budget with 0.21.
  it('0.21 and later: graphs inside the budget, align mode for recurrent state', () => {
    for (const version of ['0.21', '0.24.0', '0.27.1', '0.28.0']) {
      expect(release('vllm', version).memory).toMatchObject({ graphs_in_budget: true, state_blocks: 2 })
    }
    expect(release('vllm', '0.20.2').memory).toMatchObject({ graphs_in_budget: false, state_blocks: 1 })
  })

  it('0.7: no hybrid allocator, whole contexts in a batch', () => {
    expect(release('vllm', '0.7.2').memory).toMatchObject({ hybrid_allocator: false, whole_context_batch_limit: 32768 })
  })

  // Before 0.14 the host works on each sequence while the GPU waits, about 29 us; from then on beside it.
  it('0.14 and later: host time of a step', () => {
    const { host } = release('vllm', '0.18')
    // Llama 3.1 70B: 80 layers in one to five milliseconds.
    const step = host.step_seconds.value + 80 * host.step_seconds_per_layer.value
    expect(step).toBeGreaterThan(1e-3)
    expect(step).toBeLessThan(5e-3)
    const before = release('vllm', '0.13').host.step_seconds_per_sequence.value
    expect(host.step_seconds_per_sequence.value).toBeLessThan(before / 3)
    expect(release('vllm', '0.14').host).toEqual(host)
  })

  // vllm-project/vllm vllm/engine/arg_utils.py get_batch_defaults: 70 GiB and no A100.
  it.each([
    ['h100-sxm-80gb', 1024, 8192],
    ['a100-sxm-80gb', 256, 2048],
    ['l40s', 256, 2048],
    ['mi300x', 1024, 8192],
  ])('server batch defaults on %s', (id, sequences, tokens) => {
    const { usable_gib } = gpu(id).memory
    const row = engine('vllm').batch_defaults.find((r) => usable_gib >= r.min_memory_gib && !r.except_gpus.includes(id))
    expect([row?.max_sequences, row?.max_batched_tokens]).toEqual([sequences, tokens])
  })
})

describe('other engines', () => {
  // sgl-project/sglang server_args.py: chunked prefill size by card.
  it.each([
    ['rtx-4090', 2048],
    ['l40s', 4096],
    ['h100-sxm-80gb', 8192],
    ['b200-sxm', 16384],
  ])('SGLang chunk on %s', (id, tokens) => {
    const { usable_gib } = gpu(id).memory
    expect(engine('sglang').batch_defaults.find((r) => usable_gib >= r.min_memory_gib)?.max_batched_tokens).toBe(tokens)
  })

  it('keep the documented defaults of their memory flags', () => {
    expect(engine('vllm')).toMatchObject({ accounting: 'utilization', default_utilization: 0.9, block_tokens: 16 })
    expect(engine('tensorrt-llm')).toMatchObject({ accounting: 'fraction-after-load', default_utilization: 0.9 })
    expect(engine('sglang')).toMatchObject({
      accounting: 'fraction-of-free',
      default_utilization: 0.88,
      reserved_gib: { always: 0.5, tensor_parallel: 1 },
    })
    expect(engine('llama.cpp')).toMatchObject({
      accounting: 'whole-context',
      default_utilization: null,
      weight_files: 'gguf',
    })
  })

  // NVIDIA/TensorRT-LLM performance tables: offline runs of 0.16-0.19 and of 0.20 and later behave differently.
  it('TensorRT-LLM keeps offline runs apart', () => {
    const load = (version: string) => release('tensorrt-llm', version).host_maximum_load ?? expect.fail(version)
    expect(load('0.17').step_seconds_per_layer.records).toBe(89)
    expect(load('1.1').fill.records).toBe(387)
    expect(load('0.17').step_seconds_per_layer.value).toBeGreaterThan(load('1.1').step_seconds_per_layer.value)
    expect(release('tensorrt-llm', '1.2.0rc2').host.first_token_seconds.records).toBe(12)
  })
})

describe('releases', () => {
  it.each([
    ['vllm', '0.11', '0.10'],
    ['vllm', '0.9.2', '0.6'],
    ['vllm', '0.10', '0.10'],
    ['vllm', 'v0.19.1', '0.18'],
    ['vllm', '0.21.0', '0.21'],
    ['vllm', '1.0', '0.22'],
    ['tensorrt-llm', '1.2.0rc2', '1.2'],
    ['tensorrt-llm', '1.2.0rc2.post2', '1.2'],
    ['llama.cpp', 'b4000', '0'],
    ['llama.cpp', 'b7000', '6325'],
    ['sglang', '0.5.6.post2', '0.4'],
  ])('%s %s is in the range from %s', (id, version, from) => {
    expect(release(id, version).from).toBe(from)
  })

  it('names the known ranges for a version outside them', () => {
    const answer = releaseFor(engine('vllm'), '0.5.1')
    expect(answer).toMatchObject({ ok: false })
    expect(answer.ok ? '' : answer.message).toMatch(
      /^vLLM "0\.5\.1" is outside the known releases; known: 0\.6 to below 0\.10, .*, 0\.22 and later$/,
    )
    expect(releaseFor(engine('vllm'), '0.1.dev19262+gb6bbf29dd').ok).toBe(false)
  })

  it.each(['newest', '', '2024-05', '0..1', '-1'])('refuses %j as a version', (version) => {
    const answer = releaseFor(engine('vllm'), version)
    expect(answer.ok ? '' : answer.message).toContain('is not a version')
  })

  it('finds the newest range whatever the order of the list', () => {
    const vllm = engine('vllm')
    expect(newestRelease(vllm).from).toBe('0.22')
    expect(newestRelease({ ...vllm, releases: vllm.releases.toReversed() }).from).toBe('0.22')
  })

  it('compares numbers, not texts', () => {
    expect(compareVersions('0.9', '0.10')).toBeLessThan(0)
    expect(compareVersions('0.19', '0.19.0')).toBe(0)
    expect(compareVersions('1.2', '0.21')).toBeGreaterThan(0)
  })
})
