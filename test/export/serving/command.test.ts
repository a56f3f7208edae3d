import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { objectName } from '../../../src/export/kubernetes.ts'
import { AS_OF, plan } from '../../cli/binary.ts'
import { bashProblem } from '../training/bash.ts'

const folder = mkdtempSync(join(tmpdir(), 'plan-export-'))
const SERVE = 'scenarios/serve-8b.yaml'

function saved(name: string, args: readonly string[]): string {
  const file = join(folder, name)
  expect(plan([...args, ...AS_OF, '--quiet', '--format', 'json', '--output', file]).code).toBe(0)
  return file
}

describe('plan export', () => {
  test('without a target lists them, a line or two each, within 80 columns', () => {
    const { code, stdout } = plan(['export'])
    expect(code).toBe(0)
    for (const id of ['vllm', 'sglang', 'tensorrt-llm', 'llama.cpp', 'docker-compose', 'kubernetes', 'kserve'])
      expect(stdout).toMatch(new RegExp(`^${id.replace('.', '\\.')} .*`, 'm'))
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
  })

  test.each([
    [[SERVE], /--to which target\?.*vllm/],
    [[SERVE, '--to', 'kubernets'], /--to takes .*did you mean "kubernetes"\?/],
    [['--to', 'vllm'], /which scenario\?/],
    [[SERVE, '--to', 'axolotl'], /--to axolotl takes training runs/],
    [['scenarios/train-8b-lora.yaml', '--to', 'vllm'], /--to vllm takes serving plans/],
    [[SERVE, '--to', 'sglang'], /the plan runs on vLLM \(--to vllm, or .*--set engine=sglang\)/],
    [[SERVE, '--to', 'vllm', '--workload', 'x'], /--workload picks one of a fleet/],
    [['scenarios/forecast-2027.yaml', '--to', 'kubernetes'], /a forecast has a plan for each month/],
  ])('%j is bad input', (args, message) => {
    const { code, stdout, stderr } = plan(['export', ...args, ...AS_OF])
    expect(stderr).toMatch(message)
    expect([code, stdout]).toEqual([2, ''])
  })

  test('one file goes to standard output as it is, the same bytes twice', () => {
    const once = plan(['export', SERVE, '--to', 'docker-compose', ...AS_OF])
    expect([once.code, once.stderr]).toEqual([0, ''])
    expect(Object.keys(parse(once.stdout))).toEqual(['services', 'volumes'])
    expect(plan(['export', SERVE, '--to', 'docker-compose', ...AS_OF]).stdout).toBe(once.stdout)
  })

  test('the header says what the plan is, what it costs and when, and what it needs', () => {
    const { best, catalog } = JSON.parse(readFileSync(saved('header.json', [SERVE]), 'utf8'))
    const [first = '', second = '', third = ''] = plan(['export', SERVE, '--to', 'kubernetes', ...AS_OF]).stdout.split(
      '\n',
    )
    expect(first).toMatch(new RegExp(`^# serve-8b: ${best.placement.gpus} x ${best.placement.gpu} on .*\\$`))
    expect(second).toContain(`Price of ${best.cost.price_as_of}.`)
    expect(second).toContain(`${(best.memory.total_bytes / 2 ** 30).toFixed(1)} GiB of`)
    expect(third).toMatch(new RegExp(`^# Written by gpu-plan \\d+\\.\\d+\\.\\d+ with catalog ${catalog.hash}\\.$`))
  })

  test('several files go into a directory, scripts ready to run, or one after the other with their names', () => {
    const directory = join(folder, 'vllm')
    const { code, stdout, stderr } = plan(['export', SERVE, '--to', 'vllm', '--output', `${directory}/`, ...AS_OF])
    expect([code, stdout]).toEqual([0, ''])
    expect(stderr).toContain('written: ')
    expect(readdirSync(directory).sort()).toEqual(['vllm.sh', 'vllm.yaml'])
    expect(statSync(join(directory, 'vllm.sh')).mode & 0o111).not.toBe(0)
    expect(statSync(join(directory, 'vllm.yaml')).mode & 0o111).toBe(0)
    const script = readFileSync(join(directory, 'vllm.sh'), 'utf8')
    expect(bashProblem(script)).toBe('')
    const printed = plan(['export', SERVE, '--to', 'vllm', ...AS_OF]).stdout
    const config = readFileSync(join(directory, 'vllm.yaml'), 'utf8')
    expect(printed).toBe(`# --- vllm.sh\n${script}\n# --- vllm.yaml\n${config}`)
  })

  test('several files do not fit into one', () => {
    const file = join(folder, 'taken')
    writeFileSync(file, 'mine')
    const { code, stderr } = plan(['export', SERVE, '--to', 'vllm', '--output', file, ...AS_OF])
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/a file of that name exists \(2 files need a directory\)/),
    ])
    expect(readFileSync(file, 'utf8')).toBe('mine')
  })

  test('one file takes the name it is given, or its own in a directory', () => {
    const file = join(folder, 'mine.yml')
    expect(plan(['export', SERVE, '--to', 'kserve', '--output', file, '--quiet', ...AS_OF])).toMatchObject({
      code: 0,
      stderr: '',
    })
    expect(parse(readFileSync(file, 'utf8')).kind).toBe('InferenceService')
    expect(plan(['export', SERVE, '--to', 'kserve', '--output', folder, ...AS_OF]).code).toBe(0)
    expect(readFileSync(join(folder, 'kserve.yaml'), 'utf8')).toBe(readFileSync(file, 'utf8'))
  })

  test('a saved plan is taken as it is', () => {
    const file = saved('serve.json', [SERVE])
    const fresh = plan(['export', SERVE, '--to', 'kubernetes', ...AS_OF]).stdout
    expect(plan(['export', file, '--to', 'kubernetes']).stdout).toBe(fresh)
    expect(plan(['export', '-', '--to', 'kubernetes'], { input: readFileSync(file, 'utf8') }).stdout).toBe(fresh)
    expect(plan(['export', file, '--to', 'vllm', '--set', 'context=4096']).stderr).toMatch(
      /--set and --objective change scenarios/,
    )
    const run = saved('train.json', ['scenarios/train-8b-lora.yaml'])
    expect(plan(['export', run, '--to', 'slurm']).code).toBe(0)
  })

  test('--set changes the scenario first', () => {
    const { stdout } = plan([
      'export',
      SERVE,
      '--to',
      'sglang',
      '--set',
      'engine=sglang',
      '--set',
      'context=6000',
      ...AS_OF,
    ])
    expect(stdout).toContain('--context-length 6000')
  })

  test('without a plan, and over the price, nothing is written', () => {
    const none = plan(['export', SERVE, '--to', 'vllm', '--set', 'latency.ttft_ms=0.001', ...AS_OF])
    expect([none.code, none.stdout]).toEqual([3, ''])
    expect(none.stderr).toMatch(/^No plan for serve-8b: TTFT binds/)
    const dear = plan(['export', SERVE, '--to', 'vllm', '--max-cost', '0.01', ...AS_OF])
    expect([dear.code, dear.stdout]).toEqual([4, ''])
    expect(dear.stderr).toContain('over --max-cost')
  })

  test('a model that the scenario describes itself is exported under a name to be replaced', () => {
    const file = join(folder, 'own.yaml')
    const model =
      '{ parameters: 8.03e9, hidden_size: 4096, layers: 32, heads: 32, kv_heads: 8, intermediate_size: 14336, vocabulary_size: 128256 }'
    writeFileSync(
      file,
      `kind: serve\nmodel: ${model}\ntraffic: { concurrency: 8, input_tokens: 1000, output_tokens: 200 }\nsearch: { quantization: [bf16] }\n`,
    )
    const { code, stdout } = plan(['export', file, '--to', 'vllm', ...AS_OF])
    expect(code).toBe(0)
    expect(stdout).toContain('# First put the path of the weights in place of inline.\n')
  })

  test('a fleet exports every placement of the kind under its own name, or one of them', () => {
    const fleet = saved('fleet.json', ['scenarios/fleet-mixed.yaml'])
    const { placements } = JSON.parse(readFileSync(fleet, 'utf8'))
    const named = (kind: string): string[] =>
      placements
        .filter(({ plan: { configuration } }: { plan: { configuration: object } }) => kind in configuration)
        .map((each: { workload: string }) => each.workload)
    const all = plan(['export', fleet, '--to', 'kubernetes'])
    expect(all.code).toBe(0)
    const documents = parseAllDocuments(all.stdout)
    expect(documents.flatMap(({ errors }) => errors)).toEqual([])
    const names = documents.map((each) => each.toJS().metadata.name)
    // A Deployment and a Service each, under a name of their own where a workload stands in two places.
    const numbered = named('engine').map((name, index, all) => {
      const before = all.slice(0, index).filter((other) => other === name).length
      return objectName(before === 0 ? name : `${name}-${before + 1}`)
    })
    expect(names.sort()).toEqual([...numbered, ...numbered].sort())
    for (const trained of named('method')) expect(all.stderr).toContain(JSON.stringify(trained))
    const [first = ''] = named('engine')
    const one = plan(['export', fleet, '--to', 'kubernetes', '--workload', first])
    expect([one.code, one.stderr]).toEqual([0, ''])
    expect(one.stdout).toContain(`# ${first}: `)
    expect(plan(['export', fleet, '--to', 'kubernetes', '--workload', 'nobody']).stderr).toMatch(
      /places no workload "nobody"/,
    )
  })

  test('models that share a GPU are refused: no target can say that', () => {
    const fleet = saved('shared.json', ['scenarios/fleet-onprem.yaml'])
    const { code, stderr } = plan(['export', fleet, '--to', 'kubernetes'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/shares its GPUs with another model.*co_locate: false/)
  })
})
