import type { z } from 'zod'
import type { Locate } from '../scenario/yaml.ts'
import { accuracySchema } from './accuracy.ts'
import type { Entries, Physics, Subject } from './catalog.ts'
import { engineSchema } from './engine.ts'
import { gpuFileSchema } from './gpu.ts'
import { modelFileSchema } from './model.ts'
import { type Offer, type OfferEntry, offerFileSchema } from './offer.ts'
import { generationSchema, kernelSchema, linkSchema, servingPhysicsSchema } from './performance.ts'
import { kvFormatSchema, quantizationSchema } from './quantization.ts'
import { trainerSchema } from './trainer.ts'
import { trainingMemoryPhysicsSchema } from './training-memory.ts'
import { trainingPhysicsSchema } from './training-physics.ts'

/** An entry of a catalog file with the place of its fields. */
export interface Located<T> {
  entry: T
  /** Place of a path inside the entry. */
  locate: Locate
}

/** What one file adds. */
export type FileContent =
  | { [S in Subject]: { subject: S; entries: Located<Entries[S]>[] } }[Subject]
  | { subject: 'physics'; physics: Partial<Physics> }

/** A form of catalog files: where they live, how a file outside those folders is recognised, what they hold. */
export interface FileKind {
  /** Folder below the catalog. */
  folder: string
  /** A top-level key that only this form has. */
  mark: string
  schema: z.ZodType
  /** Takes the checked value apart. */
  read: (value: never, locate: Locate) => FileContent
}

/** Ids are unique across sets, because a set may price the same shape again. */
export function offerId(provider: string, offer: Pick<OfferEntry, 'instance' | 'region'>, set: string | null): string {
  const id = `${provider}/${offer.instance}/${offer.region}`
  return set === null ? id : `${id}@${set}`
}

function below(locate: Locate, ...prefix: (string | number)[]): Locate {
  return (path, target) => locate([...prefix, ...path], target)
}

function single<S extends Subject>(folder: string, mark: string, subject: S, schema: z.ZodType<Entries[S]>): FileKind {
  return {
    folder,
    mark,
    schema,
    read: (value: Entries[S], locate) => ({ subject, entries: [{ entry: value, locate }] }) as unknown as FileContent,
  } as FileKind
}

/** Keeps the type of the schema's output for `read`; the list below forgets it. */
function kind<T extends z.ZodType>(
  folder: string,
  mark: string,
  schema: T,
  read: (value: z.infer<T>, locate: Locate) => FileContent,
): FileKind {
  return { folder, mark, schema, read } as FileKind
}

export const fileKinds: readonly FileKind[] = [
  kind('gpus', 'gpus', gpuFileSchema, (file, locate) => ({
    subject: 'gpus',
    entries: file.gpus.map((entry, index) => ({ entry, locate: below(locate, 'gpus', index) })),
  })),
  kind('models', 'models', modelFileSchema, (file, locate) => ({
    subject: 'models',
    entries: file.models.map((model, index) => ({
      entry: { ...model, family: file.family },
      locate: below(locate, 'models', index),
    })),
  })),
  kind('offers', 'offers', offerFileSchema, (file, locate) => ({
    subject: 'offers',
    entries: file.offers.map((offer, index) => {
      const set = file.set ?? null
      const id = offerId(file.provider, offer, set)
      const entry: Offer = { ...offer, id, provider: file.provider, price_as_of: offer.as_of ?? file.as_of, set }
      return { entry, locate: below(locate, 'offers', index) }
    }),
  })),
  single('quantizations/kv', 'bytes_per_element', 'kvFormats', kvFormatSchema),
  single('quantizations', 'bits', 'quantizations', quantizationSchema),
  single('engines', 'accounting', 'engines', engineSchema),
  single('trainers', 'kbit_preparation', 'trainers', trainerSchema),
  single('kernels', 'peak', 'kernels', kernelSchema),
  single('generations', 'kv_read', 'generations', generationSchema),
  single('links', 'all_reduce_bytes_per_second', 'links', linkSchema),
  kind('physics', 'gemm_half_width', trainingPhysicsSchema, (training) => ({
    subject: 'physics',
    physics: { training },
  })),
  kind('physics', 'kbit_bytes', trainingMemoryPhysicsSchema, (trainingMemory) => ({
    subject: 'physics',
    physics: { trainingMemory },
  })),
  kind('physics', 'unmeasured_generation_factor', accuracySchema, (accuracy) => ({
    subject: 'physics',
    physics: { accuracy },
  })),
  kind('physics', 'soft_maximum_exponent', servingPhysicsSchema, (serving) => ({
    subject: 'physics',
    physics: { serving },
  })),
]
