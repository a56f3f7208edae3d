import type { Catalog } from '../../catalog/catalog.ts'
import { providers } from '../../catalog/catalog.ts'
import { didYouMean } from '../../catalog/suggest.ts'
import { inputError } from '../../scenario/diagnostic.ts'

/**
 * Names of providers in price lists -> those of the catalog: SkyPilot's folders (skypilot-org/skypilot-catalog catalogs/v8) and
 * gpuhunt's providers (dstackai/gpuhunt src/gpuhunt/providers).
 */
const ALIASES: Readonly<Record<string, string>> = {
  do: 'digitalocean',
  datacrunch: 'verda',
  lambdalabs: 'lambda',
  vastai: 'vast',
  cudocompute: 'cudo',
}

/** An id as catalogs take it, for a provider written `Lambda Labs`. */
export function providerId(name: string): string {
  const id = name
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9._+]+/g, '-')
    .replace(/^[^a-z0-9]+|-$/g, '')
  return Object.hasOwn(ALIASES, id) ? (ALIASES[id] ?? id) : id
}

/**
 * The provider of a list that does not name it: its folder for SkyPilot (`aws/vms.csv`), its own name for gpuhunt (`aws.csv`). Only a
 * name that the catalog knows is believed.
 * @throws InputError where neither is known.
 */
export function providerOfPath(file: string, catalog: Catalog): string {
  const parts = file.split(/[\\/]/)
  const name = (parts.at(-1) ?? '').replace(/\.[^.]*$/, '')
  const known = providers(catalog)
  for (const candidate of [name, parts.at(-2) ?? '']) {
    const id = providerId(candidate)
    if (known.includes(id)) return id
  }
  const hint = didYouMean(name, known)
  throw inputError('whose prices are these? Neither the file nor its folder is named after a provider of the catalog', {
    position: { file },
    hint: `--provider NAME${hint === undefined ? '' : `; ${hint}`}`,
  })
}
