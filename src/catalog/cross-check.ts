import { layerRangeProblem } from '../model/layers.ts'
import type { Diagnostic, Path } from '../scenario/diagnostic.ts'
import { type Catalog, type Entries, find, names, type Subject, subjectNames, subjects } from './catalog.ts'
import type { Layer } from './compile.ts'
import type { Located } from './file-kinds.ts'
import type { SupportRow } from './quantization.ts'
import { didYouMean } from './suggest.ts'

/** Reports a problem of one entry. */
type Report = (path: Path, message: string, hint?: string, target?: 'value' | 'key') => void

/**
 * What the entries of a layer say of each other and of the catalog they were merged into: every id they name exists, names are
 * unique, nothing is for sale without a price.
 */
export function crossCheck(catalog: Catalog, layer: Layer): Diagnostic[] {
  const diagnostics: Diagnostic[] = []
  const visit = <S extends Subject>(subject: S, check: (entry: Entries[S], known: Known) => void): void => {
    for (const { entry, locate } of layer.entries[subject].values() as Iterable<Located<Entries[S]>>) {
      const report: Report = (path, message, hint, target) => {
        diagnostics.push({
          severity: 'error',
          path,
          message,
          position: locate(path, target),
          ...(hint === undefined ? {} : { hint }),
        })
      }
      check(entry, new Known(catalog, report))
    }
  }
  visit('gpus', (gpu, known) => {
    known.id('generations', gpu.generation, ['generation'])
    known.id('links', gpu.interconnect.link, ['interconnect', 'link'])
    const clash = catalog.generations.has(gpu.id) || gpu.id === gpu.vendor
    if (clash) known.report(['id'], `the id ${JSON.stringify(gpu.id)} is the name of a generation or vendor`)
  })
  visit('offers', (offer, known) => {
    known.id('gpus', offer.gpu, ['gpu'])
    if (offer.link !== null) known.id('links', offer.link, ['link'])
    if (Object.keys(offer.usd_per_hour).length === 0 && offer.owned === undefined) {
      known.report(['usd_per_hour'], 'the offer has no price: give usd_per_hour or owned')
    }
  })
  visit('models', (model, known) => {
    const scheme = model.native_quantization?.scheme
    if (scheme !== undefined) known.id('quantizations', scheme, ['native_quantization', 'scheme'])
    if (model.architecture === undefined && model.parameters === undefined) {
      known.report([], `the model ${JSON.stringify(model.id)} has neither an architecture nor a number of parameters`)
    }
    const problem = model.architecture === undefined ? undefined : layerRangeProblem(model.architecture)
    if (problem !== undefined) known.report(['architecture', 'layers'], problem)
  })
  visit('quantizations', (format, known) => {
    known.id('kernels', format.kernel, ['kernel'])
    if (format.expert_kernel !== undefined) known.id('kernels', format.expert_kernel, ['expert_kernel'])
    for (const [index, id] of (format.holds_exactly ?? []).entries())
      known.id('quantizations', id, ['holds_exactly', index])
    known.support('quantizations', format.support)
  })
  visit('kvFormats', (format, known) => {
    known.support('kvFormats', format.support)
    for (const engine of Object.keys(format.engine_values))
      known.id('engines', engine, ['engine_values', engine], 'key')
  })
  visit('engines', (engine, known) => {
    for (const [row, defaults] of engine.batch_defaults.entries()) {
      for (const [index, gpu] of defaults.except_gpus.entries())
        known.id('gpus', gpu, ['batch_defaults', row, 'except_gpus', index])
    }
  })
  visit('trainers', ({ earlier_release_of: release }, known) => {
    if (release !== undefined) known.id('trainers', release.trainer, ['earlier_release_of', 'trainer'])
  })
  visit('kernels', (kernel, known) => {
    const tables = { peak: kernel.peak, bandwidth: kernel.bandwidth, compute: kernel.compute }
    for (const [key, table] of Object.entries(tables)) {
      for (const id of Object.keys(table.generations)) known.id('generations', id, [key, 'generations', id], 'key')
    }
  })
  for (const subject of subjects) {
    const uses = usesOfNames(catalog, subject)
    visit(subject, (entry, known) => checkAliases(catalog, subject, uses, entry, known.report))
  }
  return diagnostics
}

/** Looks ids up in the catalog and reports the unknown ones. */
class Known {
  readonly report: Report
  private readonly catalog: Catalog

  constructor(catalog: Catalog, report: Report) {
    this.catalog = catalog
    this.report = report
  }

  id(subject: Subject, id: string, path: Path, target: 'value' | 'key' = 'value'): void {
    if (this.catalog[subject].has(id)) return
    this.report(
      path,
      `unknown ${subjectNames[subject]} ${JSON.stringify(id)}`,
      didYouMean(id, this.catalog[subject].keys()),
      target,
    )
  }

  support(formats: 'quantizations' | 'kvFormats', rows: readonly SupportRow[]): void {
    for (const [row, { engines = [], generations = [], kernel, expands_to }] of rows.entries()) {
      for (const [index, id] of engines.entries()) this.id('engines', id, ['support', row, 'engines', index])
      for (const [index, id] of generations.entries())
        this.id('generations', id, ['support', row, 'generations', index])
      if (kernel !== undefined) this.id('kernels', kernel, ['support', row, 'kernel'])
      if (expands_to !== undefined) this.id(formats, expands_to, ['support', row, 'expands_to'])
    }
  }
}

/** How many entries go by each name. Counted once: a look through all names for each alias would grow with their square. */
function usesOfNames(catalog: Catalog, subject: Subject): ReadonlyMap<string, number> {
  const uses = new Map<string, number>()
  for (const name of names(catalog, subject)) uses.set(name, (uses.get(name) ?? 0) + 1)
  return uses
}

function checkAliases(
  catalog: Catalog,
  subject: Subject,
  uses: ReadonlyMap<string, number>,
  entry: { id: string; aliases?: readonly string[] },
  report: Report,
): void {
  for (const [index, alias] of (entry.aliases ?? []).entries()) {
    if ((uses.get(alias) ?? 0) <= 1) continue
    const other = find(catalog, subject, alias)
    const owner = other === undefined || other.id === entry.id ? 'another entry' : JSON.stringify(other.id)
    report(['aliases', index], `the alias ${JSON.stringify(alias)} is already a name of ${owner}`)
  }
}
