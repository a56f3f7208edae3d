import type { Catalog } from '../catalog/catalog.ts'
import type { Gpu } from '../catalog/gpu.ts'
import type { Model } from '../catalog/model.ts'
import { nearest } from '../catalog/suggest.ts'

/** Words of a checkpoint's name that say how it was tuned or stored, not what it is. */
const VARIANTS = new Set(
  (
    'instruct chat it base hf meta gguf awq gptq exl2 bnb fp8 fp4 nvfp4 mxfp4 int4 int8 w4a16 w8a8 w8a16 bf16 fp16 f16 4bit 8bit ' +
    'quantized dynamic autoround modelopt unsloth ud imat bitsandbytes kv block nvidia'
  ).split(' '),
)

/** Type of a GGUF file at the end of its name, and the number of its part. */
const FILE_TYPE = /[-._](?:ud-)?(?:i?q\d[0-9a-z_]*|bf16|f16|f32|mxfp4(?:_moe)?)$/i
const PART = /-\d{5}-of-\d{5}$/

/**
 * The catalog's model behind a name in a log, or undefined where none is surely meant: the hub's name in full, else its last part with
 * words such as Instruct and FP8 aside, when exactly one model has it.
 */
export function modelNamed(name: string, catalog: Catalog): Model | undefined {
  const models = [...catalog.models.values()]
  const full = hubName(name)
  const exact = models.find(({ huggingface }) => huggingface?.toLowerCase() === full.toLowerCase())
  if (exact !== undefined) return exact
  // Files are often called Organisation_Model-Q4_K_M.gguf.
  const keys = [keyOf(full), keyOf(full.slice(full.indexOf('_') + 1))].filter((key) => key !== '')
  const found = models.filter((model) => keysOf(model).some((key) => keys.includes(key)))
  const repositories = new Set(found.map(({ id, huggingface }) => huggingface ?? id))
  return repositories.size === 1 ? found[0] : undefined
}

/** Ids that resemble a logged name, for messages. */
export function nearestModels(name: string, catalog: Catalog, limit = 3): string[] {
  const last = hubName(name).split('/').at(-1) ?? name
  const ids = [...catalog.models.keys()]
  const key = keyOf(name)
  const sharing = ids.filter((id) => key.length > 3 && (key.startsWith(keyOf(id)) || keyOf(id).startsWith(key)))
  sharing.sort((a, b) => b.length - a.length)
  return [...new Set([...sharing, ...nearest(last, ids, limit)])].slice(0, limit)
}

/** `models--org--name/snapshots/hash` of the hub's cache, `/models/org/name/`, a file: as `org/name` where both are there. */
function hubName(name: string): string {
  const cached = /models--([^/]+?)--([^/]+)/.exec(name)
  if (cached !== null) return `${cached[1]}/${cached[2]}`
  const parts = name
    .replaceAll('\\', '/')
    .split('/')
    .filter((part) => part !== '')
  return parts.slice(-2).join('/')
}

function keysOf({ id, huggingface, name }: Model): string[] {
  return [id, huggingface ?? id, name].map(keyOf)
}

/** The last part of a name as its telling letters and digits: `Meta-Llama-3.1-8B-Instruct-FP8` -> `llama318b`. */
function keyOf(name: string): string {
  const last = name.split('/').at(-1) ?? name
  const stem = last
    .replace(/\.gguf$/i, '')
    .replace(PART, '')
    .replace(FILE_TYPE, '')
  const words = stem.toLowerCase().split(/[-_\s:]+/)
  return words
    .filter((word) => !VARIANTS.has(word))
    .join('')
    .replace(/[^a-z0-9]/g, '')
}

const FORMS = ['sxm', 'pcie', 'nvl'] as const
type Form = (typeof FORMS)[number]

/** Boards whose driver names the form only where it is not SXM: `NVIDIA H200`, but `NVIDIA H200 NVL`. */
const SXM_UNSAID = new Set(['h20', 'h200', 'b200', 'b300'])
const EMPTY_WORDS = new Set([
  'nvidia',
  'geforce',
  'amd',
  'instinct',
  'tesla',
  'generation',
  'edition',
  'gpu',
  'hbm2e',
  'hbm3e',
  '',
])

interface Board {
  readonly family: string
  readonly form: Form | undefined
  readonly memory: string | undefined
}

/** How far a driver's total may be from the catalog's for the two to be one board. */
const MEMORY_TOLERANCE = 0.03

/**
 * The catalog's GPU behind a driver's name, or undefined where none is surely meant. Two boards of one name are told apart by their
 * memory, as the name or the engine gives it.
 * @param deviceGib total memory that the log states
 */
export function gpuNamed(name: string, deviceGib: number | null, catalog: Catalog): Gpu | undefined {
  const logged = board(name)
  const same = [...catalog.gpus.values()].filter((gpu) => {
    const known = board(gpu.id)
    const form = logged.form ?? (SXM_UNSAID.has(logged.family) ? 'sxm' : undefined)
    return (
      known.family === logged.family &&
      (known.form === form || known.form === undefined || form === undefined) &&
      (logged.memory === undefined || known.memory === undefined || known.memory === logged.memory)
    )
  })
  const [first, second] = deviceGib === null || same.length < 2 ? same : same.filter((gpu) => near(gpu, deviceGib))
  return second === undefined ? first : undefined
}

/** Ids of the GPUs that resemble a driver's name or have the memory that a log states, for messages. */
export function nearestGpus(name: string | null, deviceGib: number | null, catalog: Catalog, limit = 3): string[] {
  const gpus = [...catalog.gpus.values()]
  const bySize = deviceGib === null ? [] : gpus.filter((gpu) => near(gpu, deviceGib)).map(({ id }) => id)
  const plain = name?.replace(/NVIDIA|GeForce|AMD|Instinct|Tesla/gi, '')
  const byName = plain === undefined ? [] : nearest(plain, catalog.gpus.keys(), limit)
  return [...new Set([...byName, ...bySize])].slice(0, limit)
}

function near({ memory: { usable_gib: usable } }: Gpu, deviceGib: number): boolean {
  return Math.abs(usable / deviceGib - 1) <= MEMORY_TOLERANCE
}

function board(name: string): Board {
  const words = name.toLowerCase().split(/[-_\s]+/)
  const form = FORMS.find((each) => words.some((word) => word.startsWith(each)))
  const memory = words.find((word) => /^\d+gb$/.test(word))
  const family = words.filter(
    (word) =>
      word !== memory && !EMPTY_WORDS.has(word) && word !== 'hbm3' && !FORMS.some((each) => word.startsWith(each)),
  )
  // "NVIDIA H100 80GB HBM3" is the SXM board: the PCIe board has HBM2e.
  return { family: family.join(' '), form: form ?? (words.includes('hbm3') ? 'sxm' : undefined), memory }
}
