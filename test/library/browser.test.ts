import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { expect, test } from 'vitest'
import type * as Library from '../../src/index.ts'
import { bundleForBrowser, codeOf } from '../../tools/browser-test/bundle.ts'
import { ROOT, plan as run } from '../cli/binary.ts'

const LIBRARY = 'dist/library/src/index.js'
const asOf = '2026-11-21'
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8')

/** What browsers and workers have beside the language itself, of which the library and its dependencies use something. */
const WEB = { TextEncoder, TextDecoder, URL, performance, setTimeout, clearTimeout, queueMicrotask, fetch }

/** The library as a script, run where there is no Node: no process, no require, no Buffer. */
async function libraryInBrowser(): Promise<typeof Library> {
  const bundle = await bundleForBrowser(ROOT, LIBRARY, { format: 'iife', name: 'gpuPlan', codeSplitting: false })
  const context = createContext({ ...WEB })
  // By these a script knows that it runs in a worker of a page.
  runInContext('globalThis.self = globalThis; globalThis.WorkerGlobalScope = class {}', context)
  runInContext(codeOf(bundle), context, { filename: 'gpu-plan.js' })
  expect(runInContext('typeof process + typeof require + typeof Buffer', context)).toBe('undefined'.repeat(3))
  return (context as unknown as { gpuPlan: typeof Library }).gpuPlan
}

const library = await libraryInBrowser()
const catalogs = await library.loadCatalogs()

function printed(file: string, ...flags: string[]): string {
  return run([file, '--format', 'json', '--as-of', asOf, '--quiet', ...flags]).stdout
}

test.each(['scenarios/serve-70b.yaml', 'scenarios/train-70b-qlora.yaml'])(
  '%s is the same without Node',
  async (file) => {
    const result = await library.plan(read(file), { catalogs, asOf, file })
    expect(`${JSON.stringify(result, null, 2)}\n`).toBe(printed(file))
  },
)

const fleet = `kind: fleet
inventory: [{ offer: runpod/h100-pcie-80gb, max_instances: 3 }, { offer: runpod/a100-pcie-80gb, max_instances: 3 }]
workloads:
  - { kind: serve, name: a, model: llama-3.1-8b, context: 4096, traffic: { requests_per_second: 1, input_tokens: 512, output_tokens: 128 } }
  - { kind: serve, name: b, model: qwen2.5-7b, context: 4096, traffic: { requests_per_second: 2, input_tokens: 256, output_tokens: 64 } }
`

test('a small fleet too, by either solver, HiGHS from where the page says it is', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'gpu-plan-'))
  const file = join(directory, 'fleet.yaml')
  try {
    writeFileSync(file, fleet)
    for (const solver of ['javascript-lp-solver', 'highs'] as const) {
      if (solver === 'highs') {
        const wasm = readFileSync(createRequire(import.meta.url).resolve('highs/runtime'))
        const url = `data:application/wasm;base64,${wasm.toString('base64')}`
        library.provideHighs({ locateFile: (name) => (name === 'highs.wasm' ? url : name) })
      }
      const result = await library.plan(fleet, { catalogs, asOf, file, solver })
      if (!('solver' in result)) throw new Error('not a fleet')
      expect(result.status).toBe('optimal')
      expect(result.solver.name).toBe(solver)
      expect(`${JSON.stringify(result, null, 2)}\n`).toBe(printed(file, '--solver', solver))
    }
  } finally {
    rmSync(directory, { recursive: true })
  }
})

test('where HiGHS finds no WebAssembly, that is said, with what to do', async () => {
  library.provideHighs({ locateFile: () => 'http://127.0.0.1:1/highs.wasm' })
  await expect(library.plan(fleet, { catalogs, asOf, solver: 'highs' })).rejects.toMatchObject({
    name: 'InputError',
    message: expect.stringMatching(/^the solver HiGHS cannot be loaded: .*provideHighs\(\)/),
  })
})

test('a bundle holds what is used of the library, and no more', async () => {
  const directory = mkdtempSync(join(ROOT, 'dist', 'bundle-'))
  const size = async (code: string): Promise<{ bytes: number; code: string }> => {
    writeFileSync(join(directory, 'entry.js'), code)
    const entry = join('dist', directory.slice(directory.lastIndexOf('bundle-')), 'entry.js')
    const bundle = await bundleForBrowser(ROOT, entry, { format: 'esm', minify: true })
    const first = bundle[0]
    if (first?.type !== 'chunk') throw new Error('no chunk')
    return { bytes: first.code.length, code: first.code }
  }
  try {
    const library = JSON.stringify(join(ROOT, LIBRARY))
    const whole = await size(`export * from ${library}`)
    const catalogsOnly = await size(`export { loadCatalogs } from ${library}`)
    const estimateOnly = await size(`export { estimate } from ${library}`)
    expect(catalogsOnly.bytes).toBeLessThan(10_000)
    expect(estimateOnly.bytes).toBeLessThan(0.8 * whole.bytes)
    // The megabyte of catalogs, the solvers and HiGHS come when they are asked for.
    expect(whole.bytes).toBeLessThan(600_000)
    expect(estimateOnly.code).not.toContain('javascript-lp-solver')
  } finally {
    rmSync(directory, { recursive: true })
  }
})
