import { describe, expect, test } from 'vitest'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { readStartLog } from '../../src/logs/detect.ts'
import { kvFormat, weightFormat } from '../../src/logs/formats.ts'
import { gpuNamed, modelNamed, nearestGpus, nearestModels } from '../../src/logs/identify.ts'
import { startSubject } from '../../src/logs/subject.ts'

const catalog = await loadCatalog()

describe('names of models', () => {
  test.each([
    ['meta-llama/Llama-3.1-8B', 'llama-3.1-8b'],
    ['meta-llama/Meta-Llama-3.1-8B-Instruct', 'llama-3.1-8b'],
    [
      '/models/models--meta-llama--Meta-Llama-3.1-8B-Instruct/snapshots/0e9e39f249a16976918f6564b8830bc894c89659',
      'llama-3.1-8b',
    ],
    ['models/llama3.1-8B-INT8', 'llama-3.1-8b'],
    ['RedHatAI/Meta-Llama-3.1-70B-Instruct-FP8', 'llama-3.1-70b'],
    ['../models/qwen25_32b_instruct_HF/', 'qwen2.5-32b'],
    ['Qwen/Qwen2.5-14B-Instruct-GPTQ-Int4', 'qwen2.5-14b'],
    ['~/.cache/huggingface/qwen3.6-35b-a3b-nvfp4', 'qwen3.6-35b-a3b'],
    ['Qwen/Qwen3-30B-A3B-Instruct-2507', 'qwen3-30b-a3b-2507'],
    ['deepseek-ai/DeepSeek-R1-Distill-Llama-8B', 'deepseek-r1-distill-llama-8b'],
    ['openai/gpt-oss-120b', 'gpt-oss-120b'],
    ['google/gemma-3-27b-it', 'gemma-3-27b'],
    ['Qwen_Qwen3.5-9B-Q4_K_M.gguf', 'qwen3.5-9b'],
    ['models/Meta-Llama-3-8B.Q4_0.gguf', 'llama-3-8b'],
    ['DeepSeek-R1-UD-Q2_K_XL-00001-of-00005.gguf', 'deepseek-r1'],
    ['Meta Llama 3.1 8B Instruct', 'llama-3.1-8b'],
    ['Qwen3 30B A3B', 'qwen3-30b-a3b'],
    // Two entries of the catalog are this repository.
    ['mistralai/Mistral-7B-Instruct-v0.3', 'mistral-7b-v0.3'],
  ])('%s is %s', (name, id) => {
    const found = modelNamed(name, catalog)
    expect(found?.huggingface ?? found?.id).toBe(catalog.models.get(id)?.huggingface ?? id)
  })

  test.each([
    'coder',
    '/models',
    '2.8B',
    '~/.cache/huggingface/Qwen3.6-27B-AEON-Ultimate-Uncensored-FP8-MTP',
    'Qwen/Qwen3-4B-Instruct-2507-FP8',
    'jamesliu1/sglang-EAGLE3-Llama-3.1-Instruct-8B',
    'unsloth',
    '',
  ])('%s is none that the catalog surely has', (name) => {
    expect(modelNamed(name, catalog)).toBeUndefined()
  })

  test('every repository and every id of the catalog finds its own entry', () => {
    for (const model of catalog.models.values()) {
      const name = model.huggingface ?? model.id
      expect(modelNamed(name, catalog)?.huggingface ?? modelNamed(name, catalog)?.id, name).toBe(name)
    }
  })

  test('a name that is near is suggested', () => {
    expect(nearestModels('Qwen/Qwen3-4B-Instruct-2507-FP8', catalog)).toContain('qwen3-4b')
  })
})

describe('names of GPUs', () => {
  test.each<[string, number | null, string | undefined]>([
    ['NVIDIA H100 80GB HBM3', 79.18, 'h100-sxm-80gb'],
    ['NVIDIA H100 PCIe', 79.11, 'h100-pcie-80gb'],
    ['NVIDIA H100 NVL', null, 'h100-nvl-94gb'],
    ['NVIDIA H200', 139.8, 'h200-sxm-141gb'],
    ['NVIDIA H200 NVL', null, 'h200-nvl-141gb'],
    ['NVIDIA B200', null, 'b200-sxm'],
    ['NVIDIA A100-SXM4-80GB', null, 'a100-sxm-80gb'],
    ['NVIDIA A100-SXM4-40GB', null, 'a100-sxm-40gb'],
    ['NVIDIA A100 80GB PCIe', null, 'a100-pcie-80gb'],
    ['NVIDIA A100-PCIE-40GB', null, 'a100-pcie-40gb'],
    ['NVIDIA L40S', null, 'l40s'],
    ['NVIDIA L40', null, 'l40'],
    ['NVIDIA A10G', null, 'a10g'],
    ['Tesla T4', null, 't4'],
    ['Tesla V100-PCIE-16GB', null, 'v100-pcie-16gb'],
    ['Tesla V100-SXM2-32GB', null, 'v100-sxm2-32gb'],
    ['NVIDIA GeForce RTX 4090', null, 'rtx-4090'],
    ['NVIDIA GeForce RTX 3090', null, 'rtx-3090'],
    ['NVIDIA RTX A6000', null, 'rtx-a6000'],
    ['NVIDIA RTX 6000 Ada Generation', null, 'rtx-6000-ada'],
    ['NVIDIA RTX PRO 6000 Blackwell Workstation Edition', null, 'rtx-pro-6000-blackwell-workstation'],
    ['AMD Instinct MI300X', null, 'mi300x'],
    // Other boards under a name that begins alike.
    ['NVIDIA GeForce RTX 3090 Ti', null, undefined],
    ['NVIDIA GeForce RTX 4090 D', null, undefined],
    ['NVIDIA GeForce RTX 4090 Laptop GPU', null, undefined],
    ['NVIDIA GeForce RTX 4070', null, undefined],
    // Nothing says which of the boards it is.
    ['NVIDIA H100', null, undefined],
    ['NVIDIA A100', null, undefined],
  ])('%s with %s GiB is %s', (name, gib, id) => {
    expect(gpuNamed(name, gib, catalog)?.id).toBe(id)
  })

  test('memory tells boards of one name apart, and finds candidates where there is no name', () => {
    expect(gpuNamed('NVIDIA A100-SXM4', 39.5, catalog)?.id).toBe('a100-sxm-40gb')
    expect(nearestGpus(null, 44.42, catalog)).toEqual(expect.arrayContaining(['l40', 'l40s', 'a40']))
  })
})

describe('formats', () => {
  const log = (quantization: string | undefined, model: string, more = '') => {
    const given = quantization === undefined ? '' : `, quantization=${quantization}`
    const line = `Initializing a V1 LLM engine (v0.19.0) with config: model='${model}', tensor_parallel_size=1${given}${more}`
    return readStartLog(`${line}\nModel loading took 9.0 GiB`)!
  }
  const llama = catalog.models.get('llama-3.1-8b')!

  test.each<[string | undefined, string, string, string]>([
    ['None', 'a/b', ', dtype=torch.bfloat16', 'bf16'],
    ['None', 'a/b', ', dtype=torch.float16', 'fp16'],
    [undefined, 'a/b', '', 'bf16'],
    ['fp8', 'a/b', '', 'fp8'],
    ['awq_marlin', 'a/b', '', 'awq-int4'],
    ['gptq_marlin', 'a/b', '', 'gptq-int4'],
    ['bitsandbytes', 'a/b', '', 'nf4'],
    ['compressed-tensors', 'RedHatAI/Llama-3.1-8B-FP8', '', 'fp8'],
    ['compressed-tensors', 'RedHatAI/Llama-3.1-8B-quantized.w4a16', '', 'awq-int4'],
    ['compressed-tensors', 'RedHatAI/Llama-3.1-8B-quantized.w8a8', '', 'int8'],
    ['modelopt', 'nvidia/Llama-3.1-8B-Instruct-NVFP4', '', 'nvfp4'],
  ])('--quantization %s of %s%s is %s %#', (quantization, model, more, id) => {
    expect(weightFormat(log(quantization, model, more), llama, catalog)).toEqual({ id })
  })

  test('a name that covers several formats has to be explained', () => {
    expect(weightFormat(log('compressed-tensors', 'org/mine'), llama, catalog)).toHaveProperty('unclear')
  })

  test('a checkpoint that is released quantised, where the log says nothing', () => {
    expect(weightFormat(log(undefined, 'x/y'), catalog.models.get('gpt-oss-20b')!, catalog)).toEqual({ id: 'mxfp4' })
    expect(weightFormat(log('None', 'x/y'), catalog.models.get('gpt-oss-20b')!, catalog)).toEqual({ id: 'bf16' })
  })

  test.each([
    ['Q4_K - Medium', 'gguf-q4_k_m'],
    ['Q5_K - Medium', 'gguf-q5_k_m'],
    ['mostly Q8_0', 'gguf-q8_0'],
    ['Q6_K', 'gguf-q6_k'],
    ['F16', 'gguf-f16'],
    ['IQ4_XS - 4.25 bpw', 'gguf-iq4_xs'],
    ['Q2_K - Medium', 'gguf-q2_k'],
    ['MXFP4 MoE', 'gguf-mxfp4'],
  ])('file type %s is %s', (type, id) => {
    const start = readStartLog(
      `print_info: file type   = ${type}\nload_tensors:        CUDA0 model buffer size =  100.00 MiB`,
    )!
    expect(weightFormat(start, llama, catalog)).toEqual({ id })
  })

  test.each<[string, string | undefined]>([
    ['auto', undefined],
    ['bfloat16', undefined],
    ['fp8', 'fp8'],
    ['fp8_e4m3', 'fp8'],
    ['fp8_e5m2', 'fp8'],
    ['fp8_ds_mla', 'fp8'],
    ['nvfp4', 'nvfp4'],
    ['int8_per_token_head', 'int8'],
  ])('--kv-cache-dtype %s is %s', (name, id) => {
    expect(kvFormat(log('None', 'a/b', `, kv_cache_dtype=${name}`), catalog)).toEqual(
      id === undefined ? undefined : { id },
    )
  })

  test('what nobody says is asked for by its flag', () => {
    const start = log('None', 'meta-llama/Llama-3.1-8B')
    expect(() => startSubject(start, {}, catalog)).toThrow(/does not name the GPU.*--gpu ID/)
    expect(() => startSubject(start, { gpu: 'l40ss' }, catalog)).toThrow(/--gpu "l40ss".*did you mean "l40s"/)
    expect(() => startSubject(log('None', 'my/tune'), { gpu: 'l4' }, catalog)).toThrow(
      /"my\/tune" is not surely.*--model ID/,
    )
    expect(() => startSubject(log('x5', 'org/m'), { gpu: 'l4', model: 'llama-3.1-8b' }, catalog)).toThrow(
      /--quantization ID/,
    )
    const given = { gpu: 'l4', model: 'qwen3-8b', quantization: 'fp8', kvCache: 'fp8', gpus: 2, version: '0.20' }
    expect(startSubject(start, given, catalog)).toMatchObject({
      gpus: 2,
      quantization: 'fp8',
      kvCache: 'fp8',
      version: '0.20',
    })
  })
})
