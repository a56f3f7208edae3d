import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { estimate, fit, loadCatalogs, plan, type Scenario } from '../../src/index.ts'
import { ROOT, plan as run } from '../cli/binary.ts'

const asOf = '2026-11-21'
const catalogs = await loadCatalogs()
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8')

const shipped = readdirSync(join(ROOT, 'scenarios'))
  .map((name) => `scenarios/${name}`)
  .filter((file) => /^kind: (serve|train)$/m.test(read(file)))

/** What the command line prints as JSON, as text. */
function printed(...args: string[]): string {
  const { code, stdout, stderr } = run([...args, '--format', 'json', '--as-of', asOf, '--quiet'])
  if (code !== 0 && code !== 3) throw new Error(stderr)
  return stdout
}

test('every shipped scenario of serving and training has the same result from the library and the command line', async () => {
  expect(shipped.length).toBeGreaterThan(20)
  const { results } = JSON.parse(printed(...shipped)) as { results: unknown[] }
  for (const [index, file] of shipped.entries()) {
    const result = await plan(read(file), { catalogs, asOf, file })
    expect(result, file).toStrictEqual(results[index])
  }
})

test('written with two blanks of indentation it is the same text', async () => {
  const file = 'scenarios/serve-70b.yaml'
  const settings = { catalogs, asOf, file, explain: true, top: 2, set: ['context=16k'], objective: 'gpus' } as const
  const result = await plan(read(file), settings)
  const flags = ['--explain', '--top', '2', '--set', 'context=16k', '--objective', 'gpus']
  expect(`${JSON.stringify(result, null, 2)}\n`).toBe(printed(file, ...flags))
})

test('a fleet and a forecast too, with the scenarios they name read by a callback', async () => {
  for (const file of ['scenarios/fleet-mixed.yaml', 'scenarios/forecast-2027.yaml']) {
    const result = await plan(read(file), {
      catalogs,
      asOf,
      file,
      // As a browser would: in its own time.
      read: async (reference) => ({ text: read(`scenarios/${reference}`), file: `scenarios/${reference}` }),
    })
    expect(result, file).toStrictEqual(JSON.parse(printed(file)))
  }
})

test('an object is planned as the text that it was read from', async () => {
  for (const file of ['scenarios/serve-8b.yaml', 'scenarios/train-70b-qlora.yaml']) {
    const text = read(file)
    const fromText = await plan(text, { catalogs, asOf, file })
    expect(await plan(parse(text) as Scenario, { catalogs, asOf, file })).toStrictEqual(fromText)
  }
})

test('estimates are those of the command line', () => {
  const serving = estimate(
    {
      model: 'llama-3.1-70b',
      gpu: 'h100-sxm-80gb',
      tensor_parallel: 4,
      context: '8Ki',
      concurrency: 32,
      utilization: '92%',
    },
    { catalogs, asOf },
  )
  const flags = ['--gpu', 'h100-sxm-80gb', '--tensor-parallel', '4', '--context', '8192', '--concurrency', '32']
  expect(serving).toStrictEqual(JSON.parse(printed('estimate', 'llama-3.1-70b', ...flags, '--utilization', '0.92')))

  const training = estimate(
    { model: 'llama-3.1-8b', gpu: 'rtx-4090', method: 'qlora', sequence_length: 2048, micro_batch: 2, lora_rank: 64 },
    { catalogs, asOf, explain: true },
  )
  const lora = ['--gpu', 'rtx-4090', '--method', 'qlora', '--sequence-length', '2048', '--micro-batch', '2']
  expect(training).toStrictEqual(
    JSON.parse(printed('estimate', 'llama-3.1-8b', ...lora, '--lora-rank', '64', '--explain')),
  )
})

/** Every key of a configuration with a value that is not its default, and the flag's text where it is another. */
const everyKey = {
  serving: {
    gpus: 8,
    tensor_parallel: 2,
    pipeline_parallel: 2,
    expert_parallel: 2,
    headroom: 0.07,
    quantization: 'fp8',
    kv_cache: 'fp8',
    context: 4096,
    concurrency: 3,
    input_tokens: 300,
    output_tokens: 40,
    engine: 'vllm',
    engine_version: '0.19',
    utilization: 0.88,
    max_batched_tokens: 4096,
    max_sequences: 64,
    memory_model: 'architecture',
  },
  training: {
    gpus: 16,
    tensor_parallel: 2,
    pipeline_parallel: 2,
    expert_parallel: 1,
    headroom: 0.07,
    method: 'full',
    optimizer: 'adamw',
    zero_stage: 1,
    offload: 'none',
    micro_batch: 2,
    gradient_accumulation: 4,
    sequence_length: 1024,
    activation_checkpointing: 'selective',
    context_parallel: 2,
    trainer: 'megatron-lm',
  },
} as const

const flagsOf = (keys: object): string[] =>
  Object.entries(keys).flatMap(([key, value]) => [`--${key.replaceAll('_', '-')}`, String(value)])

test('every key of a serving configuration is the flag of its name', () => {
  const keys = { ...everyKey.serving, gpu: 'h100-sxm-80gb' }
  const printedEstimate = run(['estimate', 'mixtral-8x7b', ...flagsOf(keys), '--format', 'json', '--as-of', asOf])
  const value = estimate({ model: 'mixtral-8x7b', ...keys }, { catalogs, asOf })
  expect(value).toStrictEqual(JSON.parse(printedEstimate.stdout))
})

test('every key of a training configuration is the flag of its name', () => {
  const keys = { ...everyKey.training, gpu: 'h100-sxm-80gb' }
  const printedEstimate = run(['estimate', 'llama-3.1-8b', ...flagsOf(keys), '--format', 'json', '--as-of', asOf])
  expect(printedEstimate.stderr).toBe('')
  const value = estimate({ model: 'llama-3.1-8b', ...keys }, { catalogs, asOf })
  expect(value).toStrictEqual(JSON.parse(printedEstimate.stdout))
})

test('the most that fits is that of the command line', () => {
  const gpu = 'h100-sxm-80gb'
  const settings = { catalogs, asOf }
  expect(fit({ model: 'llama-3.1-8b', gpu }, settings)).toStrictEqual(
    JSON.parse(printed('fit', 'llama-3.1-8b', '--gpu', gpu)),
  )
  expect(fit({ model: 'llama-3-70b', gpu, method: 'qlora' }, settings)).toStrictEqual(
    JSON.parse(printed('fit', 'llama-3-70b', '--gpu', gpu, '--method', 'qlora')),
  )
})
