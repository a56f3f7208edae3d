import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { AS_OF, plan, ROOT } from '../cli/binary.ts'

/* Outputs that README.md shows are what the program prints. */

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
const blocks = [...readme.matchAll(/```text\n([\s\S]*?)```/g)].map(([, text]) => (text ?? '').trimEnd())

const SHOWN: readonly (readonly string[])[] = [
  ['scenarios/serve-70b.yaml'],
  ['compare', 'scenarios/train-70b-compare.yaml', '--by', 'method'],
  ['scenarios/fleet-onprem.yaml'],
  ['scenarios/forecast-2027.yaml'],
]

describe('README.md shows what is printed by', () => {
  test.each(SHOWN.map((args) => [args.join(' '), args] as const))('plan %s', (_, args) => {
    const { code, stdout } = plan([...args, ...AS_OF])
    expect(code).toBe(0)
    // Parts of a long report, in its order, stand apart by an empty line or by an ellipsis.
    const isFrom = (block: string): boolean => block.split(/\n\n|\n\.\.\.\n/).every((part) => stdout.includes(part))
    expect(blocks.filter(isFrom).length, stdout).toBeGreaterThan(0)
  })
})
