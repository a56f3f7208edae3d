import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { plan } from './binary.ts'

/** By hand: 8,030,261,248 parameters (the safetensors index of Llama 3.1 8B) of 2 bytes are 14.957 GiB. */
const WEIGHTS_GIB = 14.957

const served = (id: string, engine = 'vllm'): string =>
  `- { id: ${id}, source: a log, group: own, kind: serving-memory, model: llama-3.1-8b, gpu: h100-sxm-80gb, gpus: 1,
    engine: { name: ${engine} }, configuration: { quantization: bf16, context: 8192 }, measured: { weights_gib: ${WEIGHTS_GIB} } }`

let folder = ''
const at = (name: string): string => join(folder, name)
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plan-validate-'))
  writeFileSync(at('one.yaml'), `records:\n${served('one')}\n`)
  writeFileSync(at('two.yaml'), `records:\n${served('two')}\n${served('other', 'nothing-known')}\n`)
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('plan validate', () => {
  test('holds the weights of 8B in bf16 against what was read: within a percent', () => {
    const { code, stdout, stderr } = plan(['validate', at('one.yaml'), at('two.yaml'), '--format', 'json'])
    expect([code, stderr]).toEqual([0, ''])
    const { records, summary } = JSON.parse(stdout)
    expect(records.map(({ id }: { id: string }) => id)).toEqual(['one', 'two', 'other'])
    const [{ predicted, measured, error }] = records
    expect(measured.weights_gib).toBe(WEIGHTS_GIB)
    expect(Math.abs(predicted.weights_gib / WEIGHTS_GIB - 1)).toBeCloseTo(error.weights_gib, 5)
    expect(error.weights_gib).toBeLessThan(0.01)
    expect(predicted.fits).toBe(true)
    expect(records[2].skipped).toContain('nothing-known')
    const weights = { kind: 'serving-memory', quantity: 'weights_gib', group: 'all', count: 2 }
    expect(summary).toContainEqual(expect.objectContaining({ ...weights, median: error.weights_gib }))
  })

  test('as text, from standard input; the same run prints the same bytes', () => {
    const input = readFileSync(at('two.yaml'), 'utf8')
    const { code, stdout } = plan(['validate', '-'], { input })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^2 measured runs: 1 compared, 1 left out\n/)
    expect(stdout).toMatch(/^weights +1 /m)
    expect(plan(['validate', at('two.yaml')]).stdout).toBe(stdout)
  })

  test('--output and --plot write files and nothing else', () => {
    const args = ['validate', at('one.yaml'), '--format', 'csv', '--output', at('out.csv'), '--plot', at('out.svg')]
    expect(plan(args)).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(readFileSync(at('out.csv'), 'utf8')).toMatch(/^id,kind,group,/)
    expect(readFileSync(at('out.svg'), 'utf8')).toMatch(/^<svg [\s\S]*Predicted against measured[\s\S]*<\/svg>\n$/)
  })

  test.each([
    ['nothing was measured', 'records: []\n'],
    ['no record can be expressed', `records:\n${served('other', 'nothing-known')}\n`],
  ])('exits 3 where %s', (_, input) => {
    const { code, stdout } = plan(['validate', '-'], { input })
    expect(code).toBe(3)
    expect(stdout).toContain(': 0 compared')
  })

  test('what is wrong with any file, each with its place, and no result', () => {
    writeFileSync(at('bad.yaml'), `records:\n${served('bad').replace('h100-sxm-80gb', 'h1OO-sxm-80gb')}\n`)
    const { code, stdout, stderr } = plan(['validate', at('none.yaml'), at('bad.yaml'), at('one.yaml')])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr.split('\n')).toEqual([
      `${at('none.yaml')}: the file does not exist (did you mean "${at('one.yaml')}"?)`,
      `${at('bad.yaml')}:2:89: unknown GPU "h1OO-sxm-80gb" (did you mean "h100-sxm-80gb"?)`,
      '',
    ])
  })

  test.each<[string, string[], RegExp]>([
    ['no file', [], /^plan: which measurements\? \(plan validate /],
    ['a picture of another form', ['-', '--plot', 'a.png'], /^plan: --plot draws SVG, got "a\.png"/],
    ['one file for two things', ['-', '--plot', 'a.svg', '--output', 'a.svg'], /name the same file/],
    ['standard input twice', ['-', '-'], /standard input can be read only once/],
    ['a misspelt flag', ['-', '--polt', 'a.svg'], /did you mean "--plot"\?/],
  ])('refuses %s', (_, args, message) => {
    const { code, stdout, stderr } = plan(['validate', ...args], { input: 'records: []' })
    expect(stderr).toMatch(message)
    expect([code, stdout]).toEqual([2, ''])
  })

  test('a misspelt command is one', () => {
    expect(plan(['valdate']).stderr).toContain('did you mean "validate"?')
  })

  test('its help shows examples and exit codes', () => {
    const { code, stdout } = plan(['validate', '--help'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^Examples:\n {2}plan validate /)
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
  })
})
