import { isDeepStrictEqual } from 'node:util'
import type { Catalog } from '../../catalog/catalog.ts'
import { checkCatalog, checkDefaults } from '../../catalog/check.ts'
import { loadCatalog } from '../../io/load-catalog.ts'
import { printFindings } from '../../report/catalog-check.ts'
import { inputError } from '../../scenario/diagnostic.ts'
import type { Call } from '../command.ts'
import { asOfDay, formatOf } from '../common-flags.ts'
import { deliver } from '../deliver.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'

/**
 * `plan catalog check`: what a person should look at. With catalogs of one's own, only the offers that they bring or change are looked
 * at, beside the prices of all.
 * @returns the code of a limit that is exceeded where there is something to look at.
 */
export async function catalogCheck({ flags, terminal, words }: Call): Promise<ExitCode> {
  const name = words[1]
  if (name !== undefined)
    throw inputError(`catalog check takes no name, got ${JSON.stringify(name)}`, {
      hint: '--catalog DIR adds a catalog',
    })
  const format = formatOf(flags)
  const overlays = flags.texts('catalog')
  const catalog = await loadCatalog(overlays)
  const looked = overlays.length === 0 ? new Set(catalog.offers.keys()) : changed(catalog, await loadCatalog())
  const options = {
    ...checkDefaults,
    asOf: asOfDay(flags),
    maxAgeDays: flags.whole('max-age') ?? checkDefaults.maxAgeDays,
  }
  const findings = checkCatalog(catalog, options).filter(({ id }) => looked.has(id))
  deliver(printFindings(findings, looked.size, format), flags, terminal)
  return findings.length === 0 ? EXIT.ok : EXIT.overCost
}

/** Ids of offers that the shipped catalog does not have, or has with other content. */
function changed(catalog: Catalog, shipped: Catalog): Set<string> {
  const offers = [...catalog.offers.values()]
  return new Set(offers.filter((offer) => !isDeepStrictEqual(offer, shipped.offers.get(offer.id))).map(({ id }) => id))
}
