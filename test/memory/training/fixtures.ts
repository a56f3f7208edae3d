import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { Architecture } from '../../../src/catalog/model.ts'
import { type Trainer, trainerSchema } from '../../../src/catalog/trainer.ts'
import { type TrainingMemoryPhysics, trainingMemoryPhysicsSchema } from '../../../src/catalog/training-memory.ts'
import type { Term, TermName } from '../../../src/memory/ledger.ts'
import { type PreparedConfiguration, prepareTrainingMemory, type TrainingMemory } from '../../../src/memory/training.ts'
import { describeModel, type LoraTarget, type ModelTensors } from '../../../src/model/tensors.ts'
import { architecture, GIB, gpu } from '../fixtures.ts'

const catalogs = new URL('../../../catalogs/', import.meta.url)
const read = (path: string): unknown => parse(readFileSync(new URL(path, catalogs), 'utf8'))

export const physics: TrainingMemoryPhysics = trainingMemoryPhysicsSchema.parse(read('physics/training-memory.yaml'))

/** A trainer as shipped, with parts of it replaced. */
export function trainer(id: string, parts: Partial<Trainer> = {}): Trainer {
  return { ...trainerSchema.parse(read(`trainers/${id}.yaml`)), ...parts }
}

const models = new Map<string, ModelTensors>()
export function tensorsOf(id: string): ModelTensors {
  const known = models.get(id)
  if (known !== undefined) return known
  const described = describeModel(architecture(id))
  models.set(id, described)
  return described
}

export const ALL_LINEAR: readonly LoraTarget[] = ['q', 'k', 'v', 'o', 'gate', 'up', 'down']

/** Full training on one GPU, AdamW, full recomputation, flash attention, unless said otherwise. */
export function configurationOf(given: Partial<PreparedConfiguration> = {}): PreparedConfiguration {
  const dataParallel = given.dataParallel ?? 1
  return {
    method: 'full',
    optimizer: 'adamw',
    zeroStage: 0,
    offload: 'none',
    activationCheckpointing: 'full',
    sequenceLength: 2048,
    dataParallel,
    tensorParallel: 1,
    pipelineParallel: 1,
    virtualPipeline: 1,
    contextParallel: 1,
    expertParallel: 1,
    shardDegree: dataParallel * (given.contextParallel ?? 1),
    sequenceParallel: false,
    flashAttention: true,
    compile: false,
    loss: 'full',
    lora: null,
    doubleQuantization: false,
    ...given,
  }
}

type Given = Partial<PreparedConfiguration> & {
  model: string | Architecture
  by?: string | Trainer
  on?: string
  headroomFraction?: number
}

/** Memory of a run by the common recipe on an H100 without headroom, unless said otherwise. */
export function training({
  model,
  by = 'common',
  on = 'h100-sxm-80gb',
  headroomFraction = 0,
  ...rest
}: Given): TrainingMemory {
  return prepareTrainingMemory({
    tensors: typeof model === 'string' ? tensorsOf(model) : describeModel(model),
    trainer: typeof by === 'string' ? trainer(by) : by,
    gpu: gpu(on),
    physics,
    configuration: configurationOf(rest),
    headroomFraction,
  })
}

/** Terms of one name, GiB. */
export function gibOf(terms: readonly Term[], name: TermName): number {
  return terms.filter((term) => term.name === name).reduce((sum, term) => sum + term.bytes, 0) / GIB
}

export function phaseGib(
  memory: TrainingMemory,
  microBatch: number,
  gradientAccumulation: number,
): Record<string, number> {
  const phases = memory.phases({ microBatch, gradientAccumulation })
  return Object.fromEntries(phases.map((phase) => [phase.name, phase.bytes / GIB]))
}
