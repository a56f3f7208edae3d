import { describe, test } from 'vitest'
import { buildCatalog } from '../../../src/catalog/compile.ts'
import { readConfig } from '../../../src/config/read.ts'
import { loadCatalog } from '../../../src/io/load-catalog.ts'
import { CATALOG_BYTES } from '../../../src/limits.ts'
import { readRecords } from '../../../src/measurements/read.ts'
import { parseScenario } from '../../../src/scenario/schema.ts'
import { endsWell } from './ends-well.ts'
import { expectBoth, filesOf, original, textReader } from './files.ts'

const AS_OF = '2026-11-21'
const YAML = /\.yaml$/
/** A catalog is checked as a whole, which takes longer than reading one of its files. */
const CATALOG_DRAWS = 12
const RECORDS = 6

const textOf = textReader()
const catalog = await loadCatalog()

describe('files with mishaps are read or refused', () => {
  test('scenarios', async () => {
    const outcomes = await endsWell('scenario', filesOf('scenarios', YAML), (bytes, { name }) =>
      parseScenario(textOf(bytes), name, catalog, [], AS_OF),
    )
    expectBoth(outcomes)
  })

  test.each([
    'gpus',
    'models',
    'offers',
    'quantizations',
    'engines',
    'trainers',
    'generations',
    'kernels',
    'links',
  ] as const)('catalogs: %s', async (kind) => {
    const read = (bytes: Buffer) => {
      const text = textOf(bytes, CATALOG_BYTES)
      return buildCatalog([{ path: 'own.yaml', relativePath: `${kind}/own.yaml`, text }], catalog)[kind]
    }
    expectBoth(await endsWell(kind, filesOf(`catalogs/${kind}`, YAML), read, CATALOG_DRAWS))
  })

  test('catalogs: physics', async () => {
    const read = (bytes: Buffer, { name }: { name: string }) => {
      const relativePath = name.replace('catalogs/', '')
      return buildCatalog([{ path: name, relativePath, text: textOf(bytes, CATALOG_BYTES) }], catalog).physics
    }
    await endsWell('physics', filesOf('catalogs/physics', YAML), read, CATALOG_DRAWS)
  })

  test('settings', async () => {
    const text = `catalogs: [./mine]
top: 3
max_cost: $1,200
time_limit: 2m
prices: { discount_percent: 5, max_age_days: 90, min_confidence: medium }
search: { exclude_providers: [vast], exclude_gpus: [amd] }
`
    const read = (bytes: Buffer) => readConfig(textOf(bytes), 'plan.config.yaml', 'project file')
    expectBoth(await endsWell('settings', [original('plan.config.yaml', text)], read))
  })

  test('measurements', async () => {
    const some = filesOf('test/measurements', YAML).map(({ name, bytes }) => {
      const pieces = bytes.toString().split(/(?=\n *- \{? ?id:)/)
      return original(name, pieces.slice(0, RECORDS).join(''))
    })
    const read = (bytes: Buffer, { name }: { name: string }) => readRecords(textOf(bytes, CATALOG_BYTES), name, catalog)
    expectBoth(await endsWell('measurements', some, read))
  })
})
