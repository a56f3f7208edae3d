import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { subjects } from '../../src/catalog/catalog.ts'
import { jsonDocuments } from '../../src/report/json-documents.ts'
import { resultVersion } from '../../src/result/version.ts'
import { call } from '../cli/in-process.ts'
import { draws } from './draws.ts'

/* Everything that is printed as JSON, held against the committed schema by a validator that is none of this program's. */

type Name = keyof typeof jsonDocuments

const path = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url))
const ajv = new Ajv({ strict: false, allErrors: true, logger: false })
ajv.addSchema(JSON.parse(readFileSync(path(`schema/results/v${resultVersion}.json`), 'utf8')), 'results')

/** Runs a command and checks what it prints: by the committed schema, and for keys that no schema knows. */
async function holds(name: Name, args: readonly string[], asOf: string | null = '2026-11-21'): Promise<string> {
  const { code, stdout, stderr } = await call([...args, '--format', 'json'], asOf)
  const line = `plan ${args.join(' ')}`
  expect(stdout, `${line}: exit ${code}, ${stderr}`).not.toBe('')
  const document: unknown = JSON.parse(stdout)
  const validate = ajv.getSchema(`results#/definitions/${name}`)
  expect(validate, name).toBeDefined()
  expect(validate?.(document) === true ? [] : validate?.errors?.slice(0, 3), line).toEqual([])
  expect(jsonDocuments[name].safeParse(document).error?.issues.slice(0, 3) ?? [], line).toEqual([])
  seen.add(name)
  return stdout
}

const seen = new Set<Name>()
let folder = ''
const at = (name: string): string => join(folder, name)
const write = (name: string, text: string): string => {
  writeFileSync(at(name), text)
  return at(name)
}

const SERVE = `kind: serve
model: llama-3.1-8b
context: 4096
traffic: { requests_per_second: 2, input_tokens: 512, output_tokens: 128 }
search: { gpus: [l4, l40s], quantization: [fp8, bf16], kv_cache: [bf16] }
`
const TRAIN = `kind: train
model: llama-3.1-8b
data: { tokens: 10M }
sequence_length: 2048
global_batch: 16
search: { method: [qlora], gpus: [l40s, rtx-4090], max_gpus: 2, micro_batch: [1, 2] }
`
const FORECAST = `kind: forecast
start: 2027-01
months: 3
workloads:
  - { scenario: serve.yaml, growth_percent_per_month: 30 }
  - { scenario: train.yaml, runs_per_month: 2 }
commitments: [on-demand, reserved-1y]
monthly_cap: 5000
uncertainty: { growth_percent: 4, price_percent: 10, samples: 50, seed: 1 }
`
const OFFERS =
  'InstanceType,vCPUs,MemoryGiB,AcceleratorName,AcceleratorCount,GpuInfo,Price,SpotPrice,Region,AvailabilityZone\n'
const RECORDS = [512, 1024, 2048].map(
  (input, index) =>
    `- { id: run-${index}, source: own, group: own, kind: serving-throughput, model: llama-3.1-8b, gpu: l40s, engine: { name: vllm, version: "0.24" }, configuration: { quantization: fp8 }, workload: { input_tokens: ${input}, output_tokens: 128, concurrency: 4 }, measured: { tpot_ms: ${20 + index}, ttft_ms: ${100 * (index + 1)} } }`,
)

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plan-outputs-'))
  write('serve.yaml', SERVE)
  write('train.yaml', TRAIN)
  write('forecast.yaml', FORECAST)
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('results', () => {
  /** Those that take a blink; all of them when there is time. */
  const QUICK = /^(article-(70b-int8|cost|finetune|monthly)|serve-(70b|long)|train-(70b-lora|7b)|fleet-onprem)/
  const names = readdirSync(path('scenarios')).filter((name) => name.endsWith('.yaml'))
  const chosen = names.filter((name) => draws(0, 1) === 1 || QUICK.test(name))
  test.each(chosen)('%s', async (name) => {
    const kind = /^kind: (\w+)/m.exec(readFileSync(path(`scenarios/${name}`), 'utf8'))?.[1] as Name
    await holds(kind, [path(`scenarios/${name}`), '--quiet', ...(name.includes('lora') ? ['--explain'] : [])])
  })

  test('with derivations, without a plan, of a forecast, and several at once', async () => {
    await holds('serve', [at('serve.yaml'), '--explain'])
    await holds('serve', [at('serve.yaml'), '--set', 'latency.tpot_ms=0.1'])
    await holds('train', [at('train.yaml'), '--set', 'deadline=1s'])
    await holds('forecast', [at('forecast.yaml')])
    await holds('forecast', [at('forecast.yaml'), '--set', 'monthly_cap=1'])
    await holds('several', [at('serve.yaml'), at('train.yaml'), at('forecast.yaml')])
    await holds('several', [at('serve.yaml'), at('serve.yaml'), '--set', 'latency.tpot_ms=0.1'])
  })

  test('compared: scenarios, the values of a key, options that cannot be used', async () => {
    await holds('compare', ['compare', at('serve.yaml'), at('train.yaml'), write('bad.yaml', 'kind: serve\n')])
    await holds('compare', ['compare', at('serve.yaml'), '--by', 'quantization'])
    await holds('compare', [
      'compare',
      at('train.yaml'),
      '--by',
      'method',
      '--set',
      'deadline=1s',
      '--set',
      'search.method=',
    ])
  })
})

describe('single configurations', () => {
  test.each<[Name, string[]]>([
    ['serving_estimate', ['estimate', 'llama-3.1-8b', '--gpu', 'l40s', '--explain']],
    ['serving_estimate', ['estimate', 'llama-3-70b', '--gpu', 'l4', '--memory-model', 'rule-of-thumb']],
    ['training_estimate', ['estimate', 'llama-3.1-8b', '--gpu', 'l40s', '--method', 'qlora']],
    ['training_estimate', ['estimate', 'llama-3-70b', '--gpu', 'l4', '--method', 'full', '--explain']],
    ['serving_fit', ['fit', 'llama-3.1-8b', '--gpu', 'l40s']],
    ['serving_fit', ['fit', 'llama-3-70b', '--gpu', 'l4']],
    ['training_fit', ['fit', 'llama-3.1-8b', '--gpu', 'l40s', '--method', 'lora']],
  ])('%s: plan %j', async (name, args) => {
    await holds(name, args)
  })
})

describe('what is held against something else', () => {
  test('differences of saved results', async () => {
    const serve = write('serve.json', await holds('serve', [at('serve.yaml')]))
    const train = write('train.json', await holds('train', [at('train.yaml')]))
    const set = ['--set', 'traffic.requests_per_second=9']
    await holds('diff', ['diff', serve, at('serve.yaml'), ...set, '--fail-on', 'cost>+1%', '--fail-on', 'ttft<0'])
    await holds('diff', ['diff', serve, serve])
    await holds('diff', ['diff', train, at('train.yaml'), '--set', 'deadline=1s'])
    const fleet = path('scenarios/fleet-onprem.yaml')
    await holds('diff', ['diff', fleet, fleet, '--set', 'co_locate?=false'])
  })

  test('ranges of a key', async () => {
    await holds('whatif', [
      'whatif',
      at('serve.yaml'),
      '--vary',
      'traffic=-90%..+400%',
      '--vary',
      'context=1..9k',
      '--points',
      '4',
    ])
    await holds('whatif', [
      'whatif',
      at('train.yaml'),
      '--vary',
      'deadline=1h..9h',
      '--points',
      '3',
      '--max-plans',
      '4',
    ])
  })

  test('locks, and locked plans priced again', async () => {
    const lock = write('plan.lock.json', await holds('lock', ['lock', at('serve.yaml'), at('train.yaml')]))
    await holds('lock_check', ['lock', '--check', lock])
    await holds('lock_check', ['lock', '--check', lock, '--fail-on', 'cost>+1%'], '2028-12-01')
  })

  test('measured runs, and constants fitted to them', async () => {
    await holds('validate', ['validate', path('test/measurements/training-memory.yaml')], null)
    await holds('validate', ['validate', path('test/measurements/serving-throughput-later.yaml')], null)
    await holds('calibrate', ['calibrate', write('runs.yaml', `records:\n${RECORDS.join('\n')}\n`)])
  })

  test('start-up logs', async () => {
    const log = path('test/logs/vllm/0.7.1-qwen2.5-32b-l40s-tp2.log')
    await holds('check_log', ['check-log', log, '--gpu', 'l40s'], null)
    await holds('check_log_record', ['check-log', log, '--gpu', 'l40s', '--record'], null)
    const refused = path('test/logs/vllm/0.10-gpt-oss-120b-h100-refused.log')
    await holds('check_log', ['check-log', refused, '--gpu', 'h100-sxm-80gb', '--model', 'gpt-oss-120b'], null)
  })
})

describe('catalogs and settings', () => {
  test('lists, entries, findings, imports', async () => {
    await holds('catalog_subjects', ['catalog', 'list'], null)
    for (const subject of subjects) await holds('catalog_list', ['catalog', 'list', subject], null)
    await holds('catalog_show', ['catalog', 'show', 'fp8'], null)
    await holds('catalog_check', ['catalog', 'check'])
    const rows = [
      'p5,192,2048,H100,8,,40.5,20.1,us-east-1,a',
      'p5,192,2048,H100,8,,0,,us-east-2,a',
      'x,1,1,Unheard,1,,1,,us-east-1,a',
    ]
    const list = write('vms.csv', `${OFFERS}${rows.join('\n')}\n`)
    await holds('catalog_import_offers', ['catalog', 'import', 'offers', list, '--provider', 'aws'])
  })

  test('settings', async () => {
    await holds('config', ['config'], null)
  })
})

test('no document is left out', () => {
  expect(Object.keys(jsonDocuments).filter((name) => !seen.has(name as Name))).toEqual([])
})
