import { type Catalog, find } from '../catalog/catalog.ts'
import { withModels } from '../scenario/sources.ts'
import { visible } from '../visible.ts'
import type { Flags } from './flags.ts'
import { sourceOptionsOf } from './network-options.ts'
import type { Terminal } from './terminal.ts'

/**
 * The catalog with the model that stands in MODEL's place, where that is a path, an address or a repository and no catalog id. What
 * was assumed of it is noted on standard error.
 * @throws InputError where it cannot be read
 */
export async function withModelArgument(
  text: string,
  catalog: Catalog,
  flags: Flags,
  terminal: Terminal,
): Promise<Catalog> {
  if (find(catalog, 'models', text) !== undefined) return catalog
  const { isSource, readModel } = await import('../io/model-source.ts')
  if (!isSource(text)) return catalog
  const { model, notes, checks } = await readModel(text, sourceOptionsOf(flags, catalog))
  const remarks = [...notes, ...checks.filter(({ ok }) => !ok).map((check) => check.text)]
  if (!flags.switch('quiet')) for (const remark of remarks) terminal.note(visible(`${text}: ${remark}`))
  return withModels(catalog, new Map([[text, model]]))
}
