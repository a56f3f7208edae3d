import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AS_OF, plan, scenario } from './binary.ts'

const LOADS = [
  [512, 256, 1],
  [1024, 256, 2],
  [1024, 256, 8],
  [2048, 128, 16],
  [2048, 128, 32],
  [4096, 64, 4],
] as const

/** Records of an L40S with the figures given, or with none to be predicted. */
function runs(figures: ((index: number) => string) | null): string {
  const records = LOADS.map(
    ([input, output, concurrency], index) =>
      `- { id: run-${index}, source: own, group: own, kind: serving-throughput, model: llama-3.1-8b, gpu: l40s, gpus: 1,
    engine: { name: vllm, version: "0.24" }, configuration: { quantization: fp8 },
    workload: { input_tokens: ${input}, output_tokens: ${output}, concurrency: ${concurrency} },
    measured: ${figures === null ? '{ tpot_ms: 1, ttft_ms: 1 }' : figures(index)} }`,
  )
  return `records:\n${records.join('\n')}\n`
}

let folder = ''
const at = (name: string): string => join(folder, name)
/** A machine that takes a sixth longer than predicted, whatever it does. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plan-calibrate-'))
  const { records } = JSON.parse(plan(['validate', '-', '--format', 'json'], { input: runs(null) }).stdout)
  const slower = (index: number): string => {
    const { tpot_ms: tpot, ttft_ms: ttft } = records[index].predicted
    return `{ tpot_ms: ${(tpot * 7) / 6}, ttft_ms: ${(ttft * 7) / 6} }`
  }
  writeFileSync(at('slow.yaml'), runs(slower))
  writeFileSync(
    at('equal.yaml'),
    runs((index) => `{ tpot_ms: ${records[index].predicted.tpot_ms}, ttft_ms: ${records[index].predicted.ttft_ms} }`),
  )
})
afterAll(() => rmSync(folder, { recursive: true }))

const calibrate = (args: readonly string[], input = '') =>
  plan(['calibrate', ...args, ...AS_OF], { cwd: folder, input })

describe('plan calibrate', () => {
  test('writes an overlay with which the runs are predicted, and plans that use it say so', () => {
    const { code, stdout, stderr } = calibrate(['slow.yaml', '--format', 'json'])
    expect([code, stderr]).toEqual([0, ''])
    const result = JSON.parse(stdout)
    expect(result).toMatchObject({
      as_of: '2026-11-21',
      output: './calibrated',
      records: 6,
      used: 6,
      skipped: [],
      files: ['engines/vllm.yaml', 'gpus/calibrated.yaml'],
      command: 'plan scenario.yaml --catalog ./calibrated',
    })
    const bandwidth = result.constants.find(({ path }: { path: string }) => path === 'efficiency.bandwidth')
    expect(bandwidth).toMatchObject({ owner: 'NVIDIA L40S', name: 'bandwidth', records: 6, kept: null })
    expect(bandwidth.to / bandwidth.from).toBeLessThan(0.92)

    // By validate, which knows nothing of the fit: the errors reported are those of the written files.
    const check = plan(['validate', 'slow.yaml', '--catalog', './calibrated', '--format', 'json'], { cwd: folder })
    const { summary } = JSON.parse(check.stdout)
    for (const [quantity, figure] of [
      ['tpot_ms', 'TPOT dense'],
      ['ttft_ms', 'TTFT dense'],
    ]) {
      const row = summary.find(
        (each: { quantity: string; group: string }) => each.quantity === quantity && each.group === 'all',
      )
      const [law] = result.laws
      const { after, before, held_out } = law.errors.find((each: { figure: string }) => each.figure === figure)
      expect(row.median).toBeCloseTo(after.median, 5)
      // 6/7 - 1
      expect(before.median).toBeCloseTo(1 / 7, 4)
      expect(held_out.median).toBeLessThan(0.05)
    }

    writeFileSync(at('serve.yaml'), scenario().replace('l4, l40s, h100-sxm-80gb', 'l40s'))
    const plain = JSON.parse(plan(['serve.yaml', '--format', 'json', ...AS_OF], { cwd: folder }).stdout)
    const own = plan(['serve.yaml', '--format', 'json', '--catalog', './calibrated', ...AS_OF], { cwd: folder })
    const calibrated = JSON.parse(own.stdout)
    const sentence = 'vLLM 0.22 and later, NVIDIA L40S calibrated to 6 own runs of 2026-11-21 (./calibrated).'
    expect(calibrated.assumptions).toContain(sentence)
    expect(plain.assumptions).not.toContain(sentence)
    expect(calibrated.best.performance.tpot_ms).toBeGreaterThan(plain.best.performance.tpot_ms)
    const estimate = ['estimate', 'llama-3.1-8b', '--gpu', 'l40s', '--catalog', './calibrated', ...AS_OF]
    expect(plan(estimate, { cwd: folder }).stdout.replace(/\s+/g, ' ')).toContain(
      'calibrated to 6 own runs of 2026-11-21',
    )
  })

  test('prints the same bytes again, over the earlier calibration', () => {
    const first = calibrate(['slow.yaml', '--output', 'again'])
    const files = ['engines/vllm.yaml', 'gpus/calibrated.yaml'].map((name) => at(`again/${name}`))
    const texts = files.map((file) => readFileSync(file, 'utf8'))
    const second = calibrate(['-', '--output', 'again'], readFileSync(at('slow.yaml'), 'utf8'))
    expect(second).toEqual(first)
    expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual(texts)
    expect(first.stdout).toMatch(
      /^6 own runs: \d constants moved, \d kept\n\nmoved +from +to +change +runs\nNVIDIA L40S\n {2}bandwidth /,
    )
    expect(first.stdout).toContain('plan scenario.yaml --catalog again')
    expect(first.stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
  })

  test('as Markdown and CSV', () => {
    const markdown = calibrate(['slow.yaml', '--format', 'markdown', '--output', 'md']).stdout
    expect(markdown).toMatch(/^## Calibration to own runs\n/)
    expect(markdown).toMatch(/^\| NVIDIA L40S: bandwidth \| .* \| 6 \|$/m)
    const csv = calibrate(['slow.yaml', '--format', 'csv', '--output', 'csv']).stdout
    expect(csv).toMatch(/^law,constant,path,from,to,change,records,kept\r\n/)
    expect(csv).toMatch(/^serving speed,NVIDIA L40S: bandwidth,gpus\/l40s efficiency\.bandwidth,.*,6,\r$/m)
  })

  test('exits 3 and writes nothing where the shipped constants predict the runs', () => {
    const { code, stdout } = calibrate(['equal.yaml', '--output', 'none'])
    expect(code).toBe(3)
    expect(stdout).toContain('Nothing is written')
    expect(existsSync(at('none'))).toBe(false)
  })

  test.each<[string, string[], string, RegExp]>([
    ['no file', [], '', /which measurements\? \(plan calibrate /],
    ['no record', ['-'], 'records: []', /at least 3 records, got 0/],
    [
      'records that no law expresses',
      ['-'],
      'tgi',
      /no record can be used: no engine "tgi" in the catalog: run-0, run-1,/,
    ],
    ['the directory that it reads', ['-', '--catalog', './calibrated'], 'records: []', /name the same directory/],
    ['a day that is none', ['-', '--as-of', '2026-13-01'], 'records: []', /--as-of (takes a date|is given)/],
  ])('refuses %s', (_, args, text, message) => {
    const input = text === 'tgi' ? runs(() => '{ tpot_ms: 9 }').replaceAll('name: vllm', 'name: tgi') : text
    const { code, stdout, stderr } = plan(['calibrate', ...args], { cwd: folder, input })
    expect(stderr).toMatch(message)
    expect([code, stdout]).toEqual([2, ''])
  })

  test('a directory of own catalog files is left alone', () => {
    writeFileSync(at('slow-copy.yaml'), readFileSync(at('slow.yaml')))
    const { code, stderr } = calibrate(['slow.yaml', '--output', '.'])
    expect(code).toBe(2)
    expect(stderr).toContain('not of a calibration')
  })

  test('its help shows examples and exit codes', () => {
    const { code, stdout } = plan(['calibrate', '--help'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^Examples:\n {2}plan calibrate /)
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
  })
})
