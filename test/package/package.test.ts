import { readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { AS_OF, ROOT, plan as run } from '../cli/binary.ts'
import { packedProject } from './project.ts'

const project = packedProject()
afterAll(() => project.remove(), 60_000)

const manifest = JSON.parse(readFileSync(join(project.installed, 'package.json'), 'utf8')) as {
  version: string
  bin: { plan: string }
}
const binary = join(project.installed, manifest.bin.plan)
const plan = (...args: string[]) => project.run(process.execPath, [binary, ...args])

test('the package holds what it needs, and little else', () => {
  const folders = new Set(project.files.map(({ path }) => /^(?:dist\/)?[^/]+/.exec(path)?.[0]))
  const allowed = [
    'README.md',
    'package.json',
    'dist/bundle',
    'dist/catalogs',
    'dist/library',
    'man',
    'scenarios',
    'schema',
  ]
  expect([...folders].filter((each) => !allowed.includes(String(each)))).toEqual([])
  const paths = project.files.map(({ path }) => path)
  // Neither sources nor what tests, maps and tools leave behind, and no hidden file.
  const unwanted =
    /(?<!\.d)\.ts$|\.(test|prop|golden)\.|\.map$|\.tsbuildinfo$|(^|\/)(test|tools|bench|fixtures)\/|(^|\/)\./
  expect(paths.filter((path) => unwanted.test(path))).toEqual([])
  const forms = new Set(paths.map((path) => /\.d\.ts$|\.[a-z0-9]+$/.exec(path)?.[0]))
  expect([...forms].sort()).toEqual(['.1', '.d.ts', '.js', '.json', '.md', '.yaml'])
  // The library holds what its entries reach: nothing of the command line, of reading files or of the network.
  expect(project.files.filter(({ path }) => /^dist\/library\/src\/(cli|io)\//.test(path))).toEqual([])
  expect(project.tarballBytes).toBeLessThan(3e6)
})

test('the package says nothing of the machine that it was built on', () => {
  const text = project.files.filter(({ path }) => /\.(js|json|ts)$/.test(path))
  const telling = text.filter(({ path }) => readFileSync(join(project.installed, path), 'utf8').includes(ROOT))
  expect(telling.map(({ path }) => path)).toEqual([])
})

test('the program starts from there: its version, its catalogs, its schema', () => {
  expect(readFileSync(binary, 'utf8').startsWith('#!/usr/bin/env node\n')).toBe(true)
  if (process.platform !== 'win32') expect(statSync(binary).mode & 0o111).toBe(0o111)
  expect(plan('--version').stdout).toBe(`${manifest.version}\n`)
  expect(plan('catalog', 'list', 'gpus').stdout).toContain('h100-sxm-80gb')
  expect(JSON.parse(plan('schema').stdout)).toMatchObject({ title: 'gpu-plan scenario' })
  expect(project.files.map(({ path }) => path)).toContain('schema/scenario.schema.json')
})

test('it plans the shipped scenarios as the clone does, with HiGHS', () => {
  const json = ['--format', 'json', ...AS_OF, '--quiet']
  const names = ['scenarios/serve-70b.yaml', 'scenarios/fleet-onprem.yaml']
  const there = plan(...names.map((name) => `node_modules/gpu-plan/${name}`), ...json, '--solver', 'highs')
  expect(there.stderr).toBe('')
  expect(there.stdout).toContain('"name": "highs"')
  expect(there.stdout).toBe(run([...names, ...json, '--solver', 'highs']).stdout)
})

test('it starts threads from its own file, for as many plans as are worth them', () => {
  const flags = ['--by', 'gpu', '--set', 'search.quantization=[fp8]', '--format', 'csv', ...AS_OF]
  const there = plan('compare', 'node_modules/gpu-plan/scenarios/serve-8b.yaml', ...flags)
  expect(there.stdout.split('\n').length).toBeGreaterThan(16)
  expect(there.stdout).toBe(run(['compare', 'scenarios/serve-8b.yaml', ...flags]).stdout)
})

/** A user's program: every function with its types, and what must not compile. */
const CONSUMER = `
import { estimate, fit, InputError, loadCatalogs, plan, type Plan, type Scenario, type TrainPlan } from 'gpu-plan'

const catalogs = await loadCatalogs()
const scenario = {
  kind: 'serve',
  model: 'llama-3.1-8b',
  context: '4Ki',
  traffic: { requests_per_second: 1, input_tokens: 512, output_tokens: 128 },
  search: { gpus: ['l40s', 'h100-sxm-80gb'], quantization: ['fp8'], kv_cache: ['bf16'] },
} satisfies Scenario
const served = await plan(scenario, { catalogs, asOf: '2026-11-21', top: 1 })
const best: Plan | null = served.best
const dollars: number | null | undefined = served.best?.cost.usd_per_hour
const engine: string | undefined = served.best?.configuration.engine

const any = await plan('kind: train', { catalogs }).catch((error: unknown) => {
  if (error instanceof InputError) return error.diagnostics.map(({ path, message }) => [...path, message].join(' '))
  throw error
})
if (!Array.isArray(any) && any.kind === 'fleet') { const total: unknown = any.total; void total }

const training = estimate({ model: 'llama-3.1-8b', gpu: 'rtx-4090', method: 'qlora', micro_batch: 2 }, { catalogs })
const trained: TrainPlan = training
const hours: number = training.performance.hours
const serving = estimate({ model: 'llama-3.1-8b', gpu: 'h100-sxm-80gb', context: 8192 }, { catalogs })
const ttft: number = serving.performance.ttft_ms
const rows: readonly { name: 'context' | 'concurrency'; value: number }[] =
  fit({ model: 'llama-3.1-8b', gpu: 'h100-sxm-80gb' }, { catalogs }).rows

// @ts-expect-error a misspelt key
plan({ ...scenario, contex: 1 }, { catalogs }).catch(() => {})
// @ts-expect-error catalogs are needed
plan(scenario, {}).catch(() => {})
// @ts-expect-error a training scenario has no traffic
const wrong: Scenario = { kind: 'train', model: 'llama-3.1-8b', traffic: scenario.traffic }
// @ts-expect-error the result of serving has no hours
served.best?.performance.hours
try {
  // @ts-expect-error a misspelt key of a configuration
  estimate({ model: 'llama-3.1-8b', gpu: 'h100-sxm-80gb', tensor_paralel: 2 }, { catalogs })
} catch {}

export const answer = { engine, dollars, best, trained, hours, ttft, rows, wrong, any }
`

const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc')

test.each([
  ['nodenext', 'nodenext'],
  ['esnext', 'bundler'],
])(
  'its types hold in a project of module %s, resolution %s, with every declaration checked',
  (module, moduleResolution) => {
    project.write('consumer.ts', CONSUMER)
    const compilerOptions = {
      module,
      moduleResolution,
      target: 'es2023',
      lib: ['es2023', 'dom'],
      types: [],
      strict: true,
      skipLibCheck: false,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
    }
    project.write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['consumer.ts'] }))
    const { status, stdout } = project.run(process.execPath, [tsc, '-p', '.'])
    expect(stdout).toBe('')
    expect(status).toBe(0)
  },
)

test('the example of the page runs as it stands and prints what the page says', () => {
  const page = readFileSync(join(ROOT, 'docs', 'library.md'), 'utf8')
  const blocks = [...page.matchAll(/```(js|text)\n([\s\S]*?)```/g)].map(([, language, text]) => ({ language, text }))
  const examples = blocks.flatMap(({ language, text = '' }, index) => {
    const next = blocks[index + 1]
    return language === 'js' && next?.language === 'text' ? [{ code: text, output: next.text }] : []
  })
  expect(examples.length).toBeGreaterThan(2)
  for (const { code, output } of examples) {
    project.write('example.mjs', code)
    const { stdout, stderr } = project.run(process.execPath, ['example.mjs'])
    expect(stderr).toBe('')
    expect(stdout).toBe(output)
  }
})

test('nothing but the documented entries can be imported', () => {
  const inner = ['gpu-plan/dist/library/src/index.js', 'gpu-plan/dist/bundle/cli/main.js']
  project.write(
    'inner.mjs',
    `for (const each of ${JSON.stringify(inner)}) await import(each).then(() => console.log(each), (e) => console.log(e.code))\n`,
  )
  expect(project.run(process.execPath, ['inner.mjs']).stdout).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED\n'.repeat(2))
})

test('reports are those of the command line, in every form', () => {
  project.write(
    'reports.mjs',
    `import { readFileSync } from 'node:fs'
import { InputError, loadCatalogs, plan } from 'gpu-plan'
import * as reports from 'gpu-plan/reports'
const catalogs = await loadCatalogs()
const file = 'node_modules/gpu-plan/scenarios/serve-8b.yaml'
const result = await plan(readFileSync(file, 'utf8'), { catalogs, file, asOf: '2026-11-21' })
const forms = { text: reports.toText(result), markdown: reports.toMarkdown(result), csv: reports.toCsv([result]), json: reports.toJson(result), html: await reports.toHtml(result) }
let refused = false
try { reports.toCsv([result, { ...result, kind: 'fleet' }]) } catch (error) { refused = error instanceof InputError }
console.log(JSON.stringify({ ...forms, refused }))
`,
  )
  const { stdout, stderr } = project.run(process.execPath, ['reports.mjs'])
  expect(stderr).toBe('')
  const { refused, ...forms } = JSON.parse(stdout) as Record<string, unknown>
  expect(refused).toBe(true)
  expect(Object.keys(forms)).toEqual(['text', 'markdown', 'csv', 'json', 'html'])
  for (const [form, text] of Object.entries(forms)) {
    const printed = run(['scenarios/serve-8b.yaml', '--format', form, ...AS_OF, '--quiet'])
    expect(text, form).toBe(printed.stdout)
  }
})
