import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../cli/binary.ts'

/** A file of the package, as npm lists it. */
interface PackedFile {
  readonly path: string
  readonly size: number
  readonly mode: number
}

/** A project that has the packed package installed, and nothing else but what that declares. */
export interface Project {
  readonly directory: string
  /** Directory of the installed package. */
  readonly installed: string
  readonly files: readonly PackedFile[]
  /** Bytes of the tarball. */
  readonly tarballBytes: number
  write(name: string, text: string): void
  run(command: string, args: readonly string[]): SpawnSyncReturns<string>
  remove(): void
}

function succeed(command: string, args: readonly string[], cwd: string): string {
  const done = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    shell: process.platform === 'win32',
    maxBuffer: 2 ** 26,
  })
  if (done.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${done.stderr || done.error}`)
  return done.stdout
}

/** What a package manager would install for the package: of the lock file, all that is not for development. */
function copyDependencies(modules: string): void {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; optional?: boolean; devOptional?: boolean }>
  }
  for (const [path, { dev = false, devOptional = false, optional = false }] of Object.entries(lock.packages)) {
    if (path === '' || dev || devOptional) continue
    const source = join(ROOT, path)
    if (optional && !existsSync(source)) continue
    // The package's own nested modules have entries of their own.
    cpSync(source, join(modules, path.replace(/^node_modules\//, '')), {
      recursive: true,
      dereference: true,
      filter: (file) => !file.slice(source.length).includes('node_modules'),
    })
  }
}

/**
 * Packs the build as `npm publish` would and installs it without a network. The scripts of the package do not run: they would
 * build into the folder that other tests read at the same time.
 */
export function packedProject(): Project {
  const directory = mkdtempSync(join(tmpdir(), 'gpu-plan-project-'))
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', directory]
  const [packed] = JSON.parse(succeed('npm', pack, ROOT)) as [
    { filename: string; size: number; files: readonly PackedFile[] },
  ]
  const modules = join(directory, 'node_modules')
  const installed = join(modules, 'gpu-plan')
  mkdirSync(installed, { recursive: true })
  succeed('tar', ['-xzf', join(directory, packed.filename), '--strip-components', '1', '-C', installed], directory)
  copyDependencies(modules)
  writeFileSync(join(directory, 'package.json'), '{ "name": "project", "private": true, "type": "module" }\n')
  return {
    directory,
    installed,
    files: packed.files,
    tarballBytes: packed.size,
    write: (name, text) => writeFileSync(join(directory, name), text),
    run: (command, args) => spawnSync(command, args, { cwd: directory, encoding: 'utf8', maxBuffer: 2 ** 26 }),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}
