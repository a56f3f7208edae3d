import type { Command } from './command.ts'
import { alwaysFlags } from './help.ts'

/** Hidden first word with which the completion scripts ask: `plan __complete WORD ... CURRENT`. */
export const COMPLETE = '__complete'

/** Flags whose value is an id of the catalog. */
const CATALOG_FLAGS = {
  '--gpu': 'gpus',
  '--quantization': 'quantizations',
  '--kv-cache': 'kvFormats',
  '--engine': 'engines',
  '--trainer': 'trainers',
} as const

/**
 * What can stand in place of the last word, given those before it. Empty means: complete file names.
 * @param words what stands after `plan`, the word under the cursor last (empty for a new one)
 */
export async function complete(commands: readonly Command[], words: readonly string[]): Promise<string[]> {
  const current = words.at(-1) ?? ''
  const before = words.slice(0, -1)
  const named = commands.find((command) => command.name !== null && command.name === before[0])
  const command = named ?? commands.find(({ name }) => name === null)
  const candidates =
    command === undefined ? [] : await candidatesOf(command, named === undefined, before, current, commands)
  return candidates.filter((candidate) => candidate.startsWith(current))
}

async function candidatesOf(
  command: Command,
  isDefault: boolean,
  before: readonly string[],
  current: string,
  commands: readonly Command[],
): Promise<readonly string[]> {
  const previous = before.at(-1) ?? ''
  const flag = previous.startsWith('--') ? command.flags[previous.slice(2)] : undefined
  if (flag?.value !== undefined) {
    if (flag.choices !== undefined) return flag.choices
    return Object.hasOwn(CATALOG_FLAGS, previous) ? ids(CATALOG_FLAGS[previous as keyof typeof CATALOG_FLAGS]) : []
  }
  if (current.startsWith('-')) {
    return Object.keys({ ...command.flags, ...alwaysFlags })
      .filter((name) => name.length > 1)
      .map((name) => `--${name}`)
  }
  if (isDefault) return before.length === 0 ? commands.flatMap(({ name }) => (name === null ? [] : [name])) : []
  const subject = command.completes?.[before.length - 1]
  if (subject === undefined) return []
  return subject === 'models' ? ids('models') : subject
}

async function ids(subject: 'models' | (typeof CATALOG_FLAGS)[keyof typeof CATALOG_FLAGS]): Promise<string[]> {
  const { loadCatalog } = await import('../io/load-catalog.ts')
  return [...(await loadCatalog())[subject].keys()]
}
