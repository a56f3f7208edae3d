import { find, names } from '../../catalog/catalog.ts'
import { didYouMean } from '../../catalog/suggest.ts'
import { configOf } from '../../importing/models/config.ts'
import { NotExpressible } from '../../importing/models/family.ts'
import { loadCatalog } from '../../io/load-catalog.ts'
import { inputError } from '../../scenario/diagnostic.ts'
import type { Call } from '../command.ts'
import { deliver } from '../deliver.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'

/** `plan catalog export model ID`: a model of the catalog as config.json. */
export async function catalogExportModel({ flags, terminal, words }: Call): Promise<ExitCode> {
  const [, , id, excess] = words
  if (id === undefined) throw inputError('which model?', { hint: 'plan catalog export model llama-3.1-8b' })
  if (excess !== undefined) throw inputError(`unexpected argument ${JSON.stringify(excess)}: one model at a time`)
  const catalog = await loadCatalog(flags.texts('catalog'))
  const model = find(catalog, 'models', id)
  if (model === undefined) {
    const hint = didYouMean(id, names(catalog, 'models'))
    throw inputError(`unknown model ${JSON.stringify(id)}`, hint === undefined ? {} : { hint })
  }
  deliver(
    `${JSON.stringify(
      configText(() => configOf(model), model.id),
      null,
      2,
    )}\n`,
    flags,
    terminal,
  )
  return EXIT.ok
}

function configText<T>(make: () => T, id: string): T {
  try {
    return make()
  } catch (error) {
    if (error instanceof NotExpressible) throw inputError(`${id} has no config.json: ${error.message}`)
    throw error
  }
}
