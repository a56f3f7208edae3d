import { type Catalog, type CatalogData, catalogFromData, subjects } from '../catalog/catalog.ts'
import { inputError } from '../scenario/diagnostic.ts'

/** An own catalog: path below its directory (`gpus/mine.yaml`; the folder decides the form) -> YAML text. */
export type Overlay = Readonly<Record<string, string>>

export interface CatalogSources {
  /** Data to start from instead of the shipped catalogs, as `catalogToData` gives it: fetched, or of another version. */
  readonly data?: CatalogData | undefined
  /** Own catalogs laid over it, the last one on top, as `--catalog DIR` does. */
  readonly overlays?: readonly Overlay[] | undefined
  /** Models by the id that scenarios call them: the parsed config.json of a Hugging Face repository. */
  readonly models?: Readonly<Record<string, unknown>> | undefined
}

/**
 * The catalogs: models, GPUs, offers with dated prices, quantizations, engines, trainers and the constants of the physics.
 * Load them once; every other function takes them. Without `data` the shipped ones, a megabyte that is imported only here.
 *
 * @throws InputError for problems in overlays (at file:line:column), for a config.json of an unknown or incomplete architecture, and
 * for data that is no catalog.
 * @example
 * const catalogs = await loadCatalogs()
 * const cheaper = await loadCatalogs({ overlays: [{ 'offers/mine.yaml': yamlText }] })
 */
export async function loadCatalogs({ data, overlays = [], models = {} }: CatalogSources = {}): Promise<Catalog> {
  const base = catalogFromData(data === undefined ? await shipped() : catalogData(data))
  const catalog = overlays.length === 0 ? base : await overlaid(base, overlays)
  if (Object.keys(models).length === 0) return catalog
  const { withConfigs } = await import('./configs.ts')
  return withConfigs(catalog, models)
}

async function overlaid(base: Catalog, overlays: readonly Overlay[]): Promise<Catalog> {
  // The schemas take longer to load than the compiled catalogs, and only overlays need them.
  const { buildCatalog } = await import('../catalog/compile.ts')
  let catalog = base
  for (const overlay of overlays) {
    const files = Object.entries(overlay).map(([path, text]) => ({ path, relativePath: path, text }))
    if (files.length === 0) throw inputError('the overlay holds no files')
    catalog = buildCatalog(files, catalog)
  }
  return catalog
}

async function shipped(): Promise<CatalogData> {
  const { default: data } = await import('#catalogs')
  return data as CatalogData
}

/** Told apart from what is no catalog at all; the entries themselves were checked when they were compiled. */
function catalogData(data: unknown): CatalogData {
  const hint = 'catalogToData(await loadCatalogs()) gives such data'
  if (typeof data !== 'object' || data === null) throw inputError('the data is no catalog', { hint })
  const parts: Partial<Record<string, unknown>> = { ...data }
  const missing = [
    ...subjects.filter((subject) => !Array.isArray(parts[subject])),
    ...(['physics', 'hashes'] as const).filter((part) => typeof parts[part] !== 'object' || parts[part] === null),
  ]
  if (missing.length > 0) throw inputError(`the data is no catalog: it lacks ${missing.join(', ')}`, { hint })
  return data as CatalogData
}
