import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { planText } from '../../../planners/index.ts'
import type { Catalog } from '../../../src/catalog/catalog.ts'
import { buildCatalog } from '../../../src/catalog/compile.ts'
import { readConfig } from '../../../src/config/read.ts'
import { importConfig } from '../../../src/importing/models/imported.ts'
import { loadCatalog } from '../../../src/io/load-catalog.ts'
import { parseJson } from '../../../src/io/parse-json.ts'
import { readRecords } from '../../../src/measurements/read.ts'
import { validateRecords } from '../../../src/measurements/validate.ts'
import { countParameters } from '../../../src/model/parameters.ts'
import { describeModel } from '../../../src/model/tensors.ts'
import { InputError } from '../../../src/scenario/diagnostic.ts'
import { parseYaml } from '../../../src/scenario/yaml.ts'
import { ROOT } from '../../cli/binary.ts'
import { draws, SEED } from '../draws.ts'
import { randomOf } from '../random.ts'
import { numberFlaws } from '../sound/numbers.ts'
import { flawsOf } from '../sound.ts'
import { isNumeric, leavesOf, NUMBERS, ODD, type Place, replaced, textOf, valueAt } from './leaves.ts'

const AS_OF = '2026-11-21'
const MOST_SECONDS = 2
const USUAL_VALUES = 10
const MANY_VALUES = 2000
const shipped = await loadCatalog()

const SERVE = `kind: serve
model: llama-3.1-8b
context: 4096
traffic: { requests_per_second: 1, input_tokens: 512, output_tokens: 128, prefix_cached: 10%, peak_factor: 2 }
latency: { ttft_ms: 2000, tpot_ms: 50 }
quality: { max_loss_percent: 1 }
redundancy: 1
search: { gpus: [l40s, h100-sxm-80gb], quantization: [bf16, fp8], kv_cache: [bf16], tensor_parallel: [1, 2], max_gpus: 16 }
prices: { discount_percent: 5, overrides: { runpod/h100-sxm-80gb: 2.5 }, max_age_days: 365, billed_share: 50% }
headroom: 5%
`

const TRAIN = `kind: train
model: llama-3.1-8b
data: { examples: 50k, tokens_per_example: 512, epochs: 2 }
sequence_length: 2048
global_batch: 16
deadline: 72h
budget: 5000
search:
  method: [lora, full]
  lora: { rank: [16], targets: all-linear }
  gpus: [h100-sxm-80gb]
  zero_stage: [0, 3]
  micro_batch: [1, 4]
  tensor_parallel: [1, 2]
  max_gpus: 8
`

const INLINE = SERVE.replace(
  'llama-3.1-8b',
  '{ parameters: 8B, hidden_size: 4096, layers: 32, heads: 32, kv_heads: 8, head_dim: 128, intermediate_size: 14336, vocabulary_size: 128k }',
)

/** What is wrong with the plans of a scenario. */
function planFlaws(text: string, catalog: Catalog): string[] {
  const flaws = flawsOf(planText(text, 's.yaml', catalog, { asOf: AS_OF, top: 2 }))
  // A catalog may say that its GPUs reach more than their data sheets.
  return flaws.filter((flaw) => !flaw.startsWith('more FLOPs than the GPUs have'))
}

/** A file of the shipped catalog with one entry of its list. */
function catalogFile(path: string, list?: string, id?: string): unknown {
  const parsed = parseYaml(readFileSync(join(ROOT, 'catalogs', path), 'utf8'), path)
  if (!parsed.ok) throw new InputError(parsed.diagnostics)
  const file = parsed.value as Record<string, unknown>
  if (list === undefined) return file
  const entries = file[list] as Record<string, unknown>[]
  return { ...file, [list]: entries.filter((each) => Object.values(each).includes(id)).slice(0, 1) }
}

/** Lays a file over the catalog and plans with it. */
const overlaid =
  (path: string) =>
  (text: string): string[] => {
    const catalog = buildCatalog([{ path, relativePath: path, text }], shipped)
    return [...planFlaws(SERVE, catalog), ...planFlaws(TRAIN, catalog)]
  }

function documentOf(text: string): unknown {
  const parsed = parseYaml(text, 'x')
  if (!parsed.ok) throw new InputError(parsed.diagnostics)
  return parsed.value
}

interface Subject {
  readonly document: unknown
  /** Flaws of what comes of a text. */
  readonly flaws: (text: string) => string[]
}

function subject(path: string, list?: string, id?: string): Subject {
  return { document: catalogFile(path, list, id), flaws: overlaid(path) }
}

function configOf(name: string): Subject {
  const text = readFileSync(join(ROOT, 'test', 'fixtures', 'configs', name), 'utf8')
  return {
    document: parseJson(text, name),
    flaws: (changed) => {
      const { model } = importConfig({ origin: 'x', name: 'x', config: parseJson(changed, name) }, 'x')
      if (model.architecture === undefined) return []
      return numberFlaws(countParameters(describeModel(model.architecture)))
    },
  }
}

const SUBJECTS: Readonly<Record<string, Subject>> = {
  serving: { document: documentOf(SERVE), flaws: (text) => planFlaws(text, shipped) },
  'serving a model of its own': { document: documentOf(INLINE), flaws: (text) => planFlaws(text, shipped) },
  training: { document: documentOf(TRAIN), flaws: (text) => planFlaws(text, shipped) },
  GPU: subject('gpus/hopper.yaml', 'gpus', 'h100-sxm-80gb'),
  model: subject('models/llama-3.yaml', 'models', 'llama-3.1-8b'),
  offer: subject('offers/runpod.yaml', 'offers', 'h100-sxm-80gb'),
  quantization: subject('quantizations/fp8.yaml'),
  'KV-cache format': subject('quantizations/kv/bf16.yaml'),
  engine: subject('engines/vllm.yaml'),
  trainer: subject('trainers/common.yaml'),
  generation: subject('generations/hopper.yaml'),
  kernel: subject('kernels/fp8.yaml'),
  link: subject('links/nvlink4.yaml'),
  'physics of serving': subject('physics/serving.yaml'),
  'physics of training': subject('physics/training.yaml'),
  'physics of training memory': subject('physics/training-memory.yaml'),
  settings: {
    document: documentOf(
      'catalogs: [./mine]\ntop: 3\nmax_cost: 12\ntime_limit: 2m\nprices: { discount_percent: 5, max_age_days: 9 }\n',
    ),
    flaws: (text) => numberFlaws(readConfig(text, 'c.yaml', 'project file')),
  },
  measurements: {
    document: documentOf(`records:
  - id: a
    kind: serving-memory
    model: llama-3.1-8b
    gpu: h100-sxm-80gb
    gpus: 2
    engine: { name: vllm, version: "0.19.0" }
    configuration: { quantization: bf16, kv_cache: bf16, tensor_parallel: 2, utilization: 0.9, context: 8192, max_sequences: 64 }
    measured: { weights_gib: 7.5, kv_cache_gib: 60, kv_tokens: 400000 }
  - id: b
    kind: training-memory
    model: llama-3.1-8b
    gpu: h100-sxm-80gb
    trainer: { name: torchtune }
    configuration: { method: lora, lora: { rank: 8, targets: [q_proj, v_proj] }, optimizer: adamw, precision: { weights: bf16 }, micro_batch: 2, sequence_length: 2048 }
    measured: { peak_gib: 20, peak_kind: reserved }
`),
    flaws: (text) => numberFlaws(validateRecords(readRecords(text, 'm.yaml', shipped), shipped)),
  },
  'config.json': configOf('deepseek-ai--DeepSeek-V3.json'),
  'config.json of a hybrid': configOf('nvidia--NVIDIA-Nemotron-3-Nano-30B-A3B-BF16.json'),
}

interface Tried {
  readonly place: Place
  readonly other: unknown
}

/** All numbers of a document with all odd numbers, and all its values with all odd values. */
function allOf(document: unknown): Tried[] {
  return leavesOf(document).flatMap((place) => [
    ...(isNumeric(valueAt(document, place)) ? NUMBERS.map((other) => ({ place, other })) : []),
    ...ODD.map((other) => ({ place, other })),
  ])
}

describe('a document with one value that cannot be meant is planned soundly or refused', () => {
  test.each(Object.entries(SUBJECTS))('%s', (name, { document, flaws }) => {
    expect(flaws(textOf(document))).toEqual([])
    const random = randomOf(SEED, name.length)
    const all = allOf(document)
    const tried = draws(USUAL_VALUES, MANY_VALUES)
    for (const { place, other } of random.some(all, tried, tried)) {
      const text = textOf(replaced(document, place, other))
      const started = process.cpuUsage()
      let wrong: string
      try {
        wrong = flaws(text).join('\n')
      } catch (error) {
        if (error instanceof InputError) wrong = /undefined|\[object/.exec(error.message)?.input ?? ''
        else wrong = error instanceof Error ? (error.stack ?? error.message) : String(error)
      }
      const { user, system } = process.cpuUsage(started)
      if ((user + system) / 1e6 > MOST_SECONDS) wrong += `\nit took ${(user + system) / 1e6} seconds`
      if (wrong !== '')
        throw new Error(`${name}: ${place.join('.')} as ${JSON.stringify(other).slice(0, 80)}: ${wrong}\n${text}`)
    }
  })
})
