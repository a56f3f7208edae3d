import { Document, isScalar, visit } from 'yaml'
import { type Catalog, get } from '../catalog/catalog.ts'
import type { CatalogFile } from '../catalog/compile.ts'
import type { Calibrated } from '../catalog/facts.ts'
import { documentText } from '../yaml-text.ts'
import type { Place } from './parameters.ts'

/** A constant with the value that own runs give it. */
export interface OwnValue {
  readonly place: Place
  readonly value: number
  /** Ids of the records that it was fitted to. */
  readonly records: ReadonlySet<string>
}

/** First line of every file of such a directory: what a later calibration may replace. */
export const OVERLAY_MARK = '# Written by plan calibrate'
/** Maps of no more than so many plain values stand on one line. */
const MOST_ON_ONE_LINE = 3

type Entry = Record<string | number, unknown>

/**
 * The entries that hold these constants, whole, as files of a catalog directory: an entry replaces the shipped one of its id. Each
 * says by `calibrated` which own runs stand behind it.
 */
export function overlayFiles(
  values: readonly OwnValue[],
  catalog: Catalog,
  { asOf, source }: { readonly asOf: string; readonly source: string },
): Extract<CatalogFile, { text: string }>[] {
  const entries = new Map<string, { place: Place; entry: Entry }>()
  const marks = new Map<string, Mark & { readonly records: ReadonlySet<string> }>()
  for (const { place, value, records } of values) {
    const key = `${place.subject}/${place.id}`
    const { entry } = entries.get(key) ?? { entry: entryOf(place, catalog) }
    entries.set(key, { place, entry })
    const object = at(entry, place.path.slice(0, -1))
    object[place.path.at(-1) ?? ''] = { value, records: records.size }
    const mark = markOf(place, entry)
    const markKey = `${key} ${mark.id}`
    const earlier = marks.get(markKey)?.records ?? []
    marks.set(markKey, { ...mark, records: new Set([...earlier, ...records]) })
  }
  for (const { owner, name, records } of marks.values()) {
    owner[name] = { records: records.size, as_of: asOf, source } satisfies Calibrated
  }
  const gpus = [...entries.values()].filter(({ place }) => place.subject === 'gpus')
  const others = [...entries.values()].filter(({ place }) => place.subject !== 'gpus')
  const contents: [string, Entry][] = others.map(({ place, entry }) => [`${place.subject}/${place.id}.yaml`, entry])
  if (gpus.length > 0) {
    contents.push(['gpus/calibrated.yaml', { family: 'calibrated', as_of: asOf, gpus: gpus.map(({ entry }) => entry) }])
  }
  const runs = new Set(values.flatMap(({ records }) => [...records])).size
  const header = [
    `${OVERLAY_MARK} on ${asOf}: constants fitted to ${runs} own runs carry their number as \`records\`.`,
    `# Everything else is copied from catalog ${catalog.hash}: calibrate again when that changes.`,
  ].join('\n')
  return contents
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, content]) => ({ path, relativePath: path, text: `${header}\n${yaml(content)}` }))
}

function entryOf({ subject, id }: Place, catalog: Catalog): Entry {
  if (subject !== 'physics') return structuredClone(get(catalog, subject, id)) as unknown as Entry
  if (id !== 'training') throw new Error(`own runs do not move the constants of physics/${id}`)
  return structuredClone(catalog.physics.training) as unknown as Entry
}

/** Where an entry says that own runs stand behind it. */
interface Mark {
  readonly owner: Entry
  readonly name: 'calibrated' | 'training_calibrated'
  /** Tells the marks of one entry apart. */
  readonly id: string
}

/** By what a plan uses: a release of an engine, a GPU in serving or in training, else the entry. */
function markOf({ subject, path }: Place, entry: Entry): Mark {
  if (subject === 'engines')
    return { owner: at(entry, path.slice(0, 2)), name: 'calibrated', id: path.slice(0, 2).join('.') }
  const name = path.at(-1) === 'training_compute' ? 'training_calibrated' : 'calibrated'
  return { owner: entry, name, id: name }
}

function at(entry: Entry, path: readonly (string | number)[]): Entry {
  return path.reduce((value, key) => value[key] as Entry, entry)
}

function yaml(content: Entry): string {
  const document = new Document(content, { aliasDuplicateObjects: false })
  visit(document, {
    Map: (_, node) => {
      const isPlain = node.items.every(({ value }) => isScalar(value))
      if (isPlain && node.items.length <= MOST_ON_ONE_LINE) node.flow = true
    },
  })
  return documentText(document, { lineWidth: 0, flowCollectionPadding: true })
}
