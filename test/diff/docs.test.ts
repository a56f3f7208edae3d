import { mkdtempSync, readFileSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ROOT } from '../cli/binary.ts'
import { call } from '../cli/in-process.ts'

/* Outputs that the pages show are what the program prints. */

const home = process.cwd()
beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'plan-docs-'))
  symlinkSync(join(ROOT, 'scenarios'), join(folder, 'scenarios'))
  process.chdir(folder)
})
afterAll(() => process.chdir(home))

/** Command lines of the console blocks of a page with what is shown below each. */
function shown(page: string): { command: string; output: string }[] {
  const text = readFileSync(join(ROOT, 'docs', page), 'utf8')
  const blocks = [...text.matchAll(/^```console\n([\s\S]*?)^```/gm)].map((match) => match[1] ?? '')
  return blocks.flatMap((block) =>
    block
      .split(/^\$ /m)
      .filter((part) => part !== '')
      .map((part) => {
        const end = part.indexOf('\n')
        return { command: part.slice(0, end), output: part.slice(end + 1) }
      }),
  )
}

describe.each(['diff-and-lock.md', 'whatif.md'])('docs/%s', (page) => {
  test('shows what is printed', async () => {
    const commands = shown(page)
    expect(commands.length).toBeGreaterThan(0)
    for (const { command, output } of commands) {
      const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '')
      expect(words[0]).toBe('plan')
      expect((await call(words.slice(1))).stdout).toBe(output)
    }
  })
})
