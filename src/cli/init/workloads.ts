import { dirname, isAbsolute, relative, sep } from 'node:path'
import type { Catalog } from '../../catalog/catalog.ts'
import type { WorkloadWish } from '../../init/workloads.ts'
import { readText } from '../../io/files.ts'
import { inputError } from '../../scenario/diagnostic.ts'
import { parseScenario } from '../../scenario/schema.ts'
import { Flags } from '../flags.ts'
import { servingFlags } from './flags-of-kinds.ts'
import { serveWish } from './serve.ts'

/**
 * The scenario files of `--workload`, each read and checked, else one serving scenario of the other flags.
 * @param output the file to be written, from which references count; null for standard output: from the working directory
 */
export function workloadWishes(flags: Flags, catalog: Catalog, asOf: string, output: string | null): WorkloadWish[] {
  const files = flags.texts('workload')
  const foreign = servingFlags.find((name) => flags.given(name))
  if (files.length === 0) {
    const described: WorkloadWish = { name: 'chat', serve: serveWish(flags, catalog) }
    return foreign === undefined ? [described, second(catalog)] : [described]
  }
  if (foreign !== undefined) {
    throw inputError(`--${foreign} describes a workload, and --workload names files that do`, {
      hint: 'leave out one of the two',
    })
  }
  return files.map((file) => {
    const { kind } = parseScenario(readText(file), file, catalog, [], asOf).scenario
    if (kind === 'serve' || kind === 'train') return { file: reference(file, output), kind }
    throw inputError(`a workload is a scenario of kind serve or train, this is a ${kind}`, { position: { file } })
  })
}

/** The path as the new file names it. */
function reference(file: string, output: string | null): string {
  if (isAbsolute(file)) return file
  const path = relative(output === null ? '.' : dirname(output), file)
  return path.split(sep).join('/')
}

/** With nothing said, two workloads show better than one what a fleet is. */
function second(catalog: Catalog): WorkloadWish {
  return { name: 'code', serve: serveWish(new Flags({ model: 'qwen2.5-coder-32b' }), catalog) }
}
