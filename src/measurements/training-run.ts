import type { Catalog } from '../catalog/catalog.ts'
import type { Trainer } from '../catalog/trainer.ts'
import { type RecordedModel, recordModel } from './model.ts'
import type { TrainingRecord } from './record.ts'
import { type RecordedConfiguration, recordConfiguration } from './training-configuration.ts'
import { type RecordedMachine, recordMachine } from './training-machine.ts'
import { recordTrainer } from './training-trainer.ts'

/** A record read against the catalog: what the laws of memory and time are evaluated with. */
export interface TrainingRun {
  readonly record: TrainingRecord
  readonly model: RecordedModel
  readonly trainer: Trainer
  readonly machine: RecordedMachine
  readonly read: RecordedConfiguration
  /** Defaults that the record did not state, in sentences; those about the machines are the machine's own. */
  readonly assumed: readonly string[]
}

/**
 * Reads a record.
 * @returns a reason where the model, the trainer or the configuration cannot be expressed.
 * @throws Error naming the model or the GPU where the catalog has none of that id.
 */
export function trainingRun(record: TrainingRecord, catalog: Catalog): TrainingRun | { skipped: string } {
  const model = recordModel(record.model, catalog)
  if ('skipped' in model) return model
  const named = recordTrainer(record, catalog)
  if ('skipped' in named) return named
  const machine = recordMachine(record, catalog)
  const { trainer } = named
  const read = recordConfiguration(record, { tensors: model.tensors, trainer, physics: catalog.physics.trainingMemory })
  if ('skipped' in read) return read
  return { record, model, trainer, machine, read, assumed: [...model.assumed, ...named.assumed, ...read.assumed] }
}
