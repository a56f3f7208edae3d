import { exportTargets } from '../../src/export/index.ts'
import { launchCommand } from '../../src/export/launch.ts'
import type { ExportTarget } from '../../src/export/target.ts'
import { trainingLaunch } from '../../src/export/training.ts'
import { InputError } from '../../src/scenario/diagnostic.ts'
import {
  ENGINES,
  type Asked as ServingAsked,
  serveExport,
  filesOf as servingFiles,
} from '../export/serving/fixtures.ts'
import { LORA, trainExport, filesOf as trainingFiles } from '../export/training/fixtures.ts'

/** A file that a name stands in, and what it is exported to. */
export interface Exported {
  readonly target: string
  readonly file: string
  readonly text: string
}

/** The trainer that each target takes. */
const TRAINERS: Readonly<Record<string, string>> = {
  accelerate: 'transformers',
  axolotl: 'axolotl',
  'llama-factory': 'llama-factory',
  torchtune: 'torchtune',
  torchtitan: 'torchtitan',
  megatron: 'megatron-lm',
}

const BARE = { placement: { provider: null, instance: null, region: null, offer: null } } as const

/** Engines of targets that are one engine, and all four where a target takes any; SkyPilot and Compose are written for each. */
function enginesOf({ id }: ExportTarget): readonly (keyof typeof ENGINES)[] {
  const own = (Object.keys(ENGINES) as (keyof typeof ENGINES)[]).filter((engine) => engine === id)
  return own.length > 0 ? own : ['vllm', 'tensorrt-llm']
}

function servingOf(target: ExportTarget, name: string, model: string): Exported[] {
  return enginesOf(target).flatMap((engine) => {
    const asked: ServingAsked = {
      scenario: name,
      header: [name],
      configuration: ENGINES[engine],
      model: { checkpoint: model },
      placement: { instance: name, region: name },
    }
    return Object.entries(servingFiles(target, asked)).map(([file, text]) => ({
      target: `${target.id}-${engine}`,
      file,
      text,
    }))
  })
}

function trainingOf(target: ExportTarget, name: string, model: string): Exported[] {
  const trainer = TRAINERS[target.id] ?? 'common'
  const asked = {
    scenario: name,
    header: [name],
    repository: model,
    configuration: { trainer, ...(trainer === 'axolotl' ? LORA : {}) },
  }
  const files = trainingFiles(target, { ...asked, ...BARE })
  return Object.entries(files).map(([file, text]) => ({ target: `${target.id}-training`, file, text }))
}

/** Every target of a plan whose names are all this one, and the commands that the reports show. */
export function exportedUnder(name: string, model = name): Exported[] {
  const shown = serveExport({ model: { checkpoint: model, format: 'awq-int4' } })
  const trained = trainExport({ repository: model })
  return [
    ...exportTargets.flatMap((target) => [
      ...(target.serve === undefined ? [] : servingOf(target, name, model)),
      ...(target.train === undefined ? [] : trainingOf(target, name, model)),
    ]),
    { target: 'report-serving', file: 'launch.sh', text: launchCommand(shown.plan.configuration, shown.launch) },
    { target: 'report-training', file: 'launch.sh', text: trainingLaunch(trained.plan.configuration, trained.launch) },
  ]
}

/** Whether the exports refuse the name of a model as one that would be read as a flag. */
export function refusesAsFlag(model: string): boolean {
  try {
    serveExport({ model: { checkpoint: model } })
    return false
  } catch (error) {
    if (error instanceof InputError && error.message.includes('begin its path with ./')) return true
    throw error
  }
}
