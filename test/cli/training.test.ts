import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { trainResultSchema } from '../../src/result/train.ts'
import { AS_OF, plan, trainScenario } from './binary.ts'

const GIB = 2 ** 30
let file: string

beforeAll(() => {
  file = join(mkdtempSync(join(tmpdir(), 'plan-train-')), 'small.yaml')
  writeFileSync(file, trainScenario())
})

describe('plan a training scenario', () => {
  test('prints the plan within 80 columns up to the command, exit 0', () => {
    const { code, stdout } = plan([file, ...AS_OF])
    expect(code).toBe(0)
    expect(stdout.replace(/\s+/g, ' ')).toMatch(
      /^small: \d+ x \S+ on .*(LoRA|QLoRA) r16, ZeRO-\d.* a run, \$[\d.]+\/h /,
    )
    expect(stdout).toContain('Hours against dollars')
    const [report = ''] = stdout.split('Start the run')
    expect(report.split('\n').filter((line) => [...line].length > 80)).toEqual([])
  })

  test('as JSON is valid by the schema; dollars are hours times the price of an hour', () => {
    const { best, pareto } = trainResultSchema.parse(JSON.parse(plan([file, '--format', 'json', ...AS_OF]).stdout))
    expect(best!.cost.usd_per_run! / (best!.performance.hours * best!.cost.usd_per_hour!)).toBeCloseTo(1, 6)
    expect(pareto.length).toBeGreaterThan(0)
  })

  test('--max-cost judges the run: 4 under its price, 0 at it', () => {
    const { usd_per_run } = JSON.parse(plan([file, '--format', 'json', ...AS_OF]).stdout).best.cost
    const over = plan([file, '--max-cost', String(usd_per_run * 0.99), ...AS_OF])
    expect(over.code).toBe(4)
    expect(over.stderr).toMatch(/small: \$[\d.]+ a run is over --max-cost/)
    expect(plan([file, '--max-cost', String(usd_per_run), ...AS_OF]).code).toBe(0)
  })

  test('an impossible deadline: exit 3, the gap in hours', () => {
    const { code, stdout } = plan([file, '--set', 'deadline=30s', ...AS_OF])
    expect(code).toBe(3)
    expect(stdout.replace(/\s+/g, ' ')).toMatch(/^No plan for small: deadline binds, missed by [\d.]+ h at the least/)
  })

  test('beside a serving scenario each kind has its table', () => {
    const { code, stdout } = plan([file, 'scenarios/article-70b-int8-h100.yaml', ...AS_OF])
    expect(code).toBe(0)
    expect(stdout).toContain('Comparison, serve\n')
    expect(stdout).toContain('Comparison, train\n')
  })
})

describe('plan estimate --method', () => {
  const args = ['estimate', 'llama-3.1-8b', '--gpu', 'h100-sxm-80gb', '--micro-batch', '1', '--sequence-length', '2048']

  test('LoRA on 16-bit weights: 8.03e9 x 2 bytes = 14.96 GiB of weights on one GPU', () => {
    const { code, stdout } = plan([...args, '--method', 'lora', '--lora-rank', '16', '--format', 'json', ...AS_OF])
    expect(code).toBe(0)
    const { fits, configuration, memory } = JSON.parse(stdout)
    const weights = memory.terms.find((term: { name: string }) => term.name === 'weights').bytes
    expect(weights / GIB).toBeCloseTo(14.96, 1)
    expect(fits).toBe(true)
    expect(configuration).toMatchObject({ method: 'lora', lora_rank: 16, micro_batch: 1, sequence_length: 2048 })
  })

  test('every flag reaches the configuration', () => {
    const flags = {
      method: 'full',
      gpus: '8',
      optimizer: 'lion',
      'zero-stage': '2',
      offload: 'optimizer',
      'micro-batch': '2',
      'gradient-accumulation': '4',
      'sequence-length': '1024',
      'activation-checkpointing': 'none',
      trainer: 'common',
    }
    const given = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value])
    const { stdout } = plan([
      'estimate',
      'llama-3.1-8b',
      '--gpu',
      'h100-sxm-80gb',
      ...given,
      '--format',
      'json',
      ...AS_OF,
    ])
    const { configuration, placement } = JSON.parse(stdout)
    expect(placement.gpus).toBe(8)
    expect(configuration).toMatchObject({
      trainer: 'common',
      method: 'full',
      optimizer: 'lion',
      zero_stage: 2,
      offload: 'optimizer',
      micro_batch: 2,
      gradient_accumulation: 4,
      sequence_length: 1024,
      activation_checkpointing: 'none',
      data_parallel: 8,
      global_batch: 64,
    })
  })

  test('what does not fit exits 3: 70B with AdamW is 16 to 18 bytes a parameter, 1.1 to 1.3 TB', () => {
    const args = ['estimate', 'llama-3-70b', '--gpu', 'h100-sxm-80gb', '--method', 'full', ...AS_OF]
    const { code, stdout } = plan(args)
    expect(code).toBe(3)
    expect(stdout).toMatch(/✘ misses memory by [\d,.]+ GiB/)
    expect(stdout).toMatch(/ {2}short by +1,[\d,.]+ GiB\n {2}peak: \w+/)
    const { memory } = JSON.parse(plan([...args, '--format', 'json']).stdout)
    // 70.55e9 parameters, as the published weight files hold.
    const bytesPerParameter = memory.total_bytes / 70.55e9
    expect(bytesPerParameter).toBeGreaterThan(16)
    expect(bytesPerParameter).toBeLessThan(18.5)
  })

  test.each<[string, string[], RegExp]>([
    [
      'a flag of training without --method',
      ['--zero-stage', '2'],
      /^plan: --zero-stage belongs to training \(--method/,
    ],
    [
      'a flag of serving with --method',
      ['--method', 'lora', '--kv-cache', 'fp8'],
      /^plan: --kv-cache belongs to serving/,
    ],
    [
      'no such method',
      ['--method', 'lor'],
      /^plan: --method takes full, lora, qlora, got "lor" \(did you mean "lora"\?\)/,
    ],
    [
      'no such stage',
      ['--method', 'full', '--zero-stage', '4'],
      /--zero-stage takes a whole number from 0 to 3, got "4"/,
    ],
    ['no such optimizer', ['--method', 'full', '--optimizer', 'adam'], /--optimizer takes adamw, .* got "adam"/],
    ['no such trainer', ['--method', 'full', '--trainer', 'axolotle'], /did you mean "axolotl"\?/],
    [
      'half a sequence',
      ['--method', 'full', '--micro-batch', '0.5'],
      /--micro-batch takes a whole number of at least 1/,
    ],
  ])('bad input: %s', (_name, more, message) => {
    const { code, stdout, stderr } = plan(['estimate', 'llama-3.1-8b', '--gpu', 'h100-sxm-80gb', ...more, ...AS_OF])
    expect(stderr).toMatch(message)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })
})

describe('plan fit --method', () => {
  test('the largest micro-batch fits an estimate and one more does not', () => {
    const base = ['llama-3.1-8b', '--gpu', 'h100-sxm-80gb', '--method', 'lora', '--sequence-length', '2048', ...AS_OF]
    const { rows } = JSON.parse(plan(['fit', ...base, '--format', 'json']).stdout)
    expect(rows.map((row: { name: string }) => row.name)).toEqual(['micro_batch', 'sequence_length'])
    const most: number = rows[0].value
    expect(most).toBeGreaterThan(0)
    expect(plan(['estimate', ...base, '--micro-batch', String(most)]).code).toBe(0)
    expect(plan(['estimate', ...base, '--micro-batch', String(most + 1)]).code).toBe(3)
  })

  test('takes the flags of training only', () => {
    const { code, stderr } = plan([
      'fit',
      'llama-3.1-8b',
      '--gpu',
      'l4',
      '--method',
      'lora',
      '--context',
      '8192',
      ...AS_OF,
    ])
    expect(code).toBe(2)
    expect(stderr).toMatch(/--context belongs to serving/)
  })
})
