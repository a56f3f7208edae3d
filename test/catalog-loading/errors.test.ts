import { beforeAll, describe, expect, it } from 'vitest'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { buildCatalog } from '../../src/catalog/compile.ts'
import { loadCatalog, readCatalogFiles } from '../../src/io/load-catalog.ts'
import { InputError } from '../../src/scenario/diagnostic.ts'

let shipped: Catalog
let gpuFile: string
beforeAll(async () => {
  shipped = await loadCatalog()
  const fixture = readCatalogFiles(new URL('../fixtures/overlay', import.meta.url).pathname)
  const file = fixture.find(({ relativePath }) => relativePath === 'gpus/own.yaml')
  gpuFile = file !== undefined && 'text' in file ? file.text : ''
})

function messages(files: Record<string, string>, base: Catalog | undefined = shipped): string[] {
  try {
    const list = Object.entries(files).map(([relativePath, text]) => ({
      path: `my/${relativePath}`,
      relativePath,
      text,
    }))
    buildCatalog(list, base)
  } catch (error) {
    if (error instanceof InputError) return error.message.split('\n')
    throw error
  }
  return []
}

const offer = (fields: string): string => `provider: mine\nas_of: 2026-11-20\noffers:\n  - { ${fields} }\n`
const good = 'instance: a, gpu: h100-sxm-80gb, gpu_count: 1, region: here, confidence: high, source: x'

/** Place of the first occurrence of a piece of text, found without the parser. */
function place(text: string, piece: string): string {
  const before = text.slice(0, text.indexOf(piece)).split('\n')
  return `${before.length}:${(before.at(-1) ?? '').length + 1}`
}

describe('bad catalog files', () => {
  it.each<[string, string, string, string]>([
    ['zero price', offer(`${good}, usd_per_hour: { on-demand: 0 }`), '0 } }', 'on-demand must be above 0, got 0'],
    ['negative price', offer(`${good}, usd_per_hour: { spot: -1 }`), '-1 } }', 'spot must be above 0, got -1'],
    ['infinite price', offer(`${good}, usd_per_hour: { spot: .inf }`), '.inf', 'spot: expected a number, got Infinity'],
    ['no price', offer(good), '{', 'the offer has no price: give usd_per_hour or owned'],
    [
      'unknown way to pay',
      offer(`${good}, usd_per_hour: { on_demand: 2 }`),
      'on_demand',
      'unknown key "on_demand" (did you mean "on-demand"?)',
    ],
    [
      'unknown GPU',
      offer(`${good.replace('80gb', '80g')}, usd_per_hour: { spot: 1 }`),
      'h100',
      'unknown GPU "h100-sxm-80g" (did you mean "h100-sxm-80gb"?)',
    ],
    [
      'unknown link',
      offer(`${good}, link: nvlnk4, usd_per_hour: { spot: 1 }`),
      'nvlnk4',
      'unknown link "nvlnk4" (did you mean "nvlink4"?)',
    ],
    [
      'no GPUs in the machine',
      offer(`${good.replace('count: 1', 'count: 0')}, usd_per_hour: { spot: 1 }`),
      '0, region',
      'gpu_count must be above 0, got 0',
    ],
    [
      'bad date',
      offer(`${good}, as_of: yesterday, usd_per_hour: { spot: 1 }`),
      'yesterday',
      'as_of: expected a date as YYYY-MM-DD or YYYY-MM, got "yesterday"',
    ],
    [
      'misspelt key',
      offer(`${good}, conf: 1, usd_per_hour: { spot: 1 }`),
      'conf:',
      'unknown key "conf" (did you mean "confidence"?)',
    ],
    ['list', '- a', '- a', 'the document: expected a map of keys, got a list'],
    ['prototype', '__proto__: 1', '__proto__', 'the key "__proto__" is not allowed'],
  ])('%s', (_, text, piece, expected) => {
    expect(messages({ 'offers/a.yaml': text })).toEqual([`my/offers/a.yaml:${place(text, piece)}: ${expected}`])
  })

  it('an offer twice in one file, and an empty file', () => {
    const twice = `${offer(`${good}, usd_per_hour: { spot: 1 }`)}  - { ${good}, usd_per_hour: { spot: 2 } }\n`
    expect(messages({ 'offers/a.yaml': twice })).toEqual([
      'my/offers/a.yaml:5:17: offer "mine/a/here" occurs twice; first at my/offers/a.yaml:4',
    ])
    expect(messages({ 'offers/a.yaml': '' })).toEqual(['my/offers/a.yaml: the file is empty'])
  })

  it.each<[string, (text: string) => string, string]>([
    [
      'missing bandwidth',
      (text) => text.replace(/ {4}memory_bandwidth.*\n/, ''),
      'my/gpus/a.yaml:4:5: the key "memory_bandwidth_gb_per_second" is missing',
    ],
    [
      'bandwidth of zero',
      (text) => text.replace('3350', '0'),
      'my/gpus/a.yaml:12:37: memory_bandwidth_gb_per_second must be above 0, got 0',
    ],
    [
      'empty bandwidth',
      (text) => text.replace(' 3350', ''),
      'my/gpus/a.yaml:12:5: memory_bandwidth_gb_per_second has no value',
    ],
    [
      'unknown generation',
      (text) => text.replace('hopper', 'hoper'),
      'my/gpus/a.yaml:9:17: unknown GPU generation "hoper" (did you mean "hopper"?)',
    ],
    [
      'id like a generation',
      (text) => text.replace('id: own-gpu', 'id: ada'),
      'my/gpus/a.yaml:4:9: the id "ada" is the name of a generation or vendor',
    ],
    [
      'bad id',
      (text) => text.replace('id: own-gpu', 'id: Own GPU'),
      'my/gpus/a.yaml:4:9: id: expected an id of lower-case letters, digits, ".", "_", "+" and "-", got "Own GPU"',
    ],
    [
      'misspelt vendor',
      (text) => text.replace('vendor: other', 'vendor: nvidea'),
      'my/gpus/a.yaml:6:13: vendor: "nvidea" is not one of nvidia, amd, intel, google, apple, other (did you mean "nvidia"?)',
    ],
  ])('GPU: %s', (_, change, expected) => expect(messages({ 'gpus/a.yaml': change(gpuFile) })).toEqual([expected]))

  it('a model needs an architecture or a size, and known kinds of layers', () => {
    const model = (fields: string): string =>
      `family: own\nas_of: 2026-11\nmodels:\n  - { id: own, name: Own, sources: [us], ${fields} }\n`
    expect(messages({ 'models/a.yaml': model('license: null') })).toEqual([
      'my/models/a.yaml:4:5: the model "own" has neither an architecture nor a number of parameters',
    ])
    const architecture = (attention: string): string =>
      `architecture: { hidden_size: 8, vocabulary_size: 8, tied_embeddings: true, max_positions: 8, layers: [{ layers: 0-1, attention: ${attention}, mlp: { kind: none } }] }`
    expect(messages({ 'models/a.yaml': model(architecture('{ kind: softmaxx }')) })).toEqual([
      expect.stringMatching(
        /^my\/models\/a\.yaml:4:\d+: kind: "softmaxx" is not one of softmax, mla, .* \(did you mean "softmax"\?\)$/,
      ),
    ])
    expect(
      messages({ 'models/a.yaml': model(architecture('{ kind: softmax, head: 8, kv_heads: 8, head_dim: 8 }')) }),
    ).toEqual([
      expect.stringMatching(/the key "heads" is missing$/),
      expect.stringMatching(/unknown key "head" \(did you mean "heads"\?\)$/),
    ])
  })

  it.each([
    ['5-1', 'layer range "5-1" runs backwards'],
    ['0-0,2-3', 'layer 1 is in no group'],
    ['0-3,2-4', 'layer 2 is in two groups'],
    ['999999999', 'layer range "999999999" is longer than 100000 layers'],
    [`0-9${'9'.repeat(400)}`, 'is longer than 100000 layers'],
  ])('layers %s', (range, problem) => {
    const architecture = `{ hidden_size: 8, vocabulary_size: 8, tied_embeddings: true, max_positions: 8, layers: [{ layers: "${range}", attention: { kind: softmax, heads: 8, kv_heads: 8, head_dim: 8 }, mlp: { kind: none } }] }`
    const text = `family: own\nas_of: 2026-11\nmodels:\n  - { id: own, name: Own, sources: [us], architecture: ${architecture} }\n`
    expect(messages({ 'models/a.yaml': text })).toEqual([expect.stringContaining(problem)])
  })

  it('the id "constructor", which every table seems to know', () => {
    expect(messages({ 'gpus/a.yaml': gpuFile.replace('id: own-gpu', 'id: constructor') })).toEqual([
      'my/gpus/a.yaml:4:9: id: the id "constructor" is not allowed',
    ])
  })

  it('an id twice in two files of one directory', () => {
    expect(messages({ 'gpus/a.yaml': gpuFile, 'gpus/b.yaml': gpuFile })).toEqual([
      'my/gpus/b.yaml:4:9: GPU "own-gpu" occurs twice; first at my/gpus/a.yaml:4',
    ])
  })

  it('every file reports its problems in one go', () => {
    const found = messages({ 'gpus/a.yaml': 'gpus: []', 'offers/b.yaml': 'a: &x [*x]' })
    expect(found.filter((line) => line.startsWith('my/gpus/a.yaml'))).not.toEqual([])
    expect(found).toContain('my/offers/b.yaml:1:8: the alias *x refers to a value that contains it')
  })

  it('a file in no known form', () => {
    expect(messages({ 'notes.yaml': 'hello: world' })).toEqual([
      expect.stringMatching(/^my\/notes\.yaml: not recognised as a catalog file/),
    ])
  })

  it('a catalog without its physics', () => {
    expect(() => buildCatalog([{ path: 'gpus/a.yaml', relativePath: 'gpus/a.yaml', text: gpuFile }])).toThrow(
      'the catalog lacks physics/serving.yaml',
    )
  })

  it('an alias that is already a name', () => {
    const kernel = (
      id: string,
    ): string => `id: ${id}\nname: K\naliases: [bf16]\nas_of: 2026-11\nbits: {}\nbits_formula: '16'\ngroup_size: null
kernel: f16\nsupport: [{ level: full, reason: x }]\nquality: { small: [0, 0], medium: [0, 0], large: [0, 0], source: x }\nsources: [x]\n`
    expect(messages({ 'quantizations/own.yaml': kernel('own') })).toEqual([
      'my/quantizations/own.yaml:3:11: the alias "bf16" is already a name of "bf16"',
    ])
  })
})
