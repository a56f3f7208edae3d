import type { Catalog } from '../../../src/catalog/catalog.ts'
import type { Gpu } from '../../../src/catalog/gpu.ts'
import { prepareRuleOfThumbTraining } from '../../../src/memory/training/rule-of-thumb.ts'
import { prepareTrainingMemory, type TrainingMemory } from '../../../src/memory/training.ts'
import { emptyTrainingSpeed, type TimedConfiguration } from '../../../src/performance/training/input.ts'
import { prepareTrainingTime, type TrainingTime } from '../../../src/performance/training/training-time.ts'
import type { Choice } from './choice.ts'
import { hoursOnTheClock } from './clock.ts'
import { headroomShare } from './headroom.ts'
import { trainedParameters } from './model.ts'
import type { Wanted } from './wanted.ts'

/** What a choice needs, and what comes of it. */
export interface Needs {
  readonly fits: boolean
  readonly totalBytes: number
  /** Memory of the host of one machine. */
  readonly hostBytes: number
  readonly tokensPerSecond: number
  readonly computeHours: number
  /** Wall clock of the run. */
  readonly hours: number
  readonly dollars: number
}

/** Gigabits in a gigabyte. */
const BITS = 8

/**
 * Asks the physics of memory and time. Preparing a configuration is dear and most choices share theirs with others, so answers are kept
 * by everything that they depend on; nothing else is remembered between choices.
 */
export class Physics {
  readonly #wanted: Wanted
  readonly #catalog: Catalog
  readonly #memories = new Map<string, TrainingMemory>()
  readonly #times = new Map<string, TrainingTime | null>()

  constructor(wanted: Wanted, catalog: Catalog) {
    this.#wanted = wanted
    this.#catalog = catalog
  }

  /** Null where the machines cannot be joined for such a run, or nothing is known of how fast the GPU computes. */
  needs(choice: Choice, gpu: Gpu): Needs | null {
    const wanted = this.#wanted
    const { offer, dollarsAnHour } = choice.rented
    const isJoined = offer.gpu_count === 1 || this.#linkOf(choice, gpu).kind !== 'none'
    const isNetworked = choice.instances === 1 || offer.network_gbit_per_second !== null
    if (!isJoined || !isNetworked) return null
    const configuration = configurationOf(choice, wanted)
    const key = JSON.stringify(configuration)
    const time = remember(this.#times, `${key} ${offer.id}`, () => this.#time(choice, gpu, configuration))
    if (time === null) return null
    const memory = remember(this.#memories, `${key} ${gpu.id}`, () => this.#memory(choice, gpu, configuration))
    const load = { microBatch: choice.microBatch, gradientAccumulation: choice.accumulation }
    const { fits, totalBytes, hostBytes } = memory.evaluate(load)
    const { tokensPerSecond } = time.at(load, emptyTrainingSpeed())
    // Stated hours are those on the clock: nothing is added to them.
    const computeHours = wanted.hours ?? wanted.tokens / tokensPerSecond / 3600
    const hours = wanted.hours ?? hoursOnTheClock(computeHours, choice, wanted, this.#catalog)
    return {
      fits,
      totalBytes,
      hostBytes: hostBytes * offer.gpu_count,
      tokensPerSecond,
      computeHours,
      hours,
      dollars: hours * choice.instances * dollarsAnHour,
    }
  }

  /** How the GPUs of a machine are joined: as the offer says, else as the GPU usually is; a single GPU is joined to none. */
  #linkOf({ rented: { offer } }: Choice, gpu: Gpu) {
    const stated = offer.gpu_count === 1 ? null : offer.link
    const link = this.#catalog.links.get(stated ?? gpu.interconnect.link)
    if (link === undefined) throw new Error(`no link of ${offer.id}`)
    return link
  }

  #time(choice: Choice, gpu: Gpu, configuration: TimedConfiguration): TrainingTime | null {
    const { offer } = choice.rented
    const network = offer.network_gbit_per_second
    return prepareTrainingTime({
      tensors: this.#wanted.model.tensors,
      trainer: this.#wanted.trainer,
      gpu,
      generation: { id: gpu.generation },
      link: this.#linkOf(choice, gpu),
      // The machine's network serves all of its GPUs.
      networkGbPerSecondPerGpu: network === null ? null : network / BITS / offer.gpu_count,
      gpusPerNode: offer.gpu_count,
      hostToDeviceGbPerSecond: gpu.host_to_device_gb_per_second ?? null,
      physics: this.#catalog.physics.training,
      configuration,
    })
  }

  #memory(choice: Choice, gpu: Gpu, configuration: TimedConfiguration): TrainingMemory {
    const { model, trainer, ruleOfThumb } = this.#wanted
    const headroomFraction = headroomShare(this.#wanted, gpu, this.#catalog)
    if (!ruleOfThumb) {
      const physics = this.#catalog.physics.trainingMemory
      return prepareTrainingMemory({ tensors: model.tensors, trainer, gpu, physics, configuration, headroomFraction })
    }
    return prepareRuleOfThumbTraining({
      parameters: model.nominalParameters,
      trainableParameters: trainedOf(choice, this.#wanted),
      gpu,
      configuration,
      headroomFraction,
    })
  }
}

function trainedOf({ loraRank }: Choice, { model, loraTargets }: Wanted): number {
  return trainedParameters(model.tensors, loraRank === null ? null : { rank: loraRank, targets: loraTargets })
}

function configurationOf(choice: Choice, wanted: Wanted): TimedConfiguration {
  return {
    method: choice.method,
    optimizer: choice.optimizer,
    zeroStage: choice.zeroStage,
    offload: choice.offload,
    activationCheckpointing: choice.checkpointing,
    sequenceLength: wanted.sequenceLength,
    dataParallel: choice.dataParallel,
    tensorParallel: choice.tensorParallel,
    pipelineParallel: choice.pipelineParallel,
    virtualPipeline: choice.virtualPipeline,
    contextParallel: choice.contextParallel,
    expertParallel: choice.expertParallel,
    // States are shared by data- and context-parallel ranks (docs/training.md, "Notation": S = D c).
    shardDegree: choice.dataParallel * choice.contextParallel,
    sequenceParallel: wanted.sequenceParallel && choice.tensorParallel > 1,
    flashAttention: wanted.flashAttention,
    compile: wanted.trainer.activations === 'compiled',
    loss: wanted.loss,
    lora: choice.loraRank === null ? null : { rank: choice.loraRank, targets: wanted.loraTargets },
    doubleQuantization: true,
  }
}

function remember<T>(answers: Map<string, T>, key: string, make: () => T): T {
  const known = answers.get(key)
  if (known !== undefined) return known
  const made = make()
  answers.set(key, made)
  return made
}
