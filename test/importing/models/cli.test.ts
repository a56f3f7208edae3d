import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { loadCatalog } from '../../../src/io/load-catalog.ts'
import { call } from '../../cli/in-process.ts'
import { asGguf } from './gguf/as-gguf.ts'
import { ggufBytes } from './gguf/write-gguf.ts'

const FOLDER = new URL('../../fixtures/configs/', import.meta.url)
const AS_OF = ['--as-of', '2026-11-21']
const directory = mkdtempSync(join(tmpdir(), 'import-'))
const at = (...path: string[]): string => join(directory, ...path)

async function plan(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await call(args, null)
  return { code, out: stdout, err: stderr }
}

const TRAFFIC = 'traffic: { concurrency: 4, input_tokens: 512, output_tokens: 128 }\n'
const SEARCH = 'search: { gpus: [l4, l40s, h100-sxm-80gb], quantization: [bf16], kv_cache: [bf16] }\n'

beforeAll(async () => {
  mkdirSync(at('qwen'))
  writeFileSync(at('qwen', 'config.json'), readFileSync(new URL('Qwen--Qwen3-8B.json', FOLDER)))
  const architecture = (await loadCatalog()).models.get('llama-3.1-8b')?.architecture
  if (architecture === undefined) throw new Error('llama-3.1-8b is expected')
  const { metadata, tensors } = asGguf('llama', architecture, { 'general.file_type': 15 })
  writeFileSync(at('llama.gguf'), ggufBytes(metadata, tensors))
  writeFileSync(at('serve.yaml'), `kind: serve\nmodel: { huggingface: ./qwen }\n${TRAFFIC}${SEARCH}`)
  writeFileSync(at('same.yaml'), `kind: serve\nname: serve\nmodel: qwen3-8b\n${TRAFFIC}${SEARCH}`)
  writeFileSync(at('gguf.yaml'), `kind: serve\nmodel: { gguf: llama.gguf }\n${TRAFFIC}`)
})

describe('plan catalog import model', () => {
  it('prints an entry, and on standard error what was read', async () => {
    const { code, out, err } = await plan('catalog', 'import', 'model', at('qwen'), '--id', 'mine', ...AS_OF)
    expect(code).toBe(0)
    expect(out).toMatch(/^family: mine\nas_of: 2026-11-21\nmodels:\n {2}- id: mine\n/)
    expect(err).toContain('parameters   8,190,735,360 (8.19B)')
  })

  it("into a directory that --catalog reads: planned like the catalog's own", async () => {
    const { code, out } = await plan(
      'catalog',
      'import',
      'model',
      at('qwen'),
      '--id',
      'my-qwen',
      '--output',
      at('mine'),
      ...AS_OF,
    )
    expect([code, out]).toEqual([0, ''])
    const flags = ['--gpu', 'l40s', '--context', '4096', '--format', 'json', ...AS_OF]
    const mine = await plan('estimate', 'my-qwen', '--catalog', at('mine'), ...flags)
    const shipped = await plan('estimate', 'qwen3-8b', ...flags)
    expect(JSON.parse(mine.out).memory).toEqual(JSON.parse(shipped.out).memory)
  })

  it.each([
    [['catalog', 'import', 'model'], 'which model?'],
    [['catalog', 'import', 'modle', 'x'], 'plan catalog import takes model or offers, got "modle"'],
    [['catalog', 'import', 'model', 'a', 'b'], 'one model at a time'],
    [['catalog', 'import', 'model', '.', '--id', 'Not An Id'], '--id takes an id of lower-case letters'],
    [['catalog', 'export', 'model', 'qwen3-8c'], 'unknown model "qwen3-8c" (did you mean "qwen3-8b"?)'],
    [
      ['catalog', 'export', 'model', 'gpt-4-estimated'],
      'has no config.json: gpt-4-estimated is known by its parameter count alone',
    ],
  ])('%j', async (args, message) => {
    const { code, out, err } = await plan(...args)
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(message)
  })

  it('plan catalog export model gives what import takes', async () => {
    const { code } = await plan('catalog', 'export', 'model', 'gemma-3-4b', '--output', at('gemma.json'))
    expect(code).toBe(0)
    const { out } = await plan('catalog', 'import', 'model', at('gemma.json'), '--format', 'json')
    const { model } = JSON.parse(out)
    expect(model.id).toBe('gemma')
    expect(model.architecture.vision_parameters).toBe(419_816_304)
  })
})

describe("a model in MODEL's place", () => {
  const flags = ['--gpu', 'l40s', '--context', '4096', '--format', 'json', ...AS_OF]

  it('estimate and fit take a path', async () => {
    const [own, shipped] = [await plan('estimate', at('qwen'), ...flags), await plan('estimate', 'qwen3-8b', ...flags)]
    expect(own.code).toBe(0)
    expect(JSON.parse(own.out).memory).toEqual(JSON.parse(shipped.out).memory)
    const fit = await plan('fit', at('qwen', 'config.json'), '--gpu', 'l40s', '--format', 'json', ...AS_OF)
    expect(fit.code).toBe(0)
  })

  it('a GGUF file runs as it is, in llama.cpp', async () => {
    const { out } = await plan('estimate', at('llama.gguf'), ...flags)
    expect(JSON.parse(out).configuration).toMatchObject({ engine: 'llama.cpp', quantization: 'gguf-q4_k_m' })
  })

  it.each([
    [at('qwn'), /qwn: the file does not exist \(did you mean ".*qwen"\?\)/],
    ['qwen3-8c', /model "qwen3-8c": no such model/],
    ['org/name', /org\/name: not in the cache, and --offline/],
  ])('%s is refused', async (model, message) => {
    const { code, err } = await plan('estimate', model, '--gpu', 'l40s', '--offline')
    expect(code).toBe(2)
    expect(err).toMatch(message)
  })
})

describe('a model in a scenario', () => {
  const best = (out: string) => JSON.parse(out).best

  it('by its directory, relative to the scenario: the plan of the same model of the catalog', async () => {
    const own = await plan(at('serve.yaml'), '--format', 'json', ...AS_OF)
    const shipped = await plan(at('same.yaml'), '--format', 'json', ...AS_OF)
    expect(own.code).toBe(0)
    // The command that starts it names the weights, which lie elsewhere.
    const { model, launch: _own, ...rest } = best(own.out)
    expect(model).toEqual({ id: 'qwen', checkpoint: null, format: 'bf16' })
    const { model: _, launch: _shipped, ...expected } = best(shipped.out)
    expect(rest).toEqual(expected)
  })

  it('by a GGUF file: its engine and format are assumptions that the result lists', async () => {
    const { code, out } = await plan(at('gguf.yaml'), '--format', 'json', ...AS_OF)
    expect(code).toBe(0)
    expect(JSON.parse(out).assumptions.slice(0, 2)).toEqual([
      'engine: llama.cpp, which runs GGUF files',
      'quantization: gguf-q4_k_m, as the GGUF file is',
    ])
    expect(best(out).configuration.quantization).toBe('gguf-q4_k_m')
  })

  it('by --set', async () => {
    const set = `model={ huggingface: ./qwen }`
    const { code, out } = await plan(at('same.yaml'), '--set', set, '--format', 'json', ...AS_OF)
    expect(code).toBe(0)
    expect(best(out).model.id).toBe('qwen')
  })

  it('in training, up to its positions', async () => {
    const text = 'kind: train\nmodel: { huggingface: ./qwen/config.json }\ndata: { tokens: 1M }\n'
    writeFileSync(at('train.yaml'), `${text}sequence_length: 65536\nglobal_batch: 8\n`)
    const { code, err } = await plan(at('train.yaml'), ...AS_OF)
    expect(code).toBe(2)
    expect(err).toContain('sequence_length of 65,536 is more than the 40,960 positions of qwen')
  })

  it('in the workloads of a fleet, named and inline', async () => {
    const inline = `{ kind: serve, model: { huggingface: ./qwen }, ${TRAFFIC.trim()}, ${SEARCH.trim()} }`
    const fleet = `kind: fleet\ninventory: [{ name: box, gpu: h100-sxm-80gb, gpus_per_node: 8, nodes: 1, owned: { capex: 300000, years: 4, watts: 10200, usd_per_kwh: 0.12, pue: 1.3 } }]\nworkloads:\n  - serve.yaml\n  - ${inline}\n`
    writeFileSync(at('fleet.yaml'), fleet)
    const { code, out } = await plan(at('fleet.yaml'), '--format', 'json', ...AS_OF)
    expect(code).toBe(0)
    expect(JSON.parse(out).placements.map(({ workload }: { workload: string }) => workload)).toEqual([
      'serve',
      '2 qwen',
    ])
  })

  it('in a comparison', async () => {
    const { code, out } = await plan('compare', at('serve.yaml'), at('gguf.yaml'), '--format', 'json', ...AS_OF)
    expect(code).toBe(0)
    expect(out).toContain('gguf-q4_k_m')
  })

  it.each([
    ['{ huggingface: ./qwn }', /wrong.yaml:2:23: model: .*qwn: the file does not exist \(did you mean/],
    ['{ gguf: ./qwen/config.json }', /wrong.yaml:2:16: model: .*config.json: the file is no GGUF file/],
    [
      '{ huggingface: ./qwen, parameters: 8B }',
      /wrong.yaml:2:31: model: huggingface says all there is of the model; parameters cannot stand beside it/,
    ],
    [
      '{ huggingface: ./odd.json }',
      /wrong.yaml:2:23: model: .*odd.json:1:1: config.json: the field "model_type" is missing/,
    ],
    ['{ huggingface: org/name }', /wrong.yaml:2:23: model: org\/name: not in the cache/],
  ])('%s', async (model, message) => {
    writeFileSync(at('odd.json'), '{"hidden_size": 8}')
    writeFileSync(at('wrong.yaml'), `kind: serve\nmodel: ${model}\n${TRAFFIC}`)
    const { code, out, err } = await plan(at('wrong.yaml'), '--offline', ...AS_OF)
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(message)
  })

  it('another model is another catalog: the hash of the result says so, the same one each time', async () => {
    const hash = async (file: string) =>
      JSON.parse((await plan(at(file), '--format', 'json', ...AS_OF)).out).catalog.hash
    expect(await hash('serve.yaml')).toBe(await hash('serve.yaml'))
    expect(await hash('serve.yaml')).not.toBe(await hash('same.yaml'))
  })
})
