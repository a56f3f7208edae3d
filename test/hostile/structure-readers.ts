import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect } from 'vitest'
import { loadSettings } from '../../src/io/config.ts'
import { InputError } from '../../src/scenario/diagnostic.ts'
import { scenario } from '../cli/binary.ts'
import { call, type Printed } from '../cli/in-process.ts'
import { tinyLlama } from '../importing/models/tiny-llama.ts'

/** A way into the program by a file that someone else may have written. */
export interface Reader {
  readonly name: string
  /** YAML is also read where JSON is named: every JSON text is one. */
  readonly form: 'yaml' | 'json' | 'csv' | 'log'
  /** The file, below a folder of its own. */
  readonly file: string
  /** What stands in it when nothing is wrong. */
  readonly good: string
  /** What must stand beside it. */
  readonly beside?: Readonly<Record<string, string>>
  run(path: string, folder: string): Promise<Printed>
}

const config = tinyLlama(1)

const gpu = `family: own
as_of: 2026-11-20
gpus:
  - id: own-gpu
    name: Own GPU
    vendor: nvidia
    kind: gpu
    architecture: Own
    generation: hopper
    compute_capability: 9
    memory: { nominal_gb: 80, usable_gib: 79, usable_basis: assumed }
    memory_bandwidth_gb_per_second: 3350
    dense_tflops: { bf16: 989, fp8: 1979 }
    interconnect: { link: nvlink4, gb_per_second_bidirectional: 900, domain_size: 8 }
    pcie_generation: 5
    power_watts: 700
    formats: { bf16: true, fp8: true, fp4: false, int8: true, int4_marlin: true }
    sources: { specification: [own] }
    notes: []
    conflicts: []
`

const measurements = `records:
  - id: own-1
    kind: serving-memory
    model: llama-3.1-8b
    gpu: h100-sxm-80gb
    engine: { name: vllm, version: "0.19.0" }
    configuration: { quantization: bf16 }
    measured: { weights_gib: 14.99 }
`

const list = `provider,instance,gpu,gpu_count,region,usd_per_hour
acme,box-8,h100-sxm-80gb,8,eu-1,16.8
`

const log = `INFO 11-20 10:00:00 [gpu_model_runner.py:1] Model loading took 14.9889 GiB and 2.1 seconds
INFO 11-20 10:00:01 [gpu_worker.py:1] Available KV cache memory: 55.10 GiB
`

const fleet = `kind: fleet
inventory:
  - { name: own, gpu: h100-sxm-80gb, gpus_per_node: 8, nodes: 1, owned: { capex: 300000, years: 4, watts: 10200, usd_per_kwh: 0.12, pue: 1.3 } }
workloads: [serve.yaml]
`

/** A folder of its own below the system's folder for such. The caller removes it. */
export function scratch(): string {
  return mkdtempSync(join(tmpdir(), 'plan-structure-'))
}

/** What the program writes for a scenario: a result or a lock as it is saved. */
async function written(files: Readonly<Record<string, string>>, args: readonly string[]): Promise<string> {
  const folder = scratch()
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const { stdout } = await call(args.map((arg) => (arg in files ? join(folder, arg) : arg)))
  rmSync(folder, { recursive: true })
  // A lock names its scenario by the way from the lock to it.
  return stdout.replace(/^(\s+- file: ).*$/m, '$1serve.yaml')
}

const result = await written({ 'serve.yaml': scenario() }, ['serve.yaml', '--format', 'json'])
const placed = await written({ 'serve.yaml': scenario(), 'fleet.yaml': fleet }, ['fleet.yaml', '--format', 'json'])
const lock = await written({ 'serve.yaml': scenario() }, ['lock', 'serve.yaml'])

async function settings(folder: string): Promise<Printed> {
  try {
    await loadSettings({ env: { HOME: '/nowhere' }, workingDirectory: folder })
    return { code: 0, stdout: '', stderr: '' }
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    return { code: error.exitCode, stdout: '', stderr: error.message }
  }
}

/** Every reader of the program. */
export const READERS: readonly Reader[] = [
  { name: 'a scenario', form: 'yaml', file: 'serve.yaml', good: scenario(), run: (path) => call([path]) },
  {
    name: 'a workload of a fleet',
    form: 'yaml',
    file: 'serve.yaml',
    good: scenario(),
    beside: { 'fleet.yaml': fleet },
    run: (_, folder) => call([join(folder, 'fleet.yaml')]),
  },
  {
    name: 'settings',
    form: 'yaml',
    file: 'plan.config.yaml',
    good: 'top: 3\n',
    run: (_, folder) => settings(folder),
  },
  {
    name: 'a catalog',
    form: 'yaml',
    file: 'gpus/own.yaml',
    good: gpu,
    run: (_, folder) => call(['catalog', 'list', 'gpus', '--catalog', folder], null),
  },
  {
    name: 'measurements',
    form: 'yaml',
    file: 'own.yaml',
    good: measurements,
    run: (path) => call(['validate', path], null),
  },
  {
    name: 'a lock',
    form: 'yaml',
    file: 'plan.lock.yaml',
    good: lock,
    beside: { 'serve.yaml': scenario() },
    run: (path) => call(['lock', '--check', path]),
  },
  {
    name: 'a price list',
    form: 'csv',
    file: 'own.csv',
    good: list,
    run: (path) => call(['catalog', 'import', 'offers', path]),
  },
  {
    name: 'a log',
    form: 'log',
    file: 'vllm.log',
    good: log,
    run: (path) =>
      call(
        ['check-log', path, '--model', 'llama-3.1-8b', '--gpu', 'h100-sxm-80gb', '--engine-version', '0.19.0'],
        null,
      ),
  },
  {
    name: 'a saved result for diff',
    form: 'json',
    file: 'new.json',
    good: result,
    beside: { 'old.json': result },
    run: (path, folder) => call(['diff', join(folder, 'old.json'), path]),
  },
  {
    name: 'a saved result for export',
    form: 'json',
    file: 'plan.json',
    good: result,
    run: (path) => call(['export', path, '--to', 'vllm']),
  },
  {
    name: 'an earlier fleet',
    form: 'json',
    file: 'earlier.json',
    good: placed,
    beside: { 'fleet.yaml': fleet, 'serve.yaml': scenario() },
    run: (path, folder) => call([join(folder, 'fleet.yaml'), '--from', path]),
  },
  {
    name: 'config.json',
    form: 'json',
    file: 'config.json',
    good: JSON.stringify(config),
    run: (path) => call(['catalog', 'import', 'model', path, '--offline'], null),
  },
  {
    name: 'the index of a checkpoint',
    form: 'json',
    file: 'model.safetensors.index.json',
    good: JSON.stringify({ metadata: { total_size: 1 }, weight_map: { 'lm_head.weight': 'model.safetensors' } }),
    beside: { 'config.json': JSON.stringify(config) },
    run: (_, folder) => call(['catalog', 'import', 'model', folder, '--offline'], null),
  },
]

/** Puts something in the place of a reader's file. */
export type Place = (path: string) => void

/** Has a reader read what stands in its file's place. What must never happen is looked for after each. */
export async function readBy(reader: Reader, content: string | Buffer | Place): Promise<Printed> {
  const folder = scratch()
  try {
    const path = join(folder, reader.file)
    mkdirSync(dirname(path), { recursive: true })
    for (const [name, text] of Object.entries(reader.beside ?? {})) writeFileSync(join(folder, name), text)
    if (typeof content === 'function') content(path)
    else writeFileSync(path, content)
    const printed = await reader.run(path, folder)
    expectUnharmed(printed)
    return printed
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What all objects share, as it was before anything was read. */
const SHARED = Object.getOwnPropertyNames(Object.prototype).sort()

/** No defect was met, no stack shown, and nothing that all objects share has changed. */
export function expectUnharmed({ code, stdout, stderr }: Printed): void {
  expect(stderr).not.toContain('internal error')
  expect(stderr).not.toMatch(/^ {4}at /m)
  expect([0, 2, 3]).toContain(code)
  if (code === 2) expect(stdout).toBe('')
  expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(SHARED)
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
}

/** Milliseconds of processor time that reading took, this process alone. */
export async function processorMs(work: () => Promise<unknown>): Promise<number> {
  const started = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(started)
  return (user + system) / 1000
}
