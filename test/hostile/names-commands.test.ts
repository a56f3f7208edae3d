import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { COMPLETE } from '../../src/cli/complete.ts'
import { configText } from '../../src/report/config.ts'
import { modelImportText } from '../../src/report/model-import.ts'
import { visibleLines } from '../../src/visible.ts'
import { call, type Printed } from '../cli/in-process.ts'
import { HOSTILE, unprintableIn } from './names.ts'
import { csvRows, isFormula, markdownFaults, markdownShown } from './readers.ts'
import { runScripts } from './shells.ts'
import { gpuId, hostileFiles, modelId, serving } from './world.ts'

const CONFIG = fileURLToPath(new URL('../fixtures/configs', import.meta.url))
/** Names that a file can have: no zero byte, no slash, no half of a surrogate pair, at most 255 bytes. */
const FILES = HOSTILE.filter(([, name]) => !/[\0/]|\p{Cs}/u.test(name) && Buffer.byteLength(name) < 200)
/** Names that do all the harm at once, for commands that take long to try with each. */
const TELLING: readonly (readonly [attack: string, name: string])[] = [
  [
    'what a spreadsheet and a terminal would run',
    '@SUM(1+1)*cmd|x \u001b[2J\u001b]0;pwned\u0007 \u009b2J\u0085\u2028\u202egnp',
  ],
  ['what a shell and YAML would run', `$(touch pwned)'"; touch pwned\n#SBATCH --nodes=99\r&a *b: c #d`],
  ['what Markdown and HTML would run', '| <img src=x onerror=pwned=1> [x](javascript:1) `a` **b** -->'],
]

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

function steersNothing({ stdout, stderr }: Printed, where: string): void {
  expect([where, unprintableIn(stdout, /\r\n|[\n\t]/g), unprintableIn(stderr, /[\n\t]/g)]).toEqual([where, null, null])
}

describe('what is refused is named on standard error, and steers nothing', () => {
  const lines = (name: string): readonly string[][] => [
    [join('nowhere', name)],
    ['compare', join('nowhere', name)],
    ['diff', join('nowhere', name), join('nowhere', `${name}.json`)],
    ['estimate', name, '--gpu', 'l40s'],
    ['estimate', 'llama-3.1-8b', '--gpu', name],
    ['estimate', 'llama-3.1-8b', '--gpu', 'l40s', '--quantization', name],
    ['fit', 'llama-3.1-8b', '--gpu', name],
    ['validate', join('nowhere', name)],
    ['check-log', join('nowhere', name)],
    ['catalog', 'list', name],
    ['catalog', 'show', `no ${name}`],
    ['catalog', 'import', 'model', join('nowhere', name), '--offline'],
    ['catalog', 'import', 'offers', join('nowhere', name)],
    ['export', join('nowhere', name), '--to', 'vllm'],
    ['export', 'x.yaml', '--to', name],
    ['init', name],
    ['init', 'serve', '--model', `no ${name}`],
    ['lock', join('nowhere', name)],
    ['lock', '--check', join('nowhere', name)],
    ['whatif', join('nowhere', name), '--vary', 'context=1k..2k'],
    ['whatif', 'x.yaml', '--vary', name],
    ['completion', name],
    ['config', name],
    [`--${name}`],
    ['--catalog', join('nowhere', name), 'x.yaml'],
    ['--as-of', name, 'x.yaml'],
  ]

  /** All lines for the names that tell most, a file and an id for every name: a line takes some milliseconds. */
  test.each([...TELLING, ...HOSTILE])('%s', async (attack, name) => {
    const tells = TELLING.some(([each]) => each === attack)
    for (const line of lines(name).filter((_, index) => tells || index === 0 || index === 3)) {
      const printed = await call(line, null)
      expect([line, printed.code, printed.stdout]).toEqual([line, 2, ''])
      expect(printed.stderr).not.toMatch(/internal error|undefined|\[object/)
      steersNothing(printed, line.join(' '))
    }
  })

  test.each([...TELLING, ...FILES])('a file called by %s, with it in keys and values', async (_, name) => {
    const file = at(`${name}.yaml`)
    const search = { gpus: [name], [name]: name, prices: { overrides: { [name]: 1 } } }
    const texts = [
      JSON.stringify({ kind: 'serve', model: name, engine: name, context: name, [name]: 1, search }),
      JSON.stringify({
        kind: 'fleet',
        workloads: [name, { scenario: name, name }],
        inventory: [{ gpu: name, nodes: 1 }],
      }),
      JSON.stringify({ kind: name }),
      `kind: serve\n${name}: {`,
      `model: &x [${name}`,
    ]
    for (const text of texts) {
      writeFileSync(file, text)
      const printed = await call([file, '--set', 'context=1k'])
      expect([text, printed.code, printed.stdout]).toEqual([text, 2, ''])
      expect(printed.stderr).toContain(visibleLines(`${name}.yaml`).replaceAll(/\s*\n\s*/g, ' '))
      steersNothing(printed, text)
    }
  })
})

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
