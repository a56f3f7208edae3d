import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { COMMANDS } from '../../src/cli/run.ts'
import { packageVersion } from '../../src/cli/version.ts'
import { argument, escaped, literal, paragraph } from '../../tools/man/mdoc.ts'
import { manualPage } from '../../tools/man/page.ts'
import { ROOT } from './binary.ts'

const FILE = join(ROOT, 'man', 'plan.1')
const page = manualPage(COMMANDS, packageVersion())

test('the committed page is the one of the commands; `npm run man` renews it', () => {
  expect(readFileSync(FILE, 'utf8')).toBe(page)
})

describe('the page', () => {
  test('names every command and every flag with its value', () => {
    for (const { name, flags } of COMMANDS) {
      const from = name === null ? 0 : page.indexOf(`.Ss "plan ${name.replaceAll('-', '\\-')}"`)
      expect(from, name ?? 'plan').toBeGreaterThanOrEqual(0)
      const end = page.slice(from + 1).search(/^\.S[sh] (?!DESC)/m)
      const part = name === null ? page.slice(0, page.indexOf('.Sh COMMANDS')) : page.slice(from, from + 1 + end)
      for (const [flag, { value }] of Object.entries(flags)) {
        const term = `.It Fl \\-${literal(flag)}${value === undefined ? '' : ` Ar ${argument(value)}`}\n`
        expect(part.includes(term), `plan ${name ?? ''} --${flag}`).toBe(true)
      }
    }
  })

  test('has the sections of mdoc(7) in their order', () => {
    const sections = [...page.matchAll(/^\.Sh (.+)$/gm)].map(([, name]) => name)
    expect(sections).toEqual('NAME,SYNOPSIS,DESCRIPTION,COMMANDS,ENVIRONMENT,FILES,EXIT STATUS,EXAMPLES'.split(','))
  })

  test('opens and closes every list and display', () => {
    const count = (macro: string): number => page.split('\n').filter((line) => line.split(' ')[0] === macro).length
    expect(count('.Bl')).toBe(count('.El'))
    expect(count('.Bd')).toBe(count('.Ed'))
  })

  // Formatters are not everywhere; each that is there must have nothing to complain of.
  test.each([
    ['mandoc', ['-T', 'lint', '-W', 'style']],
    ['groff', ['-mdoc', '-Tutf8', '-ww', '-z']],
  ])('%s finds nothing wrong', (formatter, args) => {
    const { error, status, stdout, stderr } = spawnSync(formatter, [...args, FILE], { encoding: 'utf8' })
    if (error !== undefined) return
    expect(stdout + stderr).toBe('')
    expect(status).toBe(0)
  })
})

describe('text', () => {
  test('never becomes a request or an escape', () => {
    expect(escaped('.so /etc/passwd')).toBe('\\&.so /etc/passwd')
    expect(escaped("'quoted")).toBe("\\&'quoted")
    expect(escaped('a\\fB')).toBe('a\\efB')
    expect(escaped('5 ± 1')).toBe('5 \\[u00B1] 1')
    expect(literal("--fail-on 'x'")).toBe('\\-\\-fail\\-on \\(aqx\\(aq')
    expect(argument('a "b"')).toBe('"a \\(dqb\\(dq"')
  })

  test('of paragraphs begins a line at each sentence', () => {
    expect(paragraph('One\nthing. Another, e.g. this one.')).toEqual(['One thing.', 'Another, e.g. this one.'])
  })
})
