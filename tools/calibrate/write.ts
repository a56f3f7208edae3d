import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { isMap, isNode, isSeq, parseDocument } from 'yaml'
import type { Constant, Place } from '../../src/calibration/parameters.ts'

/** A constant with what the fit found for it. */
export interface Found {
  readonly constant: Constant
  readonly value: number
  readonly records: number
}

/** Digits that are kept: a fit knows three, a fourth keeps rounding out of the tests. */
const DIGITS = 4

interface Edit {
  readonly from: number
  readonly to: number
  readonly text: string
}

/**
 * Writes fitted values into the YAML files of a catalog, and nothing else: each value is replaced where it stands, so comments and
 * layout stay. Engines, kernels, generations, links and trainers have a file each; GPUs stand in the file of their family.
 * @throws Error for a constant that no file holds yet: it needs an entry by hand, with its sources.
 */
export function writeConstants(
  catalogs: string,
  found: readonly Found[],
  read: (path: string) => string,
  write: (path: string, text: string) => void,
): void {
  const edits = new Map<string, Edit[]>()
  for (const { constant, value, records } of found) {
    for (const place of constant.places) {
      const { file, path } = target(catalogs, place, read)
      const document = parseDocument(read(file))
      const list = edits.get(file) ?? []
      for (const [key, number] of [
        ['value', Number(value.toPrecision(DIGITS))],
        ['records', records],
      ] as const) {
        if (key === 'records' && place.follows === true) continue
        const node = document.getIn([...path, key], true)
        if (!isNode(node) || !node.range) throw new Error(`${file} holds no ${[...path, key].join('.')}`)
        list.push({ from: node.range[0], to: node.range[1], text: yamlNumber(number) })
      }
      edits.set(file, list)
    }
  }
  for (const [file, list] of edits) {
    let text = read(file)
    for (const { from, to, text: number } of list.sort((a, b) => b.from - a.from)) {
      text = text.slice(0, from) + number + text.slice(to)
    }
    write(file, text)
  }
}

/** Powers of a thousand, as people write micro-seconds and gigabytes: `28.3e-6`, `150e+9`. */
function yamlNumber(value: number): string {
  const scale = value !== 0 && value < 1e-3 ? -6 : value !== 0 && value < 0.01 ? -3 : value >= 1e9 ? 9 : 0
  if (scale === 0) return String(value)
  return `${Number((value / 10 ** scale).toPrecision(DIGITS))}e${scale < 0 ? '' : '+'}${scale}`
}

function target(
  catalogs: string,
  { subject, id, path }: Place,
  read: (path: string) => string,
): { file: string; path: readonly unknown[] } {
  if (subject === 'gpus') {
    for (const name of readdirSync(join(catalogs, subject))) {
      const file = join(catalogs, subject, name)
      const list = parseDocument(read(file)).get('gpus')
      if (!isSeq(list)) continue
      const index = list.items.findIndex((item) => isMap(item) && item.get('id') === id)
      if (index !== -1) return { file, path: ['gpus', index, ...path] }
    }
  } else {
    for (const name of readdirSync(join(catalogs, subject))) {
      const file = join(catalogs, subject, name)
      if (!name.endsWith('.yaml')) continue
      if (subject === 'physics' ? name === `${id}.yaml` : parseDocument(read(file)).get('id') === id)
        return { file, path }
    }
  }
  throw new Error(`no file in ${catalogs}/${subject} holds ${id}`)
}
