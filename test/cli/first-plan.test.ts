import { mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { serveGuesses } from '../../src/cli/init/serve.ts'
import { trainGuesses } from '../../src/cli/init/train.ts'
import { count } from '../../src/units.ts'
import { AS_OF, ROOT } from './binary.ts'
import { perform, type Step, stepsOf, withOutputs } from './transcript.ts'

const FILE = join(ROOT, 'docs', 'first-plan.md')
const page = readFileSync(FILE, 'utf8')

/** What the commands of the page print now, one after the other in a fresh folder with what a clone holds. */
function performed(): Step[] {
  const folder = mkdtempSync(join(tmpdir(), 'plan-first-'))
  for (const name of ['scenarios', 'schema']) symlinkSync(join(ROOT, name), join(folder, name))
  return stepsOf(page).map(({ command }) => ({ command, printed: perform(command, folder, AS_OF) }))
}

describe('docs/first-plan.md', () => {
  // UPDATE_DOCS=1 npx vitest run test/cli/first-plan.test.ts, after a build, writes what is printed now.
  test('shows what its commands print', { timeout: 120_000 }, () => {
    const now = performed()
    expect(now.length).toBeGreaterThan(12)
    if (process.env.UPDATE_DOCS === '1') writeFileSync(FILE, withOutputs(page, now))
    else expect(withOutputs(page, now)).toBe(page)
    for (const { command, printed } of now) expect(printed, command).not.toMatch(/internal error|^plan: /m)
  })

  test('says what plan init assumes', () => {
    const text = page.replace(/\s+/g, ' ')
    const { model, inputTokens, outputTokens, context, ttftMs, tpotMs } = serveGuesses
    expect(text).toContain(
      `${model}, 1 request a second of ${count(inputTokens)} tokens in and ${outputTokens} out, context ${count(context)}`,
    )
    expect(text).toContain(`first token within ${count(ttftMs)} ms, ${tpotMs} ms per output token`)
    const { examples, tokensPerExample, epochs, sequenceLength } = trainGuesses
    expect(text).toContain(
      `${count(examples)} examples of ${count(tokensPerExample)} tokens, ${epochs} epochs, sequences of ${count(sequenceLength)}, 72 hours`,
    )
  })
})
