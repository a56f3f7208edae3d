import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What tests write for a while lies in one folder of the run and goes with it, whichever test failed or forgot its own. */
export default function keepTogether(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'gpu-plan-tests-'))
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) process.env[name] = folder
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
}
