import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROOT } from '../cli/binary.ts'

interface Manifest {
  readonly name: string
  readonly scripts: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}
interface Locked {
  readonly version?: string
  readonly dev?: boolean
  readonly devOptional?: boolean
  readonly optional?: boolean
  readonly hasInstallScript?: boolean
  readonly license?: string
  readonly resolved?: string
  readonly integrity?: string
}

const json = <T>(name: string): T => JSON.parse(readFileSync(join(ROOT, name), 'utf8')) as T
const manifest = json<Manifest>('package.json')
const { packages } = json<{ packages: Readonly<Record<string, Locked>> }>('package-lock.json')

/** What is installed with the package: everything that is not there for its development alone. */
const production = Object.entries(packages).filter(
  ([path, { dev = false, devOptional = false }]) => path !== '' && !dev && !devOptional,
)

/** Folders of the program, and those of its development. */
const PROGRAM = ['src', 'planners']
const DEVELOPMENT = ['test', 'tools', 'bench']
const SOURCE = /\.(ts|mts|mjs|js)$/

function sourcesBelow(folders: readonly string[]): { file: string; text: string }[] {
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => SOURCE.test(name))
      .map((name) => ({ file: join(folder, name), text: readFileSync(join(ROOT, folder, name), 'utf8') })),
  )
}

/** Packages that a source imports by name, `@scope/name` or `name`; modules of Node and those of the project are none. */
export function packagesOf(text: string): string[] {
  const specifiers = [
    ...text.matchAll(/^\s*(?:import|export)\s[^'"]*?from\s*['"]([^'"]+)['"]/gm),
    ...text.matchAll(/^\s*import\s*['"]([^'"]+)['"]/gm),
    ...text.matchAll(/\b(?:import|resolve|require)\(\s*['"]([^'"]+)['"]/g),
  ].map(([, specifier]) => specifier ?? '')
  return specifiers
    .filter((each) => !/^[.#/]|^node:|^data:|^file:|\$\{/.test(each) && !builtinModules.includes(each))
    .map((each) =>
      each
        .split('/')
        .slice(0, each.startsWith('@') ? 2 : 1)
        .join('/'),
    )
}

function imported(folders: readonly string[]): Map<string, string> {
  return new Map(
    sourcesBelow(folders).flatMap(({ file, text }) => packagesOf(text).map((name) => [name, file] as const)),
  )
}

/** Tools that no source imports: a script calls them by name, another tool loads them, or they are types of Node. */
const TOOLS: Readonly<Record<string, string>> = {
  '@biomejs/biome': 'biome',
  '@stryker-mutator/core': 'stryker',
  '@stryker-mutator/vitest-runner': 'the mutation tester',
  '@types/node': 'the compiler',
  '@types/yargs': 'the compiler',
  '@vitest/coverage-v8': 'vitest',
  typescript: 'tsc',
}

describe('packages', () => {
  test('a source names them as we think', () => {
    const text = `import { z } from 'zod'\nimport type {\n  A,\n} from '@scope/name/deep'\nimport './own.ts'
export { x } from "highs"\nconst y = await import('yaml')\nimport { readFileSync } from 'node:fs'\nimport 'side'\n`
    expect(packagesOf(text).sort()).toEqual(['@scope/name', 'highs', 'side', 'yaml', 'zod'])
  })

  test('every one that the program imports is a dependency, and none is there for nothing', () => {
    const used = imported(PROGRAM)
    // The library draws charts with a package that the build packs into it: nobody has to install it.
    const packed = ['echarts']
    const undeclared = [...used].filter(
      ([name]) => !Object.hasOwn(manifest.dependencies, name) && !packed.includes(name),
    )
    expect(undeclared).toEqual([])
    expect(Object.keys(manifest.dependencies).filter((name) => !used.has(name))).toEqual([])
  })

  test('so is every one of development', () => {
    const used = imported([...PROGRAM, ...DEVELOPMENT])
    const declared = { ...manifest.dependencies, ...manifest.devDependencies }
    const undeclared = [...used].filter(([name]) => !Object.hasOwn(declared, name) && name !== manifest.name)
    expect(undeclared).toEqual([])
    const idle = Object.keys(manifest.devDependencies).filter((name) => !used.has(name) && !Object.hasOwn(TOOLS, name))
    expect(idle).toEqual([])
    expect(Object.keys(TOOLS).filter((name) => !Object.hasOwn(manifest.devDependencies, name))).toEqual([])
  })

  test('versions are exact, and each comes with the hash that it was taken with', () => {
    for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+$/)
      expect(packages[`node_modules/${name}`]?.version, name).toBe(version)
    }
    for (const [path, { integrity }] of production) expect(integrity, path).toMatch(/^sha512-/)
  })

  test('none that users install runs a script when it is installed', () => {
    expect(production.length).toBeGreaterThan(10)
    expect(production.filter(([, { hasInstallScript = false }]) => hasInstallScript).map(([path]) => path)).toEqual([])
    // What npm runs for a package from the registry; `prepare` runs for clones alone.
    const onInstall = ['preinstall', 'install', 'postinstall']
    expect(Object.keys(manifest.scripts).filter((name) => onInstall.includes(name))).toEqual([])
  })

  test('those that users install have licences that ask for no more than their own mention', () => {
    const permissive = [
      'MIT',
      'ISC',
      'BSD-2-Clause',
      'BSD-3-Clause',
      'Apache-2.0',
      '0BSD',
      'BlueOak-1.0.0',
      'Unlicense',
      'MIT-0',
    ]
    const others = production
      .filter(([, { license }]) => license === undefined || !permissive.includes(license))
      .map(([path, { license }]) => `${path}: ${license}`)
    expect(others).toEqual([])
  })
})
