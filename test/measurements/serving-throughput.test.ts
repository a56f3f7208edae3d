import { beforeAll, describe, expect, it } from 'vitest'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { predictRecord } from '../../src/measurements/predict.ts'
import { measurementsSchema } from '../../src/measurements/record.ts'
import { validateRecords } from '../../src/measurements/validate.ts'
import { recordsOf, servingRecord } from './serving-records.ts'

let catalog: Catalog
beforeAll(async () => {
  catalog = await loadCatalog()
})

function predicted(changes: Record<string, unknown>) {
  const answer = predictRecord(servingRecord(changes), catalog)
  if ('skipped' in answer) return expect.fail(answer.skipped)
  return answer
}
function skipped(changes: Record<string, unknown>): string {
  const answer = predictRecord(servingRecord(changes), catalog)
  return 'skipped' in answer ? answer.skipped : expect.fail('it was predicted')
}

describe('what a record does not state', () => {
  it('takes the KV cache that a checkpoint carries, and says so', () => {
    const fp8 = predicted({ configuration: { quantization: 'fp8' } })
    expect(fp8.assumed).toContain('KV cache in fp8')
    const stated = predicted({ configuration: { quantization: 'fp8', kv_cache: 'bf16' } })
    expect(stated.figures.tpot_ms).toBeGreaterThan(fp8.figures.tpot_ms ?? Number.NaN)
    // The recipe of gpt-oss sets an FP8 cache in one engine only.
    const gptOss = { model: 'gpt-oss-20b', configuration: { quantization: 'mxfp4' } }
    expect(predicted(gptOss).assumed).toContain('KV cache in bf16')
    expect(
      predicted({ ...gptOss, gpu: 'b200-sxm', engine: { name: 'tensorrt-llm', version: '1.2' } }).assumed,
    ).toContain('KV cache in fp8')
  })

  it.each([
    [undefined, 'V1 engine'],
    ['nightly-dev', 'V1 engine'],
    ['0.1.dev19262+gb6bbf29dd', '0.22 and later'],
  ])('takes version %s for %s', (version, label) => {
    const engine = version === undefined ? { name: 'vllm' } : { name: 'vllm', version }
    expect(predicted({ engine }).assumed.join()).toContain(label)
  })

  it('reads the mean length from a note', () => {
    const nominal = predicted({ workload: { input_tokens: 9000, output_tokens: 900, concurrency: 16 } })
    const workload = { input_tokens: 10_000, output_tokens: 1000, concurrency: 16 }
    const noted = predicted({ workload, note: 'lengths uniform 0.8-1.0 of nominal' })
    expect(noted.figures.ttft_ms).toBeCloseTo(nominal.figures.ttft_ms ?? Number.NaN, 6)
  })

  it('counts a finer group of 4-bit weights from a note', () => {
    const memory = (note: string) =>
      predicted({
        kind: 'serving-memory',
        configuration: { quantization: 'awq-int4' },
        measured: {},
        ...(note === '' ? {} : { note }),
      }).figures.weights_gib ?? Number.NaN
    // 4 + 16/128 + 4/128 = 4.156 bits become 4 + 16/32 + 4/32 = 4.625 in the 6.98e9 parameters of the blocks.
    const added = (6.979e9 * (4.625 - 4.156_25)) / 8 / 2 ** 30
    expect(memory('group 32') - memory('')).toBeCloseTo(added, 2)
  })
})

describe('what cannot be expressed', () => {
  it.each([
    [{ engine: { name: 'tgi' } }, 'no engine "tgi" in the catalog'],
    [{ engine: { name: 'vllm', version: 'late 2023' } }, 'vLLM of 2023 is older than the releases in the catalog'],
    [{ engine: { name: 'vllm', version: '0.2' } }, 'vLLM "0.2" is outside the known releases'],
    [{ configuration: { quantization: 'w3' } }, 'no weight format "w3" in the catalog'],
    [{ workload: { concurrency: 'max' } }, 'the lengths of the requests are not stated'],
    [{ workload: {} }, 'the number of requests in flight is not stated'],
    [{ gpus: 3, configuration: { quantization: 'bf16', tensor_parallel: 2 } }, '3 GPUs cannot be tensor 2'],
  ])('%j: %s', (changes, reason) => {
    expect(skipped(changes)).toContain(reason)
  })

  it('says what of a run is not modelled', () => {
    const records = [servingRecord({ engine: { name: 'gpt-fast' }, measured: { kv_tokens: 5 } })]
    expect(validateRecords(records, catalog).records[0]?.skipped).toBe('kv_tokens of such a run is not modelled')
  })
})

describe('ways of loading a server', () => {
  it('has replicas share the requests', () => {
    const one = predicted({}).figures
    const two = predicted({
      gpus: 2,
      configuration: { quantization: 'bf16', data_parallel: 2 },
      workload: { input_tokens: 1024, output_tokens: 128, concurrency: 32 },
    }).figures
    expect(two.tpot_ms).toBeCloseTo(one.tpot_ms ?? Number.NaN, 9)
    expect(two.output_tokens_per_second).toBeCloseTo(2 * (one.output_tokens_per_second ?? Number.NaN), 6)
  })

  it('decodes alone what decodes only, and times a lone prompt', () => {
    const alone = predicted({
      workload: { input_tokens: 0, concurrency: 1 },
      measured: { output_tokens_per_second: 100 },
    }).figures
    expect(alone.output_tokens_per_second).toBeCloseTo(1000 / (alone.tpot_ms ?? Number.NaN), 9)
    const prompt = predicted({
      workload: { input_tokens: 1024, output_tokens: 1, concurrency: 1 },
      measured: { ttft_ms: 30 },
    }).figures
    // 2 x 7.5e9 parameters x 1024 tokens at 0.62 of 989 TFLOPS take 25 ms; reading and host time come on top.
    expect(prompt.ttft_ms).toBeGreaterThan(20)
    expect(prompt.ttft_ms).toBeLessThan(45)
  })

  it('queues what the KV cache does not hold', () => {
    // 8B in bf16 on a 24 GB card leaves about 5 GiB: some 40,000 tokens of 128 KiB.
    const workload = { input_tokens: 4096, output_tokens: 1024, concurrency: 64 }
    const small = predicted({ gpu: 'rtx-4090', workload })
    expect(small.assumed.join()).toContain('requests queue')
    const large = predicted({ workload })
    expect(large.assumed.join()).not.toContain('requests queue')
    expect(small.figures.ttft_ms).toBeGreaterThan(10 * (large.figures.ttft_ms ?? Number.NaN))
  })

  it("reads the maker's tables of mixtures of experts as copies of the attention", () => {
    const table = {
      model: 'qwen3-30b-a3b',
      gpu: 'b200-sxm',
      gpus: 4,
      engine: { name: 'tensorrt-llm', version: '1.0' },
      configuration: { quantization: 'nvfp4', tensor_parallel: 4 },
      workload: { input_tokens: 1024, output_tokens: 1024, concurrency: 'max' },
      measured: { output_tokens_per_second: 50_000 },
    }
    expect(predicted(table).assumed.join()).toContain('attention copied to each of 4 GPUs')
    const stated = { quantization: 'nvfp4', tensor_parallel: 1, data_parallel: 4, expert_parallel: 4 }
    expect(predicted({ ...table, configuration: stated }).figures).toEqual(predicted(table).figures)
    const dense = { ...table, model: 'llama-3.1-70b' }
    expect(predicted(dense).assumed.join()).not.toContain('attention copied')
  })
})

it('every published run names where it was published, and no id occurs twice', () => {
  const all = ['serving-throughput.yaml', 'serving-throughput-later.yaml'].flatMap(recordsOf)
  expect(all).toHaveLength(1120)
  for (const { id, source } of all) expect(source, id).toMatch(/\S{8}/)
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
})

it('takes what an engine loads where a record names no format, and runs without degrees, source or group', () => {
  const bare = {
    id: 'bare',
    kind: 'serving-memory',
    model: 'gpt-oss-20b',
    gpu: 'h100-sxm-80gb',
    engine: { name: 'vllm' },
  }
  const { records } = measurementsSchema.parse({ records: [bare, { ...bare, id: 'other', model: 'llama-3.1-8b' }] })
  const [native, plain] = validateRecords(records, catalog).records
  expect(native?.assumed).toContain('weights in mxfp4')
  expect(plain?.assumed).toContain('weights in bf16')
  expect([plain?.group, plain?.predicted.fits]).toEqual(['own runs', true])
})

it('takes the usual batch and length where a training record states none', () => {
  const bare = {
    id: 'bare',
    kind: 'training-memory',
    model: 'llama-3.1-8b',
    gpu: 'h100-sxm-80gb',
    trainer: { name: 'peft' },
  }
  const { records } = measurementsSchema.parse({ records: [{ ...bare, configuration: { method: 'lora' } }] })
  const [lora] = validateRecords(records, catalog).records
  expect(lora?.assumed).toContain('micro-batch: 1')
  expect(lora?.predicted.fits).toBe(true)
})
