import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { readRecordFiles } from '../../src/measurements/read.ts'
import { validateRecords } from '../../src/measurements/validate.ts'
import { explanationsOf } from './explanations.ts'
import type { PageInput } from './page.ts'

/** Above this file in the sources, one further above it in dist. */
export const projectRoot = rootAbove(dirname(fileURLToPath(import.meta.url)))

function rootAbove(directory: string): string {
  return existsSync(join(directory, 'package.json')) ? directory : rootAbove(dirname(directory))
}

/** The published runs with what the model says of them. */
export async function pageInput(): Promise<PageInput> {
  const directory = join(projectRoot, 'test', 'measurements')
  const catalog = await loadCatalog()
  const names = readdirSync(directory)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
  const files = names.map((name) => ({ file: name, text: readFileSync(join(directory, name), 'utf8') }))
  const records = readRecordFiles(files, catalog)
  return {
    records,
    validation: validateRecords(records, catalog),
    accuracy: catalog.physics.accuracy,
    why: explanationsOf(join(directory, 'about', EXPLANATIONS)),
  }
}

const EXPLANATIONS = 'explanations.yaml'
