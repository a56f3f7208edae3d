import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { call } from '../cli/in-process.ts'

const log = (name: string): string => fileURLToPath(new URL(`./${name}.log`, import.meta.url))

const plan = (...args: string[]) => call(['check-log', ...args], null)

describe('plan check-log', () => {
  const l40s = log('vllm/0.7.1-qwen2.5-32b-l40s-tp2')

  test('a log that agrees, and one that says nothing of the kind, both end with 0', async () => {
    expect(await plan(l40s, '--gpu', 'l40s')).toMatchObject({ code: 0, stderr: '' })
    const hosted = log('llama-cpp/2024-partly-offloaded')
    const unknown = await plan(hosted, '--model', 'llama-3-8b', '--quantization', 'gguf-q4_k_m')
    expect(unknown.code).toBe(0)
    expect(unknown.stdout).toContain('nothing is predicted')
  })

  test('what is missing is named with the flag that gives it', async () => {
    const nameless = await plan(l40s)
    expect(nameless.code).toBe(2)
    expect(nameless.stdout).toBe('')
    expect(nameless.stderr).toMatch(/the log does not name the GPU \(one of 44\.42 GiB\) \(--gpu ID, such as .*l40s/)
    const modelless = await plan(log('vllm/0.12-graphs-tp2'), '--gpu', 'l40s')
    expect(modelless.stderr).toMatch(/does not name the model \(--model ID\)/)
  })

  test('a text that is no log: exit 2, with what was looked for', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'check-log-'))
    try {
      const file = join(folder, 'notes.txt')
      writeFileSync(file, 'nothing to see\n')
      const { code, stderr } = await plan(file)
      expect(code).toBe(2)
      expect(stderr).toMatch(
        /notes\.txt: no start-up of a server is found.*vllm "Model loading took.*sglang.*llama\.cpp/,
      )
      writeFileSync(file, '')
      expect((await plan(file)).code).toBe(2)
      writeFileSync(file, Buffer.from([0xff, 0x00, 0xc3, 0x28, 0x80]))
      expect((await plan(file)).code).toBe(2)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('--record prints an item; with --output a whole file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'check-log-'))
    try {
      const item = await plan(l40s, '--gpu', 'l40s', '--record')
      expect(item.stdout).toMatch(/^- id: vllm-0\.7\.1-qwen2\.5-32b/)
      const file = join(folder, 'runs.yaml')
      expect((await plan(l40s, '--gpu', 'l40s', '--record', '--output', file)).code).toBe(0)
      expect(readFileSync(file, 'utf8')).toBe(`records:\n${item.stdout}`)
      const json = await plan(l40s, '--gpu', 'l40s', '--record', '--format', 'json')
      expect(JSON.parse(json.stdout).records).toHaveLength(1)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test.each<[string, string[], RegExp]>([
    ['no file', [], /which log\?/],
    ['two files', [l40s, 'other.log'], /unexpected argument "other\.log"/],
    ['a file that is not there', ['no-such.log'], /does not exist/],
    ['a form of tables for the record', [l40s, '--gpu', 'l40s', '--record', '--format', 'csv'], /--record prints YAML/],
    ['an unknown model', [l40s, '--gpu', 'l40s', '--model', 'qwen2.5-32bb'], /did you mean "qwen2\.5-32b"/],
    ['a count of GPUs that is none', [l40s, '--gpus', 'two'], /--gpus takes a whole number/],
    [
      'a record of what no record can say',
      [log('llama-cpp/2024-partly-offloaded'), '--model', 'llama-3-8b', '--quantization', 'gguf-q4_k_m', '--record'],
      /no record can express this start: only 0 of 33 layers/,
    ],
  ])('%s: exit 2', async (_, args, message) => {
    const { code, stdout, stderr } = await plan(...args)
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(message)
  })
})
