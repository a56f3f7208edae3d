import { expect, test } from 'vitest'
import {
  catalogToData,
  estimate,
  fit,
  formatDiagnostic,
  InputError,
  loadCatalogs,
  type PlanSettings,
  plan,
  type Scenario,
} from '../../src/index.ts'
import { scenario } from '../cli/binary.ts'

const catalogs = await loadCatalogs()
const settings = { catalogs, asOf: '2026-11-21' }

/** The diagnostics of the InputError that is thrown, as lines. */
async function problems(make: () => unknown): Promise<string[]> {
  try {
    await make()
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    return error.diagnostics.map(formatDiagnostic)
  }
  throw new Error('nothing was thrown')
}

const serve = {
  kind: 'serve',
  model: 'llama-3.1-8b',
  context: 4096,
  traffic: { requests_per_second: 1, input_tokens: 512, output_tokens: 128 },
  search: { gpus: ['l4', 'h100-sxm-80gb'], quantization: ['bf16', 'fp8'], kv_cache: ['bf16'] },
} satisfies Scenario

test('a text is judged by its places, an object by its paths', async () => {
  const text = scenario().replace('llama-3.1-8b', 'llama-3.1-9b')
  expect(await problems(() => plan(text, { ...settings, file: 'mine.yaml' }))).toEqual([
    'mine.yaml:2:8: unknown model "llama-3.1-9b" (did you mean "llama-3.1-8b"?)',
  ])
  expect(await problems(() => plan({ ...serve, model: 'llama-3.1-9b' }, settings))).toEqual([
    'model: unknown model "llama-3.1-9b" (did you mean "llama-3.1-8b"?)',
  ])
})

test('changes of an object are judged by their paths, and change nothing in it', async () => {
  const before = structuredClone(serve)
  const set = ['traffic.requests_per_second=abc']
  expect(await problems(() => plan(serve, { ...settings, set }))).toEqual([
    expect.stringMatching(/^--set traffic.requests_per_second: .*expected a number/),
  ])
  await plan(serve, { ...settings, set: ['traffic.requests_per_second=2'] })
  expect(serve).toEqual(before)
})

test.each<[string, Partial<Record<keyof PlanSettings | 'tops', unknown>>, RegExp]>([
  ['no catalogs', { catalogs: undefined }, /^catalogs: /],
  ['a promise of catalogs', { catalogs: loadCatalogs() }, /^catalogs: .*await loadCatalogs\(\)/],
  ['a misspelt setting', { tops: 3 }, /^tops: unknown key "tops" \(did you mean "top"\?\)/],
  ['a day that does not exist', { asOf: '2026-02-30' }, /^asOf: .*YYYY-MM-DD/],
  ['too many alternatives', { top: 1e6 }, /^top must be at most 1000|^top: top must be at most 1000/],
  ['a gap of everything', { gap: 1 }, /gap must be below 1/],
  ['no time', { timeLimitSeconds: 0 }, /timeLimitSeconds must be above 0/],
  ['an objective that is none', { objective: 'costs' }, /objective: .*"costs".*did you mean "cost"/],
  ['a callback that is none', { read: 'file' }, /^read: /],
  ['changes that are no texts', { set: [1] }, /^set\.0: /],
])('settings: %s', async (_, wrong, message) => {
  const lines = await problems(() => plan(serve, { ...settings, ...wrong } as PlanSettings))
  expect(lines).toEqual([expect.stringMatching(message)])
})

test.each<[string, unknown, RegExp]>([
  ['nothing', null, /a text or an object/],
  ['a list', [], /a text or an object/],
  ['no number', { ...serve, context: Number.NaN }, /^context: context has no value/],
  ['a number without end', { ...serve, context: Number.POSITIVE_INFINITY }, /^context: context has no value/],
  ['what JSON has not', { ...serve, context: 10n }, /cannot be written as JSON/],
  ['an unknown key', { ...serve, contex: 1 }, /^contex: unknown key "contex" \(did you mean "context"\?\)/],
  ['a key of the prototype', JSON.parse('{"kind":"serve","__proto__":{"model":"x"}}'), /__proto__.*not allowed/],
])('a scenario: %s', async (_, wrong, message) => {
  expect(await problems(() => plan(wrong as Scenario, settings))).toEqual([expect.stringMatching(message)])
})

test('an object that holds itself is refused', async () => {
  const loop: Record<string, unknown> = { ...serve }
  loop.search = loop
  expect(await problems(() => plan(loop as Scenario, settings))).toEqual([expect.stringMatching(/JSON/)])
})

test('configurations are judged in their own words: keys, no flags', async () => {
  const configuration = { model: 'llama-3.1-8b', gpu: 'h100-sxm-80g', zero_stage: 3, method: 'qlora' } as const
  expect(await problems(() => estimate(configuration, settings))).toEqual([
    'gpu "h100-sxm-80g": no such GPU (did you mean "h100-sxm-80gb"?)',
  ])
  const mixed = { model: 'llama-3.1-8b', gpu: 'h100-sxm-80gb', method: 'lora', kv_cache: 'fp8' }
  expect(await problems(() => fit(mixed as never, settings))).toEqual([
    expect.stringMatching(/^kv_cache: unknown key "kv_cache"/),
  ])
  const long = { model: 'llama-3-8b', gpu: 'h100-sxm-80gb', method: 'lora', sequence_length: 1e6 } as const
  expect(await problems(() => estimate(long, settings))).toEqual([
    'sequence_length 1000000: llama-3-8b takes at most 8192 tokens',
  ])
})

test('a fleet without a way to read its scenarios says so, at the reference', async () => {
  const fleet = { kind: 'fleet', inventory: [{ offer: 'runpod/h100-pcie-80gb' }], workloads: ['a.yaml'] } as const
  const given = { ...fleet, workloads: ['a.yaml', 'b.yaml'], inventory: [...fleet.inventory] }
  expect(await problems(() => plan(given, settings))).toEqual([
    expect.stringMatching(/^workloads.0: the workload "a.yaml": nothing was given to read it/),
    expect.stringMatching(/^workloads.1: the workload "b.yaml": nothing was given to read it/),
  ])
  const read = (reference: string): string => {
    if (reference === 'b.yaml') throw new Error('404')
    return scenario().replace('llama-3.1-8b', 'llama-3.1-9b')
  }
  expect(await problems(() => plan(given, { ...settings, read }))).toEqual([
    'a.yaml:2:8: unknown model "llama-3.1-9b" (did you mean "llama-3.1-8b"?)',
    'workloads.1: the workload "b.yaml": cannot be read: 404',
  ])
})

test('each reference is read once, all of a fleet before any of it is planned', async () => {
  const asked: string[] = []
  const read = async (reference: string, from: string): Promise<string> => {
    asked.push(`${from} -> ${reference}`)
    return scenario(`name: ${reference}\n`).replace('[l4, l40s, h100-sxm-80gb]', '[h100-pcie-80gb]')
  }
  const fleet = {
    kind: 'fleet',
    inventory: [{ offer: 'runpod/h100-pcie-80gb', max_instances: 2 }],
    workloads: ['a.yaml', 'b.yaml', { scenario: 'a.yaml', name: 'again' }],
  } satisfies Scenario
  const result = await plan(fleet, { ...settings, read, solver: 'javascript-lp-solver', file: 'f' })
  expect(asked).toEqual(['f -> a.yaml', 'f -> b.yaml'])
  expect(result.placements.map(({ workload }) => workload).sort()).toEqual(['a.yaml', 'again', 'b.yaml'])
})

test('references that lead round in a circle are refused', async () => {
  const fleet = 'kind: fleet\ninventory: [{ offer: runpod/h100-pcie-80gb }]\nworkloads: [other.yaml]\n'
  const lines = await problems(() => plan(fleet, { ...settings, file: 'other.yaml', read: () => fleet }))
  expect(lines).toEqual([expect.stringContaining('the workloads go round in a circle: other.yaml -> other.yaml')])
})

test('catalogs are the same from their own data, and another with an overlay', async () => {
  const data = JSON.parse(JSON.stringify(catalogToData(catalogs))) as ReturnType<typeof catalogToData>
  const again = await loadCatalogs({ data })
  expect(again.hash).toBe(catalogs.hash)
  expect(await plan(serve, { ...settings, catalogs: again })).toStrictEqual(await plan(serve, settings))

  const mine = `provider: mine
name: Mine
as_of: 2026-11-01
offers:
  - instance: box
    gpu: h100-sxm-80gb
    gpu_count: 1
    region: here
    usd_per_hour: { on-demand: 0.01 }
    confidence: high
    source: an invoice
`
  const overlaid = await loadCatalogs({ overlays: [{ 'offers/mine.yaml': mine }] })
  expect(overlaid.hash).not.toBe(catalogs.hash)
  expect((await plan(serve, { ...settings, catalogs: overlaid })).best?.placement.provider).toBe('mine')
})

test('overlays and data that are none are refused with their place', async () => {
  const overlays = [{ 'offers/mine.yaml': 'provider: mine\noffers: 3\n' }]
  expect((await problems(() => loadCatalogs({ overlays }))).join('\n')).toMatch(/^offers\/mine\.yaml:2:9: /m)
  expect(await problems(() => loadCatalogs({ overlays: [{}] }))).toEqual(['the overlay holds no files'])
  const data = { ...catalogToData(catalogs), gpus: undefined }
  expect(await problems(() => loadCatalogs({ data: data as never }))).toEqual([expect.stringMatching(/it lacks gpus/)])
})

/** The config.json of Llama 3.1 8B, of its fields those that say what it is made of. */
const llama = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  hidden_size: 4096,
  intermediate_size: 14336,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  vocab_size: 128256,
  max_position_embeddings: 131072,
  tie_word_embeddings: false,
  torch_dtype: 'bfloat16',
}

test('a model by its config.json is planned as the same model of the catalog', async () => {
  const own = await loadCatalogs({ models: { mine: llama } })
  expect(own.hash).not.toBe(catalogs.hash)
  const configuration = { gpu: 'h100-sxm-80gb', context: 8192, concurrency: 16 } as const
  const mine = estimate({ ...configuration, model: 'mine' }, { ...settings, catalogs: own })
  const shipped = estimate({ ...configuration, model: 'llama-3.1-8b' }, settings)
  expect(mine.memory).toEqual(shipped.memory)
  expect(mine.performance).toEqual(shipped.performance)
  const planned = await plan({ ...serve, model: 'mine' }, { ...settings, catalogs: own })
  expect(planned.best?.cost).toEqual((await plan(serve, settings)).best?.cost)
})

test('what a config.json lacks is named with the model and the field', async () => {
  const { vocab_size: _, ...short } = llama
  const lines = await problems(() => loadCatalogs({ models: { short, odd: { model_type: 'foo' } } }))
  expect(lines.join('\n')).toMatch(/^models\.short.*vocab_size/m)
  expect(lines.join('\n')).toMatch(/^models\.odd.*foo/m)
})
