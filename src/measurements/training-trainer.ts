import { type Catalog, find } from '../catalog/catalog.ts'
import type { Trainer } from '../catalog/trainer.ts'
import { entryOf } from '../table.ts'
import type { TrainingRecord } from './record.ts'

/** Bytes of a value in the dtypes that records name. */
const BYTES: Readonly<Record<string, number>> = { fp32: 4, bf16: 2, fp16: 2, int8: 1, none: 0 }

interface RecordedTrainer {
  readonly trainer: Trainer
  readonly assumed: readonly string[]
}

/**
 * The catalog's trainer of the release that a record names, with the dtypes of states that the record states instead of its own.
 * @returns a reason where the catalog has no such trainer, or keeps no states in such a dtype.
 */
export function recordTrainer(record: TrainingRecord, catalog: Catalog): RecordedTrainer | { skipped: string } {
  const { name, version } = record.trainer
  const named = find(catalog, 'trainers', name)
  if (named === undefined) return { skipped: `no trainer ${JSON.stringify(name)} in the catalog` }
  const release = releaseOf(named, version, catalog)
  const { configuration: c } = record
  const stored = c.precision?.weights
  if (c.method === 'full' && stored !== undefined && entryOf(BYTES, stored) === undefined) {
    return { skipped: `no states of full training for weights in ${stored}` }
  }
  const assumed = version === undefined ? [`trainer: ${release.name}, ${release.version}`] : []
  const stated = c.method === 'full' ? withStates(release, c) : withAdapters(release, c)
  // Packed sequences are equally long, so the cache serves every batch.
  if (c.packed !== true) return { trainer: stated, assumed }
  const { varying_length_factor: _, ...fixedLengths } = stated
  return { trainer: fixedLengths, assumed }
}

/** The entry itself, or the one of its earlier releases that the version belongs to. */
function releaseOf(named: Trainer, version: string | undefined, catalog: Catalog): Trainer {
  if (version === undefined) return named
  for (const entry of catalog.trainers.values()) {
    const release = entry.earlier_release_of
    if (release?.trainer !== named.id) continue
    if (release.before !== undefined && isBefore(version, release.before)) return entry
    if (release.holding.some((text) => version.includes(text))) return entry
  }
  return named
}

/** Whether a version starts with a release number (not a commit hash) below the given one. */
function isBefore(version: string, release: string): boolean {
  const number = /^v?(\d+(?:\.\d+)*)(?![0-9a-z])/i.exec(version.trim())?.[1]
  if (number === undefined) return false
  const parts = number.split('.').map(Number)
  const limit = release.split('.').map(Number)
  for (const [index, part] of limit.entries()) {
    const own = parts[index] ?? 0
    if (own !== part) return own < part
  }
  return false
}

type Configuration = TrainingRecord['configuration']

/** Full training: fp32 weights are their own master copy. */
function withStates(trainer: Trainer, { precision, optimizer_state_dtype: moment }: Configuration): Trainer {
  const { states } = trainer
  const { weights, gradients, master } = precision ?? {}
  const own = weights === 'fp32' ? 0 : states.master
  return {
    ...trainer,
    states: {
      weights: bytesOf(weights, states.weights),
      gradients: bytesOf(gradients, states.gradients),
      master: bytesOf(master, own),
      adam: moment === undefined ? states.adam : 2 * bytesOf(moment, 0),
    },
  }
}

/** Adapters: both moments are kept in the dtype of the adapters unless another is stated. */
function withAdapters(trainer: Trainer, c: Configuration): Trainer {
  const { adapter_precision: precision, optimizer_state_dtype: moment } = c
  if (precision === undefined && moment === undefined) return trainer
  const { adapters } = trainer
  return {
    ...trainer,
    adapters: {
      ...adapters,
      weights: bytesOf(precision, adapters.weights),
      gradients: bytesOf(precision, adapters.gradients),
      adam: moment === undefined && precision === undefined ? adapters.adam : 2 * bytesOf(moment ?? precision, 0),
    },
  }
}

function bytesOf(dtype: string | undefined, otherwise: number): number {
  return dtype === undefined ? otherwise : (entryOf(BYTES, dtype) ?? otherwise)
}
