/**
 * `node dist/tools/browser-test/reports.js [FOLDER]`: writes reports of every kind as HTML and holds each in headless Chromium
 * against what must be true of it on a desk, a phone, in the dark and on paper. Pages and pictures are left in FOLDER where one is
 * named. Exits with 1 where something is wrong. Needs a browser: CHROME_PATH, or Chromium on the path.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { findChromium } from './chromium.ts'
import { DevTools } from './devtools.ts'
import { hostilePages } from './hostile.ts'
import { reportFaults } from './report-checks.ts'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..')
const CLI = join(ROOT, 'dist', 'bundle', 'cli', 'main.js')
/** A day on which the shipped prices are young enough. */
const AS_OF = '2026-11-21'

/** Exit codes of a result: found, or none. */
const RESULTS = [0, 3]

function pages(folder: string): Readonly<Record<string, readonly string[]>> {
  const day = ['--as-of', AS_OF]
  return {
    serve: ['scenarios/serve-70b.yaml', '--explain', ...day],
    'no-plan': ['scenarios/serve-70b.yaml', '--set', 'search.gpus=[rtx-a4000]', '--set', 'search.max_gpus=2', ...day],
    train: ['scenarios/train-70b-qlora.yaml', '--explain', ...day],
    several: ['scenarios/serve-70b.yaml', 'scenarios/train-8b-lora.yaml', 'scenarios/fleet-onprem.yaml', ...day],
    'fleet-large': ['scenarios/fleet-large.yaml', ...day],
    'forecast-2027': ['scenarios/forecast-2027.yaml', ...day],
    'forecast-36-months': ['scenarios/forecast-36-months.yaml', ...day],
    compare: ['compare', 'scenarios/train-70b-compare.yaml', '--by', 'method', ...day],
    estimate: ['estimate', 'llama-3-70b', '--gpu', 'h100-sxm-80gb', '--gpus', '4', '--tensor-parallel', '4', ...day],
    fit: ['fit', 'llama-3-70b', '--gpu', 'h100-sxm-80gb', '--gpus', '4', '--tensor-parallel', '4'],
    ...hostilePages(folder),
  }
}

function write(args: readonly string[], file: string): void {
  const all = [CLI, ...args, '--format', 'html', '--quiet', '--output', file]
  const { status, stderr } = spawnSync(process.execPath, all, { cwd: ROOT, encoding: 'utf8' })
  if (!RESULTS.includes(status ?? -1)) throw new Error(`plan ${args.join(' ')}: ${stderr}`)
}

const PICTURES = [
  { name: 'desk', width: 1280, scheme: 'light' },
  { name: 'dark', width: 1280, scheme: 'dark' },
  { name: 'phone', width: 390, scheme: 'light' },
] as const

async function picture(browser: DevTools, url: string, stem: string): Promise<void> {
  for (const { name, width, scheme } of PICTURES) {
    const mobile = width < 500
    await browser.send('Emulation.setDeviceMetricsOverride', { width, height: 900, deviceScaleFactor: 1, mobile })
    await browser.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] })
    await browser.load(url)
    const height = await browser.value<number>('document.documentElement.scrollHeight')
    const clip = { x: 0, y: 0, width, height, scale: 1 }
    const { data } = await browser.send('Page.captureScreenshot', { format: 'png', captureBeyondViewport: true, clip })
    writeFileSync(`${stem}-${name}.png`, Buffer.from(String(data), 'base64'))
  }
}

const [given] = process.argv.slice(2)
const folder = given === undefined ? mkdtempSync(join(tmpdir(), 'gpu-plan-reports-')) : resolve(given)
mkdirSync(folder, { recursive: true })
const checks = readFileSync(join(ROOT, 'tools', 'browser-test', 'report-page.mjs'), 'utf8')
const browser = new DevTools(findChromium())
try {
  await browser.open()
  for (const [name, args] of Object.entries(pages(folder))) {
    const file = join(folder, `${name}.html`)
    write(args, file)
    const url = pathToFileURL(file).href
    const faults = await reportFaults(browser, url, checks)
    console.log(`${faults.length === 0 ? 'good' : 'WRONG'}  ${name}`)
    for (const fault of faults) console.log(`       ${fault}`)
    if (faults.length > 0) process.exitCode = 1
    if (given !== undefined) await picture(browser, url, join(folder, name))
  }
} finally {
  await browser.close()
  if (given === undefined) rmSync(folder, { recursive: true })
}
