/**
 * Builds the package: compiles TypeScript, checks the catalogs and compiles them to JSON, compiles what the library reaches to a
 * folder of its own, bundles the command line (a bundle starts a tenth of a second faster than its modules) and marks it
 * executable.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'rolldown'

const root = fileURLToPath(new URL('..', import.meta.url))
const cli = 'dist/bundle/cli'
const catalogs = join(root, 'dist/catalogs')
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

function run(command, ...args) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
}

/** The compiled catalogs as one module: what browsers and bundlers can import, which files they cannot read. */
function writeCatalogModule() {
  const data = {}
  for (const file of readdirSync(catalogs).sort()) {
    const value = JSON.parse(readFileSync(join(catalogs, file), 'utf8'))
    // A list holds the entries of the subject that its file is named for; the rest stands beside them.
    Object.assign(data, Array.isArray(value) ? { [file.replace(/\.json$/, '')]: value } : value)
  }
  // Engines read a JSON text faster than the same value written as a program.
  const text = JSON.stringify(data).replace(/[\\']/g, '\\$&')
  writeFileSync(join(catalogs, 'index.js'), `export default JSON.parse('${text}')\n`)
}

/** Declarations keep the `.ts` of their imports, which not every tool follows to the `.d.ts` beside the `.js`. */
function rewriteDeclarations(directory) {
  for (const file of readdirSync(directory, { recursive: true })) {
    if (!file.endsWith('.d.ts')) continue
    const path = join(directory, file)
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, text.replace(/((?:from |import\()['"]\.{1,2}\/[^'"\n]*)\.ts(?=['"])/g, '$1.js'))
  }
}

/**
 * The reports as bundles, in place of their modules: what draws their charts is no dependency of the package, so it is packed
 * here. What they share with the library stays outside, so that an error of theirs is one of the library's. Their declarations
 * name nothing but the library.
 */
async function bundleReports() {
  const directory = join(root, 'dist/library/src')
  const reports = join(directory, 'report')
  await build({
    cwd: root,
    input: join(directory, 'reports.js'),
    platform: 'neutral',
    external: (id, _, isResolved) =>
      Object.hasOwn(manifest.dependencies, id) ||
      (isResolved && id.startsWith(join(root, 'dist/library')) && !id.startsWith(reports)),
    output: { dir: directory, format: 'esm', chunkFileNames: 'reports-[hash].js', minify: true },
    logLevel: 'warn',
  })
  rmSync(reports, { recursive: true })
}

rmSync(join(root, 'dist'), { recursive: true, force: true })
run('tsc', '-p', 'tsconfig.build.json')
run(process.execPath, 'dist/tools/compile-catalogs.js')
writeCatalogModule()
run('tsc', '-p', 'tsconfig.library.json')
rewriteDeclarations(join(root, 'dist/library'))
await bundleReports()
await build({
  cwd: root,
  input: 'dist/src/cli/main.js',
  platform: 'node',
  // It reads its WebAssembly from beside its own file.
  external: ['highs'],
  output: { dir: cli, format: 'esm' },
  logLevel: 'warn',
})
chmodSync(join(root, cli, 'main.js'), 0o755)
