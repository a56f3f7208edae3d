/**
 * `npm run test:browser`: plans scenarios in headless Chromium with the library as a bundler packs it, and holds the results
 * against what the command line prints, byte by byte. Exits with 1 where one differs. Needs a browser: CHROME_PATH, or Chromium
 * on the path.
 */
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleForBrowser } from './bundle.ts'
import { findChromium, openPage } from './chromium.ts'
import { type Answer, servePages } from './server.ts'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..')
const LIBRARY = join(ROOT, 'dist', 'library', 'src', 'index.js')
const CLI = join(ROOT, 'dist', 'bundle', 'cli', 'main.js')

/** One of each kind; the forecast is solved by HiGHS, the fleet by size. */
const FILES = [
  'scenarios/serve-70b.yaml',
  'scenarios/serve-deepseek-v3.yaml',
  'scenarios/train-70b-qlora.yaml',
  'scenarios/fleet-mixed.yaml',
  'scenarios/forecast-2027.yaml',
]
/** A day on which the shipped prices are young enough. */
const AS_OF = '2026-11-21'
const TIME_LIMIT_MS = 180_000

function printed(file: string): string {
  const args = [CLI, file, '--format', 'json', '--as-of', AS_OF, '--quiet']
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 26 })
  if (stdout === '') throw new Error(`${file}: ${stderr}`)
  return stdout
}

async function answersOf(chromium: string): Promise<readonly Answer[]> {
  const bundle = await bundleForBrowser(
    ROOT,
    'tools/browser-test/page.mjs',
    { format: 'esm', minify: true, entryFileNames: 'page.js' },
    { 'gpu-plan': LIBRARY },
  )
  // HiGHS looks for its WebAssembly beside its own chunk.
  const wasm = createRequire(import.meta.url).resolve('highs/runtime')
  const server = await servePages({ root: ROOT, bundle, wasm, files: FILES, asOf: AS_OF })
  const browser = openPage(chromium, server.url)
  let timer: NodeJS.Timeout | undefined
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${TIME_LIMIT_MS / 1000} s`)), TIME_LIMIT_MS)
    })
    return await Promise.race([server.answers, browser.ended, late])
  } finally {
    clearTimeout(timer)
    await browser.close()
    server.close()
  }
}

try {
  const chromium = findChromium()
  const answers = await answersOf(chromium)
  for (const file of FILES) {
    const answer = answers.find((each) => each.file === file)
    const same = answer?.json === printed(file)
    const took = answer === undefined ? 'no answer' : `${(answer.elapsedMs / 1000).toFixed(2)} s in the browser`
    console.log(`${same ? 'same' : 'DIFFERENT'}  ${file}  ${took}`)
    if (!same) process.exitCode = 1
  }
} catch (error) {
  console.error(`test:browser: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
