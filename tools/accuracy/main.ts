/**
 * Holds every prediction against the published runs in test/measurements and prints the errors. With --write it also writes
 * docs/accuracy.md with its chart, and the figures that a test keeps from getting worse.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { validationPlot } from '../../src/report/validation/plot.ts'
import { validationText } from '../../src/report/validation/text.ts'
import { committedErrors } from './committed.ts'
import { pageInput, projectRoot } from './input.ts'
import { accuracyPage } from './page.ts'

const input = await pageInput()
process.stdout.write(validationText(input.validation, { color: false }))
if (process.argv.includes('--write')) {
  writeFileSync(join(projectRoot, 'docs', 'accuracy.md'), accuracyPage(input))
  writeFileSync(join(projectRoot, 'docs', 'accuracy.svg'), validationPlot(input.validation))
  writeFileSync(
    join(projectRoot, 'test', 'measurements', 'about', 'committed-errors.json'),
    `${JSON.stringify(committedErrors(input.validation), null, 1)}\n`,
  )
}
