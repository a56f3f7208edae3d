#!/usr/bin/env node
import { fileURLToPath } from 'node:url'
import { isMainThread } from 'node:worker_threads'
import { hideBin } from 'yargs/helpers'
import { report } from './errors.ts'
import { run } from './run.ts'
import { processTerminal } from './terminal.ts'

if (isMainThread) {
  const terminal = processTerminal()
  // What is thrown where nobody waits for it is a defect too, and said like one.
  process.once('uncaughtException', (error) => process.exit(report(error, terminal)))
  process.exitCode = await run(hideBin(process.argv), terminal, fileURLToPath(import.meta.url))
} else {
  const { servePlans } = await import('./batch/thread.ts')
  await servePlans()
}
