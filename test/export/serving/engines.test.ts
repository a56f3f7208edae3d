import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { llamaCppTarget } from '../../../src/export/targets/llama-cpp.ts'
import { sglangTarget } from '../../../src/export/targets/sglang.ts'
import { tensorrtLlmTarget } from '../../../src/export/targets/tensorrt-llm.ts'
import { vllmTarget } from '../../../src/export/targets/vllm.ts'
import { argumentsOf, bashProblem } from '../training/bash.ts'
import { ENGINES, filesOf, refusal, TWO_NODES } from './fixtures.ts'

/** Flags of `vllm serve` that are used here (vllm-project/vllm vllm/engine/arg_utils.py and docs/serving/parallelism_scaling.md). */
const VLLM_FLAGS = [
  'tensor-parallel-size',
  'pipeline-parallel-size',
  'enable-expert-parallel',
  'max-model-len',
  'max-num-seqs',
  'max-num-batched-tokens',
  'gpu-memory-utilization',
  'kv-cache-dtype',
  'quantization',
  'dtype',
  'model',
]

/** sgl-project/sglang docs/advanced_features/server_arguments.md @004813e1. */
const SGLANG_FLAGS = [
  'model-path',
  'tp-size',
  'pp-size',
  'ep-size',
  'context-length',
  'max-running-requests',
  'chunked-prefill-size',
  'mem-fraction-static',
  'kv-cache-dtype',
  'quantization',
  'dtype',
]

/** Fields of LlmArgs and KvCacheConfig (NVIDIA/TensorRT-LLM tensorrt_llm/llmapi/llm_args.py). */
const LLM_ARGS = [
  'tensor_parallel_size',
  'pipeline_parallel_size',
  'moe_expert_parallel_size',
  'max_seq_len',
  'max_batch_size',
  'max_num_tokens',
  'kv_cache_config',
  'enable_chunked_prefill',
]
const KV_CACHE_CONFIG = ['dtype', 'free_gpu_memory_fraction']

describe('vllm', () => {
  test('the script carries the flags on which memory rests, with the numbers of the plan', () => {
    const script = filesOf(vllmTarget)['vllm.sh'] ?? ''
    expect(bashProblem(script)).toBe('')
    // exec would leave the shell in which the stub is defined.
    expect(argumentsOf(script.replace('exec ', ''), ['vllm'], { REPLICA: '2' })).toEqual([
      ...['serve', 'meta-llama/Meta-Llama-3-70B'],
      ...['--tensor-parallel-size', '2', '--pipeline-parallel-size', '1'],
      ...['--max-model-len', '8192', '--max-num-seqs', '48', '--max-num-batched-tokens', '4096'],
      ...['--gpu-memory-utilization', '0.9', '--kv-cache-dtype', 'fp8', '--quantization', 'fp8'],
      // The third replica of a machine: port 8000 + 2.
      ...['--host', '0.0.0.0', '--port', '8002'],
    ])
  })

  test('replicas that share a machine do not meet: replica 2 of 2 GPUs each has the GPUs 4 and 5', () => {
    const script = (filesOf(vllmTarget)['vllm.sh'] ?? '').replace(/exec vllm/, 'printenv CUDA_VISIBLE_DEVICES; true')
    expect(argumentsOf(script, [], { REPLICA: '2' })).toEqual(['4,5'])
    expect(argumentsOf(script, [])).toEqual(['0,1'])
  })

  test('the configuration file has the same settings under documented names', () => {
    const config = parse(filesOf(vllmTarget)['vllm.yaml'] ?? '')
    expect(config).toEqual({
      model: 'meta-llama/Meta-Llama-3-70B',
      'tensor-parallel-size': 2,
      'pipeline-parallel-size': 1,
      'max-model-len': 8192,
      'max-num-seqs': 48,
      'max-num-batched-tokens': 4096,
      'gpu-memory-utilization': 0.9,
      'kv-cache-dtype': 'fp8',
      quantization: 'fp8',
    })
    expect(Object.keys(config).filter((key) => !VLLM_FLAGS.includes(key))).toEqual([])
  })

  test('a replica over two machines: the head answers, the other is headless, both meet at the head', () => {
    const script = (filesOf(vllmTarget, TWO_NODES)['vllm.sh'] ?? '').replaceAll('exec ', '')
    expect(bashProblem(script)).toBe('')
    const at = (rank: string) => argumentsOf(script, ['vllm'], { NODE_RANK: rank, HEAD_ADDRESS: '10.0.0.1' })
    const place = (rank: string) => ['--nnodes', '2', '--node-rank', rank, '--master-addr', '10.0.0.1', '--master-port']
    expect(at('0').slice(-8)).toEqual([...place('0'), '29501'])
    expect(at('1').slice(-9)).toEqual([...place('1'), '29501', '--headless'])
    // Without its place a node does not start.
    expect(argumentsOf(script, ['vllm'])).toEqual([])
  })

  test('releases that span machines over Ray, and splits that machines cannot hold, are refused', () => {
    const old = { ...TWO_NODES, configuration: { ...TWO_NODES.configuration, engine_version: '0.11' } }
    expect(refusal(() => filesOf(vllmTarget, old))).toContain('--set engine_version=0.12')
    // Three stages of four GPUs on two machines of eight: six GPUs a machine cut a stage in two.
    const uneven = { ...TWO_NODES, configuration: { tensor_parallel: 4, pipeline_parallel: 3, replicas: 1 } }
    expect(refusal(() => filesOf(vllmTarget, uneven))).toMatch(/12 GPUs does not divide into 2 machines/)
  })

  test('a checkpoint that must be made first is named in every file', () => {
    for (const text of Object.values(filesOf(vllmTarget, { configuration: { quantization: 'awq-int4' } })))
      expect(text).toContain('# First put a checkpoint in awq-int4 in place of meta-llama/Meta-Llama-3-70B.\n')
    // A model released in fp8 is not turned into bf16 while it loads.
    const native = { configuration: { quantization: 'bf16' }, model: { format: 'fp8' } }
    expect(filesOf(vllmTarget, native)['vllm.sh']).toContain('put a checkpoint in bf16')
    expect(filesOf(vllmTarget)['vllm.sh']).not.toContain('First put')
  })

  test('a plan of another engine is refused with both ways out', () => {
    expect(refusal(() => filesOf(sglangTarget))).toBe(
      'the plan runs on vLLM (--to vllm, or plan it for the other engine: --set engine=sglang)',
    )
  })
})

describe('sglang', () => {
  const asked = { configuration: ENGINES.sglang }

  test('script and file agree and use documented names', () => {
    const files = filesOf(sglangTarget, asked)
    const script = (files['sglang.sh'] ?? '').replace('exec ', '')
    expect(bashProblem(script)).toBe('')
    const config = parse(files['sglang.yaml'] ?? '')
    expect(config).toEqual({
      'model-path': 'meta-llama/Meta-Llama-3-70B',
      'tp-size': 2,
      'context-length': 8192,
      'max-running-requests': 48,
      'chunked-prefill-size': 4096,
      'mem-fraction-static': 0.88,
      'kv-cache-dtype': 'fp8_e4m3',
      quantization: 'fp8',
    })
    expect(Object.keys(config).filter((key) => !SGLANG_FLAGS.includes(key))).toEqual([])
    const words = Object.entries(config).flatMap(([key, value]) => [`--${key}`, String(value)])
    expect(argumentsOf(script, ['python3'])).toEqual([
      ...['-m', 'sglang.launch_server', ...words, '--host', '0.0.0.0', '--port', '30000'],
    ])
  })

  test('a replica over two machines meets at the address of the first', () => {
    const two = { ...TWO_NODES, configuration: { ...ENGINES.sglang, ...TWO_NODES.configuration } }
    const script = (filesOf(sglangTarget, two)['sglang.sh'] ?? '').replace('exec ', '')
    const words = argumentsOf(script, ['python3'], { NODE_RANK: '1', HEAD_ADDRESS: 'node-0' })
    expect(words.slice(-6)).toEqual(['--dist-init-addr', 'node-0:20000', '--nnodes', '2', '--node-rank', '1'])
    expect(words).toContain('--pp-size')
  })
})

describe('tensorrt-llm', () => {
  const asked = { configuration: ENGINES['tensorrt-llm'] }

  test('what has no flag reaches the server in a file: cache format, and prompts longer than a batch', () => {
    const files = filesOf(tensorrtLlmTarget, asked)
    const options = parse(files['trtllm.yaml'] ?? '')
    expect(options).toEqual({
      tensor_parallel_size: 2,
      pipeline_parallel_size: 1,
      max_seq_len: 8192,
      max_batch_size: 48,
      max_num_tokens: 4096,
      kv_cache_config: { dtype: 'fp8', free_gpu_memory_fraction: 0.9 },
      enable_chunked_prefill: true,
    })
    expect(Object.keys(options).filter((key) => !LLM_ARGS.includes(key))).toEqual([])
    expect(Object.keys(options.kv_cache_config).filter((key) => !KV_CACHE_CONFIG.includes(key))).toEqual([])
    // The script brings its own.
    const script = (files['trtllm.sh'] ?? '').replace('exec trtllm-serve', 'cat "$options" #')
    expect(parse(argumentsOf(script, []).join('\n'))).toEqual({
      kv_cache_config: { dtype: 'fp8', free_gpu_memory_fraction: 0.9 },
      enable_chunked_prefill: true,
    })
    expect(files['trtllm.sh']).toContain('--kv_cache_free_gpu_memory_fraction 0.9')
  })

  test('without such settings the script needs no file', () => {
    const plain = { configuration: { ...ENGINES['tensorrt-llm'], kv_cache: 'bf16', max_batched_tokens: 8192 } }
    expect(filesOf(tensorrtLlmTarget, plain)['trtllm.sh']).not.toContain('options')
  })

  test('a replica over two machines is started by MPI', () => {
    const two = { ...TWO_NODES, configuration: { ...ENGINES['tensorrt-llm'], ...TWO_NODES.configuration } }
    const script = filesOf(tensorrtLlmTarget, two)['trtllm.sh'] ?? ''
    expect(script).toContain('exec trtllm-llmapi-launch trtllm-serve meta-llama/Meta-Llama-3-70B')
    expect(script).toContain('srun --mpi=pmix --nodes=2 --ntasks-per-node=8')
  })
})

describe('llama.cpp', () => {
  test('one cache for all slots holds the planned tokens, and only the planned GPUs are seen', () => {
    const script = (
      filesOf(llamaCppTarget, { configuration: { ...ENGINES['llama.cpp'], replicas: 1 } })['llama-server.sh'] ?? ''
    ).replace('exec ', '')
    expect(script).toContain('export CUDA_VISIBLE_DEVICES=0,1\n')
    expect(argumentsOf(script, ['llama-server'])).toEqual([
      ...['-hf', 'meta-llama/Meta-Llama-3-70B:Q4_K_M', '--n-gpu-layers', 'all', '--ctx-size', '61440', '--kv-unified'],
      ...['--parallel', '48', '--ubatch-size', '4096', '--split-mode', 'layer'],
      ...['--cache-type-k', 'q8_0', '--cache-type-v', 'q8_0', '--host', '0.0.0.0', '--port', '8080'],
    ])
  })

  test('weights without a repository are a file', () => {
    const own = { configuration: ENGINES['llama.cpp'], model: { checkpoint: null, format: 'gguf-q4_k_m' } }
    expect(filesOf(llamaCppTarget, own)['llama-server.sh']).toContain('--model llama-3-70b.gguf')
  })
})

describe('names of users stay words', () => {
  test('whatever a repository is called, the server gets it as one argument', () => {
    const nasty = fc
      .string({ minLength: 1, maxLength: 40, unit: 'grapheme-ascii' })
      .filter((text) => !/^[-\s]|\s$/.test(text))
    fc.assert(
      fc.property(nasty, (checkpoint) => {
        const script = (filesOf(vllmTarget, { model: { checkpoint } })['vllm.sh'] ?? '').replace('exec ', '')
        expect(argumentsOf(script, ['vllm'])[1]).toBe(checkpoint)
        expect(parse(filesOf(vllmTarget, { model: { checkpoint } })['vllm.yaml'] ?? '').model).toBe(checkpoint)
      }),
      { numRuns: 20 },
    )
  })

  test('one that would be read as a flag is refused', () => {
    expect(refusal(() => filesOf(vllmTarget, { model: { checkpoint: '--trust-remote-code' } }))).toContain('as a flag')
  })

  test('a header ends no comment', () => {
    const script =
      filesOf(vllmTarget, { header: ['a\nrm -rf ~ #\u2028b\r\u0085c', '$(touch x) `touch x`'] })['vllm.sh'] ?? ''
    expect(script).toContain('# a\\nrm -rf ~ #\\u2028b\\r\\u0085c\n')
    const commands = script.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    expect(commands.join('\n')).not.toMatch(/rm -rf|touch/)
  })
})
