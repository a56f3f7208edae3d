import type { Catalog, Subject } from '../catalog/catalog.ts'
import type { Command, Completes } from './command.ts'
import { scenarioFiles } from './complete-files.ts'
import { Flags, type FlagTable } from './flags.ts'
import { alwaysFlags, HELP } from './help.ts'
import type { Terminal } from './terminal.ts'

/** Hidden first word with which the completion scripts ask: `plan __complete WORD ... CURRENT`. */
export const COMPLETE = '__complete'

/** Flags whose value is an id of the catalog, in any command that has them. */
const CATALOG_FLAGS: Readonly<Record<string, Subject>> = {
  model: 'models',
  gpu: 'gpus',
  quantization: 'quantizations',
  'kv-cache': 'kvFormats',
  engine: 'engines',
  trainer: 'trainers',
}

/** What has been typed: the words before the cursor, taken apart, and the one under it. */
interface Typed {
  readonly command: Command
  /** Words after the command's name that are neither flags nor their values. */
  readonly words: readonly string[]
  /** The flag whose value is being typed, without dashes. */
  readonly flag: string | null
  readonly current: string
  /** Directories of `--catalog`, whose ids count too. */
  readonly overlays: readonly string[]
}

/**
 * What can stand in place of the last word, given those before it. Folders end in a slash: more is to follow. Empty means:
 * complete file names.
 * @param given what stands after `plan`, the word under the cursor last (empty for a new one)
 */
export async function complete(commands: readonly Command[], given: readonly string[]): Promise<string[]> {
  const { words, prefix } = joined(given)
  const typed = takeApart(commands, words)
  if (typed === null) return []
  const candidates = await candidatesOf(typed, commands)
  return [...new Set(candidates)]
    .filter((candidate) => candidate.startsWith(typed.current))
    .map((candidate) => prefix + candidate)
}

/**
 * `--flag=value` as two words. bash breaks words at the equals sign and wants the value alone; other shells give the whole and
 * want the whole back.
 */
function joined(given: readonly string[]): { words: string[]; prefix: string } {
  const words = given.flatMap((word, index) => (word === '=' && given[index - 1]?.startsWith('--') ? [] : [word]))
  // bash, with nothing behind the equals sign yet.
  if (given.at(-1) === '=') return { words: [...words, ''], prefix: '' }
  const last = words.pop() ?? ''
  const split = /^(--[a-z-]+)=(.*)$/s.exec(last)
  if (split === null) return { words: [...words, last], prefix: '' }
  return { words: [...words, split[1] ?? '', split[2] ?? ''], prefix: `${split[1]}=` }
}

function takeApart(commands: readonly Command[], given: readonly string[]): Typed | null {
  const current = given.at(-1) ?? ''
  const before = given.slice(0, -1)
  const named = commands.find(({ name }) => name !== null && name === before[0])
  const command = named ?? commands.find(({ name }) => name === null)
  if (command === undefined) return null
  const words: string[] = []
  const overlays: string[] = []
  let flag: string | null = null
  for (const word of named === undefined ? before : before.slice(1)) {
    if (flag !== null) {
      if (flag === 'catalog') overlays.push(word)
      flag = null
    } else if (word.startsWith('--')) flag = takesValue(command.flags, word.slice(2)) ? word.slice(2) : null
    else words.push(word)
  }
  return { command, words, flag, current, overlays }
}

function takesValue(flags: FlagTable, name: string): boolean {
  return Object.hasOwn(flags, name) && flags[name]?.value !== undefined
}

async function candidatesOf(typed: Typed, commands: readonly Command[]): Promise<readonly string[]> {
  const { command, words, flag, current } = typed
  if (flag !== null) return valuesOf(flag, typed)
  if (current.startsWith('-')) {
    return Object.keys({ ...command.flags, ...alwaysFlags })
      .filter((name) => name.length > 1)
      .map((name) => `--${name}`)
  }
  const names = [HELP, ...commands.flatMap(({ name }) => (name === null ? [] : [name]))]
  if (command.name === null) {
    if (words[0] === HELP) return words.length === 1 ? names : []
    return [...(words.length === 0 ? names : []), ...scenarioFiles(current)]
  }
  const { completes } = command
  if (completes === undefined) return command.words === Number.POSITIVE_INFINITY ? scenarioFiles(current) : []
  return offered(completes[words.length] ?? [], typed)
}

async function valuesOf(flag: string, typed: Typed): Promise<readonly string[]> {
  const { choices, completes } = typed.command.flags[flag] ?? {}
  const known = completes ?? choices
  if (known !== undefined) return offered(known, typed)
  const subject = Object.hasOwn(CATALOG_FLAGS, flag) ? CATALOG_FLAGS[flag] : undefined
  return subject === undefined ? [] : [...(await catalogOf(typed))[subject].keys()]
}

async function offered(what: Completes, typed: Typed): Promise<readonly string[]> {
  if (what === 'scenarios') return scenarioFiles(typed.current)
  if (what === 'targets') return (await import('../export/index.ts')).exportTargets.map(({ id }) => id)
  if (what === 'models') return [...(await catalogOf(typed)).models.keys()]
  if (what === 'subjects' || what === 'ids') {
    const { subjects } = await import('../catalog/catalog.ts')
    if (what === 'subjects') return subjects
    const catalog = await catalogOf(typed)
    return subjects.flatMap((subject) => [...catalog[subject].keys()])
  }
  if (!('after' in what)) return what
  const before = typed.words.at(-1) ?? ''
  return Object.hasOwn(what.after, before) ? offered(what.after[before] ?? [], typed) : []
}

/** The catalog that the command would see: with overlays as typed and as settings have them; bare where they cannot be read. */
async function catalogOf({ command, overlays }: Typed): Promise<Catalog> {
  const { loadCatalog } = await import('../io/load-catalog.ts')
  try {
    const { withSettings } = await import('./settings.ts')
    const { values } = await withSettings({ catalog: overlays, quiet: true }, command.flags, SILENT)
    return await loadCatalog(new Flags(values).texts('catalog'))
  } catch {
    return loadCatalog()
  }
}

/** Completion says nothing but its candidates. */
const SILENT: Terminal = { result: () => {}, note: () => {}, rewrite: () => {}, live: false, color: false }
