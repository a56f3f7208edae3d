import { run } from '../../src/cli/run.ts'

/** What a command line printed, and how it ended. */
export interface Printed {
  code: number
  stdout: string
  stderr: string
}

/** Runs a command line in this process. The day is one on which the shipped prices are young enough. */
export async function call(args: readonly string[], asOf: string | null = '2026-11-21'): Promise<Printed> {
  let stdout = ''
  let stderr = ''
  const code = await run([...args, ...(asOf === null ? [] : ['--as-of', asOf])], {
    result: (text) => {
      stdout += text
    },
    note: (text) => {
      stderr += `${text}\n`
    },
    rewrite: () => undefined,
    live: false,
    color: false,
  })
  return { code, stdout, stderr }
}
