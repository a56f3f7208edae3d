import { type Catalog, names, type Subject, subjects } from '../../catalog/catalog.ts'
import { didYouMean } from '../../catalog/suggest.ts'
import { loadCatalog } from '../../io/load-catalog.ts'
import { inputError } from '../../scenario/diagnostic.ts'
import { checkFlags, importOffersFlags } from '../catalog-flags.ts'
import type { Call } from '../command.ts'
import { formatOf } from '../common-flags.ts'
import { deliver } from '../deliver.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { Flags, FlagTable } from '../flags.ts'
import { importModelFlags } from '../import-model-flags.ts'

const ACTIONS = ['list', 'show', 'check'] as const

/** What comes into a catalog and leaves it: `plan catalog import offers FILE`. */
const TRANSFERS: Readonly<Record<string, (call: Call) => Promise<ExitCode>>> = {
  'import model': async (call) => (await import('./catalog-import-model.ts')).catalogImportModel(call),
  'import offers': async (call) => (await import('./catalog-import-offers.ts')).catalogImportOffers(call),
  'export model': async (call) => (await import('./catalog-export-model.ts')).catalogExportModel(call),
}

/** Flags of one action alone: what looks like a filter of a list must not be read past. */
const OWN_FLAGS: Readonly<Record<string, FlagTable>> = {
  check: checkFlags,
  'import offers': importOffersFlags,
  'import model': importModelFlags,
}

function refuseForeignFlags(flags: Flags, action: string): void {
  for (const [owner, own] of Object.entries(OWN_FLAGS)) {
    const foreign = owner === action ? undefined : Object.keys(own).find((flag) => flags.given(flag))
    if (foreign === undefined) continue
    throw inputError(`--${foreign} belongs to plan catalog ${owner}, not to plan catalog ${action}`, {
      hint: 'plan catalog --help',
    })
  }
}

/** `plan catalog list|show|check|import|export`. */
export async function catalogAction(call: Call): Promise<ExitCode> {
  const [action, name, excess] = call.words
  if (action === undefined) throw inputError(`catalog takes ${ACTIONS.join(', ')}`, { hint: 'plan catalog list gpus' })
  const transfer = TRANSFERS[`${action} ${name}`]
  if (transfer !== undefined) {
    refuseForeignFlags(call.flags, `${action} ${name}`)
    return transfer(call)
  }
  if (action === 'import' || action === 'export') {
    const known = Object.keys(TRANSFERS).flatMap((key) =>
      key.startsWith(`${action} `) ? [key.slice(action.length + 1)] : [],
    )
    const got = name === undefined ? '' : `, got ${JSON.stringify(name)}`
    throw inputError(`plan catalog ${action} takes ${known.join(' or ')}${got}`, { hint: 'plan catalog --help' })
  }
  if (!ACTIONS.some((each) => each === action)) {
    const hint = didYouMean(action, ACTIONS)
    throw inputError(
      `catalog takes ${ACTIONS.join(', ')}, got ${JSON.stringify(action)}`,
      hint === undefined ? {} : { hint },
    )
  }
  refuseForeignFlags(call.flags, action)
  if (action === 'check') return (await import('./catalog-check.ts')).catalogCheck(call)
  if (excess !== undefined)
    throw inputError(`unexpected argument ${JSON.stringify(excess)}`, { hint: 'plan catalog --help' })
  const format = formatOf(call.flags)
  const catalog = await loadCatalog(call.flags.texts('catalog'))
  const text = action === 'list' ? list : show
  deliver(await text(catalog, name, format, call), call.flags, call.terminal)
  return EXIT.ok
}

type Action = (
  catalog: Catalog,
  name: string | undefined,
  format: ReturnType<typeof formatOf>,
  call: Call,
) => Promise<string>

const list: Action = async (catalog, name, format) => {
  const { listSubject, listSubjects } = await import('../../report/catalog-list.ts')
  if (name === undefined) return listSubjects(catalog, format)
  return listSubject(catalog, subjectNamed(name), format)
}

/** The subject as typed, or as the folders and the documentation write it: `gpu`, `kv-formats`. */
function subjectNamed(name: string): Subject {
  const plain = (text: string): string =>
    text
      .toLowerCase()
      .replace(/[^a-z]/g, '')
      .replace(/s$/, '')
  const found = subjects.find((subject) => plain(subject) === plain(name))
  if (found !== undefined) return found
  const hint = didYouMean(name, subjects)
  throw inputError(
    `catalog list takes ${subjects.join(', ')}, got ${JSON.stringify(name)}`,
    hint === undefined ? {} : { hint },
  )
}

const show: Action = async (catalog, name, format) => {
  if (name === undefined) throw inputError('catalog show takes an id', { hint: 'plan catalog show h100-sxm-80gb' })
  if (format === 'csv' || format === 'markdown') throw inputError('catalog show prints text or json')
  const { entriesNamed, showEntries } = await import('../../report/catalog-show.ts')
  const found = entriesNamed(catalog, name)
  if (Object.keys(found).length > 0) return showEntries(found, format)
  const hint = didYouMean(
    name,
    subjects.flatMap((subject) => names(catalog, subject)),
  )
  throw inputError(`nothing in the catalog is called ${JSON.stringify(name)}`, hint === undefined ? {} : { hint })
}
