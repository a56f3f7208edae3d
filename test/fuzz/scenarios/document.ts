import { Document, isMap } from 'yaml'
import type { Catalog } from '../../../src/catalog/catalog.ts'
import type { Path } from '../../../src/scenario/diagnostic.ts'
import { fleetSchema } from '../../../src/scenario/fleet.ts'
import { forecastSchema } from '../../../src/scenario/forecast.ts'
import { serveSchema } from '../../../src/scenario/serve.ts'
import { trainSchema } from '../../../src/scenario/train.ts'
import type { Random } from '../random.ts'
import { generate } from './generate.ts'
import { makeSensible } from './sensible.ts'
import { wordsOf } from './words.ts'

export type Kind = 'serve' | 'train' | 'fleet' | 'forecast'

/** A scenario as it is written, with the files that it may name. */
export interface Written {
  readonly kind: Kind
  readonly value: unknown
  /** Path of a key that is written twice; null = none. */
  readonly twice: Path | null
  /** Scenarios by file name. */
  readonly files: Readonly<Record<string, unknown>>
}

const SCHEMAS = { serve: serveSchema, train: trainSchema, fleet: fleetSchema, forecast: forecastSchema }

/** Files that the workloads of fleets and forecasts name. */
const FILES = { 'serve.yaml': 'serve', 'train.yaml': 'train' } as const

/** How often a number is at the limits of its field: one in five documents is a bold one. */
const TAME = 0.01
const BOLD = 0.25

/** A document of a kind that contradicts neither its schema nor itself. */
export function drawValid(kind: Kind, random: Random, catalog: Catalog): Written {
  const isProgram = kind === 'fleet' || kind === 'forecast'
  const bold = random.chance(0.2)
  const boldness = bold ? BOLD : TAME
  const words = wordsOf(random, catalog, bold && random.chance(0.5), Object.keys(FILES))
  const draw = (each: Kind): unknown => {
    const value = generate(SCHEMAS[each], { random, words, boldness })
    makeSensible(value, catalog, random)
    return value
  }
  const files = isProgram ? Object.fromEntries(Object.entries(FILES).map(([file, each]) => [file, draw(each)])) : {}
  return { kind, value: draw(kind), twice: null, files }
}

/** The document as YAML. */
export function yamlOf({ value, twice }: Pick<Written, 'value' | 'twice'>): string {
  const document = new Document(value, { aliasDuplicateObjects: false })
  if (twice !== null) {
    const map = document.getIn(twice.slice(0, -1), true) ?? document.contents
    if (isMap(map)) map.items.push(...map.items.filter((pair) => String(pair.key) === String(twice.at(-1))))
  }
  return document.toString()
}

/** Everything that a person needs to plan the document by hand. */
export function shownDocument(written: Written): string {
  const files = Object.entries(written.files).map(([file, value]) => `--- ${file}\n${yamlOf({ value, twice: null })}`)
  return [`--- scenario.yaml\n${yamlOf(written)}`, ...files].join('')
}
