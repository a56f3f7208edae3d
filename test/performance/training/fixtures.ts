import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { parse } from 'yaml'
import type { Gpu } from '../../../src/catalog/gpu.ts'
import { linkSchema } from '../../../src/catalog/performance.ts'
import { type Trainer, trainerSchema } from '../../../src/catalog/trainer.ts'
import { type EfficiencyClass, trainingPhysicsSchema } from '../../../src/catalog/training-physics.ts'
import { describeModel, type ModelTensors } from '../../../src/model/tensors.ts'
import {
  emptyTrainingSpeed,
  type TimedConfiguration,
  type TrainingLoad,
  type TrainingTimeInput,
} from '../../../src/performance/training/input.ts'
import { prepareTrainingTime, type TrainingTime } from '../../../src/performance/training/training-time.ts'
import { architecture, gpu } from '../../memory/fixtures.ts'

const yaml = (path: string): unknown =>
  parse(readFileSync(new URL(`../../../catalogs/${path}`, import.meta.url), 'utf8'))

export const physics = trainingPhysicsSchema.parse(yaml('physics/training.yaml'))
/**
 * The same with the constants of the hand calculations in their place: a fit may move those of the catalog, and the arithmetic of
 * worked-examples.test.ts and terms.test.ts was done with these.
 */
const fitted = (value: number) => ({ value, records: 1 })
const shares = (id: string, bf16: number, attention: number, low: Record<string, number> = {}): EfficiencyClass => {
  const gemm = Object.fromEntries(Object.entries({ bf16, ...low }).map(([name, value]) => [name, fitted(value)]))
  return {
    ...(physics.classes[id] ?? expect.fail(id)),
    gemm: gemm as EfficiencyClass['gemm'],
    attention: fitted(attention),
  }
}
const handPhysics = {
  ...physics,
  classes: {
    ...physics.classes,
    hopper: shares('hopper', 0.654, 0.367, { fp8: 0.625 }),
    geforce: shares('geforce', 0.815, 0.573),
  },
  gemm_half_width: fitted(224),
  mxfp8_time: fitted(1.11),
  elementwise_bytes: fitted(261),
  head_bytes: fitted(15.4),
  expert_gemm: fitted(0.635),
  expert_half_tokens: fitted(570),
  expert_copy_bytes: fitted(62.3),
  dequantise_bytes: fitted(16.3),
  pcie_rate: fitted(0.0898),
  exposed_traffic: fitted(0.65),
  hidden_sharding: { fabric: fitted(0.59), pcie: fitted(0.405) },
}

export const trainer = (id: string): Trainer => trainerSchema.parse(yaml(`trainers/${id}.yaml`))
export const link = (id: string) => linkSchema.parse(yaml(`links/${id}.yaml`))

const described = new Map<string, ModelTensors>()
export function tensors(id: string): ModelTensors {
  const known = described.get(id)
  if (known !== undefined) return known
  const made = describeModel(architecture(id))
  described.set(id, made)
  return made
}

/** All linear projections of a Llama layer. */
export const ALL_LINEAR = ['q', 'k', 'v', 'o', 'gate', 'up', 'down'] as const

/** Full training on one GPU; tests name what differs. */
export const fullTraining: TimedConfiguration = {
  method: 'full',
  optimizer: 'adamw',
  zeroStage: 0,
  offload: 'none',
  activationCheckpointing: 'none',
  sequenceLength: 4096,
  dataParallel: 1,
  tensorParallel: 1,
  pipelineParallel: 1,
  virtualPipeline: 1,
  contextParallel: 1,
  expertParallel: 1,
  shardDegree: 1,
  sequenceParallel: true,
  flashAttention: true,
  compile: false,
  loss: 'full',
  lora: null,
  doubleQuantization: true,
}

export interface Run extends Partial<Omit<TrainingTimeInput, 'configuration' | 'gpu' | 'trainer'>> {
  model: string
  gpuId?: string
  trainerId?: string
  configuration: Partial<TimedConfiguration>
}

export function prepareOrNull(run: Run): TrainingTime | null {
  const { model, gpuId = 'h100-sxm-80gb', trainerId = 'common', configuration, ...rest } = run
  const card = run.physics === handPhysics ? withoutBoardFactor(gpu(gpuId)) : gpu(gpuId)
  return prepareTrainingTime({
    tensors: tensors(model),
    trainer: trainer(trainerId),
    gpu: card,
    generation: { id: card.generation },
    link: link(card.interconnect.link),
    networkGbPerSecondPerGpu: 50,
    gpusPerNode: 8,
    hostToDeviceGbPerSecond: null,
    physics,
    ...rest,
    configuration: { ...fullTraining, ...configuration },
  })
}

export function prepare(run: Run): TrainingTime {
  return prepareOrNull(run) ?? expect.fail('the run was refused')
}

/** A run with the constants of the hand calculations. */
export const prepareByHand = (run: Run): TrainingTime => prepare({ ...run, physics: handPhysics })
export const prepareByHandOrNull = (run: Run): TrainingTime | null => prepareOrNull({ ...run, physics: handPhysics })

/** A board that runs as its class does: some have a fitted factor of their own. */
function withoutBoardFactor(card: Gpu): Gpu {
  const { training_compute: _, ...efficiency } = card.efficiency
  return { ...card, efficiency }
}

export const speed = (time: TrainingTime, load: TrainingLoad) => time.at(load, emptyTrainingSpeed())

/** Values of a derivation by name; terms of the same name add up. */
export function terms(time: TrainingTime, load: TrainingLoad): Record<string, number> {
  const values: Record<string, number> = {}
  for (const { name, value } of time.explain(load)) values[name] = (values[name] ?? 0) + value
  return values
}

/** Equal to the digits that a hand calculation was rounded to. */
export function rounded(actual: number | undefined, expected: string): void {
  const digits = expected.split('.')[1]?.length ?? 0
  expect((actual ?? Number.NaN).toFixed(digits)).toBe(expected)
}

/** Within a share of the expected value. */
export function near(actual: number, expected: number, share: number): void {
  expect(Math.abs(actual / expected - 1), `${actual} against ${expected}`).toBeLessThan(share)
}
