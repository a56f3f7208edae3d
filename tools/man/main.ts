/** Writes man/plan.1. Run from the compiled file in dist/tools/man, or as `npm run man`. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { COMMANDS } from '../../src/cli/run.ts'
import { packageVersion } from '../../src/cli/version.ts'
import { manualPage } from './page.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..')
mkdirSync(join(root, 'man'), { recursive: true })
writeFileSync(join(root, 'man', 'plan.1'), manualPage(COMMANDS, packageVersion()))
