import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { AS_OF, plan } from '../../cli/binary.ts'
import { unbalanced, visible } from './pages.ts'

const folder = mkdtempSync(join(tmpdir(), 'plan-html-'))
afterAll(() => rmSync(folder, { recursive: true }))

test.each([
  ['a plan', ['scenarios/serve-8b.yaml', ...AS_OF], 0, '✔ Plan found'],
  ['no plan', ['scenarios/serve-8b.yaml', '--set', 'latency.tpot_ms=0.1', ...AS_OF], 3, '✘ No plan'],
  ['options', ['compare', 'scenarios/serve-8b.yaml', 'scenarios/serve-70b.yaml', ...AS_OF], 0, '2 of 2 have a plan'],
  ['an estimate', ['estimate', 'llama-3.1-8b', '--gpu', 'l40s', ...AS_OF], 0, '✔ Fits'],
  ['a training estimate', ['estimate', 'llama-3.1-8b', '--gpu', 'l40s', '--method', 'full'], 3, '✘ Does not fit'],
  ['a fit', ['fit', 'llama-3.1-8b', '--gpu', 'l40s'], 0, 'the most that fits'],
])('%s is a page on standard output, with the same exit code', (_, args, code, words) => {
  const run = plan([...args, '--format', 'html', '--quiet'])
  expect(run.stderr).toBe('')
  expect(run.code).toBe(code)
  expect(run.stdout.startsWith('<!doctype html>\n')).toBe(true)
  expect(run.stdout.endsWith('</html>\n')).toBe(true)
  expect(unbalanced(run.stdout)).toEqual([])
  expect(visible(run.stdout)).toContain(words)
})

test('--output writes the page and nothing else', () => {
  const file = join(folder, 'plan.html')
  const run = plan(['scenarios/serve-8b.yaml', ...AS_OF, '--format', 'html', '--output', file, '--quiet'])
  expect(run).toEqual({ code: 0, stdout: '', stderr: '' })
  expect(readFileSync(file, 'utf8')).toContain('<meta http-equiv="Content-Security-Policy"')
})

test.each([
  ['validate', 'x.yaml'],
  ['catalog', 'list'],
  ['check-log', 'x.log'],
])('%s has no page and says so', (...args) => {
  const run = plan([...args, '--format', 'html'])
  expect(run.code).toBe(2)
  expect(run.stdout).toBe('')
  expect(run.stderr).toContain(
    '--format html is for plans: plan, compare, estimate and fit (text, json, csv or markdown)',
  )
})
