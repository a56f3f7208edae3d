import { type Diagnostic, InputError, type Path } from '../scenario/diagnostic.ts'
import { validate } from '../scenario/located.ts'
import type { Locate } from '../scenario/yaml.ts'
import { parseYamlInParts } from '../scenario/yaml-parts.ts'
import { type Catalog, type Entries, type Physics, type Subject, subjectNames, subjects } from './catalog.ts'
import { crossCheck } from './cross-check.ts'
import { type FileContent, type FileKind, fileKinds, type Located } from './file-kinds.ts'
import { mergeLayer } from './overlay.ts'

/** A catalog file as text (YAML), or as a value that was parsed elsewhere and has no places. */
export type CatalogFile = {
  /** As messages name it. */
  path: string
  /** Below its catalog directory, with forward slashes: `gpus/hopper.yaml`. Decides the form by folder. */
  relativePath: string
} & ({ text: string } | { value: unknown })

/** The entries of one directory. Inside one, an id occurs once; between two, the later replaces the earlier. */
export interface Layer {
  entries: { [S in Subject]: Map<string, Located<Entries[S]>> }
  physics: Partial<Physics>
}

export function emptyLayer(): Layer {
  const entries = Object.fromEntries(subjects.map((subject) => [subject, new Map()])) as unknown as Layer['entries']
  return { entries, physics: {} }
}

/**
 * Reads, checks and joins catalog files into a catalog of their own, or over `base`. Pure: same files, same catalog, in any order.
 * Throws {@link InputError} with every problem found, each at file:line:column.
 */
export function buildCatalog(files: readonly CatalogFile[], base?: Catalog): Catalog {
  const { layer, diagnostics } = readLayer(files)
  if (diagnostics.length > 0) throw new InputError(diagnostics)
  const catalog = mergeLayer(base, layer)
  const problems = crossCheck(catalog, layer)
  if (problems.length > 0) throw new InputError(problems)
  return catalog
}

/** Reads the files of one directory. Problems are collected, not thrown, so that all files are reported at once. */
export function readLayer(files: readonly CatalogFile[]): { layer: Layer; diagnostics: Diagnostic[] } {
  const layer = emptyLayer()
  const diagnostics: Diagnostic[] = []
  const ordered = [...files].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
  for (const file of ordered) {
    const result = readFile(file)
    const found = result.ok ? addContent(layer, result.content) : result.diagnostics
    for (const each of found) diagnostics.push(each)
  }
  return { layer, diagnostics }
}

type ReadResult = { ok: true; content: FileContent } | { ok: false; diagnostics: readonly Diagnostic[] }

function readFile(file: CatalogFile): ReadResult {
  const noPlaces: Locate = () => ({ file: file.path })
  const parsed =
    'text' in file ? parseYamlInParts(file.text, file.path) : { ok: true as const, value: file.value, locate: noPlaces }
  if (!parsed.ok) return parsed
  const form = formOf(file.relativePath, parsed.value)
  if (form === undefined) {
    const marks = fileKinds.map((each) => each.mark).join(', ')
    const message = `not recognised as a catalog file: it is in none of the catalog's folders and has none of the keys ${marks}`
    return { ok: false, diagnostics: [{ severity: 'error', path: [], message, position: { file: file.path } }] }
  }
  const checked = validate(form.schema, parsed.value, parsed.locate)
  if (!checked.ok) return checked
  return { ok: true, content: form.read(checked.data as never, parsed.locate) }
}

/** By folder, the most specific first; else, or where a folder holds several forms, by a key that only one form has. */
function formOf(relativePath: string, value: unknown): FileKind | undefined {
  const folder = fileKinds.find((each) => relativePath.startsWith(`${each.folder}/`))?.folder
  const inFolder = folder === undefined ? fileKinds : fileKinds.filter((each) => each.folder === folder)
  const byMark =
    typeof value === 'object' && value !== null ? inFolder.find((each) => Object.hasOwn(value, each.mark)) : undefined
  return byMark ?? (folder === undefined ? undefined : inFolder[0])
}

function addContent(layer: Layer, content: FileContent): Diagnostic[] {
  if (content.subject === 'physics') {
    Object.assign(layer.physics, content.physics)
    return []
  }
  return addEntries(layer, content.subject, content.entries as Located<Entries[Subject]>[])
}

function addEntries(layer: Layer, subject: Subject, entries: readonly Located<Entries[Subject]>[]): Diagnostic[] {
  const known = layer.entries[subject] as Map<string, Located<Entries[Subject]>>
  return entries.flatMap((located): Diagnostic[] => {
    const { id } = located.entry
    const earlier = known.get(id)
    if (earlier === undefined) {
      known.set(id, located)
      return []
    }
    const path: Path = [subject === 'offers' ? 'instance' : 'id']
    const first = earlier.locate(path)
    const place = first.line === undefined ? first.file : `${first.file}:${first.line}`
    const message = `${subjectNames[subject]} ${JSON.stringify(id)} occurs twice; first at ${place}`
    return [{ severity: 'error', path, message, position: located.locate(path) }]
  })
}
