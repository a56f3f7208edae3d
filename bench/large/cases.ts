import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { modelId, writeModels, writeOffers } from './catalogs.ts'
import { workloadsOf, writeFleet, writeScenarios, writeServing } from './scenarios.ts'

/** A command whose time and memory are measured as its input grows. */
export interface Command {
  readonly name: string
  /** @param directory what {@link Input.write} filled */
  readonly args: (directory: string) => readonly string[]
}

/** An input that grows, and what is done with it. */
export interface Input {
  readonly kind: string
  /** The full size; a quarter and half of it are measured too. */
  readonly size: number
  /** Whether a run with a single one tells what the command costs however small its input: it is taken off before growth is told. */
  readonly single: boolean
  readonly sizeText: (size: number) => string
  readonly write: (directory: string, size: number, catalog: Catalog) => void
  readonly commands: readonly Command[]
}

const SERVE = 'scenarios/serve-70b.yaml'
const TRAIN = 'scenarios/train-70b-compare.yaml'
const LIST_GPUS = ['catalog', 'list', 'gpus']

/** Folder of the catalog that grows. */
const CATALOG = 'catalog'
/** A scenario beside it. */
const SCENARIO = 'serving.yaml'

const sizeIn = (noun: string) => (size: number) => `${size.toLocaleString('en')} ${noun}${size === 1 ? '' : 's'}`

/** A command with a catalog laid over the shipped one. */
function overlaid(name: string, command: readonly string[]): Command {
  return { name, args: (directory) => [...command, '--catalog', join(directory, CATALOG)] }
}

/** The files of a directory that a command takes. */
function filesOf(directory: string): string[] {
  return readdirSync(directory).map((name) => join(directory, name))
}

export const INPUTS: readonly Input[] = [
  {
    kind: 'offers',
    size: 50_000,
    single: true,
    sizeText: sizeIn('offer'),
    write: (directory, size, catalog) => writeOffers(join(directory, CATALOG), size, catalog),
    commands: [
      overlaid('catalog of offers: read, list GPUs', LIST_GPUS),
      overlaid('catalog of offers: list them', ['catalog', 'list', 'offers']),
      overlaid('catalog of offers: plan serve-70b', [SERVE]),
      overlaid('catalog of offers: plan train-70b-compare', [TRAIN]),
    ],
  },
  {
    kind: 'models',
    size: 2_000,
    single: true,
    sizeText: sizeIn('model'),
    write: (directory, size, catalog) => {
      writeModels(join(directory, CATALOG), size, catalog)
      writeServing(join(directory, SCENARIO), modelId(0))
    },
    commands: [
      overlaid('catalog of models: read, list GPUs', LIST_GPUS),
      overlaid('catalog of models: list them', ['catalog', 'list', 'models']),
      {
        name: 'catalog of models: plan one of them',
        args: (directory) => [join(directory, SCENARIO), '--catalog', join(directory, CATALOG)],
      },
    ],
  },
  {
    kind: 'fleet',
    size: 200,
    single: false,
    sizeText: (size) => `${size} nodes, ${workloadsOf(size)} workloads`,
    write: writeFleet,
    commands: [{ name: 'plan a fleet', args: filesOf }],
  },
  {
    kind: 'scenarios',
    size: 2_000,
    single: false,
    sizeText: sizeIn('scenario'),
    write: writeScenarios,
    commands: [
      { name: 'plan compare, as a page', args: (directory) => ['compare', ...filesOf(directory), '--format', 'html'] },
    ],
  },
]
