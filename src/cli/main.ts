#!/usr/bin/env node
import { fileURLToPath } from 'node:url'
import { isMainThread } from 'node:worker_threads'
import { hideBin } from 'yargs/helpers'
import { run } from './run.ts'
import { processTerminal } from './terminal.ts'

if (isMainThread) {
  process.exitCode = await run(hideBin(process.argv), processTerminal(), fileURLToPath(import.meta.url))
} else {
  const { servePlans } = await import('./batch/thread.ts')
  await servePlans()
}
