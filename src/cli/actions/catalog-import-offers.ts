import { extname, join } from 'node:path'
import type { Catalog } from '../../catalog/catalog.ts'
import type { Finding } from '../../catalog/check.ts'
import { confidence } from '../../catalog/offer.ts'
import { didYouMean } from '../../catalog/suggest.ts'
import { offerForms } from '../../importing/offers/forms/index.ts'
import { importOffers, type OfferImport } from '../../importing/offers/index.ts'
import { offersYaml } from '../../importing/offers/offers-yaml.ts'
import { providerId } from '../../importing/offers/providers.ts'
import type { RegionChoice } from '../../importing/offers/shapes.ts'
import { isDirectory } from '../../io/entry.ts'
import { readText, STDIN_NAME } from '../../io/files.ts'
import { loadCatalog } from '../../io/load-catalog.ts'
import { writeFiles } from '../../io/write-files.ts'
import { writeImported } from '../../io/write-overlay.ts'
import { PRICE_LIST_BYTES } from '../../limits.ts'
import { inputError } from '../../scenario/diagnostic.ts'
import type { Call } from '../command.ts'
import { asOfDay, formatOf } from '../common-flags.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { Flags } from '../flags.ts'

/**
 * `plan catalog import offers FILE...`: price lists become files of an overlay catalog, on standard output or in `--output`; what was
 * imported and skipped is said on standard error, or as JSON on standard output.
 */
export async function catalogImportOffers({ flags, terminal, words }: Call): Promise<ExitCode> {
  const files = words.slice(2)
  if (files.length === 0) {
    throw inputError('which price list?', { hint: 'plan catalog import offers aws/vms.csv --output ./mine' })
  }
  const format = formatOf(flags)
  if (format !== 'text' && format !== 'json') throw inputError('catalog import offers prints text (YAML) or json')
  const catalog = await loadCatalog(flags.texts('catalog'))
  const asOf = asOfDay(flags)
  const result = importOffers(
    files.map((file) => ({ file: file === '-' ? STDIN_NAME : file, text: readText(file, PRICE_LIST_BYTES) })),
    {
      catalog,
      asOf,
      provider: providerOf(flags),
      form:
        flags.choice(
          'form',
          offerForms.map(({ id }) => id),
        ) ?? null,
      regions: regionsOf(flags),
      gpuNames: gpuNamesOf(flags, catalog),
      confidence: flags.choice('confidence', confidence.options) ?? null,
    },
  )
  const findings = result.files.length === 0 ? [] : await findingsOf(result, catalog, asOf)
  const { importJson, importText } = await import('../../report/offers-import.ts')
  if (format === 'text' && !flags.switch('quiet')) terminal.note(importText(result, findings, asOf))
  if (result.files.length === 0) {
    if (format === 'json') terminal.result(importJson(result, findings, asOf))
    throw inputError('no row became an offer', { hint: 'the reasons stand above; nothing is written' })
  }
  const output = flags.text('output')
  if (output !== undefined) write(result, output)
  if (format === 'json') terminal.result(importJson(result, findings, asOf))
  else if (output === undefined) terminal.result(oneFile(result))
  return EXIT.ok
}

function providerOf(flags: Flags): string | null {
  const name = flags.text('provider')
  if (name === undefined) return null
  const id = providerId(name)
  if (id === '') throw inputError(`--provider takes a name of letters and digits, got ${JSON.stringify(name)}`)
  return id
}

function regionsOf(flags: Flags): RegionChoice {
  const text = flags.text('regions') ?? 'one'
  return text === 'one' || text === 'all' ? text : text.split(',').map((region) => region.trim())
}

/** `--gpu-name H100=h100-sxm-80gb`: what the list means by a name. */
function gpuNamesOf(flags: Flags, catalog: Catalog): Map<string, string> {
  return new Map(
    flags.texts('gpu-name').map((text): [string, string] => {
      const at = text.lastIndexOf('=')
      const [name, id] = [text.slice(0, at).trim(), text.slice(at + 1).trim()]
      if (at <= 0 || id === '')
        throw inputError(`--gpu-name takes NAME=ID, got ${JSON.stringify(text)}`, {
          hint: '--gpu-name H100=h100-sxm-80gb',
        })
      if (!catalog.gpus.has(id)) {
        const hint = didYouMean(id, catalog.gpus.keys())
        throw inputError(`--gpu-name: unknown GPU ${JSON.stringify(id)}`, hint === undefined ? {} : { hint })
      }
      return [name, id]
    }),
  )
}

/** Lays the offers over the catalog as `--catalog` would, which checks them, and looks at their prices beside the others. */
async function findingsOf(result: OfferImport, catalog: Catalog, asOf: string): Promise<Finding[]> {
  const { buildCatalog } = await import('../../catalog/compile.ts')
  const { checkCatalog, checkDefaults } = await import('../../catalog/check.ts')
  const files = result.files.map(({ provider, ...rest }) => ({
    path: `${provider}.yaml`,
    relativePath: `offers/${provider}.yaml`,
    value: { provider, ...rest },
  }))
  const merged = buildCatalog(files, catalog)
  const before = new Set([...catalog.offers.values()])
  const added = new Set([...merged.offers.values()].filter((offer) => !before.has(offer)).map(({ id }) => id))
  return checkCatalog(merged, { ...checkDefaults, asOf }).filter(({ id }) => added.has(id))
}

function oneFile({ files }: OfferImport): string {
  const [only, ...others] = files
  if (only === undefined || others.length > 0) {
    throw inputError(`the prices of ${files.length} providers take a file each`, {
      hint: '--output DIR writes them to DIR/offers',
    })
  }
  return offersYaml(only)
}

/** A name that ends in .yaml is a file; anything else is a directory, in which each provider has its file. */
function write(result: OfferImport, output: string): void {
  if (['.yaml', '.yml'].includes(extname(output)) && !isDirectory(output)) {
    writeFiles([{ path: output, text: oneFile(result) }], { folders: true })
    return
  }
  const files = result.files.map((file) => ({ path: join('offers', `${file.provider}.yaml`), text: offersYaml(file) }))
  writeImported(output, files)
}
