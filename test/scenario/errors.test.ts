import { readdirSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { InputError } from '../../src/scenario/diagnostic.ts'
import { parseScenario } from '../../src/scenario/schema.ts'

let catalog: Catalog
beforeAll(async () => {
  catalog = await loadCatalog()
})

/** Seven lines; what a case adds starts in line 7. */
const base = `kind: serve
model: llama-3-70b
traffic:
  tokens_per_day: 1M
  input_tokens: 1024
  output_tokens: 256
`
const withModel = (model: string): string => base.replace('llama-3-70b', model)
const withRate = (rate: string): string => base.replace('1M', rate)

function messages(text: string, set: readonly string[] = []): string[] {
  try {
    parseScenario(text, 's.yaml', catalog, set)
  } catch (error) {
    if (error instanceof InputError) return error.message.split('\n')
    throw error
  }
  return []
}

/** Nine levels of nine aliases: 387 million values from 300 bytes. */
const aliasBomb = [...'abcdefghi']
  .map(
    (name, level, all) =>
      `${name}: &${name} [${Array(9)
        .fill(level === 0 ? 'x' : `*${all[level - 1]}`)
        .join(', ')}]`,
  )
  .join('\n')

describe('bad scenarios say what is wrong, where, and what to write instead', () => {
  it.each<[string, string, string[]]>([
    ['unknown key', `${base}lateny: { ttft_ms: 1 }`, ['s.yaml:7:1: unknown key "lateny" (did you mean "latency"?)']],
    [
      'unknown nested key',
      `${base}latency: { tfft_ms: 1 }`,
      ['s.yaml:7:12: unknown key "tfft_ms" (did you mean "ttft_ms"?)'],
    ],
    [
      'unknown key far from any',
      `${base}quality: { zzz: 1 }`,
      ['s.yaml:7:12: unknown key "zzz" (known here: max_loss_percent)'],
    ],
    [
      'misspelt model',
      withModel('llama-3-7ob'),
      ['s.yaml:2:8: unknown model "llama-3-7ob" (did you mean "llama-3-70b"?)'],
    ],
    [
      'model in capitals',
      withModel('Llama_3_70B'),
      ['s.yaml:2:8: unknown model "Llama_3_70B" (did you mean "llama-3-70b"?)'],
    ],
    [
      'misspelt GPUs',
      `${base}search:\n  gpus: [h100-sxm-80g, hoper]`,
      [
        's.yaml:8:10: unknown GPU, generation or vendor "h100-sxm-80g" (did you mean "h100-sxm-80gb"?)',
        's.yaml:8:24: unknown GPU, generation or vendor "hoper" (did you mean "hopper"?)',
      ],
    ],
    [
      'misspelt provider',
      `${base}search: { providers: [runpot] }`,
      ['s.yaml:7:23: unknown provider "runpot" (did you mean "runpod"?)'],
    ],
    [
      'misspelt weight format',
      `${base}search: { quantization: [bf61] }`,
      ['s.yaml:7:26: unknown quantization "bf61" (did you mean "bf16"?)'],
    ],
    [
      'misspelt KV format',
      `${base}search: { kv_cache: [fp88] }`,
      ['s.yaml:7:22: unknown KV-cache format "fp88" (did you mean "fp8"?)'],
    ],
    ['misspelt engine', `${base}engine: vlm`, ['s.yaml:7:9: unknown engine "vlm" (did you mean "vllm"?)']],
    [
      'misspelt choice',
      `${base}objective: cots`,
      [
        's.yaml:7:12: objective: "cots" is not one of cost, cost_per_token, time, latency, gpus, energy (did you mean "cost"?)',
      ],
    ],
    [
      'misspelt set of offers',
      `${base}prices: { offers: [article] }`,
      ['s.yaml:7:20: unknown set of offers "article" (did you mean "article-2026-03"?)'],
    ],
    [
      'price for nothing on offer',
      `${base}prices: { overrides: { runpod/h100-pcie-80g: 1 } }`,
      ['s.yaml:7:24: unknown offer "runpod/h100-pcie-80g" (did you mean "runpod/h100-pcie-80gb"?)'],
    ],
    [
      'free GPU',
      `${base}prices: { overrides: { runpod/h100-pcie-80gb: 0 } }`,
      ['s.yaml:7:47: runpod/h100-pcie-80gb must be above 0, got 0'],
    ],
    [
      'everything for nothing',
      `${base}prices: { discount_percent: 100 }`,
      ['s.yaml:7:29: discount_percent must be below 100 percent, got 100'],
    ],
    [
      'unknown suffix',
      withRate('1Q'),
      ['s.yaml:4:19: tokens_per_day: expected a number with at most a suffix k, M, B or T, got "1Q"'],
    ],
    ['negative', withRate('-1'), ['s.yaml:4:19: tokens_per_day must be above 0, got -1']],
    ['negative with a suffix', withRate('-1k'), ['s.yaml:4:19: tokens_per_day must be above 0, got "-1k"']],
    ['not a number', withRate('.nan'), ['s.yaml:4:19: tokens_per_day: expected a number, got NaN']],
    ['infinite', withRate('.inf'), ['s.yaml:4:19: tokens_per_day: expected a number, got Infinity']],
    [
      'absurd',
      withRate('1e19'),
      ['s.yaml:4:19: tokens_per_day must be at most 1,000,000,000,000,000,000, got 10000000000000000000'],
    ],
    ['absurd context', `${base}context: 101M`, ['s.yaml:7:10: context must be at most 100,000,000, got "101M"']],
    ['no value', withRate(''), ['s.yaml:4:3: tokens_per_day has no value']],
    [
      'wrong unit',
      `${base}latency: { ttft_ms: 2s }`,
      [
        's.yaml:7:21: ttft_ms: expected a number of milliseconds without a unit: the key already says milliseconds, got "2s"',
      ],
    ],
    [
      'percent as a whole number',
      `${base}headroom: 5`,
      ['s.yaml:7:11: headroom: a share is at most 1; write 5% or 0.05 if 5 percent is meant'],
    ],
    ['too much headroom', `${base}headroom: 100%`, ['s.yaml:7:11: headroom must be below 100%, got "100%"']],
    [
      'fraction of a GPU',
      `${base}search: { max_gpus: 1.5 }`,
      ['s.yaml:7:21: max_gpus must be a whole number, got 1.5'],
    ],
    [
      'two rates',
      `${base}  concurrency: 3`,
      [
        's.yaml:7:3: traffic needs exactly one of requests_per_second, tokens_per_day, concurrency; given: tokens_per_day and concurrency',
      ],
    ],
    [
      'no rate',
      base.replace('  tokens_per_day: 1M\n', ''),
      ['s.yaml:3:1: traffic needs exactly one of requests_per_second, tokens_per_day, concurrency; none is given'],
    ],
    [
      'context too short',
      `${base}context: 1k`,
      [
        's.yaml:7:10: context of 1,000 tokens is shorter than the mean request of 1,280 tokens (input_tokens + output_tokens) (write at least 1280)',
      ],
    ],
    [
      'empty list',
      `${base}search: { gpus: [] }`,
      [
        's.yaml:7:17: gpus: the list is empty, so nothing is left to choose from; leave the key out to allow everything',
      ],
    ],
    [
      'list written as one value',
      `${base}search: { gpus: hopper }`,
      ['s.yaml:7:17: gpus: expected a list, got "hopper" (write [hopper])'],
    ],
    ['hole in a list', `${base}search: { gpus: [~] }`, ['s.yaml:7:18: gpus, item 1: expected a text, got nothing']],
    [
      'all GPUs excluded',
      `${base}search: { gpus: [hopper], exclude_gpus: [nvidia] }`,
      ['s.yaml:7:27: exclude_gpus removes every GPU that the search allows'],
    ],
    [
      'missing keys',
      'kind: serve\ntraffic: {}',
      [
        's.yaml:1:1: the key "model" is missing',
        's.yaml:2:1: the key "input_tokens" is missing',
        's.yaml:2:1: the key "output_tokens" is missing',
      ],
    ],
    ['missing kind', 'model: x', ['s.yaml:1:1: the key "kind" is missing (e.g. kind: serve)']],
    [
      'misspelt kind',
      'kind: serv',
      ['s.yaml:1:7: kind: "serv" is not one of serve, train, fleet, forecast (did you mean "serve"?)'],
    ],
    [
      'version as a number',
      `${base}engine_version: 0.20`,
      ['s.yaml:7:17: engine_version: expected a version in quotes, such as "0.19", got 0.2'],
    ],
    [
      'version of no engine',
      `${base}engine: any\nengine_version: "0.20"`,
      ['s.yaml:8:17: engine_version needs one engine, not "any"'],
    ],
    [
      'model from a file',
      withModel('{ gguf: ./m.gguf }'),
      [
        's.yaml:2:16: the model "./m.gguf" was not read before planning (in a program, loadCatalogs({ models }) takes a parsed config.json under an id of your choice)',
      ],
    ],
    [
      'inline model: unknown key',
      withModel('{ parameters: 70e9, layer: 80 }'),
      ['s.yaml:2:28: unknown key "layer" (did you mean "layers"?)'],
    ],
    [
      'inline model: heads',
      withModel('{ parameters: 70e9, layers: 80, heads: 64, kv_heads: 7 }'),
      ['s.yaml:2:61: 7 kv_heads do not divide 64 heads'],
    ],
    [
      'inline model: active',
      withModel('{ parameters: 7B, active_parameters: 8B }'),
      ['s.yaml:2:45: active_parameters of 8,000,000,000 are more than all 7,000,000,000 parameters'],
    ],
    ['model as a list', withModel('[a]'), ['s.yaml:2:8: model: expected a text or a map of keys, got a list']],
  ])('%s', (_, text, expected) => expect(messages(text)).toEqual(expected))

  it('an unknown release names the known ones', () => {
    expect(messages(`${base}engine_version: "0.1"`)).toEqual([
      expect.stringMatching(/^s\.yaml:7:17: vLLM "0\.1" is outside the known releases; known: 0\.6 /),
    ])
  })
})

describe('texts that are no scenario', () => {
  it.each<[string, string, string]>([
    ['empty', '', 's.yaml: the file is empty'],
    ['only comments', '# nothing\n', 's.yaml: the file is empty'],
    ['only a byte order mark', '\uFEFF', 's.yaml: the file is empty'],
    ['plain text', 'hello', 's.yaml:1:1: a scenario is a map of keys, got "hello" (e.g. kind: serve)'],
    ['list', '- a', 's.yaml:1:1: a scenario is a map of keys, got a list (e.g. kind: serve)'],
    ['tab', 'kind: serve\n\tmodel: x', 's.yaml:2:1: not valid YAML: a tab cannot indent; use spaces'],
    ['duplicate key', 'kind: serve\nmodel: a\nmodel: b', 's.yaml:3:1: not valid YAML: the key "model" occurs twice'],
    ['duplicate quoted key', 'kind: serve\n"kind": train', 's.yaml:2:1: not valid YAML: the key "kind" occurs twice'],
    ['open bracket', 'kind: [serve', 's.yaml:1:13: not valid YAML: the list is not closed: "]" is missing'],
    ['unknown tag', 'kind: !foo serve', 's.yaml:1:7: not valid YAML: Unresolved tag: !foo'],
    [
      'several documents',
      `${base}---\n${base}`,
      's.yaml:7:1: the file holds several documents; put each in its own file',
    ],
    ['alias bomb', aliasBomb, 's.yaml:6:8: aliases make the file too large: more than 100,000 values'],
    ['cyclic alias', 'kind: &a [serve, *a]', 's.yaml:1:18: the alias *a refers to a value that contains it'],
    ['alias of nothing', 'kind: *a', 's.yaml:1:7: the alias *a has no anchor before it'],
    ['__proto__', 'kind: serve\n__proto__: { admin: 1 }', 's.yaml:2:1: the key "__proto__" is not allowed'],
    ['constructor below', 'a: { constructor: 1 }', 's.yaml:1:6: the key "constructor" is not allowed'],
    ['list as a key', '? [1]\n: 2', 's.yaml:1:3: a key must be a plain name'],
    ['zero byte', 'kind: \0', 's.yaml: the file is not text: it contains a zero byte (save it as UTF-8)'],
    ['enormous', 'x'.repeat(2 ** 20 + 1), 's.yaml: the file is too large: 1,048,577 characters, at most 1,048,576'],
    ['deep lists', '['.repeat(100_000), 's.yaml:1:44: nested too deep: more than 40 maps and lists inside each other'],
    [
      'deep block lists',
      '- '.repeat(100_000),
      's.yaml:1:86: nested too deep: more than 40 maps and lists inside each other',
    ],
    [
      'deep maps',
      '{a: '.repeat(100_000),
      's.yaml:1:170: nested too deep: more than 40 maps and lists inside each other',
    ],
    ['deep keys', '? '.repeat(100_000), 's.yaml:1:86: nested too deep: more than 40 maps and lists inside each other'],
  ])('%s', (_, text, expected) => expect(messages(text)).toEqual([expected]))

  it('nothing leaks into the prototype', () => {
    messages('__proto__: { polluted: 1 }')
    messages(base, ['__proto__.polluted=1'])
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  it('carriage returns do not shift lines or columns', () => {
    expect(messages(`${base}lateny: 1`.replaceAll('\n', '\r\n'))).toEqual([
      's.yaml:7:1: unknown key "lateny" (did you mean "latency"?)',
    ])
    expect(messages(`\uFEFF${base}lateny: 1`)).toEqual(['s.yaml:7:1: unknown key "lateny" (did you mean "latency"?)'])
  })
})

describe('--set', () => {
  it.each<[string, string, string]>([
    ['unknown key', 'traffic.tokens=1', '--set traffic.tokens: unknown key "tokens" (did you mean "input_tokens"?)'],
    [
      'bad value',
      'traffic.input_tokens=abc',
      '--set traffic.input_tokens: input_tokens: expected a number with at most a suffix k, M, B or T, got "abc"',
    ],
    ['unknown id', 'model=llama-3-7ob', '--set model: unknown model "llama-3-7ob" (did you mean "llama-3-70b"?)'],
    ['no map', 'model.x=1', '--set model.x: model is "llama-3-70b", not a map of keys'],
    ['no value', 'model', '--set model: expected PATH=VALUE (e.g. --set traffic.requests_per_second=10)'],
    ['no path', 'a..b=1', '--set a..b: not a path of keys (e.g. --set traffic.requests_per_second=10)'],
    ['bad YAML', 'search.gpus=[a', '--set search.gpus: not valid YAML: the list is not closed: "]" is missing'],
    ['prototype', 'constructor.x=1', '--set constructor.x: the key "constructor" is not allowed'],
    ['beyond a list', 'search.gpus.3=h100', '--set search.gpus.3: search.gpus is a list of 1; 3 is no place in it'],
  ])('%s', (_, assignment, expected) => {
    expect(messages(`${base}search: { gpus: [hopper] }`, [assignment])).toEqual([expected])
  })
})

describe('shipped scenarios', () => {
  const folder = new URL('../../scenarios/', import.meta.url)
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'))
  it('every one reads without a message', async () => {
    const { readText } = await import('../../src/io/files.ts')
    const problems = files.flatMap((file) => messages(readText(new URL(file, folder).pathname)))
    expect(problems).toEqual([])
  })
})
