import { dirname, isAbsolute, relative, sep } from 'node:path'
import type { WorkloadWish } from '../../init/workloads.ts'
import { readText } from '../../io/files.ts'
import { InputError, inputError } from '../../scenario/diagnostic.ts'
import { parseYaml } from '../../scenario/yaml.ts'
import { Flags } from '../flags.ts'
import { servingFlags } from './flags-of-kinds.ts'
import type { Making } from './kinds.ts'
import { catalogModel } from './read.ts'
import { serveWish } from './serve.ts'

/** The second workload of a fleet or forecast of which nothing is said: two show better than one what it is. */
const SECOND_MODEL = 'qwen2.5-coder-32b'

/** The scenario files of `--workload`, else one serving scenario of the other flags. */
export function workloadWishes({ flags, catalog, model, output }: Making): WorkloadWish[] {
  const files = flags.texts('workload')
  const described = servingFlags.find((name) => flags.given(name))
  if (files.length === 0) {
    const first: WorkloadWish = { name: 'chat', serve: serveWish(flags, model) }
    if (described !== undefined) return [first]
    const entry = catalogModel(SECOND_MODEL, catalog)
    return [first, { name: 'code', serve: serveWish(new Flags({}), { name: entry.id, entry }) }]
  }
  if (described !== undefined) {
    throw inputError(`--${described} describes a workload, and --workload names files that do`, {
      hint: 'leave out one of the two',
    })
  }
  return files.map((file) => ({ file: reference(file, output), kind: kindOf(file) }))
}

/** The kind that a file says it is; whether the rest of it can be planned is checked with the whole. */
function kindOf(file: string): 'serve' | 'train' {
  const parsed = parseYaml(readText(file), file)
  if (!parsed.ok) throw new InputError(parsed.diagnostics)
  const { value } = parsed
  const kind = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined
  if (kind === 'serve' || kind === 'train') return kind
  const found = typeof kind === 'string' ? `, this is ${JSON.stringify(kind)}` : ''
  throw inputError(`a workload is a scenario of kind serve or train${found}`, { position: { file } })
}

/** The path as the new file names it. */
function reference(file: string, output: string | null): string {
  if (isAbsolute(file)) return file
  const path = relative(output === null ? '.' : dirname(output), file)
  return path.split(sep).join('/')
}
