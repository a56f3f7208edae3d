import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { COMPLETE } from '../../src/cli/complete.ts'
import { configText } from '../../src/report/config.ts'
import { modelImportText } from '../../src/report/model-import.ts'
import { call } from '../cli/in-process.ts'
import { HOSTILE, unprintableIn } from './names.ts'
import { csvRows, isFormula, markdownFaults, markdownShown } from './readers.ts'
import { runScripts } from './shells.ts'
import { FILES, steersNothing, TELLING } from './telling.ts'
import { gpuId, hostileFiles, modelId, serving } from './world.ts'

const CONFIG = fileURLToPath(new URL('../fixtures/configs', import.meta.url))
let folder: string
let bazaar: string[]
const at = (name: string): string => join(folder, name)

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plan-hostile-'))
  for (const { relativePath, value } of hostileFiles(TELLING)) {
    mkdirSync(dirname(at(`bazaar/${relativePath}`)), { recursive: true })
    writeFileSync(at(`bazaar/${relativePath}`), JSON.stringify(value))
  }
  bazaar = ['--catalog', at('bazaar')]
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('the catalog with every name in every text', () => {
  test.each(['gpus', 'models', 'offers'])('list of %s', async (subject) => {
    const list = async (format: string) =>
      (await call(['catalog', 'list', subject, '--format', format, ...bazaar], null)).stdout
    const text = await list('text')
    expect(unprintableIn(text)).toBeNull()
    const plain = JSON.parse((await call(['catalog', 'list', subject, '--format', 'json'], null)).stdout).length
    expect(text.trimEnd().split('\n')).toHaveLength(1 + plain + TELLING.length)
    expect(unprintableIn(await list('json'))).toBeNull()
    expect(markdownFaults(await list('markdown'))).toEqual([])
    expect(
      csvRows(await list('csv'))
        .flat()
        .filter(isFormula),
    ).toEqual([])
  })

  test('show is YAML, or JSON, of the very names', async () => {
    for (const [index, [, name]] of TELLING.entries()) {
      const text = await call(['catalog', 'show', modelId(index), ...bazaar], null)
      steersNothing(text, name)
      expect(parse(text.stdout).models).toMatchObject({ name, huggingface: name, notes: [name] })
      const json = await call(['catalog', 'show', gpuId(index), '--format', 'json', ...bazaar], null)
      steersNothing(json, name)
      expect(JSON.parse(json.stdout).gpus.sources).toEqual({ [name]: [name] })
    }
  })

  test('check finds prices without being steered', async () => {
    for (const format of ['text', 'json', 'csv', 'markdown']) {
      const printed = await call(['catalog', 'check', '--format', format, ...bazaar], '2030-01-01')
      expect(printed.code).toBe(4)
      steersNothing(printed, format)
      if (format === 'markdown') expect(markdownFaults(printed.stdout)).toEqual([])
      if (format === 'csv') expect(csvRows(printed.stdout).flat().filter(isFormula)).toEqual([])
    }
  })

  test('ids are plain, and what is not is refused with its place', async () => {
    mkdirSync(at('evil/offers'), { recursive: true })
    for (const [, name] of TELLING) {
      writeFileSync(at('evil/offers/x.yaml'), JSON.stringify({ provider: name, as_of: '2026-11-20', offers: [] }))
      const printed = await call(['catalog', 'list', 'offers', '--catalog', at('evil')], null)
      expect(printed.code).toBe(2)
      expect(printed.stderr).toMatch(/x\.yaml:1:\d+: provider: expected an id of lower-case letters/)
      steersNothing(printed, name)
    }
  })
})

describe.each(TELLING.map(([attack, name], index) => ({ attack, name, index })))('$attack', ({ name, index }) => {
  const formats = (words: readonly string[], list: readonly string[]) =>
    Promise.all(list.map(async (format) => [format, await call([...words, '--format', format])] as const))

  test('a model in a folder of that name, estimated, fitted, imported and put into new scenarios', async () => {
    const model = at(`models/${name}`)
    mkdirSync(model, { recursive: true })
    cpSync(join(CONFIG, 'Qwen--Qwen3-0.6B.json'), join(model, 'config.json'))
    for (const command of ['estimate', 'fit']) {
      for (const [format, printed] of await formats(
        [command, model, '--gpu', 'h100-sxm-80gb'],
        ['text', 'json', 'csv', 'markdown'],
      )) {
        expect([command, format, printed.code]).toEqual([command, format, 0])
        steersNothing(printed, `${command} ${format}`)
        if (format === 'markdown') expect(markdownFaults(printed.stdout)).toEqual([])
        if (format === 'csv') expect(csvRows(printed.stdout).flat().filter(isFormula)).toEqual([])
      }
    }
    const imported = await call(['catalog', 'import', 'model', model], null)
    steersNothing(imported, 'import')
    expect(parse(imported.stdout).models[0].name).toBe(name)
    const made = await call(['init', 'serve', '--model', model], null)
    steersNothing(made, 'init')
    expect(parse(made.stdout).model).toEqual({ huggingface: model })
  })

  test('a scenario of that name: what if, and a lock that is written, read and checked', async () => {
    const file = at(`scenarios/${name}.yaml`)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, JSON.stringify(serving(name, index)))
    const vary = ['whatif', file, '--vary', 'traffic.requests_per_second=1..2', '--points', '2', ...bazaar]
    for (const [format, printed] of await formats(vary, ['text', 'json', 'csv', 'markdown'])) {
      expect([format, printed.code]).toEqual([format, 0])
      steersNothing(printed, `whatif ${format}`)
      if (format === 'markdown') expect(markdownFaults(printed.stdout)).toEqual([])
      if (format === 'csv') expect(csvRows(printed.stdout).flat().filter(isFormula)).toEqual([])
    }
    for (const form of ['yaml', 'json']) {
      const lock = at(`scenarios/${name}.lock.${form}`)
      const written = await call(['lock', file, '--output', lock, ...bazaar])
      expect(written.code).toBe(0)
      steersNothing(written, 'lock')
      const text = readFileSync(lock, 'utf8')
      expect(unprintableIn(text)).toBeNull()
      expect(parse(text).scenarios[0]).toMatchObject({ name, file: `${name}.yaml`, scenario: { description: name } })
      for (const [format, printed] of await formats(
        ['lock', '--check', lock, ...bazaar],
        ['text', 'json', 'markdown'],
      )) {
        expect([format, printed.code]).toEqual([format, 0])
        steersNothing(printed, `check ${format}`)
        if (format === 'markdown') expect(markdownFaults(printed.stdout)).toEqual([])
      }
    }
  })

  test('price lists and logs of that name', async () => {
    const list = at(`${name}.csv`)
    const cell = `"${name.replaceAll('"', '""')}"`
    writeFileSync(
      list,
      `provider,instance,gpu,gpu_count,usd_per_hour,region,note\nacme,${cell},h100-sxm-80gb,8,20,${cell},${cell}\nacme,${cell},${cell},8,20,x,x\n`,
    )
    const imported = await call(['catalog', 'import', 'offers', list], '2026-11-21')
    expect(imported.code).toBe(0)
    steersNothing(imported, 'import offers')
    // The reader of price lists makes a blank of control characters.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it replaces
    const read = name.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim()
    expect(parse(imported.stdout).offers[0]).toMatchObject({ instance: read, region: read })
    const log = at(`${name}.log`)
    cpSync(fileURLToPath(new URL('../logs/vllm/0.7.1-qwen2.5-32b-l40s-tp2.log', import.meta.url)), log)
    const checked = ['check-log', log, '--gpu', 'l40s']
    for (const format of ['text', 'json', 'csv', 'markdown']) {
      const printed = await call([...checked, '--format', format], null)
      expect(printed.code).toBe(0)
      steersNothing(printed, `check-log ${format}`)
    }
    const record = await call([...checked, '--record'], null)
    steersNothing(record, 'record')
    expect(Object.values(parse(record.stdout)[0])).toContain(
      record.stdout.includes('source') ? parse(record.stdout)[0].source : '',
    )
  })

  test('a new scenario under that file name says how to plan it', async () => {
    const file = at(`new/${name}.yaml`)
    mkdirSync(dirname(file), { recursive: true })
    const { code, stderr } = await call(['init', 'serve', '--yes', '--output', file], null)
    expect(code).toBe(0)
    const next = /next: plan (.*)/.exec(stderr)?.[1] ?? ''
    const [ran] = runScripts([`vllm ${next}`])
    expect(ran?.words).toEqual([file])
    expect(unprintableIn(readFileSync(file, 'utf8'))).toBeNull()
    expect(parse(readFileSync(file, 'utf8')).kind).toBe('serve')
    expect((await call(['init', 'serve', '--yes', '--output', file], null)).code).toBe(2)
  })
})

test('a name of several lines stays on one line of standard error', async () => {
  const name = 'a\nplan: all is well'
  const file = at(`${name}.yaml`)
  writeFileSync(file, JSON.stringify({ ...serving(name, 0), model: 'llama-3.2-1b' }))
  const lines = [
    [file, '--max-cost', '0.01'],
    ['diff', file, file],
    ['compare', file, '--max-cost', '0.01'],
    ['lock', file, '--output', at(`${name}.lock.yaml`)],
    ['export', file, '--to', 'vllm', '--output', at(`${name}/`)],
    ['init', 'serve', '--yes', '--output', at(`${name}.new.yaml`)],
    [at(`${name}.none.yaml`)],
  ]
  for (const line of lines) {
    const { stderr } = await call([...line, ...(line[0] === 'init' ? [] : bazaar)])
    expect(stderr).toContain('plan: all is well')
    expect(stderr.split('\n').filter((each) => each.startsWith('plan: all is well'))).toEqual([])
  }
})

test('completion offers only what a terminal can show', async () => {
  mkdirSync(at('complete'), { recursive: true })
  for (const [, name] of FILES) writeFileSync(at(`complete/${name}.yaml`), '')
  const { stdout } = await call([COMPLETE, `${at('complete')}/`], null)
  expect(unprintableIn(stdout)).toBeNull()
  expect(stdout).toContain("it's 'quoted'")
  expect(stdout.trimEnd().split('\n')).toHaveLength(
    FILES.filter(([, name]) => unprintableIn(name, /(?!)/g) === null && !name.startsWith('.')).length,
  )
})

test('settings and imported models are shown as they are', () => {
  for (const [, name] of HOSTILE) {
    expect(unprintableIn(configText([], [{ layer: name, path: name, exists: true }]))).toBeNull()
    const check = { ok: true, text: name }
    const read = {
      model: null as never,
      written: null as never,
      rows: [['read from', name]] as const,
      checks: [check],
      notes: [name],
    }
    const text = modelImportText(read, [name])
    expect(unprintableIn(text)).toBeNull()
    expect(text.split('\n')).toHaveLength(4)
  }
  expect(markdownShown('a\\|b &lt;')).toBe('a|b <')
})
