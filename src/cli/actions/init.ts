import { dirname } from 'node:path'
import type { Catalog } from '../../catalog/catalog.ts'
import { didYouMean } from '../../catalog/suggest.ts'
import { shellWord } from '../../export/shell.ts'
import { entryAt, isDirectory } from '../../io/entry.ts'
import { loadCatalog } from '../../io/load-catalog.ts'
import { InputError, inputError } from '../../scenario/diagnostic.ts'
import { visible } from '../../visible.ts'
import type { Call } from '../command.ts'
import { INIT_KINDS } from '../commands/init.ts'
import { asOfDay } from '../common-flags.ts'
import { deliver } from '../deliver.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { Flags } from '../flags.ts'
import { type Asker, personAtTerminal } from '../init/asker.ts'
import { longContext } from '../init/checked.ts'
import { answerFlags, refuseForeign } from '../init/flags-of-kinds.ts'
import type { Making } from '../init/kinds.ts'
import { namedModel } from '../init/model.ts'
import { newScenario } from '../init/new-scenario.ts'
import { askFor } from '../init/questions.ts'
import { serveGuesses } from '../init/serve.ts'
import { trainGuesses } from '../init/train.ts'
import { sourceOptionsOf } from '../network-options.ts'

type KindName = (typeof INIT_KINDS)[number]

/** `plan init serve|train|fleet|forecast`: a commented scenario that plans as written. */
export async function initScenario({ flags, terminal, words }: Call, person = personAtTerminal): Promise<ExitCode> {
  const given = kindOf(words[0])
  if (given !== null) refuseForeign(given, flags)
  refuseExisting(flags.text('output'), flags)
  const overlays = flags.texts('catalog')
  const catalog = await loadCatalog(overlays)
  const told = flags.switch('yes') || answerFlags.some((name) => flags.given(name))
  const asker = told ? null : await person()
  const { kind, answers } =
    asker === null ? { kind: given, answers: flags } : await interview(given, flags, asker, catalog)
  if (kind === null) throw inputError(`init takes ${INIT_KINDS.join(', ')}`, { hint: 'plan init serve > mine.yaml' })

  const making = await makingOf(kind, answers, flags, catalog)
  const { text, command, scenario } = await newScenario(kind, making, overlays)
  deliver(text, answers, terminal)
  if (!flags.switch('quiet')) {
    const long = longContext(scenario, making)
    if (long !== undefined) terminal.note(long)
    if (making.output !== null)
      terminal.note(`wrote ${visible(making.output)}; next: plan ${command.map(shellWord).join(' ')}`)
  }
  return EXIT.ok
}

/** What the scenario is made from; its model is read here, from the catalog or from where it lives. */
async function makingOf(kind: KindName, answers: Flags, flags: Flags, catalog: Catalog): Promise<Making> {
  const output = answers.text('output') ?? null
  const sources = sourceOptionsOf(flags, catalog)
  const assumed = kind === 'train' ? trainGuesses.model : serveGuesses.model
  const model = await namedModel(answers.text('model') ?? assumed, catalog, output, sources)
  return { flags: answers, catalog, model, sources, asOf: asOfDay(flags), output }
}

function kindOf(given: string | undefined): KindName | null {
  if (given === undefined) return null
  const found = INIT_KINDS.find((each) => each === given)
  if (found !== undefined) return found
  const hint = didYouMean(given, INIT_KINDS)
  throw inputError(
    `init takes ${INIT_KINDS.join(', ')}, got ${JSON.stringify(given)}`,
    hint === undefined ? {} : { hint },
  )
}

/** The folder must be there. A file is written over only where that was asked for; devices and pipes are not files. */
function refuseExisting(output: string | undefined, flags: Flags): void {
  if (output === undefined) return
  const folder = dirname(output)
  if (!isDirectory(folder)) {
    throw inputError('the directory does not exist', { position: { file: folder } })
  }
  if (flags.switch('force')) return
  if (entryAt(output)?.isFile() !== true) return
  throw inputError('the file exists', { position: { file: output }, hint: '--force writes over it' })
}

/** Kind and values of flags as the person at the terminal answers. */
async function interview(
  given: KindName | null,
  flags: Flags,
  asker: Asker,
  catalog: Catalog,
): Promise<{ kind: KindName; answers: Flags }> {
  try {
    const kind = given ?? (await askKind(asker))
    const answers = await askFor(kind, asker, catalog)
    const output = flags.text('output') ?? (await askOutput(kind, flags, asker))
    return { kind, answers: new Flags({ ...answers, output }) }
  } finally {
    asker.close()
  }
}

async function askKind(asker: Asker): Promise<KindName> {
  for (;;) {
    const typed = await asker.ask(`What to plan: ${INIT_KINDS.join(', ')} [serve]: `, INIT_KINDS)
    const found = INIT_KINDS.find((each) => each === (typed === '' ? 'serve' : typed.toLowerCase()))
    if (found !== undefined) return found
    asker.say(`  one of ${INIT_KINDS.join(', ')}`)
  }
}

/** Where the scenario goes, unless standard output goes to a file already. */
async function askOutput(kind: KindName, flags: Flags, asker: Asker): Promise<string | undefined> {
  if (process.stdout.isTTY !== true) return undefined
  for (;;) {
    const typed = (await asker.ask(`File to write, or - to print it [${kind}.yaml]: `)) || `${kind}.yaml`
    if (typed === '-') return undefined
    try {
      refuseExisting(typed, flags)
      return typed
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      asker.say(`  ${error.message}`)
    }
  }
}
