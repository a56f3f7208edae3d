#!/usr/bin/env node
import { fileURLToPath } from 'node:url'
import { isMainThread } from 'node:worker_threads'
import { inputError } from '../scenario/diagnostic.ts'
import { report } from './errors.ts'
import { processTerminal, type Terminal } from './terminal.ts'

if (isMainThread) {
  const terminal = processTerminal()
  // What is thrown where nobody waits for it is a defect too, and said like one.
  process.once('uncaughtException', (error) => process.exit(report(error, terminal)))
  process.exitCode = await main(terminal)
} else {
  const { servePlans } = await import('./batch/thread.ts')
  await servePlans()
}

async function main(terminal: Terminal): Promise<number> {
  try {
    process.cwd()
  } catch {
    // The command line's parser asks for it as soon as it is loaded.
    const gone = inputError('the working directory does not exist any more', { hint: 'cd to one that does' })
    return report(gone, terminal)
  }
  const { hideBin } = await import('yargs/helpers')
  const { run } = await import('./run.ts')
  return run(hideBin(process.argv), terminal, fileURLToPath(import.meta.url))
}
