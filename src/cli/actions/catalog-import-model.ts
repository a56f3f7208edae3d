import { extname, join } from 'node:path'
import type { Catalog } from '../../catalog/catalog.ts'
import { catalogId } from '../../catalog/facts.ts'
import { modelYaml } from '../../importing/models/entry.ts'
import { isDirectory } from '../../io/entry.ts'
import { loadCatalog } from '../../io/load-catalog.ts'
import { type ReadModel, readModel } from '../../io/model-source.ts'
import { writeText } from '../../io/write-files.ts'
import { writeImported } from '../../io/write-overlay.ts'
import { json } from '../../report/json.ts'
import { modelImportText } from '../../report/model-import.ts'
import { inputError } from '../../scenario/diagnostic.ts'
import type { Call } from '../command.ts'
import { asOfDay, formatOf } from '../common-flags.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { Flags } from '../flags.ts'
import { sourceOptionsOf } from '../network-options.ts'

/**
 * `plan catalog import model PATH-or-REPO`: a model becomes a file of an overlay catalog, on standard output or in `--output`; what
 * was read, and how well it agrees with the checkpoint, is said on standard error.
 */
export async function catalogImportModel({ flags, terminal, words }: Call): Promise<ExitCode> {
  const [, , source, excess] = words
  if (source === undefined) {
    throw inputError('which model?', { hint: 'plan catalog import model ./my-model, a file.gguf, or org/name' })
  }
  if (excess !== undefined) throw inputError(`unexpected argument ${JSON.stringify(excess)}: one model at a time`)
  const format = formatOf(flags)
  if (format !== 'text' && format !== 'json') throw inputError('catalog import model prints text (YAML) or json')
  const id = idOf(flags)
  const catalog = await loadCatalog(flags.texts('catalog'))
  const read = await readModel(source, { ...sourceOptionsOf(flags, catalog), id })
  if (!flags.switch('quiet')) terminal.note(modelImportText(read, remarks(read, catalog)))
  const yaml = modelYaml(read, asOfDay(flags))
  const output = flags.text('output')
  if (output !== undefined) write(output, read.model.id, yaml)
  if (format === 'json') terminal.result(json(jsonOf(read)))
  else if (output === undefined) terminal.result(yaml)
  return EXIT.ok
}

function idOf(flags: Flags): string | undefined {
  const id = flags.text('id')
  const checked = id === undefined ? undefined : catalogId.safeParse(id)
  if (checked?.success === false) {
    throw inputError(`--id takes ${checked.error.issues[0]?.message ?? 'an id'}, got ${JSON.stringify(id)}`)
  }
  return id
}

function remarks({ model, cached }: ReadModel, catalog: Catalog): string[] {
  const known = catalog.models.get(model.id)
  return [
    ...(cached === null ? [] : [`from the cache of ${cached}; --refresh reads it again`]),
    ...(known === undefined
      ? []
      : [`the catalog has a model ${model.id}: this entry stands in its place; --id names another`]),
  ]
}

function jsonOf({ model, checks, notes }: ReadModel): unknown {
  return { model, checks, notes }
}

/** A name that ends in .yaml is the file itself; anything else is the directory of an overlay. */
function write(output: string, id: string, yaml: string): void {
  const isFile = /^\.ya?ml$/.test(extname(output)) && !isDirectory(output)
  if (isFile) writeText(output, yaml)
  else writeImported(output, [{ path: join('models', `${id}.yaml`), text: yaml }])
}
