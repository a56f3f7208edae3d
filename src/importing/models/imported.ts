import type { Model } from '../../catalog/model.ts'
import { modelSchema } from '../../catalog/model.ts'
import { countParameters } from '../../model/parameters.ts'
import { describeModel } from '../../model/tensors.ts'
import { count, roundedCount } from '../../units.ts'
import { type ReadConfig, readConfig } from './config.ts'
import { isMap } from './fields.ts'
import type { Checkpoint } from './safetensors/checkpoint.ts'
import { compareCheckpoint } from './safetensors/compare.ts'
import type { ArchitectureInput } from './shape.ts'

/** A model read from where it lives. */
export interface ImportedModel {
  readonly model: Model
  /** Its architecture as a catalog file writes it. */
  readonly written: ArchitectureInput
  /** What it was read from, for tables: names and values. */
  readonly rows: readonly (readonly [string, string])[]
  /** How well the description agrees with the checkpoint; `ok` false where it does not. */
  readonly checks: readonly Check[]
  /** What was assumed, left out or not understood, in sentences. */
  readonly notes: readonly string[]
}

export interface Check {
  readonly ok: boolean
  readonly text: string
}

/** The files of a repository or directory, parsed. */
export interface ConfigSource {
  /** What messages and sources call it: a path, or `org/name at revision`. */
  readonly origin: string
  /** Name that the model goes by: of the directory or repository. */
  readonly name: string
  /** The repository on the hub, where it is one. */
  readonly repository?: string
  readonly config: unknown
  /** `hf_quant_config.json`, which ModelOpt writes beside config.json. */
  readonly quantConfig?: unknown
  /** Tensors of the checkpoint, where its index or headers are there. */
  readonly checkpoint?: Checkpoint
}

/**
 * A model by its config.json and what lies beside it.
 * @param id of the catalog entry; absent: made from the name
 * @throws InputError for an unknown or incomplete config.json
 */
export function importConfig(source: ConfigSource, id?: string): ImportedModel {
  const read = readConfig(withQuantConfig(source.config, source.quantConfig))
  const modelId = id ?? idOf(source.name)
  const model = modelSchema.parse({
    id: modelId,
    name: nameOf(source.name),
    family: modelId,
    ...(source.repository === undefined ? {} : { huggingface: source.repository }),
    class: read.class,
    architecture: read.architecture,
    ...(read.quantization === undefined ? {} : { native_quantization: read.quantization }),
    sources: [`${source.origin} config.json`],
  })
  return {
    model,
    written: read.written,
    rows: rowsOf(read, source),
    checks: source.checkpoint === undefined ? [] : compareCheckpoint(read, source.checkpoint),
    notes: read.notes,
  }
}

function withQuantConfig(config: unknown, quantConfig: unknown): unknown {
  if (!isMap(config) || quantConfig === undefined || config.quantization_config !== undefined) return config
  return { ...config, quantization_config: quantConfig }
}

function rowsOf(read: ReadConfig, { origin }: ConfigSource): [string, string][] {
  const { architecture } = read
  return [
    ['read from', origin],
    ['class', `${read.class} (model_type ${read.modelType})`],
    ...describedRows(architecture),
    ['released in', read.quantization?.scheme ?? architecture.dtype],
  ]
}

/** Sizes of an architecture as a person checks them. */
export function describedRows(architecture: ReadConfig['architecture']): [string, string][] {
  const tensors = describeModel(architecture)
  const counts = countParameters(tensors)
  const rows: [string, string][] = [
    ['layers', `${tensors.layerCount} of width ${count(architecture.hidden_size)}`],
    ['parameters', `${count(counts.total)} (${roundedCount(counts.total)})`],
  ]
  if (counts.active !== counts.text) {
    rows.push(['active', `${roundedCount(counts.active)} a token`])
  }
  if (counts.vision > 0) rows.push(['image tower', `${count(counts.vision)} of them`])
  rows.push([
    'vocabulary',
    `${count(architecture.vocabulary_size)}${architecture.tied_embeddings ? ', head tied' : ''}`,
  ])
  rows.push(['positions', count(architecture.max_positions)])
  return rows
}

/** Longest id that is made from a name. */
const LONGEST_ID = 80

/** `meta-llama/Llama-3.1-8B` -> `llama-3.1-8b`: what may stand in file names, flags and shell commands. */
export function idOf(name: string): string {
  const last = name.split(/[\\/]/).findLast((part) => part !== '') ?? ''
  const plain = last
    .toLowerCase()
    .replace(/[^a-z0-9._+-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, LONGEST_ID)
  return plain === '' ? 'imported-model' : plain
}

function nameOf(name: string): string {
  return name.split(/[\\/]/).findLast((part) => part !== '') ?? 'imported model'
}
