import { type Catalog, get } from '../catalog/catalog.ts'
import type { Model } from '../catalog/model.ts'
import type { Plan } from '../result/plan.ts'
import type { TrainPlan } from '../result/train.ts'
import { inputError } from '../scenario/diagnostic.ts'
import { launchContext } from './launch-context.ts'
import type { ExportFile, ExportTarget, ServeExport, TrainExport } from './target.ts'
import { trainingContext } from './training.ts'

/** A plan that is to be exported, made just now or saved earlier. */
export interface PlanToExport {
  /** Name of the scenario or workload. */
  readonly name: string
  readonly plan: Plan | TrainPlan
  /** Lines that say from which plan a file comes. */
  readonly header: readonly string[]
  /** The model where the scenario describes one that the catalog lacks. */
  readonly model?: Model | undefined
}

/**
 * A plan as the files of a target.
 * @throws InputError where the target is not for this kind of plan or cannot express it, or where the plan names what the catalog lacks.
 */
export function exportPlan(asked: PlanToExport, target: ExportTarget, catalog: Catalog): readonly ExportFile[] {
  if (isServing(asked.plan)) {
    if (target.serve === undefined) {
      throw inputError(`--to ${target.id} takes training runs; ${JSON.stringify(asked.name)} serves a model`)
    }
    return target.serve(serveExport(asked, asked.plan, catalog))
  }
  if (target.train === undefined) {
    throw inputError(`--to ${target.id} takes serving plans; ${JSON.stringify(asked.name)} trains a model`)
  }
  return target.train(trainExport(asked, asked.plan, catalog))
}

export function serveExport(asked: PlanToExport, plan: Plan, catalog: Catalog): ServeExport {
  const cacheTokens = plan.memory.cache_tokens
  if (cacheTokens === undefined) throw outdated(asked.name)
  if (plan.model === undefined) {
    throw inputError(
      `only the parameter count of the model of ${JSON.stringify(asked.name)} is known: no engine can start it`,
      {
        hint: 'name a model of the catalog, or describe its whole architecture',
      },
    )
  }
  const { configuration, placement } = plan
  // A word that begins with a hyphen would be read as a flag by every program that the plan names it to.
  if ((plan.model.checkpoint ?? plan.model.id).startsWith('-')) {
    throw inputError(`the model ${JSON.stringify(plan.model.checkpoint)} would be read as a flag`, {
      hint: 'begin its path with ./',
    })
  }
  return {
    ...originOf(asked, catalog),
    plan,
    engine: named(catalog, 'engines', configuration.engine),
    launch: launchContext({
      model: plan.model,
      configuration,
      gpusPerInstance: placement.gpus_per_instance,
      cacheTokens,
      kv: named(catalog, 'kvFormats', configuration.kv_cache),
    }),
  }
}

export function trainExport(asked: PlanToExport, plan: TrainPlan, catalog: Catalog): TrainExport {
  if (plan.model === undefined) throw outdated(asked.name)
  const origin = originOf(asked, catalog)
  return { ...origin, plan, launch: trainingContext(origin.model, plan.placement) }
}

export function isServing(plan: Plan | TrainPlan): plan is Plan {
  return 'engine' in plan.configuration
}

function originOf({ name, plan, header, model }: PlanToExport, catalog: Catalog) {
  const { placement } = plan
  const offer = placement.offer === null ? undefined : catalog.offers.get(placement.offer)
  return {
    scenario: name,
    header,
    model: model ?? modelNamed(catalog, plan.model?.id ?? ''),
    gpu: named(catalog, 'gpus', placement.gpu),
    offer: offer ?? null,
  }
}

/** Models that a scenario names by file or repository stand in the catalog under another name than their id. */
function modelNamed(catalog: Catalog, id: string): Model {
  return (
    catalog.models.get(id) ??
    [...catalog.models.values()].find((each) => each.id === id) ??
    named(catalog, 'models', id)
  )
}

/** An entry that a plan names. A saved plan may name one that only the catalog of its author had. */
function named<S extends 'models' | 'gpus' | 'engines' | 'kvFormats'>(catalog: Catalog, subject: S, id: string) {
  if (!catalog[subject].has(id)) {
    const hint = 'give the catalog that it was planned with: --catalog DIR'
    throw inputError(`the plan names ${JSON.stringify(id)}, which the catalog lacks`, { hint })
  }
  return get(catalog, subject, id)
}

function outdated(name: string) {
  return inputError(`the plan of ${JSON.stringify(name)} was saved by a version that did not say which model it runs`, {
    hint: 'plan the scenario again with --format json',
  })
}
