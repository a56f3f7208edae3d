import { describe, expect, test } from 'vitest'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { agreement, checkLog, type LogCheck } from '../../src/logs/check.ts'
import { readStartLog } from '../../src/logs/detect.ts'
import type { Given } from '../../src/logs/subject.ts'
import { readRecords } from '../../src/measurements/read.ts'
import { checkLogCsv, checkLogJson, recordJson, recordYaml } from '../../src/report/check-log/data.ts'
import { checkLogMarkdown } from '../../src/report/check-log/markdown.ts'
import { checkLogText } from '../../src/report/check-log/text.ts'
import { startOf } from './logs.ts'

const catalog = await loadCatalog()
const check = (name: string, given: Given): LogCheck => checkLog(startOf(name), given, { file: `${name}.log` }, catalog)
const predicted = ({ figures }: LogCheck): Record<string, number | null> =>
  Object.fromEntries(figures.map((figure) => [figure.quantity, figure.predicted]))

const qwen32 = check('vllm/0.7.1-qwen2.5-32b-l40s-tp2', { gpu: 'l40s' })
const qwen35 = check('vllm/0.24.0-qwen3.6-35b-a3b-nvfp4-rtx-5090', { gpu: 'rtx-5090' })
const refused = check('vllm/0.10-gpt-oss-120b-h100-refused', {
  gpu: 'h100-sxm-80gb',
  model: 'gpt-oss-120b',
  version: '0.10.1',
})
const hosted = check('llama-cpp/2024-partly-offloaded', { model: 'llama-3-8b', quantization: 'gguf-q4_k_m' })

describe('published starts beside the prediction', () => {
  test('Qwen2.5 32B on two L40S: 7.71 GiB are 3,947 blocks of 2 MiB, 63,152 tokens', () => {
    const { weights_gib, kv_cache_gib, kv_tokens } = predicted(qwen32)
    // 64 layers x 2 x 4 heads of a rank x 128 x 2 bytes = 128 KiB a token, 2 MiB a block of 16; 7.71 x 1024 / 2 = 3947.5.
    expect(kv_tokens).toBe(63_152)
    // 32.76e9 parameters x 2 bytes / 2 ranks = 30.5 GiB; the log has 0.16 GiB more.
    expect(weights_gib! / 30.55).toBeCloseTo(1, 3)
    // As a share of a card of 44.39 GiB.
    expect(Math.abs(kv_cache_gib! - 7.71) / 44.39).toBeLessThan(0.01)
    expect(agreement(qwen32)).toBe('agrees')
  })

  test('Qwen3.6 35B-A3B, a model with states: the tokens of the printed room are the printed tokens', () => {
    expect(predicted(qwen35).kv_tokens).toBe(567_978)
    expect(qwen35.tokensFromRoom).toBe(true)
    expect(qwen35.subject.quantization).toBe('nvfp4')
  })

  test('gpt-oss 120B that vLLM 0.10 refuses on one H100', () => {
    expect(refused.prediction?.fits).toBe(false)
    expect(agreement(refused)).toBe('agrees')
  })

  test('nothing is predicted for layers on the host, and the reason is said', () => {
    expect(hosted.prediction).toBeNull()
    expect(agreement(hosted)).toBe('unknown')
    expect(checkLogText(hosted, { color: false })).toMatch(/nothing is predicted: only 0 of 33 layers/)
  })

  test('starts that contradict the prediction', () => {
    const start = (more: string): string =>
      `Initializing a V1 LLM engine (v0.19.0) with config: model='meta-llama/Llama-3.1-8B', dtype=torch.bfloat16, max_seq_len=8192, tensor_parallel_size=1, quantization=None\n${more}`
    const on = (gpu: string, more: string) => checkLog(readStartLog(start(more))!, { gpu }, { file: 'x' }, catalog)
    const oom = on('h100-sxm-80gb', 'torch.OutOfMemoryError: CUDA out of memory.')
    expect(agreement(oom)).toBe('failed-unexpectedly')
    expect(checkLogText(oom, { color: false })).toContain('✘ It ran out of memory, but by the prediction it fits.')
    // 15 GiB of weights on a card of 14.56.
    const small = on('t4', 'Model loading took 14.99 GiB')
    expect(agreement(small)).toBe('started-unexpectedly')
    expect(checkLogText(small, { color: false })).toContain('✘ It started, but by the prediction it does not fit.')
  })
})

describe('reports', () => {
  test('text: what was found, the table, the verdict', () => {
    const text = checkLogText(qwen32, { color: false })
    expect(text).toMatch(
      /^vLLM 0\.7\.1: qwen2\.5-32b in bf16 on 2x l40s, tensor parallel 2, utilization 0\.9,\ncontext 10,000\n/,
    )
    expect(text).toMatch(/^quantity +log +predicted +difference/m)
    expect(text).toMatch(/^KV cache tokens +63,152 tokens +63,152 tokens +0%/m)
    expect(text).toContain('✔ It started, as predicted.')
    expect(Math.max(...text.split('\n').map((line) => [...line].length))).toBeLessThanOrEqual(80)
  })

  test('json holds figures, lines, differences and the record', () => {
    const data = JSON.parse(checkLogJson(qwen32))
    expect(data.engine).toEqual({ name: 'vllm', version: '0.7.1' })
    expect(data.logged).toMatchObject({ weights_gib: 30.7098, kv_tokens: 63_152, device_gib: 44.42 })
    expect(data.lines.kv_tokens).toBe(13)
    expect(data.predicted).toMatchObject({ kv_tokens: 63_152, fits: true })
    expect(data.difference.kv_tokens).toBe(0)
    expect(data.agreement).toBe('agrees')
    expect(data.record.id).toBe('vllm-0.7.1-qwen2.5-32b-bf16-l40s-x2-10000-0.9')
  })

  test('csv has a row a figure, markdown a table', () => {
    expect(checkLogCsv(qwen32).trim().split('\r\n')).toHaveLength(1 + qwen32.figures.length)
    const markdown = checkLogMarkdown(refused)
    expect(markdown).toContain('✔ **The engine refused to start, as predicted: it does not fit.**')
    expect(markdown).toMatch(/\| KV cache room \| -2\.14 GiB \|/)
  })

  test('a name in a log cannot steer the terminal', () => {
    const text =
      "Initializing a V1 LLM engine (v0.1\u00079.0) with config: model='a\u0007b', tensor_parallel_size=1\nModel loading took 1.0 GiB"
    const given = { model: 'llama-3.1-8b', gpu: 'l4', quantization: 'bf16' }
    const odd = checkLog(readStartLog(text)!, given, { file: 'a\u001b[2Jb' }, catalog)
    for (const report of [
      checkLogText(odd, { color: false }),
      checkLogMarkdown(odd),
      recordYaml(odd.record, { whole: true }),
    ]) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      expect(report).not.toMatch(/[\u0007\u001b]/)
    }
  })
})

describe('the record', () => {
  test('as an item of a list and as a file of its own', () => {
    const item = recordYaml(qwen32.record, { whole: false })
    expect(item).toBe(`- id: vllm-0.7.1-qwen2.5-32b-bf16-l40s-x2-10000-0.9
  source: start-up log vllm/0.7.1-qwen2.5-32b-l40s-tp2.log
  group: own-runs
  kind: serving-memory
  model: qwen2.5-32b
  gpu: l40s
  gpus: 2
  engine: { name: vllm, version: 0.7.1 }
  configuration: { quantization: bf16, tensor_parallel: 2, pipeline_parallel: 1, utilization: 0.9, context: 10000 }
  measured: { weights_gib: 30.7098, kv_cache_gib: 7.71, kv_tokens: 63152, activations_gib: 1.26, runtime_gib: 0.3 }
`)
    expect(recordYaml(qwen32.record, { whole: true })).toBe(`records:\n${item}`)
  })

  test('several of them under one key are a file that validation reads', () => {
    const items = [qwen32, qwen35, refused].map(({ record }) => recordYaml(record, { whole: false }))
    const records = readRecords(`records:\n${items.join('')}`, 'own.yaml', catalog)
    expect(records.map(({ model }) => model)).toEqual(['qwen2.5-32b', 'qwen3.6-35b-a3b', 'gpt-oss-120b'])
    expect(records[2]).toMatchObject({ outcome: 'rejected', measured: { weights_gib: 65.9651 } })
    // What was missing is no room: the key is left out.
    expect(records[2]?.measured).not.toHaveProperty('kv_cache_gib')
  })

  test('as JSON it is such a file too', () => {
    expect(readRecords(recordJson(qwen35.record), 'own.json', catalog)).toHaveLength(1)
  })

  test('MiB of llama.cpp end after four digits, its single sequence is left out', () => {
    const { record } = check('llama-cpp/4463-pythia-2.8b-v100-twice', { model: 'gpt-neox-20b' })
    expect(record).toMatchObject({
      gpu: 'v100-pcie-16gb',
      engine: { name: 'llama.cpp', version: '4463' },
      configuration: { quantization: 'gguf-q8_0', context: 2048, max_batched_tokens: 512 },
      measured: { weights_gib: 2.6217, kv_cache_gib: 0.625, kv_tokens: 2048, activations_gib: 0.1582 },
    })
    expect('configuration' in record && record.configuration).not.toHaveProperty('max_sequences')
  })
})
