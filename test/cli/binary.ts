import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
/** What users run. */
const MAIN = join(ROOT, 'dist', 'bundle', 'cli', 'main.js')

/** A day on which the shipped prices are young enough. */
export const AS_OF = ['--as-of', '2026-11-21']

export interface Run {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs the built program. `npm test` builds it first. */
export function plan(
  args: readonly string[],
  more: { input?: string; env?: Record<string, string>; cwd?: string } = {},
): Run {
  if (!existsSync(MAIN)) throw new Error(`${MAIN} is missing: run "npm run build" first`)
  const { NO_COLOR: _, FORCE_COLOR: __, ...env } = process.env
  // The settings of whoever runs the tests must not reach them.
  env.XDG_CONFIG_HOME = join(ROOT, 'test', 'fixtures', 'no-settings')
  const done = spawnSync(process.execPath, [MAIN, ...args], {
    cwd: more.cwd ?? ROOT,
    encoding: 'utf8',
    input: more.input ?? '',
    env: { ...env, ...more.env },
    maxBuffer: 2 ** 26,
  })
  return { code: done.status, stdout: done.stdout, stderr: done.stderr }
}

/** Starts the program without waiting, all three streams piped. */
export function start(args: readonly string[]) {
  return spawn(process.execPath, [MAIN, ...args], { cwd: ROOT, stdio: ['pipe', 'pipe', 'pipe'] })
}

/** A scenario that few GPUs and formats make quick to plan; `more` are further lines of YAML. */
export function scenario(more = ''): string {
  return `kind: serve
model: llama-3.1-8b
context: 4096
traffic: { requests_per_second: 1, input_tokens: 512, output_tokens: 128 }
search: { gpus: [l4, l40s, h100-sxm-80gb], quantization: [bf16, fp8], kv_cache: [bf16] }
${more}`
}

/** A training scenario that few GPUs and settings make quick to plan; `more` are further lines of YAML. */
export function trainScenario(more = ''): string {
  return `kind: train
model: llama-3.1-8b
data: { tokens: 10M }
sequence_length: 2048
global_batch: 16
search:
  method: [lora, qlora]
  gpus: [l40s, h100-sxm-80gb]
  zero_stage: [0, 3]
  max_gpus: 8
${more}`
}
