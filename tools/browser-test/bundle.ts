import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { type OutputAsset, type OutputChunk, type OutputOptions, rolldown } from 'rolldown'

export type Bundle = readonly (OutputChunk | OutputAsset)[]

/** Modules of Node that a dependency imports behind a test that it runs in Node. */
const GUARDED = [{ from: 'highs', builtin: 'node:module' }]

/**
 * Bundles a module for browsers, as the tools of a web application would.
 * @param entry its file, which imports the built library
 * @param alias names of packages that stand elsewhere -> where
 * @throws Error naming the importer of every module of Node, and of everything else that cannot be resolved.
 */
export async function bundleForBrowser(
  root: string,
  entry: string,
  options: OutputOptions,
  alias: Record<string, string> = {},
): Promise<Bundle> {
  const unresolved: string[] = []
  const build = await rolldown({
    cwd: root,
    input: join(root, entry),
    platform: 'browser',
    resolve: { alias },
    onLog: (_, { code, message }) => {
      if (code === 'UNRESOLVED_IMPORT') unresolved.push(message)
    },
  })
  const { output } = await build.generate(options)
  await build.close()
  const wrong = unresolved.filter(
    (message) =>
      !GUARDED.some(({ from, builtin }) => message.includes(`'${builtin}'`) && message.includes(`/${from}/`)),
  )
  if (wrong.length > 0) throw new Error(wrong.join('\n'))
  for (const chunk of output) {
    if (chunk.type !== 'chunk') continue
    const builtins = [...chunk.imports, ...chunk.dynamicImports].filter(isBuiltin)
    const surprising = builtins.filter((each) => !GUARDED.some(({ builtin }) => builtin === each))
    if (surprising.length > 0) throw new Error(`${chunk.fileName} imports ${surprising.join(', ')}`)
  }
  return output
}

/** The program of a bundle of one chunk. */
export function codeOf(bundle: Bundle): string {
  const [only, ...more] = bundle
  if (only?.type !== 'chunk' || more.length > 0) throw new Error(`one chunk was expected, not ${bundle.length}`)
  return only.code
}
