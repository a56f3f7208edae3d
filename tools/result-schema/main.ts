/**
 * Writes the JSON Schema of everything that the program prints as JSON, `schema/results/vN.json`, N being `resultVersion`. Run from
 * the compiled file: `node dist/tools/result-schema/main.js` after a build. A change that takes something from those who read
 * results is refused: it needs a version of its own.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { resultJsonSchema, savedDocuments } from '../../src/report/json-documents.ts'
import { resultVersion } from '../../src/result/version.ts'
import { breaksOf, type DocumentsSchema } from './compatible.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..')
const file = join(root, 'schema', 'results', `v${resultVersion}.json`)
const text = `${JSON.stringify(resultJsonSchema(), null, 2)}\n`

const breaks = existsSync(file)
  ? breaksOf(
      JSON.parse(readFileSync(file, 'utf8')) as DocumentsSchema,
      JSON.parse(text) as DocumentsSchema,
      savedDocuments,
    )
  : []
if (breaks.length > 0) {
  process.stderr.write(
    `${breaks.join('\n')}\nraise resultVersion in src/result/plan.ts, and say how version ${resultVersion} is read\n`,
  )
  process.exitCode = 1
} else {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  process.stdout.write(`${relative(process.cwd(), file)}\n`)
}
