import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { visibleLines } from '../../src/visible.ts'
import { call } from '../cli/in-process.ts'
import { HOSTILE } from './names.ts'
import { FILES, steersNothing, TELLING } from './telling.ts'

let folder: string
const at = (name: string): string => join(folder, name)
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plan-refused-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

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
