import type { Catalog } from '../../src/catalog/catalog.ts'
import { Remembered } from '../../src/memory/remembered.ts'
import { trainableParameters } from '../../src/memory/training/adapters.ts'
import { prepareRuleOfThumbTraining } from '../../src/memory/training/rule-of-thumb.ts'
import { prepareTrainingMemory, type TrainingMemory } from '../../src/memory/training.ts'
import { prepareReliability } from '../../src/performance/reliability.ts'
import type { TimedConfiguration } from '../../src/performance/training/input.ts'
import { prepareTrainingTime } from '../../src/performance/training/training-time.ts'
import { trainingHeadroom } from './accuracy.ts'
import type { TrainAssignment } from './assignment.ts'
import type { TrainRequest } from './request.ts'

const SECONDS_PER_HOUR = 3600

/** The configuration up to its batch. */
export function configurationOf(request: TrainRequest, a: TrainAssignment): TimedConfiguration {
  return {
    method: a.method,
    optimizer: a.optimizer,
    zeroStage: a.zeroStage,
    offload: a.offload,
    activationCheckpointing: a.checkpointing,
    sequenceLength: request.sequenceLength,
    dataParallel: a.dataParallel,
    tensorParallel: a.tensorParallel,
    pipelineParallel: a.pipelineParallel,
    virtualPipeline: a.virtualPipeline,
    contextParallel: a.contextParallel,
    expertParallel: a.expertParallel,
    shardDegree: a.dataParallel * a.contextParallel,
    sequenceParallel: request.sequenceParallel && a.tensorParallel > 1,
    flashAttention: request.flashAttention,
    compile: request.trainer.activations === 'compiled',
    loss: request.loss,
    lora: a.method === 'full' ? null : { rank: a.loraRank, targets: request.lora.targets },
    doubleQuantization: true,
  }
}

const memories = new Remembered<TrainingMemory>()
const onGpu = new Remembered<TrainingMemory>()

/**
 * Memory of one configuration. Most of it does not depend on the machine, which is the variable with the most values, so it is
 * prepared once for all machines that give the same data parallelism.
 */
function memoryOf(
  request: TrainRequest,
  catalog: Catalog,
  a: TrainAssignment,
  configuration: TimedConfiguration,
): TrainingMemory {
  const { gpu } = a.machine
  if (request.memoryModel === 'rule-of-thumb') {
    return prepareRuleOfThumbTraining({
      parameters: request.model.nominal_parameters ?? request.parameters,
      // Checkpoints are written of the model as it is, whatever its name says: how memory is counted changes no time.
      trainableParameters: trainableParameters(request.tensors, configuration.lora),
      gpu,
      configuration,
      headroomFraction: trainingHeadroom(request, gpu),
    })
  }
  const states = `${a.method} ${a.loraRank} ${a.optimizer} ${a.zeroStage} ${a.offload} ${a.checkpointing}`
  const degrees = `${a.dataParallel} ${a.tensorParallel} ${a.pipelineParallel} ${a.virtualPipeline} ${a.contextParallel} ${a.expertParallel}`
  return onGpu.recall(request, [states, degrees, gpu], () =>
    memories
      .recall(request, [states, degrees], () =>
        prepareTrainingMemory({
          tensors: request.tensors,
          trainer: request.trainer,
          gpu,
          physics: catalog.physics.trainingMemory,
          configuration,
          headroomFraction: 0,
        }),
      )
      .on(gpu, trainingHeadroom(request, gpu)),
  )
}

/** Memory and time of one configuration as functions of its batch. */
export function prepare(request: TrainRequest, catalog: Catalog, a: TrainAssignment): void {
  const configuration = configurationOf(request, a)
  const { machine } = a
  a.memory = memoryOf(request, catalog, a, configuration)
  a.time = prepareTrainingTime({
    tensors: request.tensors,
    trainer: request.trainer,
    gpu: machine.gpu,
    generation: machine.generation,
    link: machine.link,
    networkGbPerSecondPerGpu: machine.networkGbPerSecondPerGpu,
    gpusPerNode: machine.gpuCount,
    hostToDeviceGbPerSecond: machine.gpu.host_to_device_gb_per_second ?? null,
    physics: catalog.physics.training,
    configuration,
  })
}

/** What the batch decides: does it fit, and how long does the run compute. */
export function load(request: TrainRequest, a: TrainAssignment): void {
  const gradientAccumulation = a.gradientAccumulation(request.globalBatch)
  // Refused by its constraint; nothing can be said of a part of a micro-step.
  if (!Number.isInteger(gradientAccumulation)) return
  const batch = { microBatch: a.microBatch, gradientAccumulation }
  a.memoryResult = a.memory.evaluate(batch)
  if (a.time === null) return
  a.time.at(batch, a.speed)
  a.computeHours = request.hours ?? request.tokens / a.speed.tokensPerSecond / SECONDS_PER_HOUR
}

/** What the machine's price decides: interruptions, hours on the clock, dollars. */
export function pay(request: TrainRequest, catalog: Catalog, a: TrainAssignment): void {
  const { offer, pricing, usdPerHour } = a.priced
  const rate = request.spotInterruptionsPerInstanceHour
  const storage = request.checkpointBytesPerSecond
  a.reliability = prepareReliability({
    gpus: a.gpus,
    instances: a.instances,
    spotInstance: pricing === 'spot' ? `${offer.instance} ${offer.gpu}` : null,
    trainableParameters: a.memory.trainableParameters,
    method: a.method,
    physics: catalog.physics.training.reliability,
    ...(rate === null ? {} : { interruptionsPerInstanceHour: rate }),
    ...(storage === null ? {} : { checkpointBytesPerSecond: storage }),
  })
  a.hours = request.hours ?? a.reliability.wallClockHours(a.computeHours)
  a.usdPerRun = a.hours * a.instances * usdPerHour
}

const ideals = new Remembered<number>()

/**
 * Hours that the run computes at least on so many GPUs: every token at the speed of one GPU that holds the whole model, waits for
 * nobody and recomputes nothing. Splitting a model only narrows its matrices. 0 where the GPU's rate is unknown.
 */
export function leastHours(request: TrainRequest, catalog: Catalog, a: TrainAssignment, gpus: number): number {
  if (request.hours !== null) return request.hours
  const { machine } = a
  const secondsPerToken = ideals.recall(request, [machine.gpu, a.method, a.loraRank], () => {
    const whole = {
      ...configurationOf(request, a),
      zeroStage: 0,
      offload: 'none',
      activationCheckpointing: 'none',
      dataParallel: 1,
      tensorParallel: 1,
      pipelineParallel: 1,
      virtualPipeline: 1,
      contextParallel: 1,
      expertParallel: 1,
      shardDegree: 1,
      sequenceParallel: false,
    } as const satisfies TimedConfiguration
    const alone = prepareTrainingTime({
      tensors: request.tensors,
      trainer: request.trainer,
      gpu: machine.gpu,
      generation: machine.generation,
      link: machine.link,
      networkGbPerSecondPerGpu: null,
      gpusPerNode: machine.gpuCount,
      hostToDeviceGbPerSecond: null,
      physics: catalog.physics.training,
      configuration: whole,
    })
    return alone === null ? 0 : alone.parts.compute.reduce((sum, term) => sum + term.secondsPerToken, 0)
  })
  return (request.tokens * secondsPerToken) / gpus / SECONDS_PER_HOUR
}
