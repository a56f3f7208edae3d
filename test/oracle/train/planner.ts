import type { Catalog } from '../../../src/catalog/catalog.ts'
import type { Choice } from './choice.ts'
import { type Needs, Physics } from './needs.ts'
import { rules } from './rules.ts'
import type { Wanted } from './wanted.ts'

/** A way to train that satisfies everything. */
export interface Found {
  readonly choice: Choice
  readonly needs: Needs
  /** What the scenario wants least of. */
  readonly objective: number
}

export interface Answer {
  /** Combinations of the loops. */
  readonly space: number
  /** Combinations that break a rule of form, by rule; one that breaks several counts at each. */
  readonly broken: Readonly<Record<string, number>>
  /** Combinations that break at least one rule of form. */
  readonly malformed: number
  readonly feasible: readonly Found[]
}

/**
 * Numbers of machines that plans are made of. The space of a result counts these and no others; between two of them a run is neither
 * refused nor found.
 */
const MACHINES = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024]

/** Tries every combination, one after the other. */
export function everyPlan(wanted: Wanted, catalog: Catalog): Answer {
  const physics = new Physics(wanted, catalog)
  const feasible: Found[] = []
  const broken: Record<string, number> = {}
  let space = 0
  let malformed = 0
  for (const choice of everyChoice(wanted)) {
    space += 1
    const gpu = catalog.gpus.get(choice.rented.offer.gpu)
    if (gpu === undefined) throw new Error(`no GPU ${choice.rented.offer.gpu}`)
    let isWell = true
    for (const rule of rules) {
      if (rule.holds(choice, wanted, gpu)) continue
      isWell = false
      broken[rule.name] = (broken[rule.name] ?? 0) + 1
    }
    if (!isWell) {
      malformed += 1
      continue
    }
    const needs = physics.needs(choice, gpu)
    if (needs === null || !isWithinLimits(choice, needs, wanted)) continue
    const energy = choice.gpus * needs.hours * (gpu.power_watts ?? Number.POSITIVE_INFINITY)
    const objective = { cost: needs.dollars, time: needs.hours, gpus: choice.gpus, energy }[wanted.objective]
    feasible.push({ choice, needs, objective })
  }
  return { space, broken, malformed, feasible }
}

function isWithinLimits({ instances, rented }: Choice, needs: Needs, wanted: Wanted): boolean {
  const { max_instances: mostInstances, ram_gb: ram } = rented.offer
  if (mostInstances !== undefined && instances > mostInstances) return false
  if (!needs.fits) return false
  // A machine of which no memory is stated is not refused for it.
  if (ram !== null && needs.hostBytes > ram * 1e9) return false
  return Number.isFinite(needs.hours) && needs.hours <= wanted.deadlineHours && needs.dollars <= wanted.budget
}

/** All combinations of the variables. */
function* everyChoice(wanted: Wanted): Generator<Choice> {
  for (const method of wanted.methods)
    for (const loraRank of method === 'full' ? [null] : wanted.loraRanks)
      for (const optimizer of wanted.optimizers)
        for (const rented of wanted.rented)
          for (const instances of MACHINES) {
            const gpus = instances * rented.offer.gpu_count
            if (gpus > wanted.maxGpus) continue
            for (const tensorParallel of wanted.tensorParallel)
              for (const pipelineParallel of wanted.pipelineParallel)
                for (const virtualPipeline of wanted.virtualPipeline)
                  for (const contextParallel of wanted.contextParallel)
                    for (const expertParallel of wanted.expertParallel)
                      for (const zeroStage of wanted.zeroStages)
                        for (const offload of wanted.offloads)
                          for (const checkpointing of wanted.checkpointings)
                            for (const microBatch of wanted.microBatches) {
                              const dataParallel = gpus / (tensorParallel * pipelineParallel * contextParallel)
                              const accumulation = wanted.globalBatch / (microBatch * dataParallel)
                              yield {
                                method,
                                loraRank,
                                optimizer,
                                rented,
                                instances,
                                tensorParallel,
                                pipelineParallel,
                                virtualPipeline,
                                contextParallel,
                                expertParallel,
                                zeroStage,
                                offload,
                                checkpointing,
                                microBatch,
                                gpus,
                                dataParallel,
                                accumulation,
                              }
                            }
          }
}
